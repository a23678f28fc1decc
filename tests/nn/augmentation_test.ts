/** The layer of augmentation: when it works, what it refuses, how it is saved, and what training with it gives. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { augmentation, type AugmentationOptions } from "../../src/nn/augmentation.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { adam } from "../../src/optim/adam.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { evaluate, predict } from "../../src/train/predict.ts";
import { loadModel, saveModel } from "../../src/train/saved.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { withTempFolder } from "../fixtures.ts";

const ALL = { shift: [1, 2], flip: "both", rotate: 20, zoom: 0.1, fill: 0.25 } satisfies AugmentationOptions;
const DATA = await selectImages({ perClass: { train: 20, validation: 5, test: 100 } });

/** A small classifier of digits behind some layers. */
function digits(...before: readonly Layer[]): Model {
  return sequential([28, 28], [...before, flatten(), dense(32, { activation: "relu" }), dense(10)]);
}

async function trained(model: Model, options: FitOptions) {
  return await fit(model, DATA, { optimizer: adam({ learningRate: 2e-3 }), batch: 20, ...options });
}

Deno.test("augmentation() is one op while training, and nothing at evaluation or where nothing was asked for", () => {
  const x = leaf("input", "x", [4, 8, 8, 3]), model = sequential([8, 8, 3], [augmentation(ALL)]);
  const y = model.apply(x, { training: true });
  assertEquals([y.op.name, y.label, y.type.shape], ["augment", "augmentation_1", [4, 8, 8, 3]]);
  assert(model.apply(x) === x);
  for (const options of [undefined, {}, { shift: 0, rotate: 0, zoom: 0, flip: "none", fill: 1 } as const]) {
    assert(sequential([8, 8, 3], [augmentation(options)]).apply(x, { training: true }) === x);
  }
  // Another place in the model is another lane, and so another draw.
  const second = sequential([8, 8, 3], [augmentation(ALL), augmentation(ALL)]).apply(x, { training: true });
  assertEquals([second.attrs.lane, second.inputs[0]!.attrs.lane], [1, 0]);
});

Deno.test("augmentation() takes one shift for both ways, or [vertical, horizontal]", () => {
  assertEquals(augmentation({ shift: 3 }).config, augmentation({ shift: [3, 3] }).config);
  const { shiftY, shiftX } = augmentation({ shift: [1, 2] }).config;
  assertEquals([shiftY, shiftX], [1, 2]);
});

Deno.test("augmentation() refuses settings that cannot be, with their value", () => {
  const cases: readonly (readonly [options: unknown, sentence: string])[] = [
    [{ shift: -1 }, "of 0 or more, or two, [vertical, horizontal], got -1"],
    [{ shift: 0.1 }, "The shift of augmentation() must be a whole number of pixels"],
    [{ shift: [1, 2, 3] }, "[vertical, horizontal], got [1,2,3]"],
    [{ flip: "left" }, 'Unknown flip "left": choose from none, horizontal, vertical, both'],
    [{ flip: true }, "Unknown flip true: choose from none, horizontal, vertical, both"],
    [{ rotate: -5 }, "The rotation of augmentation() must be degrees from 0 to 180, got -5"],
    [{ rotate: 181 }, "The rotation of augmentation() must be degrees from 0 to 180, got 181"],
    [{ rotate: NaN }, "The rotation of augmentation() must be degrees from 0 to 180, got NaN"],
    [{ zoom: 1 }, "The zoom of augmentation() must be at least 0 and below 1, such as 0.1, got 1"],
    [{ zoom: "0.1" }, 'such as 0.1, got "0.1"'],
    [{ fill: Infinity }, "The fill of augmentation() must be a finite number, got Infinity"],
    [{ rotated: 5 }, 'augmentation() has no option "rotated": did you mean rotate?'],
    [{ scale: 0.1 }, 'augmentation() has no option "scale": it takes shift, flip, rotate, zoom, fill'],
    [2, "augmentation() takes options by name, { shift, flip, rotate, zoom, fill }, got 2"],
  ];
  for (const [options, sentence] of cases) {
    assertThrows(() => augmentation(options as AugmentationOptions), DescentError, sentence);
  }
});

