/** Everything that is measured of a pre-trained stack, once. */
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { TableOptions } from "../../src/core/text_table.ts";
import { countParameters } from "../../src/nn/model.ts";
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Pretrained } from "../../src/train/pretrain.ts";
import { likenessOf } from "./digit_likeness.ts";
import { layerSummary, layerTable } from "./layer_summaries.ts";
import {
  asNumbers,
  denseLayers,
  type LayerMeasures,
  meanSquaredError,
  measureLayers,
  outputsOf,
  sharpnessOf,
  weightImages,
} from "./stacked_layers.ts";

/** For the summary, for people, and for the figures. */
export interface StackMeasures {
  readonly summary: JsonObject;
  readonly words: readonly TableOptions[];
  readonly measures: readonly LayerMeasures[];
}

export async function measureStack(
  { encoder, autoencoder }: Pick<Pretrained, "encoder" | "autoencoder">,
  results: readonly FitResult[],
  { data, executor, published }: {
    readonly data: ImageSplits;
    readonly executor: Executor;
    /** What the reports print of this run, at the paths of its summary. */
    readonly published: JsonObject | null;
  },
): Promise<StackMeasures> {
  const { train, test: { inputs, inputShape, rows } } = data;
  const measures = await measureLayers(encoder, train, executor);
  const reconstructions = await outputsOf(autoencoder, inputs, executor);
  const likeness = likenessOf(weightImages(encoder, denseLayers(encoder)[0]!), train);
  const layers = results.map((result, i) =>
    layerSummary(i, result, measures[i]!, i === 0 ? likeness : undefined)
  );
  return {
    measures,
    words: [layerTable(layers, published)],
    summary: {
      parameters: countParameters(autoencoder.model),
      layers: layers.map((layer) => toJson(layer)),
      reconstruction: {
        images: rows,
        meanSquaredError: meanSquaredError(reconstructions, inputs),
        // Of the originals' mean squared difference of neighbouring pixels.
        sharpness: sharpnessOf(reconstructions, inputShape) / sharpnessOf(asNumbers(inputs), inputShape),
      },
    },
  };
}
