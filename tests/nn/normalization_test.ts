/** Normalizations: against PyTorch step after step, their gradients, and what becomes of running statistics. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { activation } from "../../src/nn/activation.ts";
import { batchNorm } from "../../src/nn/batch_norm.ts";
import { dense } from "../../src/nn/dense.ts";
import { residual } from "../../src/nn/elementwise.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layerNorm } from "../../src/nn/layer_norm.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { share } from "../../src/nn/network.ts";
import { sgd } from "../../src/optim/mod.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { predict } from "../../src/train/predict.ts";
import { loadModel, saveModel } from "../../src/train/saved.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { withTempFolder } from "../fixtures.ts";
import { assertNear, type Batch, runSteps, weightsWith, worstSlope } from "./layer_steps.ts";

/** What vectors/make_layers.py writes. */
interface Vectors {
  readonly batchNorm: readonly (Normalization & {
    readonly momentum: number;
    readonly evaluated: readonly number[];
  })[];
  readonly layerNorm: readonly Normalization[];
}

interface Normalization {
  readonly shape: readonly number[];
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  readonly steps: readonly (Batch & Readonly<Record<string, readonly number[]>>)[];
}

const VECTORS: Vectors = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/normalizations.json", import.meta.url)),
);
const ONE_THREAD = await wasmExecutor({ threads: 1 });
const TWO_THREADS = await wasmExecutor({ threads: 2, parallelFlops: 0 });
const WEBGPU = await webgpuOrSkip();
const REFERENCE = referenceExecutor();
const EXECUTORS: readonly (readonly [where: string, Executor, tolerance: number])[] = [
  ["the reference", REFERENCE, 1e-10],
  ["WASM", ONE_THREAD, 2e-5],
  ...(WEBGPU ? [["WebGPU", WEBGPU, 2e-5] as const] : []),
];

/** The layer of a vector as a model with its scale and shift; batches have a row more than the largest. */
function asModel(layer: Layer, { shape, scale, shift, steps }: Normalization) {
  const model = sequential(shape, [layer]);
  const weights = weightsWith(initializeWeights(model, 1), { scale, shift });
  return { model, weights, rows: 1 + Math.max(...steps.map(({ rows }) => rows)) };
}

for (const [where, executor, tolerance] of EXECUTORS) {
  for (const vector of VECTORS.batchNorm) {
    Deno.test(`batchNorm() of [${vector.shape}] on ${where} gives what PyTorch gives, step after step`, async () => {
      const { momentum, steps, evaluated } = vector, options = asModel(batchNorm({ momentum }), vector);
      const found = await runSteps(executor, options, steps);
      steps.forEach(({ rows, y, dX, dScale, dShift, mean, variance }, i) => {
        const answer = found.answers[i]!, pairs = { y, dX, mean, variance, dScale, dShift };
        const names = {
          mean: "batch_norm_1/mean",
          variance: "batch_norm_1/variance",
          dScale: "d batch_norm_1/scale",
          dShift: "d batch_norm_1/shift",
        };
        for (const [name, expected] of Object.entries(pairs)) {
          const label = names[name as keyof typeof names] ?? name;
          assertNear(answer[label]!, expected!, tolerance, `step ${i + 1} of ${rows} rows: ${name}`);
        }
      });
      assertNear(found.evaluated, evaluated, tolerance, "evaluated");
    });
  }

  for (const vector of VECTORS.layerNorm) {
    Deno.test(`layerNorm() of [${vector.shape}] on ${where} gives what PyTorch gives`, async () => {
      const found = await runSteps(executor, asModel(layerNorm(), vector), vector.steps);
      vector.steps.forEach(({ y, dX, dScale, dShift }, i) => {
        const answer = found.answers[i]!;
        assertNear(answer.y!, y!, tolerance, `step ${i + 1}: y`);
        assertNear(answer.dX!, dX!, tolerance, `step ${i + 1}: dX`);
        assertNear(answer["d layer_norm_1/scale"]!, dScale!, tolerance, `step ${i + 1}: dScale`);
        assertNear(answer["d layer_norm_1/shift"]!, dShift!, tolerance, `step ${i + 1}: dShift`);
      });
      assertNear(found.evaluated, vector.steps.at(-1)!.y!, tolerance, "evaluated");
    });
  }
}

const LAYERS: readonly (readonly [string, Layer, Normalization])[] = [
  ...VECTORS.batchNorm.map((vector) => [`batchNorm() of [${vector.shape}]`, batchNorm(), vector] as const),
  ...VECTORS.layerNorm.map((vector) => [`layerNorm() of [${vector.shape}]`, layerNorm(), vector] as const),
];

