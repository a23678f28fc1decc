/**
 * A graph of nodes on its way to ONNX. Images are [B,H,W,C] in Descent and [B,C,H,W] in ONNX: a value is kept in the order in
 * which it was made, and put into the other where a node asks for it, once.
 */
import { require } from "../core/errors.ts";
import { pitchOf, sameShape, type Shape, sizeOf, storageOf, toDense, toPadded } from "../core/tensor.ts";
import { leafRole } from "../ir/leaf.ts";
import { describeNode, type Node } from "../ir/node.ts";
import type { View } from "../ir/op.ts";
import type { Weights } from "../nn/model.ts";
import type { GraphWriter } from "./graph_writer.ts";

/** Names of a value: with its channels last, as Descent has it, or first. */
export interface Written {
  readonly last?: string;
  readonly first?: string;
}

/** Values that depend on no row. */
export interface Constant {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Writes the ONNX nodes of a node. */
export type WriteOp = (node: Node, to: Translation) => Written;

/** What ops are written with. */
export interface Translation {
  readonly graph: GraphWriter;
  /** The number that stands for the batch in shapes, and divides no other size. */
  readonly batch: number;
  /** The name of a value in Descent's order. */
  last(node: Node): string;
  /** The name of images as [B,C,H,W]; those of one channel may be [B,H,W]. */
  first(node: Node): string;
  /** Whether these are images that lie with their channels first. */
  isFirst(node: Node): boolean;
  /** The values, if they depend on no row. */
  constant(node: Node): Constant | undefined;
  /** Throws the sentence for a node that ONNX has no form for. */
  refuse(node: Node, why: string): never;
}

/** [B,H,W,C] to [B,C,H,W]: which axis of the first each of the second is. */
export const TO_FIRST = [0, 3, 1, 2] as const;
const TO_LAST = [0, 2, 3, 1] as const;

/** Begins a translation; `given` are the inputs by their names, `layerOf` says of whose layer a node is. */
export function openTranslation({ graph, batch, given, weights, ops, layerOf }: {
  readonly graph: GraphWriter;
  readonly batch: number;
  readonly given: ReadonlyMap<Node, string>;
  readonly weights: Weights;
  readonly ops: ReadonlyMap<string, WriteOp>;
  readonly layerOf: (node: Node) => string | undefined;
}): Translation {
  const written = new Map<Node, Written>(), native = new Set<Node>();
  const constants = new Map<Node, Constant | undefined>();
  const makeWritten = (node: Node): Written => {
    const input = given.get(node), constant = to.constant(node);
    if (input !== undefined) return { last: input };
    if (constant !== undefined) return { last: graph.tensor(node.label, constant.shape, constant.data) };
    const write = ops.get(node.op.name);
    if (write !== undefined) return write(node, to);
    require(
      node.op.composition !== undefined,
      () => to.refuse(node, `its op ${node.op.name} has no form there`),
    );
    return find(node.op.composition.of(node));
  };
  const find = (node: Node): Written => {
    const known = written.get(node);
    if (known !== undefined) return known;
    const made = makeWritten(node);
    if (made.last === undefined) native.add(node);
    written.set(node, made);
    return made;
  };
  const ordered = (node: Node, order: "last" | "first"): string => {
    const found = find(node), known = found[order];
    if (known !== undefined) return known;
    const name = order === "first" ? toFirst(node, found.last!) : toLast(node, found.first!);
    written.set(node, { ...found, [order]: name });
    return name;
  };
  const toFirst = ({ type: { shape }, label }: Node, last: string) => {
    const [, height, width, channels = 1] = shape, name = `${label}/channels_first`;
    return channels === 1 || height! * width! === 1
      ? graph.add("Reshape", [last, graph.whole([-1, channels, height!, width!])], name)
      : graph.add("Transpose", [last], name, { perm: TO_FIRST });
  };
  const toLast = ({ type: { shape: [, ...row] }, label }: Node, first: string) => {
    const [height, width, channels] = row, name = `${label}/channels_last`;
    return channels === 1 || height! * width! === 1
      ? graph.add("Reshape", [first, graph.whole([-1, ...row])], name)
      : graph.add("Transpose", [first], name, { perm: TO_LAST });
  };
  const to: Translation = {
    graph,
    batch,
    last: (node) => ordered(node, "last"),
    first: (node) => ordered(node, "first"),
    isFirst: (node) => (find(node), native.has(node)),
    constant(node) {
      if (!constants.has(node)) constants.set(node, constantOf(node, weights, to.constant));
      return constants.get(node);
    },
    refuse(node, why) {
      const layer = layerOf(node);
      return require(
        false,
        `ONNX cannot say what ${
          layer === undefined ? describeNode(node) : `layer "${layer}"`
        } does: ${why}; ` +
          "take it out of the model, or cut the model before it by cutModel() and do its work on what the file gives",
      ) as never;
    },
  };
  return to;
}

/** A weight, or what an op makes of values that are all constant. */
function constantOf(
  node: Node,
  weights: Weights,
  constant: (node: Node) => Constant | undefined,
): Constant | undefined {
  const role = leafRole(node), { shape } = node.type;
  if (role === "input") return undefined;
  if (role !== undefined) return { shape, data: weights.get(node.label)! };
  if (node.op.step || node.op.virtual) return undefined;
  const inputs = node.inputs.map(constant);
  if (inputs.some((one) => one === undefined)) return undefined;
  const output = viewOf(node);
  node.op.reference({
    inputs: node.inputs.map((input, i) => viewOf(input, inputs[i])),
    output,
    attrs: node.attrs,
    step: { start: 0, count: 0, slot: 0, step: 0, seed: 0, scalars: [] },
  });
  return { shape, data: Float32Array.from(toDense(shape, output.data)) };
}

function viewOf({ type }: Node, constant?: Constant): View {
  const data = new Float64Array(storageOf(type.shape));
  if (constant !== undefined) toPadded(type.shape, constant.data, data);
  return { type, pitch: pitchOf(type.shape), data };
}

/** The values with their axes in another order; axis k is axis `axes[k]` before. */
export function permuted({ shape, data }: Constant, axes: readonly number[]): Constant {
  const sizes = axes.map((axis) => shape[axis]!), steps = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const moved = new Float32Array(data.length), index = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let i = 0; i < moved.length; i++) {
    moved[i] = data[from]!;
    for (let k = sizes.length - 1; k >= 0; k--) {
      from += steps[k]!;
      if (++index[k]! < sizes[k]!) break;
      from -= steps[k]! * sizes[k]!;
      index[k] = 0;
    }
  }
  return { shape: sizes, data: moved };
}

/** Whether a constant has this shape. */
export function isOfShape(constant: Constant | undefined, shape: Shape): constant is Constant {
  return constant !== undefined && sameShape(constant.shape, shape);
}
