/** Looking into a running program: each call against the reference, and how long each takes. */
import type { Step } from "../core/step.ts";
import type { TypedArray } from "../core/tensor.ts";
import { compareCall, describeDeviation, readOperands } from "./case.ts";
import { type Program, routineOf } from "./executor.ts";

/** The first call of a routine whose result is wrong. */
export interface BadCall {
  /** The routine that it is in: the one asked for, or `setup`. */
  readonly routine: string;
  readonly index: number;
  readonly op: string;
  readonly label: string;
  /** What is wrong, as half a sentence. */
  readonly problem: string;
}

/**
 * Makes the calls of the setup and of one step one after another, each followed by the same call on the float64 reference with
 * the operands that it really had. Resolves to the first whose result differs by more than the op's tolerance
 * or is not finite, or to `undefined`. The step's effects stay.
 */
export async function checkStep(program: Program, routine: string, step: Step): Promise<BadCall | undefined> {
  const { setup } = program.plan, calls = routineOf(program.plan, routine);
  const all = [
    ...setup.map((call, index) => ["setup", index, call] as const),
    ...calls.map((call, index) => [routine, index, call] as const),
  ];
  for (const [list, index, call] of all) {
    const before = await readOperands(program, call);
    await program.runCall(list, index, step);
    const after = await readOperands(program, call);
    const problem = notFinite(call.writes.map((at) => after[at]!)) ??
      deviationOf(compareCall(call, before, after, step));
    if (problem !== undefined) return { routine: list, index, op: call.op.name, label: call.label, problem };
  }
  return undefined;
}

function notFinite(written: readonly TypedArray[]): string | undefined {
  for (const values of written) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `element ${at} is ${values[at]}`;
  }
  return undefined;
}

function deviationOf(deviation: ReturnType<typeof compareCall>): string | undefined {
  return deviation === undefined || deviation.ratio <= 1 ? undefined : describeDeviation(deviation);
}

/** What each measured run of a call lasts at least, so that the clock can tell. */
const RUN_MS = 1;
/** And so many times what a run of one takes: on a GPU that is a wait, which may end at multiples of some 10 ms. */
const RUN_WAITS = 8;
const LEAST_TIMES = 9, MOST_TIMES = 200_000;

/** Settings of `timeCalls`. */
export interface TimeCallsOptions {
  /** Of each run, of which the shortest counts. Default 3. */
  readonly repeats?: number;
  /** About how long all the calls together may take on a GPU; with less, the times are rougher. Default no limit. */
  readonly mostMs?: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * Time of each call of a routine in milliseconds. A call is made many times in one run, and what a run of one
 * takes besides is subtracted: on a GPU, the wait for a result is longer than most calls. The calls' effects stay.
 */
export async function timeCalls(
  program: Program,
  routine: string,
  step: Step,
  { repeats = 3, mostMs = Infinity, now = () => performance.now() }: TimeCallsOptions = {},
): Promise<readonly number[]> {
  const timesMs: number[] = [], calls = routineOf(program.plan, routine).length;
  for (let index = 0; index < calls; index++) {
    const runMs = async (times: number, repeats: number) => {
      let best = Infinity;
      for (let i = 0; i < repeats; i++) {
        const started = now();
        await program.runCall(routine, index, step, times);
        best = Math.min(best, now() - started);
      }
      return best;
    };
    const once = await runMs(1, repeats);
    const aimMs = Math.max(RUN_MS, Math.min(RUN_WAITS * once, mostMs / (calls * repeats)));
    let times = LEAST_TIMES, ms = await runMs(times, 1);
    while (ms - once < aimMs / 8 && times < MOST_TIMES) {
      times = Math.min(MOST_TIMES, 8 * times);
      ms = await runMs(times, 1);
    }
    const wanted = Math.ceil(times * aimMs / Math.max(1e-6, ms - once));
    times = Math.min(MOST_TIMES, Math.max(LEAST_TIMES, wanted));
    timesMs.push(Math.max(0, (await runMs(times, repeats) - once) / (times - 1)));
  }
  return timesMs;
}
