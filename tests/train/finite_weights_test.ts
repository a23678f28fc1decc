/** Weights that are NaN or infinite: nothing starts from them, uses them, keeps them or calls them healthy. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { findNotFinite, initializeWeights, sequential, type Weights } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/mod.ts";
import { firstLayers, joinModels } from "../../src/train/compose.ts";
import { fit } from "../../src/train/fit.ts";
import { classify, evaluate, layerOutputs } from "../../src/train/predict.ts";
import { encodeModel, loadModel, saveModel } from "../../src/train/saved.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const MODEL = sequential(64, [dense(12, { activation: "relu" }), dense(5)]);
/** Images of 8 × 8 pixels whose first pixel is black in every set: kernels that skip zeros never read its weights. */
const DATA: ImageSplits = await withTempFolder(async (folder) => {
  const options = { train: 150, t10k: 40, size: 8, classes: [0, 1, 2, 3, 4] };
  const data = await selectImages({
    data: await writeIdxFolder(folder, options),
    first: { train: 100, validation: 50, test: 40 },
  });
  const darken = (set: ImageSet): ImageSet => ({
    ...set,
    inputs: set.inputs.map((pixel, i) => i % 64 === 0 ? 0 : pixel),
  });
  return {
    ...data,
    train: darken(data.train),
    validation: darken(data.validation),
    test: darken(data.test),
  };
});

function weightsWith(name: string, at: number, value: number): Weights {
  const weights = new Map(initializeWeights(MODEL, 1));
  weights.set(name, weights.get(name)!.map((old, i) => i === at ? value : old));
  return weights;
}

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

function onEachBackend(name: string, body: (executor: Executor) => Promise<void>): void {
  Deno.test(`${name}, on the reference`, () => body(referenceExecutor()));
  Deno.test(`${name}, on WASM`, async () => await body(await wasmExecutor({ threads: 2 })));
  gpuTest(`${name}, on WebGPU`, async (open) => await body(await open()));
}

Deno.test("findNotFinite() finds the first value that is not finite, at each place of any number of values", () => {
  for (const columns of [1, 2, 3, 4, 5, 7]) {
    for (const value of [NaN, Infinity, -Infinity]) {
      for (let at = 0; at < 3 * columns; at++) {
        const values = new Float32Array(3 * columns).fill(3.4028234663852886e38);
        assertEquals(findNotFinite(values, [3, columns]), undefined);
        values[at] = value;
        const place = `[${Math.floor(at / columns)},${at % columns}]`;
        assertEquals(findNotFinite(values, [3, columns]), `${value} at ${place}`);
      }
    }
  }
  assertEquals(findNotFinite(Float32Array.of(1, -0, Infinity, NaN), [4]), "Infinity at [2]");
});

const WRONG = [
  ["dense_1/weights", 3, NaN, "NaN at [0,3]"],
  ["dense_1/weights", 64 * 12 - 1, Infinity, "Infinity at [63,11]"],
  ["dense_2/bias", 4, -Infinity, "-Infinity at [4]"],
] as const;

for (const [name, at, value, place] of WRONG) {
  Deno.test(`nothing takes weights with ${place} of "${name}", and each says where it is`, async () => {
    const trained = { model: MODEL, weights: weightsWith(name, at, value) }, executor = referenceExecutor();
    const healthy = { model: MODEL, weights: initializeWeights(MODEL, 1) };
    const { inputs } = DATA.test;
    const top = sequential(5, [dense(5)]);
    const uses: readonly (readonly [string, () => unknown])[] = [
      ["evaluate", () => evaluate(trained, DATA.test, { executor })],
      ["classify", () => classify(trained, inputs, { executor })],
      ["layerOutputs", () => layerOutputs(trained, inputs, { executor, layers: ["dense_1"] })],
      ["fit", () => fit(MODEL, DATA, { executor, weights: trained.weights })],
      ["fit behind it", () => fit(top, DATA, { executor, encoder: trained })],
      ["saveModel", () => saveModel("never written", trained)],
      ["encodeModel", () => encodeModel(trained)],
      ["firstLayers", () => firstLayers(trained, 1)],
      ["joinModels", () => joinModels(trained, { model: top, weights: initializeWeights(top, 1) })],
    ];
    for (const [title, use] of uses) {
      const error = await assertRejects(async () => await use(), DescentError, undefined, title);
      assert(error.message.startsWith(`"${name}" is ${place} and no finite number: `), error.message);
    }
    await withTempFolder(async (folder) => {
      const path = join(folder, "model.safetensors");
      await Deno.writeFile(path, ruined(encodeModel(healthy), { name, at, value }));
      assertMatch(await sentenceOf(() => loadModel(path)), new RegExp(`^${path}: "${name}" is -?(NaN|Inf)`));
    });
  });
}

/** A model's file with one value overwritten. */
function ruined(
  bytes: Uint8Array,
  { name, at, value }: { readonly name: string; readonly at: number; readonly value: number },
): Uint8Array {
  const view = new DataView(bytes.buffer), start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  view.setFloat32(start + header[name].data_offsets[0] + 4 * at, value, true);
  return bytes;
}

onEachBackend(
  "a weight that overflows where no image has light ends training with a sentence",
  async (executor) => {
    // Each step multiplies every weight by about -2; the largest is under the black pixel, and infinite at once.
    const optimizer = sgd({ learningRate: 0.01, weightDecay: 300 });
    const options = {
      executor,
      optimizer,
      batch: 25,
      epochs: 1,
      weights: weightsWith("dense_1/weights", 3, 3e38),
    };
    const losses: number[] = [];
    const sentence = await sentenceOf(() =>
      fit(MODEL, DATA, { ...options, onEpoch: ({ loss, valLoss }) => void losses.push(loss, valLoss!) })
    );
    if (executor.name === "webgpu") {
      // There the loss shows it too, and comes first.
      assertMatch(
        sentence,
        /^The (validation )?loss became NaN in epoch 1(, at step \d of 4)?: |^"dense_1\/weights" is /,
      );
      return;
    }
    // The reference has not overflowed in float64; WASM has, and passes over the weight: no loss shows it.
    assertEquals(losses.map(Number.isFinite), [true, true]);
    assertMatch(
      sentence,
      /^"dense_1\/weights" is (NaN|-?Infinity) at \[0,3\] after 4 steps: the steps are too large; try a tenth of /,
    );
  },
);

Deno.test("a run whose hidden weights overflow after its best epoch is not called healthy either", async () => {
  const executor = await wasmExecutor({ threads: 1 });
  // The weights that early stopping puts back are finite still.
  const optimizer = sgd({ learningRate: 0.01, weightDecay: 300 });
  const weights = weightsWith("dense_1/weights", 3, 1e35);
  const stopping = { monitor: "val_loss", patience: 9, restoreBest: true } as const;
  const sentence = await sentenceOf(() =>
    fit(MODEL, DATA, { executor, optimizer, batch: 100, epochs: 6, weights, stopping })
  );
  assertMatch(sentence, /^"dense_1\/weights" is (NaN|-?Infinity) at \[0,3\] after \d steps: /);
});

Deno.test("finite weights at the ends of float32 are weights like others", async () => {
  const model = sequential(3, [dense(2)]);
  const weights = new Map([
    ["dense_1/weights", Float32Array.of(1e-45, -1e-45, 3.4028234663852886e38, -0, 0, 1)],
    ["dense_1/bias", new Float32Array(2)],
  ]);
  await withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await saveModel(path, { model, weights });
    assertEquals((await loadModel(path)).weights, weights);
  });
});
