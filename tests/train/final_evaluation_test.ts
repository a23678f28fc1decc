/** What is measured after training: what is asked for, and nothing that the last epoch has measured. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, STREAM } from "../../src/core/random.ts";
import type { DataSet, Splits } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import { sequential } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { evaluate } from "../../src/train/predict.ts";

const MODEL = sequential(4, [dense(6, { activation: "relu" }), dense(3)]);
const OPTIONS = { batch: 8, epochs: 3, optimizer: sgd({ learningRate: 0.1 }) } satisfies FitOptions;

function setOf(rows: number, seed: number): DataSet & { readonly targets: Uint8Array } {
  const inputs = Float32Array.from(normal(4 * rows, { seed, stream: STREAM.test }));
  return {
    inputs,
    inputShape: [4],
    targets: Uint8Array.from({ length: rows }, (_, row) => inputs[4 * row]! > 0 ? 1 : 2),
  };
}

const DATA = { train: setOf(24, 1), validation: setOf(10, 2), test: setOf(12, 3) } satisfies Splits;
/** The same rows with values. */
const VALUES: Splits = {
  train: withValues(DATA.train),
  validation: withValues(DATA.validation),
  test: withValues(DATA.test),
};

function withValues({ targets, ...set }: DataSet): DataSet {
  return { ...set, targets: Float32Array.from({ length: 3 * targets!.length }, (_, i) => Math.cos(i)) };
}

/** An executor on which steps of each routine are counted; a set here is one step of evaluation. */
function counting(
  executor: Executor,
): { readonly executor: Executor; readonly steps: Record<string, number> } {
  const steps: Record<string, number> = {};
  const load: Executor["load"] = async (plan, options) => {
    const program = await executor.load(plan, options), run = program.run.bind(program);
    program.run = (routine, some) => {
      steps[routine] = (steps[routine] ?? 0) + some.length;
      return run(routine, some);
    };
    return program;
  };
  return { executor: { name: executor.name, description: executor.description, load, close() {} }, steps };
}

/** What was measured, in steps, and what came of it. */
async function measured(options: FitOptions, data: Splits = DATA) {
  const { executor, steps } = counting(referenceExecutor());
  const result = await fit(MODEL, data, { ...OPTIONS, ...options, executor });
  return { ...result, validate: steps.validate ?? 0, evaluate: steps.evaluate ?? 0 };
}

Deno.test("the last epoch's measures are the last ones: no set is measured twice", async () => {
  const all = await measured({});
  assertEquals([all.validate, all.evaluate, Object.keys(all.results)], [2, 3, [
    "train",
    "validation",
    "test",
  ]]);
  const curves = await measured({ measureTest: true });
  assertEquals([curves.validate, curves.evaluate], [4, 3]);
  assertEquals(curves.results, all.results);
  const { train, test } = DATA;
  const { validate, evaluate } = await measured({}, { train, test });
  assertEquals([validate, evaluate], [0, 2]);
});

Deno.test("evaluate says which sets are measured at the end, in its order; none with []", async () => {
  const all = await measured({}), none = await measured({ evaluate: [] });
  assertEquals([none.results, none.weights], [{}, all.weights]);
  assertEquals([none.validate, none.evaluate], [2, 1]);
  for (const names of [["test"], ["train"], ["validation", "test"]] as const) {
    const { results } = await measured({ evaluate: names });
    assertEquals(Object.keys(results), [...names]);
    for (const name of names) assertEquals(results[name], all.results[name]);
  }
  const { train } = DATA;
  const nothing = await measured({ evaluate: [] }, { train });
  assertEquals([nothing.validate, nothing.evaluate], [0, 0]);
});

Deno.test("what the last epoch measured is what a separate evaluation gives, matrix and report and all", async () => {
  const wasm = await wasmExecutor({ threads: 2 });
  try {
    for (const executor of [referenceExecutor(), wasm]) {
      for (const loss of [crossEntropy(), crossEntropy({ classWeights: [1, 2, 3], ignore: 2 })]) {
        const data = { ...DATA, validation: DATA.test }, options = { ...OPTIONS, executor, loss };
        const trained = await fit(MODEL, data, options), { validation, test } = trained.results;
        assertEquals(validation, test);
        assert(test!.confusion !== undefined);
        const { valLoss, valAccuracy } = trained.history.at(-1)!;
        assertEquals([valLoss, valAccuracy], [test!.loss, test!.accuracy]);
        if (loss.ignore === undefined) {
          const { report, confusion } = test!;
          assertEquals(await evaluate(trained, DATA.test, { executor }), { ...report!, confusion });
        }
        const more = await fit(MODEL, data, { ...options, epochs: 4 });
        assertNotEquals(more.results.validation, validation);
      }
    }
  } finally {
    wasm.close();
  }
});

Deno.test("a training that ends early measures what it does not know, and no more", async () => {
  const asked: FitOptions = { onEpoch: ({ epoch }, { stop }) => epoch === 2 ? stop() : undefined };
  // A report takes more than the means of an epoch.
  const classes = await measured(asked);
  assertEquals([classes.stopped, classes.validate, classes.evaluate], ["asked", 2, 3]);
  const values = await measured({ ...asked, loss: meanSquaredError() }, VALUES);
  assertEquals([values.stopped, values.validate, values.evaluate], ["asked", 2, 2]);
  assertEquals(values.results.validation!.loss, values.history[1]!.valLoss);
});

Deno.test("weights of an earlier epoch that are put back are measured anew, those of the last are not", async () => {
  const stopping = { monitor: "val_loss", patience: 5, restoreBest: true } as const;
  const last = await measured({ stopping });
  assertEquals([last.restoredEpoch, last.validate, last.evaluate], [3, 2, 3]);
  assertEquals(last.results.validation!.loss, last.history[2]!.valLoss);
  const early = await measured({ stopping: { ...stopping, startFromEpoch: 0, minDelta: 1e6 } });
  assertEquals([early.restoredEpoch, early.validate, early.evaluate], [1, 2, 4]);
  assertAlmostEquals(early.results.validation!.loss, early.history[0]!.valLoss!, 1e-6);
});

Deno.test("evaluate refuses what is no list of sets", async () => {
  const wrong: [unknown, string][] = [
    ["test", 'evaluate lists sets to measure after training, such as ["test"], got "test"'],
    [["tests"], 'evaluate lists sets to measure after training, such as ["test"], got ["tests"]'],
    [["test"], "evaluate names the test set, but there is none: give one, or leave it out"],
  ];
  const { train } = DATA, executor = referenceExecutor();
  for (const [evaluate, sentence] of wrong) {
    const options = { ...OPTIONS, executor, evaluate } as FitOptions;
    assertEquals((await assertRejects(() => fit(MODEL, { train }, options), DescentError)).message, sentence);
  }
});
