/** Greedy layerwise pre-training: each dense layer of a stack is trained as an autoencoder on the codes of those below. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Shape } from "../core/tensor.ts";
import { checkSplits } from "../data/check_splits.ts";
import type { Splits } from "../data/data_set.ts";
import type { Layer } from "../nn/layer.ts";
import type { Loss } from "../nn/loss.ts";
import { reconstructionCrossEntropy, reconstructionError } from "../nn/losses.ts";
import { checkModelType, initializeWeights, type Model, sequential, type Weights } from "../nn/model.ts";
import { withKnown } from "../nn/network.ts";
import { type SparsityOptions, withSparsity } from "../nn/sparsity.ts";
import { tiedDense } from "../nn/tied_dense.ts";
import { checkParts, OF_OTHERS, PRETRAIN_NAMES } from "./check_parts.ts";
import { firstLayers } from "./compose.ts";
import { type EpochRecord, fit, type FitOptions, type FitResult, type StopReason } from "./fit.ts";
import type { Trained } from "./saved.ts";

/** How each layer is trained: as `fit` does it, `epochs` and `maxSeconds` for every layer alike. */
export interface PretrainOptions extends
  Omit<
    FitOptions,
    "loss" | "encoder" | "frozen" | "weights" | "from" | "onEpoch" | "checkpoint" | "resume"
  > {
  /** What a layer's input goes through while the layer is trained, such as `corruption(0.1)`. Default nothing. */
  readonly noise?: Layer;
  /**
   * `sigmoid`, the default: what is decoded lies in [0,1], and the binary cross-entropy compares. `identity`: anything
   * is decoded, and the mean squared error compares.
   */
  readonly decoder?: "sigmoid" | "identity";
  /** A penalty for codes that are not sparse, on every layer. Default none. */
  readonly sparsity?: Pick<SparsityOptions, "rho" | "beta">;
  /** Called after every epoch with the name of the layer that it trained. */
  readonly onEpoch?: (record: EpochRecord, layer: string) => void | Promise<void>;
}

/** The training of one layer. */
export interface LayerTraining {
  /** The layer's name in the stack, such as `dense_2`. */
  readonly name: string;
  /** The noise, the layer, and a decoder tied to it. */
  readonly model: Model;
  readonly loss: Loss;
  readonly weights: Weights;
  /** The layers below; none for the first. */
  readonly encoder?: Trained;
}

/** What a layer's training is made of, whoever trains it. */
export type LayerOptions = Pick<PretrainOptions, "seed" | "noise" | "decoder" | "sparsity">;

/** A stack, ready to be trained layer by layer. */
export interface LayerwiseStack {
  /** Names of its dense layers, from the lowest. */
  readonly names: readonly string[];
  /** The training of the next layer, after those below, each as it was trained: with its decoder. */
  next(below: readonly Trained[]): LayerTraining;
  /** The layers that were trained, and their decoders. */
  assemble(trained: readonly Trained[]): Pick<Pretrained, "encoder" | "autoencoder">;
}

/** A pre-trained stack. */
export interface Pretrained {
  /** The layers of the stack that were trained: all of them, unless training was interrupted. */
  readonly encoder: Trained;
  /**
   * The same layers and then their decoders, the last layer's first: it gives for each image the reconstruction from the
   * codes of the last layer. The decoders have biases of their own, and the weights of their layers.
   */
  readonly autoencoder: Trained;
  /** How the training of each went, from the lowest. */
  readonly layers: readonly { readonly name: string; readonly result: FitResult }[];
  /** Why the training of the last of them ended. */
  readonly stopped: StopReason;
}

/** A dense layer of the stack, and the layers without parameters just before it. */
interface Group {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** Shape of a row that the first of them is given. */
  readonly inputs: Shape;
  /** Layers of the stack up to this one. */
  readonly end: number;
}

