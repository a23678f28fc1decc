/** What a trained network shows beyond its scores: when it reached 96%, and which kernels are dead. */
import type { EpochRecord, FitResult } from "../../src/train/fit.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { Splits } from "../../src/data/mnist.ts";
import type { Findings, TrainingContext } from "../training.ts";
import { inactive, inactiveMaps, largestAnswers, type ShownInput, shownInputs } from "./maps.ts";

/** The test accuracy by which the report tells convergence. */
export const TARGET_ACCURACY = 0.96;
/** Test images that are shown, as in the report. */
export const SHOWN_IMAGES = 2;

/** The first epoch after which the test accuracy was at least 96%; `undefined` if there was none. */
export function epochsToTarget(
  history: readonly Pick<EpochRecord, "epoch" | "testAccuracy">[],
): number | undefined {
  return history.find(({ testAccuracy }) => testAccuracy !== undefined && testAccuracy >= TARGET_ACCURACY)
    ?.epoch;
}

/** Counts dead kernels on the test set and on the images that are shown. */
export async function cnnFindings(
  result: FitResult,
  { test }: Splits,
  { executor }: TrainingContext,
): Promise<Findings> {
  const reached = epochsToTarget(result.history);
  const dead = (await largestAnswers(result, test, executor)).map(({ name, largest }) => ({
    name,
    kernels: largest.length,
    dead: inactive(largest),
  }));
  const inputs = await shownInputs(result, test, { count: SHOWN_IMAGES, executor });
  return {
    summary: {
      epochsTo96: reached ?? null,
      deadKernels: {
        images: test.rows,
        ...Object.fromEntries(dead.map(({ name, kernels, dead }) => [name, { kernels, dead }])),
      },
      inputs: inputs.map(describeInput),
    },
    words: [
      reached === undefined
        ? `Test accuracy never reached ${TARGET_ACCURACY}`
        : `Test accuracy reached ${TARGET_ACCURACY} after epoch ${reached}`,
      `Dead kernels (never active on the ${test.rows.toLocaleString("en")} test images): ${
        dead.map(({ name, kernels, dead }) => inWords(name, dead, kernels)).join("; ")
      }`,
      ...inputs.map((input) =>
        `Inactive for test image ${input.row + 1}, a ${input.label} taken for a ${input.predicted}: ${
          kernelLayers(input).map(({ name, shape, inactive }) => inWords(name, inactive, shape.at(-1)!)).join(
            "; ",
          )
        }`
      ),
    ],
  };
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
