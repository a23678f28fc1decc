/** Figures of one pre-training: learning curves, weights, activations, reconstructions, how sparse the codes are. */
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { curves, type Figure, histogram } from "../../src/plot/mod.ts";
import { type Tile, tiles } from "../../src/plot/tiles.ts";
import { tilePanels } from "../../src/plot/panels.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Pretrained } from "../../src/train/pretrain.ts";
import {
  asNumbers,
  denseLayers,
  type LayerMeasures,
  meanOf,
  shownImages,
  sidesOf,
  weightImages,
} from "../measures/stacked_layers.ts";
import { costOf } from "../measures/layer_summaries.ts";
import { endedInWords } from "./training_figures.ts";

export const LOSS_LABEL = "Summed cross-entropy per image (nats)";
/** Weight images in a figure, as in the report. */
const WEIGHTS = 100;

/** The layers, with their decoders, and how each was trained. */
export interface TrainedStack extends Pick<Pretrained, "encoder" | "autoencoder"> {
  readonly results: readonly FitResult[];
}

/** What the figures are made of besides the layers. */
export interface Shown {
  /** `Q1, plain`. */
  readonly title: string;
  /** Of the penalty for codes that are not sparse, where there is one: the wanted mean activation. */
  readonly rho: number | undefined;
  readonly data: ImageSplits;
  readonly measures: readonly LayerMeasures[];
  readonly seed: number;
  readonly executor: Executor;
}

export async function stackFigures(pretrained: TrainedStack, shown: Shown): Promise<readonly Figure[]> {
  const { encoder, autoencoder, results } = pretrained;
  const { data: { test }, seed, executor } = shown;
  const names = denseLayers(encoder);
  const { images } = shownImages(test, seed);
  const last = autoencoder.model.layers.at(-1)!.name;
  const outputs = await layerOutputs(autoencoder, images, { layers: [...names, last], executor });
  return [
    ...results.map((result, i) => learningCurve(result, i, shown)),
    excessFigure(pretrained, shown),
    ...names.map((name, i) => weightFigure(pretrained, name, i, shown)),
    reconstructionFigure(asNumbers(images), outputs.get(last)!, shown),
    ...names.map((name, i) => activationFigure(outputs.get(name)!, i, shown)),
    activationHistogram(shown),
  ];
}

function subtitleOf({ title, seed }: Shown): string {
  return `${title}, seed ${seed}`;
}

/** The cost of a layer's epochs with its least one marked; with a penalty, what it is made of. */
function learningCurve(result: FitResult, i: number, shown: Shown): Figure {
  const { history } = result;
  const x = history.map(({ epoch }) => epoch);
  const costs = history.map(costOf);
  const isSparse = shown.rho !== undefined;
  const least = Math.min(...costs);
  return curves(
    isSparse
      ? [
        { label: "with the penalty", role: "train", x, y: costs },
        { label: "without the penalty", x, y: history.map(({ loss }) => loss) },
      ]
      : [{ label: "train", role: "train", x, y: costs }],
    {
      name: `learning_curve_${i + 1}`,
      title: `Learning curve of layer ${i + 1}`,
      subtitle: `${shown.title}; ${endedInWords(result, { network: layerName(result), seed: shown.seed })}`,
      xLabel: "Epoch",
      yLabel: LOSS_LABEL,
      marks: history.length === 0 ? [] : [{
        x: x[costs.indexOf(least)]!,
        label: `least: ${least.toFixed(1)} at epoch ${x[costs.indexOf(least)]}`,
      }],
    },
  );
}

/** `784-900-784`. */
function layerName({ model }: FitResult): string {
  const code = model.layers.at(-2)!.built.outputShape;
  return [model.inputShape, code, model.outputShape].map((shape) => shape.join("×")).join("-");
}

