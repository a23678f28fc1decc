/** How long calls take, by a clock and a device that are made up. */
import { assertAlmostEquals } from "@std/assert";
import type { Program } from "../../src/exec/executor.ts";
import { timeCalls } from "../../src/exec/inspect.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { smallSum, STEP } from "./webgpu_support.ts";

/** A program whose call takes so long, and whose runs end when the next multiple of `pollMs` has passed. */
async function madeUp(callMs: number, pollMs: number): Promise<[Program, now: () => number]> {
  const program = await referenceExecutor().load(smallSum().plan);
  let clock = 0;
  const runCall: Program["runCall"] = (_routine, _index, _step, times = 1) => {
    clock += pollMs * Math.ceil((0.05 + callMs * times) / pollMs);
    return Promise.resolve();
  };
  return [{ ...program, runCall }, () => clock];
}

Deno.test("timeCalls() sees calls of microseconds behind waits of milliseconds, and calls that are longer than a wait", async () => {
  for (
    const [callMs, pollMs] of [[0.0025, 11.4], [0.03, 11.4], [30, 11.4], [0.0001, 1e-3], [7, 1e-3]] as const
  ) {
    const [program, now] = await madeUp(callMs, pollMs);
    const [found] = await timeCalls(program, "forward", STEP, { now });
    assertAlmostEquals(found! / callMs, 1, 0.16, `${callMs} ms`);
  }
});

Deno.test("timeCalls() keeps to a limit where there is one", async () => {
  const [program, now] = await madeUp(0.0025, 11.4);
  await timeCalls(program, "forward", STEP, { now, mostMs: 100, repeats: 1 });
  if (now() > 250) throw new Error(`${now()} ms`);
});
