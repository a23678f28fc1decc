/** Pre-training as a run: layer after layer, what is measured of them, and a folder that later runs start from. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Splits } from "../../src/data/mnist.ts";
import type { Choice } from "../../src/exec/choose.ts";
import { countParameters } from "../../src/nn/model.ts";
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import type { RunSummary } from "../../src/runs/run.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { type Pretrained, pretrainLayers } from "../../src/train/pretrain.ts";
import { encodeModel } from "../../src/train/saved.ts";
import { checkFirstStep } from "../plan.ts";
import { inRun } from "../run_folder.ts";
import { duration, type Screen, shortNumber } from "../screen.ts";
import { runRecord, trainStage } from "../train_run.ts";
import type { RunOptions } from "../training.ts";
import {
  asNumbers,
  type LayerMeasures,
  meanOf,
  meanSquaredError,
  measureLayers,
  outputsOf,
  sharpnessOf,
} from "./measures.ts";
import { layerTraining, pretrainOptions, publishedFor, stackFor } from "./prepare.ts";
import { kindOf, SDAE_RECIPES, type SdaeSettings } from "./sdae.ts";

/**
 * Of one layer, in `summary.json`. All losses are sums over an image's values in nats, in the mean over images; those of
 * a layer that was interrupted in its first epoch are null there.
 */
export type LayerSummary = {
  /** From 1. */
  readonly layer: number;
  readonly inputs: number;
  readonly units: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly stopped: string;
  /** Over the last epoch while it trained, with corruption. */
  readonly loss: number;
  /** What the sparsity adds to it; absent without one. */
  readonly penalty?: number;
  /** The least sum of both in an epoch: what the report's curves show and mark. */
  readonly lowest: { readonly cost: number; readonly epoch: number };
  /** Mean entropy of what it reconstructs, on the training images; `excess` is `loss` less this. */
  readonly targetEntropy: number;
  readonly excess: number;
  /** After training, without corruption unless the report's quirks leave it on. */
  readonly train: number;
  readonly test: number;
  /** Over all units and training images. */
  readonly meanActivation: number;
};

/** What is left of a pre-training in memory. */
export interface PretrainingRun {
  readonly summary: RunSummary;
  readonly path: string;
  readonly interrupted: boolean;
}

/** Trains the layers and writes the run folder. */
export async function runPretraining(
  settings: SdaeSettings,
  data: Splits,
  { choice, screen, options, check = false }: {
    readonly choice: Choice;
    readonly screen: Screen;
    readonly options: RunOptions & { readonly group?: string };
    /** Replay the first step of each layer on the reference before it is trained. */
    readonly check?: boolean;
  },
): Promise<PretrainingRun> {
  const { executor } = choice, { seed, group } = options, stack = stackFor(settings, data);
  const name = SDAE_RECIPES[kindOf(settings)].pretrain;
  const record = await runRecord(
    { ...layerTraining(settings, data, { name: "", model: stack, options: {} }), name },
    choice,
    group,
  );
  const ended = await inRun(options.out, { name, seed, record }, async (run) => {
    let layer = 0;
    const pretrained = await pretrainLayers(stack, data, {
      ...pretrainOptions(settings, data, seed),
      executor,
      async train(task) {
        const training = layerTraining(settings, data, task), { model } = task;
        const [units] = model.layers.at(-2)!.built.outputShape;
        screen.say(`\nLayer ${++layer} of ${settings.arch.length}: ${sizeOf(model.inputShape)}-${units}`);
        if (check) screen.say(await checkFirstStep(training, executor, options));
        const result = await trainStage(training, {
          run,
          executor,
          screen,
          options,
          stage: `layer ${layer}`,
        });
        screen.say(endedLine(result));
        return result;
      },
    });
    const measures = await measureLayers(pretrained.encoder, data.train, executor);
    const reconstructions = await outputsOf(pretrained.autoencoder, data.test.images, executor);
    const summary = summarize(run.id, settings, data, {
      pretrained,
      measures,
      reconstructions,
      seed,
      backend: executor.name,
    });
    await run.writeFile(
      "model.safetensors",
      encodeModel(pretrained.autoencoder, { run: run.id, experiment: name }),
    );
    await run.writeJson("summary.json", summary);
    // Loaded only now: drawing takes a moment to start.
    const { pretrainingFigures } = await import("./pretraining_figures.ts");
    const { writeFigures } = await import("../figures.ts");
    const shown = { settings, data, measures, seed, executor };
    await writeFigures(run, await pretrainingFigures(pretrained, shown));
    return { value: summary, interrupted: pretrained.stopped === "interrupted" };
  });
  return { summary: ended.value, path: ended.path, interrupted: ended.interrupted };
}

function endedLine({ history, seconds, stopped }: FitResult): string {
  const { length } = history, last = history.at(-1);
  return `${length} epoch${length === 1 ? "" : "s"} in ${duration(seconds)} (${stopped})${
    last
      ? `: loss ${shortNumber(last.loss)}${
        last.penalty === undefined ? "" : `, penalty ${shortNumber(last.penalty)}`
      }`
      : ""
  }`;
}

/** The cost of an epoch as the report's curves show it: the loss and the penalty. */
export function costOf({ loss, penalty = 0 }: { readonly loss: number; readonly penalty?: number }): number {
  return loss + penalty;
}

function summarize(
  run: string,
  settings: SdaeSettings,
  data: Splits,
  { pretrained, measures, reconstructions, seed, backend }: {
    readonly pretrained: Pretrained;
    readonly measures: readonly LayerMeasures[];
    readonly reconstructions: Float32Array;
    readonly seed: number;
    readonly backend: string;
  },
): RunSummary {
  const { layers, stopped, autoencoder } = pretrained,
    { pretrain, published } = SDAE_RECIPES[kindOf(settings)];
  const { images, imageShape, rows } = data.test, originals = asNumbers(images);
  return {
    run,
    experiment: pretrain,
    epochs: layers.reduce((sum, { result }) => sum + result.history.length, 0),
    seconds: layers.reduce((sum, { result }) => sum + result.seconds, 0),
    stopped,
    backend,
    seed,
    parameters: countParameters(autoencoder.model),
    layers: layers.map(({ result }, i) => toJson(layerSummary(i, result, measures[i]!))),
    reconstruction: {
      images: rows,
      meanSquaredError: meanSquaredError(reconstructions, images),
      // Of the originals' mean squared difference of neighbouring pixels.
      sharpness: sharpnessOf(reconstructions, imageShape) / sharpnessOf(originals, imageShape),
    },
    published: toJsonOrNull(publishedFor(settings, data, published.pretrain)),
  };
}

function toJsonOrNull(value: object | null): JsonObject | null {
  return value && toJson(value);
}

function layerSummary(
  i: number,
  { model, history, seconds, stopped, results }: FitResult,
  { targetEntropy, activations }: LayerMeasures,
): LayerSummary {
  const { loss = NaN, penalty } = history.at(-1) ?? {};
  const lowest = history.reduce<LayerSummary["lowest"]>(
    (least, record) => costOf(record) < least.cost ? { cost: costOf(record), epoch: record.epoch } : least,
    { cost: Infinity, epoch: 0 },
  );
  return {
    layer: i + 1,
    inputs: sizeOf(model.inputShape),
    units: activations.length,
    epochs: history.length,
    seconds,
    stopped,
    loss,
    ...(penalty !== undefined && { penalty }),
    lowest,
    targetEntropy,
    excess: loss - targetEntropy,
    train: results.train!.loss,
    test: results.test!.loss,
    meanActivation: meanOf(activations),
  };
}