/** What is left of the losses when the entropy of what is reconstructed is taken off: no code could go below zero. */
function excessFigure({ results }: TrainedStack, shown: Shown): Figure {
  return curves(
    results.map(({ history }, i) => ({
      label: `layer ${i + 1}`,
      x: history.map(({ epoch }) => epoch),
      y: history.map(({ loss }) => loss - shown.measures[i]!.targetEntropy),
    })),
    {
      name: "excess_loss",
      title: "Loss above the entropy of its target",
      subtitle: `${subtitleOf(shown)}; entropies ${
        shown.measures.map(({ targetEntropy }) => targetEntropy.toFixed(1)).join(", ")
      } nats${shown.rho !== undefined ? "; without the penalty" : ""}`,
      xLabel: "Epoch",
      yLabel: "Excess cross-entropy per image (nats)",
      yScale: "log",
    },
  );
}

function weightFigure({ encoder }: TrainedStack, name: string, i: number, shown: Shown): Figure {
  const images = weightImages(encoder, name, WEIGHTS);
  const [height, width] = sidesOf(images[0]!.length);
  const units = encoder.weights.get(`${name}/bias`)!.length;
  return tiles({
    name: `weights_${i + 1}`,
    title: `Weights of layer ${i + 1}, w/‖w‖`,
    subtitle: `${subtitleOf(shown)}; ${
      images.length === units ? `all ${units}` : `first ${images.length} of ${units}`
    } units, the ${images[0]!.length} inputs of each as ${height}×${width}`,
    columns: 10,
    scale: "diverging",
    domain: robustDomain(images),
    images: images.map((pixels): Tile => ({ pixels, width, height })),
  });
}

/** Ends of one scale about zero: of a hundred values 99 lie within, so that single ones do not bleach the others. */
function robustDomain(images: readonly Float32Array[]): readonly [number, number] {
  const sizes = Float32Array.from(images.flatMap((image) => Array.from(image, Math.abs))).sort();
  const end = sizes[Math.floor(0.99 * (sizes.length - 1))] || 1;
  return [-end, end];
}

/** Rows of values as images. */
export function tilesOf(
  values: Float32Array,
  [height, width]: readonly number[],
  labels: readonly string[] = [],
): readonly Tile[] {
  const size = height! * width!;
  return Array.from({ length: values.length / size }, (_, i) => ({
    pixels: values.subarray(i * size, (i + 1) * size),
    width: width!,
    height: height!,
    ...(labels[i] !== undefined && { label: labels[i]! }),
  }));
}

function reconstructionFigure(originals: Float32Array, reconstructions: Float32Array, shown: Shown): Figure {
  const { inputShape } = shown.data.test;
  const common = { columns: 10, scale: "ink", domain: [0, 1] } as const;
  const count = originals.length / (inputShape[0]! * inputShape[1]!);
  return tilePanels({
    name: "reconstructions",
    title: "Test images and their reconstructions",
    subtitle: `${subtitleOf(shown)}; through all ${shown.measures.length} layers and back`,
    panels: [
      { ...common, title: `${count} test images`, images: tilesOf(originals, inputShape) },
      { ...common, title: "Reconstructions", images: tilesOf(reconstructions, inputShape) },
    ],
  });
}

function activationFigure(codes: Float32Array, i: number, shown: Shown): Figure {
  const units = shown.measures[i]!.activations.length;
  const sides = sidesOf(units);
  return tiles({
    name: `activations_${i + 1}`,
    title: `Activations of layer ${i + 1}`,
    subtitle:
      `${subtitleOf(shown)}; ${units} units as ${sides.join("×")} for each of the same test images; ` +
      `white 0, black 1; mean ${meanOf(codes).toFixed(3)}`,
    columns: 10,
    scale: "ink",
    domain: [0, 1],
    images: tilesOf(codes, sides),
  });
}

function activationHistogram(shown: Shown): Figure {
  const { rho, measures, data: { train } } = shown;
  return histogram(measures.map(({ activations }, i) => ({ label: `layer ${i + 1}`, values: activations })), {
    name: "mean_activation",
    title: "Mean activation of each unit",
    subtitle: `${subtitleOf(shown)}; over ${train.rows.toLocaleString("en")} training images`,
    xLabel: "Mean activation",
    yLabel: "Share of the layer's units",
    domain: [0, 1],
    marks: rho !== undefined ? [{ x: rho, label: `ρ ${rho}` }] : [],
  });
}
