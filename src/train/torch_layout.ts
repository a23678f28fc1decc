/** Which PyTorch module each layer is, under which names that keeps its tensors, and where their elements lie. */
import { require } from "../core/errors.ts";
import { columnsOf, formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import type { NamedLayer } from "../nn/layer.ts";
import type { Model } from "../nn/model.ts";
import { torchChannels } from "./torch_channels.ts";

/** A tensor of a module, and which of a layer's it is. */
export interface TorchTensor {
  /** Behind the module's name: `weight`. */
  readonly suffix: string;
  /** The name of its values among `Weights`. */
  readonly label: string;
  /** In PyTorch. */
  readonly shape: Shape;
  /** The same, with axes apart that PyTorch joined: rows of images by channel. */
  readonly view: Shape;
  /** Which axis of `view` each of Descent's is. */
  readonly axes: readonly number[];
  /** Whether Descent's first two axes, those of a window, run backwards. */
  readonly isFlipped: boolean;
}

/** A module with parameters, and whose it is. */
export interface TorchModule {
  /** Name of the layer. */
  readonly layer: string;
  readonly tensors: readonly TorchTensor[];
  /** Position in `nn.Sequential`, where an activation is a module of its own. */
  readonly position: number;
}

/** Kinds of layers that are a module with parameters. */
const MODULES: Readonly<Record<string, (layer: NamedLayer, channels: Channels) => readonly TorchTensor[]>> = {
  dense: denseTensors,
  conv1d: convolutionTensors,
  conv2d: convolutionTensors,
  conv2d_transpose: convolutionTensors,
  batch_norm: batchNormTensors,
  layer_norm: layerNormTensors,
  embedding: ({ name, built }) => [tensor("weight", `${name}/weights`, built.parameters[0]!.node.type.shape)],
};

/** By how many channels PyTorch orders what a layer takes and gives; undefined where the order is the same. */
interface Channels {
  readonly taken: number | undefined;
  readonly given: number | undefined;
}

/**
 * The modules with parameters that a model's layers are, in the order of the layers.
 *
 * Throws where a layer is no module, or a row lies in PyTorch in an order that no order of weights makes up for.
 */
export function torchModules(model: Model): readonly TorchModule[] {
  const channels = torchChannels(model), modules: TorchModule[] = [];
  let position = 0;
  for (const [i, named] of model.layers.entries()) {
    const { name, layer: { kind, config }, built, from, sharedWith } = named;
    const own = [...built.parameters, ...(built.states ?? [])];
    require(
      kind !== "tied_dense",
      () =>
        `Layer "${name}" (tied_dense) has the weights of "${config.of}" transposed, which no PyTorch module ` +
        `does: put dense() in its place`,
    );
    const tensorsOf = Object.hasOwn(MODULES, kind) ? MODULES[kind] : undefined;
    require(
      own.length === 0 || tensorsOf !== undefined,
      () =>
        `Layer "${name}" (${kind}) is no PyTorch module that has its values: take it out of the model, as ` +
        `cutModel() does, and do its work on the rows before`,
    );
    const between = { taken: channels[from[0]!], given: channels[model.inputs.length + i] };
    if (own.length > 0) modules.push({ layer: name, tensors: tensorsOf!(named, between), position });
    if (sharedWith !== undefined) checkShared(model, channels, i, sharedWith);
    position += countModules(named);
  }
  return modules;
}

/** One, and one more for its activation, and for the axes that a pool over all pixels leaves. */
function countModules({ layer: { kind, config } }: NamedLayer): number {
  const hasActivation = config.activation !== undefined && config.activation !== "identity";
  return 1 + (hasActivation || kind.startsWith("global_") ? 1 : 0);
}

/** Weights that are used twice stand in one order. */
function checkShared(
  { inputs, layers }: Model,
  channels: readonly (number | undefined)[],
  at: number,
  first: number,
): void {
  const ordersOf = (i: number) =>
    [layers[i]!.from[0]!, inputs.length + i].map((value) => channels[value] ?? 1).join();
  require(
    layers[at]!.layer.kind !== "dense" || ordersOf(at) === ordersOf(first),
    () =>
      `Layer "${layers[at]!.name}" shares the weights of "${
        layers[first]!.name
      }" for rows that PyTorch holds in ` +
      `another order: use a layer of its own`,
  );
}

/**
 * Where each of Descent's elements lies in PyTorch's tensor.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { placesOf } from "./torch_layout.ts";
 * const weight = { suffix: "weight", label: "dense_1/weights", shape: [2, 3], view: [2, 3], axes: [1, 0], isFlipped: false };
 * assertEquals([...placesOf(weight)], [0, 3, 1, 4, 2, 5]);
 * ```
 */
export function placesOf({ view, axes, isFlipped }: TorchTensor): Uint32Array {
  const steps = view.map((_size, axis) => sizeOf(view.slice(axis + 1)));
  let places = Uint32Array.of(0);
  for (const [ours, axis] of axes.entries()) {
    const size = view[axis]!, step = steps[axis]!, backwards = isFlipped && ours < 2;
    const next = new Uint32Array(places.length * size);
    for (let i = 0; i < next.length; i++) {
      const along = i % size, outer = places[(i - along) / size]!;
      next[i] = outer + (backwards ? size - 1 - along : along) * step;
    }
    places = next;
  }
  return places;
}

function tensor(
  suffix: string,
  label: string,
  shape: Shape,
  { view = shape, axes = view.map((_size, axis) => axis), isFlipped = false }: Partial<TorchTensor> = {},
): TorchTensor {
  return { suffix, label, shape, view, axes, isFlipped };
}

/** The values of a row in PyTorch's order, as [channels, the rest], which Descent has the other way round. */
function byChannels(size: number, channels = 1) {
  return { view: [channels, size / channels], axes: [1, 0] };
}

/** Its bias, where it has one. */
function biasTensors({ name, built }: NamedLayer, channels?: number): readonly TorchTensor[] {
  const bias = built.parameters.find(({ node }) => node.label === `${name}/bias`);
  if (bias === undefined) return [];
  const { shape } = bias.node.type;
  return [tensor("bias", bias.node.label, shape, byChannels(sizeOf(shape), channels))];
}

/** `Linear`: [out,in]. */
function denseTensors(layer: NamedLayer, { taken = 1, given = 1 }: Channels): readonly TorchTensor[] {
  const { label, type: { shape: [inputs, units] } } = layer.built.parameters[0]!.node;
  const view = [given, units! / given, taken, inputs! / taken];
  return [
    tensor("weight", label, [units!, inputs!], { view, axes: [3, 2, 1, 0] }),
    ...biasTensors(layer, given),
  ];
}

/** `Conv1d`, `Conv2d`: [out,in/groups,…window]; `ConvTranspose2d`: [in,out/groups,…window]. */
function convolutionTensors(named: NamedLayer): readonly TorchTensor[] {
  const { layer: { kind, config }, built } = named, { label, type } = built.parameters[0]!.node;
  const [height, width, inner, outer] = type.shape;
  const view = [outer!, inner!, height!, width!];
  const shape = kind === "conv1d" ? [outer!, inner!, width!] : view;
  const isFlipped = config.flipKernel === true;
  return [tensor("weight", label, shape, { view, axes: [2, 3, 1, 0], isFlipped }), ...biasTensors(named)];
}

/** `BatchNorm1d`, `BatchNorm2d`: of flat rows, in the order of the images that they were. */
function batchNormTensors({ name, built }: NamedLayer, { taken }: Channels): readonly TorchTensor[] {
  const { outputShape } = built, size = columnsOf(outputShape);
  const order = byChannels(size, outputShape.length === 1 ? taken : 1);
  const names = { weight: "scale", bias: "shift", running_mean: "mean", running_var: "variance" };
  return Object.entries(names).map(([suffix, ours]) => tensor(suffix, `${name}/${ours}`, [size], order));
}

/** `LayerNorm` over all axes of a row, of images [C,H,W]. */
function layerNormTensors({ name, built }: NamedLayer, { taken }: Channels): readonly TorchTensor[] {
  const { outputShape } = built, size = sizeOf(outputShape), isImage = outputShape.length > 1;
  const shape = isImage && taken !== undefined
    ? [outputShape.at(-1)!, ...outputShape.slice(0, -1)]
    : outputShape;
  const order = byChannels(size, taken);
  return [tensor("weight", `${name}/scale`, shape, order), tensor("bias", `${name}/shift`, shape, order)];
}

/** `weight [3,8], bias [3]`, for sentences, and to compare. */
export function describeTensors(
  tensors: readonly { readonly suffix: string; readonly shape: Shape }[],
): string {
  const texts = tensors.map(({ suffix, shape }) => `${suffix} ${formatShape(shape)}`);
  // PyTorch's own order: weights before biases and running statistics.
  return texts.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).join(", ");
}

function rank(text: string): number {
  return text.startsWith("weight ") ? 0 : text.startsWith("bias ") ? 1 : 2;
}
