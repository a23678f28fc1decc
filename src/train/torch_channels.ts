/** In which order PyTorch holds the values of a row, whose images have their channels first. */
import { require } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import type { NamedLayer } from "../nn/layer.ts";
import type { Model } from "../nn/model.ts";

/** A number of channels, by which PyTorch orders a row [channels, the rest] and Descent [the rest, channels]; undefined: alike. */
type Order = number | undefined;

/** Layers that move a window over images. */
const WINDOWS = ["avg_pool2d", "conv2d", "conv2d_transpose", "max_pool2d", "upsample2d"];
const GLOBAL_POOLS = ["global_avg_pool2d", "global_max_pool2d"];
/** Layers that give each value in the place of the one that it is of. */
const IN_PLACE = ["augmentation", "batch_norm", "corruption", "dropout", "layer_norm"];
const RESHAPES = ["flatten", "reshape"];
/** Layers that cut or extend along an axis. */
const CUTS = ["concat", "pad", "slice"];

/**
 * The order of each value of a model, inputs first. Images [H,W,C] are [C,H,W] in PyTorch, and so is what `conv1d` takes and
 * gives; what `embedding` gives stays. Rows that become images later on are ordered as those are.
 *
 * Throws where PyTorch would join or cut rows elsewhere than Descent does.
 */
export function torchChannels(model: Model): readonly Order[] {
  const wanted = wantedOrders(model);
  const orders: Order[] = model.inputs.map(({ shape }, i) => wanted[i] ?? imageOrder(shape));
  const shapes = [...model.inputs, ...model.layers.map(({ built }) => ({ shape: built.outputShape }))]
    .map(({ shape }) => shape);
  for (const [i, layer] of model.layers.entries()) {
    const taken = layer.from.map((at) => ({ shape: shapes[at]!, order: orders[at] }));
    orders.push(orderAfter(layer, taken, wanted[model.inputs.length + i]));
  }
  return orders;
}

function imageOrder(shape: Shape): Order {
  return shape.length === 3 ? shape[2] : undefined;
}

/** The order that what follows asks for, of each value: the last first. */
function wantedOrders({ inputs, layers }: Model): readonly Order[] {
  const wanted: Order[] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const { layer: { kind }, built, from } = layers[i]!, at = from[0]!;
    const shape = at < inputs.length ? inputs[at]!.shape : layers[at - inputs.length]!.built.outputShape;
    const after = wanted[inputs.length + i];
    const asks = WINDOWS.includes(kind) || GLOBAL_POOLS.includes(kind)
      ? imageOrder(shape)
      : kind === "conv1d"
      ? shape[1]
      : kind === "batch_norm" && shape.length > 1
      ? shape.at(-1)
      : RESHAPES.includes(kind)
      ? after ?? imageOrder(built.outputShape)
      : IN_PLACE.includes(kind) || kind === "elementwise"
      ? after
      : undefined;
    for (const one of kind === "elementwise" ? from : [at]) wanted[one] = asks ?? wanted[one];
  }
  return wanted;
}

/** A value that a layer takes. */
interface Taken {
  readonly shape: Shape;
  readonly order: Order;
}

function orderAfter(named: NamedLayer, taken: readonly Taken[], wanted: Order): Order {
  const { layer: { kind }, built: { outputShape } } = named, { shape, order } = taken[0]!;
  if (kind === "dense") return wanted;
  if (kind === "embedding") return undefined;
  if (RESHAPES.includes(kind)) {
    const asked = { shape: outputShape, order: wanted ?? imageOrder(outputShape) };
    require(
      order !== undefined || isPlain(asked),
      () => `${sentence(named, asked)} they come from what has no such order: put dense() between them`,
    );
    return order ?? imageOrder(outputShape);
  }
  for (const one of taken) checkImages(named, one);
  if (IN_PLACE.includes(kind)) return order;
  if (GLOBAL_POOLS.includes(kind)) return undefined;
  if (WINDOWS.includes(kind)) return imageOrder(outputShape);
  if (kind === "conv1d") return outputShape[1];
  const whole = taken.filter((one) => one.shape.length === outputShape.length);
  const same = whole.every((one) => isAlike(one, whole[0]!));
  if (CUTS.includes(kind) && same && shape.length > 1) {
    return order === undefined ? undefined : outputShape.at(-1);
  }
  if (kind === "elementwise" || kind === "sample_normal") {
    require(
      same,
      () =>
        `${
          sentence(named, whole.find((one) => !isPlain(one))!)
        } joins rows of several orders: join them as images, before flatten()`,
    );
    return whole[0]!.order;
  }
  const other = taken.find((one) => !isPlain(one));
  require(
    other === undefined,
    () =>
      `${
        sentence(named, other!)
      } puts their values in other places: do so before the images, or leave it out`,
  );
  return kind === "transpose" && order === undefined ? undefined : imageOrder(outputShape);
}

/** Images that were rows or other images before have the places that PyTorch gives them only with as many channels. */
function checkImages(named: NamedLayer, taken: Taken): void {
  const { shape, order } = taken;
  require(
    shape.length === 1 || order === undefined || order === shape.at(-1) ||
      isPlain(taken) && isPlain({ shape, order: shape.at(-1) }),
    () => `${sentence(named, taken)} takes them as ${formatShape(shape)}: reshape them to as many channels`,
  );
}

function sentence({ name, layer: { kind } }: NamedLayer, { order }: Taken): string {
  return `Layer "${name}" (${kind}) has rows of images of ${
    order ?? 1
  } channels, which come first in PyTorch and ` +
    `last here, and`;
}

function isAlike(a: Taken, b: Taken): boolean {
  return a.order === b.order || isPlain(a) && isPlain(b);
}

/** Whether a row has one order either way. */
function isPlain({ shape, order }: Taken): boolean {
  return order === undefined || order === 1 || order === sizeOf(shape);
}