Deno.test("augmentation() refuses rows that are no images, and shifts that leave nothing of one", () => {
  assertThrows(
    () => sequential(784, [augmentation({ shift: 1 })]),
    DescentError,
    'Layer "augmentation_1" (augmentation) cannot take rows of shape [784]: it needs images [height,width] or ' +
      "[height,width,channels]",
  );
  for (const shift of [[8, 0], [0, 6]] as const) {
    assertThrows(
      () => sequential([8, 6], [augmentation({ shift })]),
      DescentError,
      `it needs images larger than its shift [${shift}]`,
    );
  }
  sequential([8, 6], [augmentation({ shift: [7, 5] })]);
});

Deno.test("layers that are trained before an augmentation are refused, and frozen ones are not", async () => {
  const model = sequential([28, 28], [
    conv2d(2, 5, { activation: "relu" }),
    augmentation({ shift: 1 }),
    flatten(),
    dense(10),
  ]);
  const options = { executor: referenceExecutor(), epochs: 1, batch: 200 };
  let sentence = "";
  await trained(model, options).catch(({ message }) => sentence = message);
  assert(sentence.startsWith("Cannot differentiate through augment f32[200,24,24,2]"), sentence);
  assert(sentence.endsWith("freeze what is before it, or leave it out"), sentence);
  const { history } = await trained(model, { ...options, frozen: ["conv2d_1"] });
  assertEquals(history.length, 1);
});

Deno.test("a model with augmentation is rebuilt from its description, and from its file, where it does nothing", async () => {
  const model = digits(augmentation(ALL)), weights = initializeWeights(model, 1);
  const rebuilt = modelFromConfig(JSON.parse(JSON.stringify(modelConfig(model))));
  assertEquals(modelConfig(rebuilt), modelConfig(model));
  const executor = await wasmExecutor({ threads: 1 });
  await withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await saveModel(path, { model, weights });
    const loaded = await loadModel(path);
    assertEquals(modelConfig(loaded.model), modelConfig(model));
    // Without the layer, names are others and values the same.
    const plain = digits(), values = [...weights.values()];
    const same = new Map(plain.parameters.map(({ node }, i) => [node.label, values[i]!]));
    const images = Uint8Array.from({ length: 5 * 784 }, (_, i) => i % 251);
    assertEquals(
      await predict(loaded, images, { executor }),
      await predict({ model: plain, weights: same }, images, { executor }),
    );
  });
  executor.close();
});

Deno.test("training with augmentation is the same for one thread and two, and goes on as if it had not stopped", async () => {
  const model = digits(augmentation(ALL)), one = await wasmExecutor({ threads: 1 });
  const two = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  const whole = await trained(model, { executor: one, epochs: 4 });
  assertEquals((await trained(model, { executor: two, epochs: 4 })).weights, whole.weights);
  const half = await trained(model, { executor: one, epochs: 2 });
  assertEquals((await trained(model, { executor: one, epochs: 2, from: half })).weights, whole.weights);
  one.close();
  two.close();
});

Deno.test("training with augmentation is the same on every executor, but for rounding", async () => {
  const model = digits(augmentation(ALL)), webgpu = await webgpuOrSkip();
  const lossOn = async (executor: Executor) =>
    (await trained(model, { executor, epochs: 1 })).history[0]!.loss;
  const expected = await lossOn(referenceExecutor());
  const wasm = await wasmExecutor({ threads: 1 });
  for (const executor of [wasm, ...(webgpu ? [webgpu] : [])]) {
    const loss = await lossOn(executor);
    assert(Math.abs(loss - expected) < 1e-4, `${executor.name}: ${loss}, not ${expected}`);
  }
  wasm.close();
});

Deno.test("200 digits teach more with augmentation than without: at least 3 points of accuracy on 1,000 others", async () => {
  const executor = await wasmExecutor({ threads: 1 }), moves = { shift: 2, rotate: 10, zoom: 0.1 };
  for (const seed of [1, 2]) {
    const accuracyOf = async (model: Model) => {
      const result = await trained(model, { executor, epochs: 200, seed });
      return (await evaluate(result, DATA.test, { executor })).accuracy!;
    };
    const plain = await accuracyOf(digits()), augmented = await accuracyOf(digits(augmentation(moves)));
    assert(augmented > plain + 0.03, `seed ${seed}: ${augmented} with, ${plain} without`);
  }
  executor.close();
});
