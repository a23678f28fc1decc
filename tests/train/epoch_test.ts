/** One epoch as a whole: what it measures, and in how many waits. */
import { assert, assertEquals } from "@std/assert";
import { selectImages } from "../../experiments/images/select.ts";
import type { Executor, Program } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/mod.ts";
import { Session } from "../../src/train/session.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** Notes the order of runs and of reads as they begin and end. */
function watched(program: Program, events: string[]): Program {
  return {
    ...program,
    async run(routine, steps) {
      await program.run(routine, steps);
      events.push(`run ${routine}`);
    },
    async read(value) {
      events.push("read");
      const result = await program.read(value);
      await Promise.resolve();
      events.push("have read");
      return result;
    },
  };
}

Deno.test("Session.epoch() gives what trainEpoch() and validate() give, and reads both in one wait at the end, as weights, states and evaluations are read", async () => {
  const model = sequential(784, [dense(8, { activation: "relu" }), dense(3)]);
  const data = await withTempFolder(async (folder) =>
    await selectImages({
      data: await writeIdxFolder(folder, { train: 90, t10k: 30, classes: [0, 1, 2] }),
      first: { train: 75, validation: 15, test: 30 },
    })
  );
  const wasm = await wasmExecutor({ threads: 1 }), events: string[] = [];
  const executor: Executor = { ...wasm, load: async (plan) => watched(await wasm.load(plan), events) };
  const open = (on: Executor) =>
    Session.open(model, data, {
      optimizer: adam(),
      batch: 16,
      seed: 1,
      executor: on,
      weights: initializeWeights(model, 1),
    });
  const whole = await open(executor), parts = await open(wasm);
  const { training, validation } = await whole.epoch(0);
  assertEquals(training, await parts.trainEpoch(0));
  assertEquals(validation, await parts.validate("validation"));
  const reads = events.slice(events.findIndex((event) => event === "read"));
  assertEquals(reads, ["read", "read", "have read", "have read"]);
  assert(events[events.length - reads.length - 1] === "run validate");

  // Four parameters; twice as many values of Adam's, which lie side by side in two.
  for (const [read, count] of [[() => whole.weights(), 4], [() => whole.state(), 6]] as const) {
    events.length = 0;
    await read();
    assertEquals(events, [...Array(count).fill("read"), ...Array(count).fill("have read")]);
  }
  // Of a set: the confusion matrix and the means.
  events.length = 0;
  await whole.evaluate("test");
  assertEquals(events.slice(-4), ["read", "read", "have read", "have read"]);
});