for (const [what, layer, vector] of LAYERS) {
  Deno.test(`${what} has the gradients that central differences show, in a short batch and frozen`, async () => {
    const options = asModel(layer, vector), [batch] = vector.steps;
    assert(batch!.rows < options.rows);
    const worst = await worstSlope(REFERENCE, options, batch!);
    assert(worst < 1e-6, `off by ${worst}`);
    const frozen = await worstSlope(REFERENCE, { ...options, frozen: [`${layer.kind}_1`] }, batch!);
    assert(frozen < 1e-6, `frozen: off by ${frozen}`);
  });

  Deno.test(`${what} on WASM gives the same bits with one thread and with two`, async () => {
    const options = asModel(layer, vector);
    assertEquals(
      await runSteps(TWO_THREADS, options, vector.steps),
      await runSteps(ONE_THREAD, options, vector.steps),
    );
  });

  Deno.test(`${what} does not look at the rows past the end of a short batch`, async () => {
    const options = asModel(layer, vector);
    for (const executor of [REFERENCE, ONE_THREAD]) {
      const [repeated, other] = [options, { ...options, filler: 100 }].map((one) =>
        runSteps(executor, one, vector.steps)
      );
      assertEquals((await other!).answers, (await repeated!).answers);
    }
  });
}

Deno.test("a frozen batchNorm() goes by its statistics and keeps them", async () => {
  const [vector] = VECTORS.batchNorm, options = asModel(batchNorm(), vector!);
  const weights = weightsWith(options.weights, { mean: [1, 2, 3, 4, 5], variance: [1, 4, 9, 16, 25] });
  const frozen = { ...options, weights, frozen: ["batch_norm_1"] };
  const { answers, evaluated } = await runSteps(REFERENCE, frozen, vector!.steps);
  for (const [i, { x }] of vector!.steps.entries()) {
    const expected = Array.from(x, (value, at) => {
      const c = at % 5;
      return (value - (c + 1)) / Math.sqrt((c + 1) ** 2 + 1e-5) * vector!.scale[c]! + vector!.shift[c]!;
    });
    assertNear(answers[i]!.y!, expected, 1e-12, `step ${i + 1}`);
    assertEquals([...answers[i]!["batch_norm_1/mean"]!], [1, 2, 3, 4, 5]);
    assertEquals([...answers[i]!["batch_norm_1/variance"]!], [1, 4, 9, 16, 25]);
  }
  assertEquals(evaluated, answers.at(-1)!.y);
});

Deno.test("a batchNorm() that is shared takes in what it sees at each use, one after another", async () => {
  const same = share(batchNorm({ momentum: 0.5 })), plus = activation((x) => x.add(8));
  const model = sequential(1, [same, plus, same]), weights = initializeWeights(model, 1);
  const batch: Batch = { rows: 2, x: [1, 3], seed: [1, 1] };
  const { answers } = await runSteps(REFERENCE, { model, weights, rows: 2 }, [batch]);
  // It sees 1 and 3, then 7 and 9: 0.5·(0.5·0 + 0.5·2) + 0.5·8.
  assertNear(answers[0]!["batch_norm_1/mean"]!, [4.5], 1e-4, "mean");
  assertEquals(model.states.length, 2);
});

Deno.test("a batch of one value a channel has no variance: batchNorm() keeps the one that it knows", async () => {
  const model = sequential(1, [batchNorm({ momentum: 0.5 })]), weights = initializeWeights(model, 1);
  const batch: Batch = { rows: 1, x: [4], seed: [1] };
  const { answers } = await runSteps(REFERENCE, { model, weights, rows: 3 }, [batch]);
  assertEquals([...answers[0]!["batch_norm_1/mean"]!], [2]);
  assertEquals([...answers[0]!["batch_norm_1/variance"]!], [1]);
});

Deno.test("batchNorm() and layerNorm() refuse settings that are out of range", () => {
  const sentenceOf = (work: () => unknown) => assertThrows(work, DescentError).message;
  assertEquals(
    [
      sentenceOf(() => batchNorm({ epsilon: 0 })),
      sentenceOf(() => batchNorm({ momentum: 2 })),
      sentenceOf(() => layerNorm({ epsilon: NaN })),
      sentenceOf(() => batchNorm({ eps: 1 } as never)),
    ],
    [
      "The epsilon of batchNorm() must be a positive number, got 0",
      "The momentum of batchNorm() must be from 0 to 1, got 2",
      "The epsilon of layerNorm() must be a positive number, got NaN",
      'batchNorm() has no option "eps": did you mean epsilon?',
    ],
  );
});

/** 22 rows in batches of 6: the last one has 4. */
function setOf(rows: number, phase: number) {
  const inputs = Float32Array.from({ length: rows * 5 }, (_, i) => 3 * Math.sin(1.1 * i + phase) + i % 5);
  return {
    inputs,
    inputShape: [5],
    targets: Float32Array.from({ length: rows }, (_, i) => Math.cos(i + phase)),
  };
}

const DATA = { train: setOf(22, 0), validation: setOf(9, 1), test: setOf(7, 2) };
const linear = (units: number) => dense(units, { activation: "identity" });
const MODEL = sequential(5, [
  linear(6),
  batchNorm(),
  activation("silu"),
  residual([linear(6), batchNorm({ momentum: 0.3 }), layerNorm()]),
  linear(1),
]);
const OPTIONS = {
  loss: meanSquaredError(),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  batch: 6,
  epochs: 4,
  executor: ONE_THREAD,
} satisfies FitOptions;

