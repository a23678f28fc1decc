/** What `onEpoch` can do: read the weights, and end the training. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { sequential, type Weights } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/mod.ts";
import { type EpochControls, fit, type FitOptions } from "../../src/train/fit.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 100 training, 50 validation and 50 test images of 8 × 8 pixels. */
const DATA = await withTempFolder(async (folder): Promise<ImageSplits> => {
  await writeIdxFolder(folder, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
  return await selectImages({ data: folder, perClass: { train: 20, validation: 10, test: 10 } });
});
const MODEL = sequential(64, [dense(12, { activation: "relu" }), dense(5)]);
const OPTIONS = { optimizer: adam({ learningRate: 0.01 }), epochs: 4 } satisfies FitOptions;

async function weightsAreOfTheEpoch(executor: Executor): Promise<void> {
  const read: Weights[] = [];
  const whole = await fit(MODEL, DATA, {
    ...OPTIONS,
    executor,
    onEpoch: async (_, { weights }) => void read.push(await weights()),
  });
  for (const epochs of [1, 2, 3]) {
    const { weights } = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs });
    assertEquals(read[epochs - 1], weights, `after epoch ${epochs}`);
  }
  // Reading changed nothing.
  assertEquals(read[3], whole.weights);
  assertEquals((await fit(MODEL, DATA, { ...OPTIONS, executor })).weights, whole.weights);
}

Deno.test("weights() in onEpoch gives those after the epoch, a copy, on the reference", async () => {
  await weightsAreOfTheEpoch(referenceExecutor());
});

Deno.test("weights() in onEpoch gives those after the epoch, a copy, on WASM", async () => {
  const executor = await wasmExecutor({ threads: 2 });
  await weightsAreOfTheEpoch(executor);
  executor.close();
});

gpuTest("weights() in onEpoch gives those after the epoch, a copy, on WebGPU", async (open) => {
  await weightsAreOfTheEpoch(await open());
});

Deno.test("stop() in onEpoch ends training after that epoch, with what follows a training", async () => {
  const executor = referenceExecutor();
  for (const last of [2, 4]) {
    const asked = await fit(MODEL, DATA, {
      ...OPTIONS,
      executor,
      onEpoch: ({ epoch }, { stop }) => epoch === last ? stop() : undefined,
    });
    const short = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: last });
    assertEquals([asked.stopped, asked.history.length], ["asked", last]);
    assertEquals([asked.weights, asked.results], [short.weights, short.results]);
  }
});

Deno.test("stop() keeps what early stopping puts back, and called later it ends the epoch under way", async () => {
  const executor = referenceExecutor();
  const { restoredEpoch, stopped } = await fit(MODEL, DATA, {
    ...OPTIONS,
    executor,
    stopping: { monitor: "val_loss", minDelta: 100, patience: 9, restoreBest: true },
    onEpoch: ({ epoch }, { stop }) => epoch === 3 ? stop() : undefined,
  });
  assertEquals([stopped, restoredEpoch], ["asked", 1]);
  let controls: EpochControls | undefined;
  const later = await fit(MODEL, DATA, {
    ...OPTIONS,
    executor,
    onEpoch: (_, given) => void (controls ??= given),
    onSteps: () => controls?.stop(),
  });
  assertEquals([later.stopped, later.history.length], ["asked", 2]);
});

Deno.test("weights() refuses to give others than those of its epoch", async () => {
  const early: (() => Promise<Weights>)[] = [];
  await fit(MODEL, DATA, {
    ...OPTIONS,
    executor: referenceExecutor(),
    async onEpoch({ epoch }, { weights }) {
      early.push(weights);
      if (epoch === 1) return;
      await assertRejects(
        early[0]!,
        DescentError,
        "weights() gives those of epoch 1, which onEpoch has returned from: await them within it",
      );
    },
  });
  assert(early.length === 4);
  await assertRejects(early[3]!, DescentError, "weights() gives those of epoch 4");
});
