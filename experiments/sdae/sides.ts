/** What the plain and the sparse layers are compared by. */
import { normal, STREAM } from "../../src/core/random.ts";
import type { DataSet, Splits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { TrainedRun } from "../train_run.ts";
import type { Side } from "./claims.ts";
import type { Pretraining } from "./from.ts";
import { denseLayers, measureLayers, weightImages } from "./measures.ts";
import type { SdaeKind } from "./sdae.ts";

/** Images that weight images are held against. */
const HELD_AGAINST = 500;

export async function measureSide(
  { kind, pretraining, classifier, data, executor }: {
    readonly kind: SdaeKind;
    readonly pretraining: Pretraining;
    readonly classifier: TrainedRun;
    readonly data: Splits;
    readonly executor: Executor;
  },
): Promise<Side> {
  const { encoder } = pretraining, measures = await measureLayers(encoder, data.train, executor);
  const [first] = denseLayers(encoder);
  return {
    kind,
    pretraining,
    classifier,
    activations: measures.map(({ activations }) => activations),
    likeness: digitLikeness(weightImages(encoder, first!), data.train),
  };
}

/** How much each weight image looks like a digit: its largest correlation with one of the first 500 training images. */
export function digitLikeness(
  weights: readonly Float32Array[],
  { images, rows }: DataSet,
): readonly number[] {
  const pixels = images.length / rows, count = Math.min(rows, HELD_AGAINST);
  const digits = Array.from(
    { length: count },
    (_, i) => centred(Float32Array.from(images.subarray(i * pixels, (i + 1) * pixels))),
  );
  return weights.map((image) => {
    const direction = centred(image);
    return digits.reduce((most, digit) => Math.max(most, product(direction, digit)), -1);
  });
}

/** The same of images of noise: what chance gives. */
export function likenessOfNoise(set: DataSet, count: number): readonly number[] {
  const pixels = set.images.length / set.rows;
  const images = Array.from(
    { length: count },
    (_, lane) => Float32Array.from(normal(pixels, { seed: 1, stream: STREAM.weights, lane })),
  );
  return digitLikeness(images, set);
}

/** Less its mean, and of length 1. */
function centred(image: Float32Array): Float32Array {
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  const away = image.map((value) => value - mean), length = Math.hypot(...away);
  return length === 0 ? away : away.map((value) => value / length);
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