/** The values of a model that are no parameters. */
function statisticsOf({ states }: Model, weights: ReadonlyMap<string, Float32Array>) {
  return states.map(({ node }) => weights.get(node.label)!);
}

Deno.test("fit() keeps running statistics, which are saved with the weights and loaded", async () => {
  const trained = await fit(MODEL, DATA, OPTIONS), start = initializeWeights(MODEL, 1);
  assertEquals(MODEL.states.map(({ node }) => node.label), [
    "batch_norm_2/mean",
    "batch_norm_2/variance",
    "batch_norm_5/mean",
    "batch_norm_5/variance",
  ]);
  statisticsOf(MODEL, trained.weights).forEach((values, i) =>
    assert(values.every((value, at) => value !== statisticsOf(MODEL, start)[i]![at]))
  );
  await withTempFolder(async (folder) => {
    const path = join(folder, "model");
    await saveModel(path, trained);
    const loaded = await loadModel(path);
    assertEquals(loaded.weights, trained.weights);
    const rows = DATA.test.inputs;
    assertEquals(await predict(loaded, rows), await predict(trained, rows));
    // A row does not depend on those beside it.
    assertEquals(await predict(loaded, rows.slice(0, 5)), (await predict(trained, rows)).slice(0, 1));
  });
});

Deno.test("evaluation between epochs leaves running statistics as they are", async () => {
  const alone = await fit(MODEL, { train: DATA.train }, OPTIONS);
  const watched = await fit(MODEL, DATA, { ...OPTIONS, measureTest: true });
  assertEquals(watched.weights, alone.weights);
});

Deno.test("running statistics go on from a checkpoint, bit for bit, from within an epoch too", () =>
  withTempFolder(async (folder) => {
    const whole = await fit(MODEL, DATA, OPTIONS), path = join(folder, "checkpoint");
    await fit(MODEL, DATA, { ...OPTIONS, epochs: 2, checkpoint: { path } });
    assertEquals((await fit(MODEL, DATA, { ...OPTIONS, resume: path })).weights, whole.weights);
    const from = await fit(MODEL, DATA, { ...OPTIONS, epochs: 1 });
    assertEquals((await fit(MODEL, DATA, { ...OPTIONS, epochs: 3, from })).weights, whole.weights);
    // Within the second epoch of 4 steps: by this clock every step is slow, and fit() listens after each.
    const controller = new AbortController(), { now } = performance;
    let ms = 0, calls = 0;
    performance.now = () => ms += 60;
    try {
      const cut = await fit(MODEL, DATA, {
        ...OPTIONS,
        checkpoint: { path },
        signal: controller.signal,
        onSteps() {
          if (++calls === 6) controller.abort();
        },
      });
      assertEquals([cut.stopped, cut.history.length], ["interrupted", 1]);
    } finally {
      performance.now = now;
    }
    assertEquals((await fit(MODEL, DATA, { ...OPTIONS, resume: path })).weights, whole.weights);
  }));

Deno.test("early stopping puts the running statistics of the best epoch back", async () => {
  const stopping = { monitor: "val_loss", mode: "max", patience: 9, restoreBest: true } as const;
  const stopped = await fit(MODEL, DATA, { ...OPTIONS, stopping });
  const losses = stopped.history.map(({ valLoss }) => valLoss!);
  const best = losses.indexOf(Math.max(...losses)) + 1;
  assert(best < OPTIONS.epochs, "the last epoch is the best");
  assertEquals(stopped.weights, (await fit(MODEL, DATA, { ...OPTIONS, epochs: best })).weights);
});

Deno.test("fit() leaves the statistics and the scale of a frozen batchNorm() alone, and goes by them", async () => {
  const { weights } = await fit(MODEL, DATA, OPTIONS);
  const later = await fit(MODEL, DATA, { ...OPTIONS, weights, frozen: ["batch_norm_2"] });
  const partsOf = (name: string, of: ReadonlyMap<string, Float32Array>) =>
    ["scale", "shift", "mean", "variance"].map((part) => of.get(`${name}/${part}`)!);
  assertEquals(partsOf("batch_norm_2", later.weights), partsOf("batch_norm_2", weights));
  partsOf("batch_norm_5", later.weights).forEach((values, i) =>
    assertNotEquals(values, partsOf("batch_norm_5", weights)[i])
  );
  // Where its statistics are others, training goes another way.
  const moved = new Map(weights).set("batch_norm_2/mean", new Float32Array(sizeOf([6])));
  const other = await fit(MODEL, DATA, { ...OPTIONS, weights: moved, frozen: ["batch_norm_2"] });
  assertNotEquals(other.weights.get("dense_1/weights"), later.weights.get("dense_1/weights"));
});

Deno.test("a batch of the whole set trains to the same bits without rewrites", async () => {
  const options = { ...OPTIONS, batch: 22, epochs: 3 };
  const off = ["hoist", "pool", "bytes", "lists", "sgd"] as const;
  assertEquals(
    (await fit(MODEL, DATA, { ...options, off })).weights,
    (await fit(MODEL, DATA, options)).weights,
  );
});
