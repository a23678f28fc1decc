/** A case of vectors/onnx.json, and what its graph is built from: its inputs as leaves, its attributes, its settings. */
import { type DType, type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { Node } from "../../src/ir/node.ts";
import { leaf, type LeafRole } from "../../src/mod.ts";

/** A tensor of a case. Without values the case is out of scope. */
interface OnnxTensor {
  readonly type: string;
  readonly shape: Shape;
  /** Those of float32 in base64. */
  readonly values?: string | readonly number[];
}

export interface OnnxCase {
  readonly name: string;
  readonly operator: string;
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
  readonly inputs: readonly (OnnxTensor | null)[];
  readonly outputs: readonly (OnnxTensor | null)[];
  /** Why, if it is. */
  readonly outOfScope?: string;
}

/** A node of ONNX while its graph of ours is built. */
export interface OnnxNode extends OnnxCase {
  /** What is written to which leaf before the graph runs. */
  readonly written: Map<Node, ArrayLike<number>>;
}

/** What stands for a node of ONNX. */
export interface OnnxGraph {
  /** The node's outputs, in its order. */
  readonly outputs: readonly Node[];
  /** What runs, where it is not the outputs: an update, whose outputs are leaves. */
  readonly run?: readonly Node[];
  /** What an optimizer computed for the step. */
  readonly scalars?: readonly number[];
  /** What becomes of the values of an output that ONNX keeps in another unit. */
  readonly read?: (values: Float64Array, output: number) => Float64Array;
}

/** Makes our graph of a node of ONNX. */
export type OnnxBuild = (node: OnnxNode) => Node | OnnxGraph;

/** Dense values of a tensor. */
export function valuesOf({ values }: OnnxTensor): ArrayLike<number> {
  if (typeof values !== "string") return values ?? [];
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

export function has({ inputs }: OnnxNode, input: number): boolean {
  return (inputs[input] ?? null) !== null;
}

/** The shape of an input. */
export function shapeOf({ inputs }: OnnxNode, input = 0): Shape {
  return inputs[input]!.shape;
}

/** The numbers of an input that is a setting; none where it is missing. */
export function numbersOf({ inputs }: OnnxNode, input: number): readonly number[] {
  const tensor = inputs[input] ?? null;
  return tensor === null ? [] : Array.from(valuesOf(tensor));
}

/** A leaf with these values. */
export function valued(
  node: OnnxNode,
  shape: Shape,
  values: ArrayLike<number>,
  { role = "input", dtype = "f32" }: { readonly role?: LeafRole; readonly dtype?: DType } = {},
): Node {
  const made = leaf(role, `${node.name}/${node.written.size}`, shape, dtype);
  node.written.set(made, values);
  return made;
}

/** A leaf with the values of an input. */
export function given(node: OnnxNode, input = 0, role: LeafRole = "input"): Node {
  const tensor = node.inputs[input]!;
  return valued(node, tensor.shape, valuesOf(tensor), { role });
}

/** All inputs that there are. */
export function allGiven(node: OnnxNode): readonly Node[] {
  return node.inputs.map((_tensor, i) => given(node, i));
}

/** A leaf that holds one number in a tensor of this shape. */
export function filled(node: OnnxNode, shape: Shape, value: number): Node {
  return valued(node, shape, new Float32Array(sizeOf(shape)).fill(value));
}

export function numberOf({ attributes }: OnnxNode, name: string, otherwise: number): number {
  return (attributes[name] ?? otherwise) as number;
}

export function textOf({ attributes }: OnnxNode, name: string, otherwise: string): string {
  return (attributes[name] ?? otherwise) as string;
}

export function listOf({ attributes }: OnnxNode, name: string): readonly number[] | undefined {
  return attributes[name] as readonly number[] | undefined;
}

/** An axis from the front, whichever end it was counted from. */
export function axisFrom(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The axis of an attribute. */
export function axisOf(node: OnnxNode, otherwise: number): number {
  return axisFrom(numberOf(node, "axis", otherwise), shapeOf(node).length);
}
