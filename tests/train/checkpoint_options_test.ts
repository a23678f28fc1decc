/** Checkpoints of trainings on any data by any loss: going on equals not stopping, and in no other training. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { normal, STREAM } from "../../src/core/random.ts";
import type { DataSet, Splits } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import type { Loss } from "../../src/nn/loss.ts";
import {
  binaryCrossEntropy,
  huber,
  meanSquaredError,
  reconstructionError,
  sumOfLosses,
} from "../../src/nn/losses.ts";
import { sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/adam.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { reduceOnPlateau } from "../../src/train/plateau.ts";
import { cosineDecay, warmUp } from "../../src/train/schedule.ts";
import { everyExecutor } from "../ops/forward.ts";
import { withTempFolder } from "../fixtures.ts";
import { resultOf } from "./streams.ts";

const EXECUTORS = [...await everyExecutor(), await wasmExecutor({ threads: 2 })];
const ROWS = 30;
const MODEL = sequential(4, [dense(6, { activation: "relu" }), dropout(0.2), dense(4)]);
const OPTIONS = { batch: 8, epochs: 3, optimizer: adam({ learningRate: 0.01 }) } satisfies FitOptions;

const FLOATS = Float32Array.from(normal(4 * ROWS, { seed: 1, stream: STREAM.test }));
const BYTES = Uint8Array.from(FLOATS, (value) => 128 + 30 * value);
const CLASSES = Uint8Array.from({ length: ROWS }, (_, row) => row % 4);
const VALUES = FLOATS.map((value) => 1 / (1 + Math.exp(-value)));
const WEIGHTS = Float32Array.from({ length: ROWS }, (_, row) => row % 3);

function setOf(more: Partial<DataSet> = {}): DataSet {
  return { inputs: FLOATS, inputShape: [4], targets: CLASSES, ...more };
}

const TRAININGS: readonly (readonly [Partial<DataSet>, FitOptions])[] = [
  [
    { weights: WEIGHTS },
    {
      loss: crossEntropy({ classWeights: [1, 2, 3, 4], labelSmoothing: 0.1, ignore: 2 }),
      schedule: warmUp({ over: 5, per: "step", then: cosineDecay({ over: 3 }) }),
    },
  ],
  [{ targets: VALUES }, { loss: sumOfLosses([[meanSquaredError(), 1], [huber(), 2]]), clip: { norm: 0.5 } }],
  [{ targets: VALUES, inputs: BYTES, scaling: { scale: 1 / 30, offset: -4 } }, {
    loss: binaryCrossEntropy(),
    dropLast: true,
  }],
  [
    { targets: undefined, weights: WEIGHTS },
    {
      loss: reconstructionError(),
      stopping: { monitor: "val_loss", patience: 9, restoreBest: true },
      schedule: reduceOnPlateau({ patience: 0, threshold: 1 }),
    },
  ],
];

async function goingOnIsNotStopping(
  executor: Executor,
  more: Partial<DataSet>,
  options: FitOptions,
): Promise<void> {
  const set = setOf(more), data: Splits = { train: set, validation: set };
  const all = { ...OPTIONS, ...options, executor, evaluate: ["validation"] } satisfies FitOptions;
  const whole = await fit(MODEL, data, all);
  await withTempFolder(async (folder) => {
    const path = join(folder, "checkpoint"),
      first = await fit(MODEL, data, { ...all, epochs: 1, checkpoint: { path } });
    assertEquals(first.history.length, 1);
    const rest = await fit(MODEL, data, { ...all, resume: path });
    assertEquals(resultOf(rest), resultOf(whole), options.loss!.name);
  });
}

for (const [i, [more, options]] of TRAININGS.entries()) {
  Deno.test(`training by ${options.loss!.name} goes on from a checkpoint to the same bits`, async () => {
    for (const executor of EXECUTORS) {
      if (executor.name !== "webgpu" || i === 0) await goingOnIsNotStopping(executor, more, options);
    }
  });
}

Deno.test("a checkpoint goes on with the data, weights, scaling and loss that it is of, and says which is another", async () => {
  const executor = EXECUTORS[0]!, scaling = { scale: 1 / 30, offset: -4 };
  const bytes: DataSet = { ...setOf(), inputs: BYTES, scaling, weights: WEIGHTS };
  const loss = crossEntropy({ classWeights: [1, 2, 3, 4], labelSmoothing: 0.1 });
  const options = { ...OPTIONS, executor, loss };
  await withTempFolder(async (folder) => {
    const path = join(folder, "checkpoint");
    await fit(MODEL, { train: bytes }, { ...options, epochs: 1, checkpoint: { path } });
    const changed = <T extends Uint8Array | Float32Array>(values: T): T =>
      values.map((value, i) => i === 7 ? 1 : value) as T;
    const { weights: _, ...unweighed } = bytes, { scaling: __, ...plain } = bytes;
    const sets: DataSet[] = [
      { ...bytes, inputs: changed(BYTES) },
      { ...bytes, targets: changed(CLASSES) },
      { ...bytes, weights: changed(WEIGHTS).fill(5, 7, 8) },
      { ...bytes, scaling: { scale: 1 / 30, offset: -5 } },
      unweighed,
      plain,
    ];
    for (const train of sets) {
      const { message } = await assertRejects(
        () => fit(MODEL, { train }, { ...options, resume: path }),
        DescentError,
      );
      assertMatch(message, /is of another training, with data [0-9a-f]{16} instead of [0-9a-f]{16}$/);
    }
    const losses: [Loss, string][] = [
      [
        crossEntropy({ classWeights: [1, 2, 3, 5], labelSmoothing: 0.1 }),
        'with loss …ntropy {"classWeights":[1,2,3,4],"labelSmoothing":0.1} instead of …ntropy {"classWeights":[1,2,3,5],"labelSmoothing":0.1}',
      ],
      [
        crossEntropy({ classWeights: [1, 2, 3, 4], labelSmoothing: 0.2 }),
        "instead of ",
      ],
      [crossEntropy(), "instead of "],
      [sumOfLosses([[crossEntropy(), 1]]), "instead of "],
    ];
    for (const [other, words] of losses) {
      const { message } = await assertRejects(
        () => fit(MODEL, { train: bytes }, { ...options, loss: other, resume: path }),
        DescentError,
        words,
      );
      assertMatch(message, /is of another training, with loss /);
    }
    assertEquals((await fit(MODEL, { train: bytes }, { ...options, resume: path })).history.length, 3);
  });
});

Deno.test.afterAll(() => {
  for (const executor of EXECUTORS) executor.close();
});
