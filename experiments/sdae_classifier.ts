/** The classifier that Report B, part B, fine-tunes on its pre-trained layers: those of the folder of a run. */
import { UsageError } from "../src/core/errors.ts";
import type { ImageSplits } from "../src/data/mnist.ts";
import { dense } from "../src/nn/dense.ts";
import { initializeWeights, sequential } from "../src/nn/model.ts";
import { numberOf, objectOf, savedSha256, wordOf } from "../src/runs/facts.ts";
import { MODEL_FILE } from "../src/runs/layout.ts";
import { type Json, type JsonObject, toJson } from "../src/runs/json.ts";
import type { RunFolder } from "../src/runs/read.ts";
import { firstLayers, joinModels } from "../src/train/compose.ts";
import type { FitResult } from "../src/train/fit.ts";
import type { Trained } from "../src/train/saved.ts";
import type { MeasureContext, Prepared, Training } from "./lab/experiment.ts";
import { networkName } from "./lab/network_name.ts";
import { readings } from "./measures/readings.ts";
import {
  commonTraining,
  kindOf,
  SDAE_INITIALIZERS,
  SDAE_PRETRAININGS,
  SDAE_TITLES,
  type SdaeKind,
  sdaeLayers,
  type SdaeSettings,
} from "./sdae_model.ts";

/** Settings that layers keep for ever; the others are of one training. */
export const OF_LAYERS = ["arch", "noise", "initializer", "beta", "rho", "full", "paperQuirks"] as const;

/** The settings with what the layers of a folder were trained with; throws when they cannot be gone on from. */
export function adoptLayers(
  settings: SdaeSettings,
  { path, info, state, summary }: RunFolder,
  kind: SdaeKind,
): SdaeSettings {
  const names: readonly string[] = Object.values(SDAE_PRETRAININGS);
  const name = SDAE_PRETRAININGS[kind];
  const experiment = wordOf(info?.experiment) ?? "no experiment";
  if (!names.includes(experiment)) {
    throw new UsageError(`--from takes the folder of a run of ${name}, ${path} is of ${experiment}`);
  }
  const anew = "leave --from out to train its layers anew";
  if (state !== "finished") {
    throw new UsageError(`--from: the pre-training in ${path} is ${state}, not finished: ${anew}`);
  }
  const had = layerSettings(objectOf(info?.settings));
  const isWhole = Array.isArray(summary?.layers) && savedSha256(info, MODEL_FILE) !== null;
  if (had === undefined || !isWhole) {
    throw new UsageError(`--from: the pre-training in ${path} is damaged: ${anew}`);
  }
  if (kindOf(had) !== kind) {
    throw new UsageError(
      `--from: the layers in ${path} were trained ${
        kind === "sparse" ? "without" : "with"
      } a penalty for sparse codes: give the folder of a ${name} run`,
    );
  }
  return { ...settings, ...had };
}

/** What layers were trained with, as `run.json` tells it; undefined where it does not. */
function layerSettings(
  { arch, noise, initializer: named, beta, rho, full, paperQuirks }: JsonObject,
): Pick<SdaeSettings, typeof OF_LAYERS[number]> | undefined {
  const initializer = SDAE_INITIALIZERS.find((known) => known === named);
  if (
    !isWidths(arch) || initializer === undefined || typeof noise !== "number" || typeof beta !== "number" ||
    typeof rho !== "number" || typeof full !== "boolean" || typeof paperQuirks !== "boolean"
  ) return undefined;
  return { arch, noise, initializer, beta, rho, full, paperQuirks };
}

function isWidths(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((units) => typeof units === "number");
}

/** The layers as they start: with these the classifier's plan is shown, and no run is trained. */
export function freshLayers(settings: SdaeSettings, { train }: ImageSplits, seed: number): Trained {
  const { names, next, assemble } = sdaeLayers(settings, train, seed);
  const layers: Trained[] = [];
  for (const _ of names) layers.push(next(layers));
  return assemble(layers).autoencoder;
}

/** The classifier on top of trained layers, all of which it trains on. */
export function prepareClassifier(
  settings: SdaeSettings,
  data: ImageSplits,
  { kind, seed, autoencoder, from }: {
    readonly kind: SdaeKind;
    readonly seed: number;
    /** The layers and their decoders. */
    readonly autoencoder: Trained;
    /** The run that they are from. */
    readonly from?: RunFolder;
  },
): Prepared {
  const { momentum, initializer } = settings;
  const { classNames } = data.train;
  const encoder = firstLayers(
    autoencoder,
    autoencoder.model.layers.findIndex(({ layer }) => layer.kind === "tied_dense"),
  );
  // The report draws the weights of all layers by one function.
  const output = dense(classNames.length, { initializer });
  const top = sequential(encoder.model.outputShape, [output]);
  const training: Training = {
    ...commonTraining(settings, data.train),
    ...joinModels(encoder, { model: top, weights: initializeWeights(top, seed) }),
    measureTest: true,
  };
  return {
    title: `gradient descent, all layers trained${momentum > 0 ? `, momentum ${momentum}` : ""}`,
    stages: [{ name: null, training: () => training }],
    measure: ([result], context) => measureClassifier(result!, data, { kind, autoencoder, from, context }),
  };
}

async function measureClassifier(
  result: FitResult,
  data: ImageSplits,
  { kind, autoencoder, from, context }: {
    readonly kind: SdaeKind;
    readonly autoencoder: Trained;
    readonly from: RunFolder | undefined;
    readonly context: MeasureContext;
  },
) {
  const { executor, seed, published } = context;
  const read = await readings(result, autoencoder, data, executor);
  const { agreement, accuracy, originals } = read;
  return {
    summary: {
      ...(from && { pretraining: { run: from.id, seed: from.info!.seed } }),
      reconstructions: toJson({ images: originals.length, agreement, accuracy }),
    },
    words: [
      ...(from ? [`Layers from ${from.id}`] : []),
      `Test images and their reconstructions taken for the same digit: ${(100 * agreement).toFixed(1)}%; ` +
      `reconstructions taken for the right one: ${(100 * accuracy).toFixed(1)}%`,
    ],
    models: { "model.safetensors": result },
    async figures() {
      const { fineTuningFigures } = await import("./figures/fine_tuning_figures.ts");
      return await fineTuningFigures(result, {
        network: `${networkName(result.model)}, ${SDAE_TITLES[kind].classify}`,
        seed,
        data,
        executor,
        autoencoder,
        read,
        published: numberOf(objectOf(published?.test).accuracy) ?? undefined,
      });
    },
  };
}
