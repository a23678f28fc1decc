/** The codes of the test images in three numbers each, with the images themselves: for a view that turns. */
import { pca, projectOnto } from "../../src/data/pca.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { compressPng } from "../../src/plot/pixels.ts";
import { toCsv } from "../../src/core/text_table.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { classify } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";

const CODES_FILE = "latent/codes.csv";
const IMAGES_FILE = "latent/images.png";
const AXES = ["x", "y", "z"] as const;

/** What a run keeps of its codes: files, and what `summary.json` says of them. */
export interface LatentCodes {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly summary: JsonObject;
}

/**
 * `latent/codes.csv` (position in the test set, digit, predicted digit, coordinates along the first three principal
 * components of the codes) and `latent/images.png` (the images in that order, row after row). `codes` are dense
 * [images, columns].
 */
export async function latentCodes(
  test: ImageSet,
  { codes, classifier, executor }: {
    readonly codes: Float32Array;
    readonly classifier: Trained;
    readonly executor: Executor;
  },
): Promise<LatentCodes> {
  const columns = codes.length / test.rows;
  const fitted = pca(codes, { columns });
  const { variances } = fitted;
  const count = Math.min(AXES.length, columns);
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  const first = {
    ...fitted,
    components: fitted.components.subarray(0, count * columns),
    variances: variances.subarray(0, count),
  };
  const points = projectOnto(first, codes);
  const predicted = (await classify(classifier, test.inputs, { executor })).classes;
  const rows = Array.from(test.targets, (label, i) => [
    i,
    test.classNames[label],
    test.classNames[predicted[i]!],
    ...AXES.map((_, axis) => axis < count ? Number(points[i * count + axis]!.toPrecision(6)) : 0),
  ]);
  const sheet = spriteOf(test);
  const [height, width] = test.inputShape;
  return {
    files: {
      [CODES_FILE]: toCsv([["index", "label", "predicted", ...AXES], ...rows]),
      [IMAGES_FILE]: await compressPng(sheet.bytes, sheet.width, sheet.height),
    },
    summary: {
      codes: CODES_FILE,
      images: { file: IMAGES_FILE, columns: sheet.columns, width: width!, height: height! },
      // Shares of the variance of the codes that the three coordinates hold.
      variance: Array.from(first.variances, (variance) => total === 0 ? 0 : variance / total),
    },
  };
}

/** All images on one sheet, about as wide as high: image i in row ⌊i/columns⌋ and column i mod columns. */
function spriteOf({ inputs, rows, inputShape: [high, wide] }: ImageSet) {
  const columns = Math.ceil(Math.sqrt(rows)),
    width = columns * wide!,
    height = Math.ceil(rows / columns) * high!;
  const bytes = new Uint8Array(width * height);
  for (let i = 0; i < rows; i++) {
    const left = (i % columns) * wide!, top = Math.floor(i / columns) * high!;
    for (let y = 0; y < high!; y++) {
      const from = (i * high! + y) * wide!;
      bytes.set(inputs.subarray(from, from + wide!), (top + y) * width + left);
    }
  }
  return { bytes, width, height, columns };
}