/**
 * Trains a stack of dense layers greedily, from the lowest to the highest: each as an autoencoder whose decoder is tied
 * to it (the transposed weights, and a bias of its own), on the codes that the trained layers below give of the images.
 * With `noise` they are denoising autoencoders: the noise is on what the layer is given, and what it was before is to be
 * reconstructed.
 *
 * Layers without parameters, such as a corruption that goes on at evaluation, belong to the dense layer after them.
 * Throws when the stack holds other layers with parameters, or ends in one without; when a layer that is to be decoded by
 * a sigmoid, or to be sparse, gives values outside of [0,1]; and where `fit` throws.
 * Source: Bengio et al., "Greedy layer-wise training of deep networks" (NIPS 2006); Vincent et al., "Stacked denoising
 * autoencoders" (JMLR 2010).
 *
 * @example
 * ```ts
 * import { corruption, dense, fit, initializeWeights, joinModels, pretrainLayers, sequential, sgd } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 512, test: 128 });
 * const stack = sequential(784, [dense(64, { activation: "sigmoid" }), dense(32, { activation: "sigmoid" })]);
 * const options = { optimizer: sgd({ learningRate: 0.1 }), epochs: 2 };
 * const { encoder } = await pretrainLayers(stack, data, { ...options, noise: corruption(0.1) });
 *
 * // Fine-tuning: a classifier on top, and all layers go on from where they are.
 * const top = sequential(32, [dense(10)]);
 * const { model, weights } = joinModels(encoder, { model: top, weights: initializeWeights(top, 1) });
 * const { results } = await fit(model, data, { ...options, weights });
 * ```
 */
export async function pretrainLayers(
  stack: Model,
  data: Splits,
  options: PretrainOptions = {},
): Promise<Pretrained> {
  checkOptions("pretrainLayers", options, PRETRAIN_NAMES, OF_OTHERS);
  checkParts(options);
  checkModelType(stack);
  checkSplits(data);
  const { noise: _, decoder: __, sparsity: ___, onEpoch, ...common } = options;
  const layerwise = layerwiseStack(stack, options);
  const results: FitResult[] = [];
  for (const name of layerwise.names) {
    const { model, loss, weights, encoder } = layerwise.next(results);
    const result = await fit(model, data, {
      ...common,
      loss,
      weights,
      ...(encoder && { encoder }),
      ...(onEpoch && { onEpoch: (record) => onEpoch(record, name) }),
    });
    results.push(result);
    if (result.stopped === "interrupted") break;
  }
  return {
    ...layerwise.assemble(results),
    layers: results.map((result, i) => ({ name: layerwise.names[i]!, result })),
    stopped: results.at(-1)!.stopped,
  };
}

/**
 * A stack for who trains its layers one after another: what each is trained as, and what they come to. `pretrainLayers`
 * is a loop over it. Throws where that does.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { sequential } from "../nn/model.ts";
 * import { layerwiseStack } from "./pretrain.ts";
 * const stack = sequential(784, [dense(64, { activation: "sigmoid" }), dense(32, { activation: "sigmoid" })]);
 * const { names, next } = layerwiseStack(stack);
 * assert(names.join() === "dense_1,dense_2" && next([]).model.outputShape[0] === 784);
 * ```
 */
export function layerwiseStack(
  stack: Model,
  { seed = 1, noise, decoder = "sigmoid", sparsity }: LayerOptions = {},
): LayerwiseStack {
  const groups = groupsOf(stack);
  checkActivations(groups, { decoder, sparsity });
  const initial = initializeWeights(mirrored(stack, groups, decoder), seed);
  const assembled = (trained: readonly Trained[]) => {
    const done = groups.slice(0, trained.length);
    const autoencoder = assemble(stack, done, trained, decoder);
    return { autoencoder, encoder: firstLayers(autoencoder, done.at(-1)!.end) };
  };
  return {
    names: groups.map(({ name }) => name),
    assemble: assembled,
    next(below) {
      const group = groups[below.length]!;
      const model = autoencoderOf(group, noise);
      const names = parameterNames(groups, below.length);
      const loss = decoder === "sigmoid" ? reconstructionCrossEntropy() : reconstructionError();
      return {
        name: group.name,
        model,
        loss: sparsity ? withSparsity(loss, { ...sparsity, layers: [codeLayer(model)] }) : loss,
        weights: new Map(labelsOf(model).map((label, p) => [label, initial.get(names[p]!)!])),
        ...(below.length > 0 && { encoder: assembled(below).encoder }),
      };
    },
  };
}

