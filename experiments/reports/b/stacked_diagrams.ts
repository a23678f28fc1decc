/** The two diagrams of Report B, part B, drawn from the models that are trained: layer 1's autoencoder, and layer 2's. */
import { type Model, type NamedLayer, sequential } from "../../../src/nn/model.ts";
import { diagram, type DiagramColumn, type DiagramLink } from "../../../src/plot/diagram.ts";
import type { Figure } from "../../../src/plot/mod.ts";
import { layerwiseStack } from "../../../src/train/pretrain.ts";
import { SDAE_DEFAULTS, sdaeStack, trainingNoise } from "../../sdae_model.ts";

/** Pixels of an image of MNIST. */
const PIXELS = 784;
const INPUT: DiagramColumn = { title: "Input", units: PIXELS, notes: ["pixels"] };

/** The report's stack: its layers as they encode. */
const STACK = sdaeStack(SDAE_DEFAULTS.plain, PIXELS);

/** What a layer of the stack is trained as: its input with noise, its code, and the way back by tied weights. */
function autoencoderOf(position: number): Model {
  const { layers, inputShape } = STACK;
  const inputs = position === 0 ? inputShape : layers[position - 1]!.built.outputShape;
  const noise = trainingNoise(SDAE_DEFAULTS.plain);
  const above = sequential(inputs, layers.slice(position).map(({ layer }) => layer));
  return layerwiseStack(above, { ...(noise && { noise }) }).next([]).model;
}

/** A layer as a column under a title; a decoder gives logits, which the loss takes through a sigmoid. */
function columnOf({ name, layer: { kind, config }, built }: NamedLayer, title: string): DiagramColumn {
  const masked = kind === "corruption";
  const what = masked
    ? `${Number((100 * Number(config.rate)).toPrecision(3))}% masked`
    : kind === "tied_dense"
    ? "sigmoid in loss"
    : String(config.activation);
  return { title, units: built.outputShape[0]!, notes: [name, what], masked };
}

/** What leads to a layer of the autoencoder that is trained for layer `number` of the stack. */
function linkTo({ layer: { kind } }: NamedLayer, number: string): DiagramLink {
  if (kind === "corruption") return { kind: "each", label: "× mask" };
  return { kind: "trained", label: kind === "tied_dense" ? `W${number}′` : `W${number}` };
}

interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** Of the stack: 0, 1, … */
  readonly position: number;
  /** What comes before the autoencoder's own layers; the last of these is what it restores. */
  readonly before: readonly DiagramColumn[];
  readonly links: readonly DiagramLink[];
  readonly code: string;
  readonly output: string;
  readonly compared: string;
}

function draw({ position, before, links, code, output, compared, ...figure }: Drawing): Figure {
  const { layers } = autoencoderOf(position);
  const titles: Readonly<Record<string, string>> = { dense: code, tied_dense: output };
  const all = [...links, ...layers.map((layer) => linkTo(layer, "₁₂₃"[position]!))];
  return diagram({
    ...figure,
    columns: [...before, ...layers.map((layer) => columnOf(layer, titles[layer.layer.kind] ?? "Corrupted"))],
    links: all,
    tied: [{ between: [all.length - 2, all.length - 1], label: "the same weights, transposed" }],
    compared: [{ between: [before.length - 1, all.length], label: compared }],
  });
}

/** Figure 18: an autoencoder. */
export function autoencoderDiagram(): Figure {
  return draw({
    name: "diagram_autoencoder",
    title: "A denoising autoencoder",
    subtitle:
      "Layer 1 of the stack while it is trained: it restores images from what it makes of masked ones",
    position: 0,
    before: [INPUT],
    links: [],
    code: "Code",
    output: "Output",
    compared: "cross-entropy of output and input",
  });
}

/** Figure 19: the codes of layer 1 are what layer 2 learns to restore. */
export function secondaryDiagram(): Figure {
  return draw({
    name: "diagram_secondary_features",
    title: "Learning secondary features",
    subtitle:
      "Layer 2 of the stack while it is trained: it restores what layer 1, which stays as it is, gives",
    position: 1,
    before: [INPUT, columnOf(STACK.layers[0]!, "Features I")],
    links: [{ kind: "fixed", label: "W₁" }],
    code: "Features II",
    output: "Output: features I",
    compared: "cross-entropy of output and features I",
  });
}
