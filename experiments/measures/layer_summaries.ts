/** What `summary.json` says of layers that were trained one after another. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { TableOptions } from "../../src/core/text_table.ts";
import { numberOf, objectOf } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Likeness } from "./digit_likeness.ts";
import { type LayerMeasures, meanOf } from "./stacked_layers.ts";

/**
 * Of one layer, in `summary.json`. All losses are sums over an image's values in nats, in the mean over images.
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
  /** Of the first layer's weight images: how much they look like digits; see `digitLikeness`. */
  readonly likeness?: Likeness;
};

/** The cost of an epoch as the report's curves show it: the loss and the penalty. */
export function costOf({ loss, penalty = 0 }: { readonly loss: number; readonly penalty?: number }): number {
  return loss + penalty;
}

/** Position counts from 0. */
export function layerSummary(
  i: number,
  { model, history, seconds, stopped, results }: FitResult,
  { targetEntropy, activations }: LayerMeasures,
  likeness?: Likeness,
): LayerSummary {
  const { loss, penalty } = history.at(-1)!;
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
    ...(likeness && { likeness }),
  };
}

/** A row per layer: losses in nats per image, beside those that are printed of this very run. */
export function layerTable(layers: readonly LayerSummary[], published: JsonObject | null): TableOptions {
  const isSparse = layers.some(({ penalty }) => penalty !== undefined);
  const printed = layers.map(({ layer }) =>
    numberOf(objectOf(objectOf(published?.layers)[layer]).loss)?.toString() ?? ""
  );
  const hasPrinted = printed.some((text) => text !== "");
  const number = (value: number | undefined) => value?.toFixed(2) ?? "–";
  const columns = [
    "layer",
    "units",
    "loss",
    ...(hasPrinted ? ["published"] : []),
    ...(isSparse ? ["penalty"] : []),
    "entropy of target",
    "excess",
    "test",
    "mean activation",
  ];
  return {
    columns: columns.map((label) => ({ label, align: "right" as const })),
    rows: layers.map((one, i) => [
      one.layer,
      one.units,
      number(one.loss),
      ...(hasPrinted ? [printed[i]!] : []),
      ...(isSparse ? [number(one.penalty)] : []),
      number(one.targetEntropy),
      number(one.excess),
      number(one.test),
      one.meanActivation.toFixed(3),
    ]),
  };
}
