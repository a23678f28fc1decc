/** What a trained convolutional network shows beyond its scores: when it reached 96%, which kernels are dead, what moves. */
import type { ImageSet } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { EpochRecord, FitResult } from "../../src/train/fit.ts";
import {
  inactive,
  inactiveMaps,
  largestAnswers,
  shiftChanges,
  type ShownInput,
  shownInputs,
} from "./feature_maps.ts";

/** The test accuracy by which the report tells convergence. */
export const TARGET_ACCURACY = 0.96;
/** Test images that are shown, as in the report. */
const SHOWN_IMAGES = 2;
/** Epochs at the end over which the accuracy is averaged: the level at which the curve ends, with less of its ups and downs. */
const LEVEL_EPOCHS = 10;

/** The first epoch after which the test accuracy was at least 96%; `undefined` if there was none. */
export function epochsToTarget(
  history: readonly Pick<EpochRecord, "epoch" | "testAccuracy">[],
): number | undefined {
  return history.find(({ testAccuracy }) => testAccuracy !== undefined && testAccuracy >= TARGET_ACCURACY)
    ?.epoch;
}

/** What was found, once: for the summary, for people, and for the figures. */
export interface KernelFindings {
  readonly summary: JsonObject;
  readonly words: readonly string[];
  /** The test images that are shown, with their maps. */
  readonly inputs: readonly ShownInput[];
}

/** Counts dead kernels on the test set and on the images that are shown, and measures how maps move with the images. */
export async function kernelFindings(
  result: FitResult,
  test: ImageSet,
  executor: Executor,
): Promise<KernelFindings> {
  const reached = epochsToTarget(result.history);
  const dead = (await largestAnswers(result, test, executor)).map(({ name, largest }) => ({
    name,
    kernels: largest.length,
    dead: inactive(largest),
  }));
  const inputs = await shownInputs(result, test, { count: SHOWN_IMAGES, executor });
  const described = inputs.map(describeInput);
  const most = (layer: string) =>
    Math.max(
      0,
      ...inputs.map((input) => kernelLayers(input).find(({ name }) => name === layer)?.inactive.length ?? 0),
    );
  return {
    inputs,
    summary: {
      epochsTo96: reached ?? null,
      levelAccuracy: levelOf(result.history),
      deadKernels: {
        images: test.rows,
        ...Object.fromEntries(dead.map(({ name, kernels, dead }) => [name, { kernels, dead }])),
      },
      dead: Object.fromEntries(dead.map(({ name, dead }) => [name, dead.length])),
      inactiveMaps: Object.fromEntries(dead.map(({ name }) => [name, most(name)])),
      inputs: described,
      shift: await shiftChanges(result, test, executor),
    },
    words: [
      reached === undefined
        ? `Test accuracy never reached ${TARGET_ACCURACY}`
        : `Test accuracy reached ${TARGET_ACCURACY} after epoch ${reached}`,
      `Dead kernels (never active on the ${test.rows.toLocaleString("en")} test images): ${
        dead.map(({ name, kernels, dead }) => inWords(name, dead, kernels)).join("; ")
      }`,
      ...inputs.map((input) =>
        `Inactive for test image ${input.row + 1} (${input.label}, taken for ${input.predicted}): ${
          kernelLayers(input).map(({ name, shape, inactive }) => inWords(name, inactive, shape.at(-1)!)).join(
            "; ",
          )
        }`
      ),
    ],
  };
}

/** Mean test accuracy of the last epochs; null where it was not measured. */
function levelOf(history: readonly Pick<EpochRecord, "testAccuracy">[]): number | null {
  const last = history.slice(-LEVEL_EPOCHS).flatMap(({ testAccuracy }) => testAccuracy ?? []);
  return last.length === 0 ? null : last.reduce((sum, value) => sum + value, 0) / last.length;
}

function kernelLayers({ layers }: ShownInput) {
  return layers.filter(({ name }) => name.startsWith("C")).map((layer) => ({
    ...layer,
    inactive: inactiveMaps(layer),
  }));
}

function describeInput(input: ShownInput): JsonObject {
  const { row, label, predicted } = input;
  const layers = kernelLayers(input).map(({ name, inactive }) => [name, inactive]);
  return { row, label, predicted, inactive: Object.fromEntries(layers) };
}

function inWords(name: string, positions: readonly number[], all: number): string {
  return `${name} ${positions.length === 0 ? "none" : positions.length} of ${all}${
    positions.length === 0 ? "" : ` (${positions.join(", ")})`
  }`;
}
