/** Calls of a network that answers, one awaited after another, as things that can be timed: W11. */
import type { TypedArray } from "../src/core/tensor.ts";
import type { Subject } from "./measure.ts";
import { PIXELS } from "./networks.ts";

/** What half of the calls stay below, and what 99 of 100 do, in milliseconds. */
export interface CallTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Steps are calls. */
export interface Calls extends Subject {
  /** Of calls timed one by one for so long, apart from what `measure` times. */
  callTimes(seconds: number): Promise<CallTimes>;
  /** Mean over the rows of the first call of each value that the network gives. */
  answers(): Promise<readonly number[]>;
}

/** Rows that the calls take in turn, from the first: few enough to stay in the cache, as what has just arrived is. */
const ROWS = 1024;
const LEAST_CALLS = 100, MOST_CALLS = 10_000;

/** Calls of so many `rows` of `inputs`, 784 values each. */
export function callsOf<Rows extends TypedArray>(
  predict: (rows: Rows) => Promise<Float32Array>,
  inputs: Rows,
  rows: number,
): Calls {
  const size = PIXELS * rows, count = Math.max(1, Math.floor(Math.min(ROWS * PIXELS, inputs.length) / size));
  const parts = Array.from({ length: count }, (_, i) => inputs.subarray(size * i, size * (i + 1)) as Rows);
  let at = 0;
  const call = () => predict(parts[at++ % count]!);
  return {
    prepare: (calls) => async () => {
      for (let i = 0; i < calls; i++) await call();
    },
    async callTimes(seconds) {
      const times: number[] = [], end = performance.now() + 1000 * seconds;
      while (times.length < LEAST_CALLS || (performance.now() < end && times.length < MOST_CALLS)) {
        const before = performance.now();
        await call();
        times.push(performance.now() - before);
      }
      times.sort((a, b) => a - b);
      const below = (share: number) => times[Math.floor(share * times.length)]!;
      return { p50Ms: below(0.5), p99Ms: below(0.99) };
    },
    async answers() {
      const [part] = parts, values = await predict(part!), columns = values.length * PIXELS / part!.length;
      const means = new Array<number>(columns).fill(0);
      values.forEach((value, i) => means[i % columns]! += value * columns / values.length);
      return means;
    },
  };
}