/** The dense layers of a stack, each with what belongs to it. */
function groupsOf({ layers, inputShape }: Model): readonly Group[] {
  const groups: Group[] = [];
  let start = 0;
  for (const [i, { name, layer, built }] of layers.entries()) {
    const isDense = layer.kind === "dense";
    require(
      isDense || built.parameters.length === 0,
      () =>
        `Layer "${name}" (${layer.kind}) cannot be pre-trained: only dense layers can have a tied decoder`,
    );
    if (!isDense) continue;
    const inputs = start === 0 ? inputShape : layers[start - 1]!.built.outputShape;
    groups.push({ name, inputs, layers: layers.slice(start, i + 1).map(({ layer }) => layer), end: i + 1 });
    start = i + 1;
  }
  require(
    start === layers.length,
    () =>
      `The stack ends in layer "${
        layers.at(-1)!.name
      }", which has nothing to train: end it with a dense layer`,
  );
  return groups;
}

/** Refuses activations that leave [0,1] where a sigmoid is to decode what they give, or a penalty is on it. */
function checkActivations(
  groups: readonly Group[],
  { decoder, sparsity }: Pick<PretrainOptions, "decoder" | "sparsity">,
): void {
  const bounded = sparsity ? groups : decoder === "sigmoid" ? groups.slice(0, -1) : [];
  const wrong = bounded.find(({ layers }) => layers.at(-1)!.config.activation !== "sigmoid");
  require(
    wrong === undefined,
    () =>
      `Layer "${wrong!.name}" may give values outside of 0 to 1: give it the activation sigmoid, ${
        sparsity ? "or leave the sparsity out" : 'or decode by { decoder: "identity" }'
      }`,
  );
}

/** What one layer is trained as. */
function autoencoderOf({ inputs, layers }: Group, noise: Layer | undefined): Model {
  const encoder = [...(noise ? [noise] : []), ...layers];
  return sequential(inputs, [...encoder, tiedDense(`dense_${encoder.length}`)]);
}

/** Name of the layer of such a model that gives the code. */
function codeLayer({ layers }: Model): string {
  return layers.at(-2)!.name;
}

function labelsOf({ parameters }: Model): readonly string[] {
  return parameters.map(({ node }) => node.label);
}

/** The groups' layers of a stack, and then their decoders. */
function mirrored(stack: Model, groups: readonly Group[], activation: "sigmoid" | "identity"): Model {
  const decoders = groups.toReversed().map(({ name }) => tiedDense(name, { activation }));
  const layers = [...groups.flatMap(({ layers }) => layers), ...decoders];
  return sequential(stack.inputShape, layers);
}

/** A layer's parameters in the mirrored model: weights, bias, and the bias of its decoder. */
function parameterNames(groups: readonly Group[], i: number): readonly string[] {
  const { name, layers } = groups[i]!, hasBias = layers.at(-1)!.config.bias !== false;
  const decoder = groups.at(-1)!.end + groups.length - i;
  return [`${name}/weights`, ...(hasBias ? [`${name}/bias`] : []), `tied_dense_${decoder}/bias`];
}

/** The mirrored model with what its layers have learned. */
function assemble(
  stack: Model,
  groups: readonly Group[],
  trained: readonly Trained[],
  decoder: "sigmoid" | "identity",
): Trained {
  const model = mirrored(stack, groups, decoder);
  const weights = new Map<string, Float32Array>();
  trained.forEach((layer, i) => {
    const names = parameterNames(groups, i);
    labelsOf(layer.model).forEach((label, p) => weights.set(names[p]!, layer.weights.get(label)!));
  });
  const { scaling } = trained[0]!.model;
  return {
    model: withKnown(model, { gives: "values", scaling }),
    weights: new Map(labelsOf(model).map((label) => [label, weights.get(label)!])),
  };
}
