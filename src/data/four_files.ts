/** The four IDX files of a set: images and labels to train on, and to test with. */
import { require } from "../core/errors.ts";
import { formatShape, sameShape } from "../core/tensor.ts";
import type { NdArray } from "./elements.ts";

/** One of the four. */
export interface FileSpec {
  readonly part: "train" | "test";
  readonly kind: "images" | "labels";
}

/** A file that was read. */
export interface LoadedIdx {
  /** What messages call it. */
  readonly path: string;
  readonly idx: NdArray;
}

/** Images and their labels, row by row. */
export interface FilePair<T> {
  readonly images: T;
  readonly labels: T;
}

/** What `load` gives of the four files, which fit together. */
export interface FourFiles<T> {
  readonly train: FilePair<T>;
  readonly test: FilePair<T>;
}

/** Reads the four files, one after the other so that the first mistake is always the one reported. */
export async function loadFour<T extends LoadedIdx>(
  load: (spec: FileSpec) => Promise<T>,
): Promise<FourFiles<T>> {
  const trainImages = await load({ part: "train", kind: "images" });
  const trainLabels = await load({ part: "train", kind: "labels" });
  const testImages = await load({ part: "test", kind: "images" });
  const testLabels = await load({ part: "test", kind: "labels" });
  requirePair(trainImages, trainLabels);
  requirePair(testImages, testLabels);
  const trainSize = trainImages.idx.shape.slice(1), testSize = testImages.idx.shape.slice(1);
  require(
    sameShape(trainSize, testSize),
    () =>
      `Images of ${trainImages.path} are ${formatShape(trainSize)}, but those of ${testImages.path} are ` +
      `${formatShape(testSize)}; both must have one size`,
  );
  return {
    train: { images: trainImages, labels: trainLabels },
    test: { images: testImages, labels: testLabels },
  };
}

function requirePair(images: LoadedIdx, labels: LoadedIdx): void {
  const imageRows = images.idx.shape[0], labelRows = labels.idx.shape[0];
  require(
    imageRows === labelRows,
    () =>
      `${images.path} holds ${imageRows} images, but ${labels.path} holds ${labelRows} labels; every image needs one label`,
  );
}
