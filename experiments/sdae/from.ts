/** Going on from a pre-training run's folder: `--from runs/<id>`. */
import { join } from "node:path";
import { DescentError, UsageError } from "../../src/core/errors.ts";
import type { Splits } from "../../src/data/mnist.ts";
import { isJsonObject, type Json, type JsonObject, toJson } from "../../src/runs/json.ts";
import type { RunSummary } from "../../src/runs/layout.ts";
import { readRun, type RunFolder } from "../../src/runs/read.ts";
import { firstLayers } from "../../src/train/compose.ts";
import { loadModel, type Trained } from "../../src/train/saved.ts";
import { costOf, type LayerSummary } from "./pretraining.ts";
import { kindOf, SDAE_INITIALIZERS, SDAE_RECIPES, type SdaeKind, type SdaeSettings } from "./sdae.ts";

/** A finished pre-training, as its folder tells it. */
export interface Pretraining {
  readonly path: string;
  readonly id: string;
  readonly seed: number;
  readonly settings: SdaeSettings;
  readonly summary: RunSummary;
  readonly layers: readonly LayerSummary[];
  /** Costs of each layer, epoch after epoch. */
  readonly histories: readonly (readonly LayerEpoch[])[];
  /** The layers and their decoders. */
  readonly autoencoder: Trained;
  readonly encoder: Trained;
  /** What its run.json says of the images. */
  readonly data: JsonObject;
}

/** An epoch of a layer. */
export interface LayerEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly penalty?: number;
  /** Both together. */
  readonly cost: number;
}

/** What is asked of a pre-training that is gone on from: settings that were given must be its own. */
export interface Wanted {
  readonly flag: string;
  readonly kind: SdaeKind;
  readonly given: Partial<SdaeSettings>;
}

/** Settings that layers keep for ever; the others are of one training. */
const OF_LAYERS = ["arch", "noise", "initializer", "beta", "rho", "full", "paperQuirks"] as const;

/** Reads a pre-training's folder; throws when it is none, did not finish, or is not what is wanted. */
export async function readPretraining(path: string, { flag, kind, given }: Wanted): Promise<Pretraining> {
  const run = await readRun(path), names = Object.values(SDAE_RECIPES).map(({ pretrain }) => pretrain);
  const { info, summary, state } = run, settings = info?.settings, layers = summary?.layers;
  const isPretraining = names.some((name) => name === info?.experiment);
  if (!isPretraining || !isSettings(settings) || !Array.isArray(layers) || !layers.every(isLayerSummary)) {
    throw new UsageError(
      `${flag} takes the folder of a run of ${names.join(" or ")}, ${path} is ${
        isPretraining
          ? "damaged or has not ended"
          : `of ${info?.experiment === undefined ? "no experiment" : info.experiment}`
      }`,
    );
  }
  if (state !== "finished") {
    throw new UsageError(
      `${flag}: the pre-training in ${path} is ${state}, not finished: leave ${flag} out to train its layers anew`,
    );
  }
  if (kindOf(settings) !== kind) {
    throw new UsageError(
      `${flag}: the layers in ${path} were trained ${
        kind === "sparse" ? "without" : "with"
      } a penalty for sparse codes: give the folder of a ${SDAE_RECIPES[kind].pretrain} run`,
    );
  }
  for (const key of OF_LAYERS) {
    if (given[key] === undefined || `${given[key]}` === `${settings[key]}`) continue;
    throw new UsageError(
      `${flag}: the layers in ${path} were trained with ${key} ${settings[key]}, not ${
        given[key]
      }: leave the option out`,
    );
  }
  const autoencoder = await loadModel(join(path, "model.safetensors"));
  return {
    path,
    id: info!.id,
    seed: info!.seed,
    settings,
    summary: summary!,
    layers,
    histories: layers.map(({ layer }) => epochsOf(run, layer)),
    autoencoder,
    encoder: firstLayers(
      autoencoder,
      autoencoder.model.layers.findIndex(({ layer }) => layer.kind === "tied_dense"),
    ),
    data: objectOf(info!.data),
  };
}

/** Refuses images other than those that the layers were trained on. */
export function checkSameImages(
  { path, data: { from: _, ...before } }: Pretraining,
  { source, train }: Splits,
  flag: string,
): void {
  const { from: __, ...now } = toJson({ ...source, digits: train.classes });
  if (JSON.stringify(now) !== JSON.stringify(before)) {
    throw new DescentError(
      `${flag}: the layers in ${path} were trained on other images; give the same --data, --digits and --full`,
    );
  }
}

function epochsOf({ metrics }: RunFolder, layer: number): readonly LayerEpoch[] {
  return metrics.flatMap(({ stage, epoch, loss, penalty }) => {
    if (stage !== `layer ${layer}` || typeof epoch !== "number" || typeof loss !== "number") return [];
    const own = { epoch, loss, ...(typeof penalty === "number" && { penalty }) };
    return [{ ...own, cost: costOf(own) }];
  });
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function isSettings(value: unknown): value is SdaeSettings & JsonObject {
  if (!isJsonObject(value)) return false;
  const {
    arch,
    initializer,
    full,
    paperQuirks,
    learningRate,
    momentum,
    batch,
    epochs,
    noise,
    beta,
    rho,
  } = value;
  return Array.isArray(arch) && arch.every((units) => typeof units === "number") &&
    SDAE_INITIALIZERS.some((known) => known === initializer) && typeof full === "boolean" &&
    typeof paperQuirks === "boolean" &&
    [learningRate, momentum, batch, epochs, noise, beta, rho].every((one) => typeof one === "number");
}

function isLayerSummary(value: unknown): value is LayerSummary {
  if (!isJsonObject(value)) return false;
  const { layer, inputs, units, epochs, seconds, loss, targetEntropy, train, test, meanActivation, lowest } =
    value;
  return isJsonObject(lowest) &&
    [layer, inputs, units, epochs, seconds, loss, targetEntropy, train, test, meanActivation]
      .every((one) => typeof one === "number");
}
