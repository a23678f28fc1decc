/** Tensors of an ONNX file as values here, and settings of its nodes. */
import { DescentError, require } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import { ELEMENT, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "./messages.ts";

/** Numbers that depend on no row. */
export interface Numbers {
  readonly kind: "numbers";
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Whole numbers that say sizes and places; `batch` is the number of rows. */
export interface Whole {
  readonly kind: "whole";
  readonly shape: Shape;
  readonly values: readonly (number | "batch")[];
}

/** What is told of a node in a sentence. */
export function nodeTitle({ name, operator = "no operator", outputs }: OnnxNode): string {
  const called = name || outputs?.[0];
  return called ? `node "${called}" (${operator})` : `a node ${operator}`;
}

/** Throws the sentence for what cannot be read. */
export function refuseNode(node: OnnxNode, why: string): never {
  throw new DescentError(`Cannot make a model of this ONNX file: ${nodeTitle(node)} ${why}`);
}

/** Bytes of an element, and how one is read. */
const READERS: ReadonlyMap<number, readonly [size: number, read: (view: DataView, at: number) => number]> =
  new Map([
    [ELEMENT.float, [4, (view, at) => view.getFloat32(at, true)]],
    [ELEMENT.double, [8, (view, at) => view.getFloat64(at, true)]],
    [ELEMENT.float16, [2, (view, at) => half(view.getUint16(at, true))]],
    [ELEMENT.int64, [8, (view, at) => Number(view.getBigInt64(at, true))]],
    [ELEMENT.int32, [4, (view, at) => view.getInt32(at, true)]],
    [ELEMENT.uint8, [1, (view, at) => view.getUint8(at)]],
    [ELEMENT.int8, [1, (view, at) => view.getInt8(at)]],
    [ELEMENT.bool, [1, (view, at) => view.getUint8(at)]],
  ]);
const WHOLE: readonly number[] = [ELEMENT.int64, ELEMENT.int32];

/** A number of 16 bits: a sign, five bits of an exponent, ten of a fraction. */
function half(bits: number): number {
  const exponent = bits >>> 10 & 31, fraction = bits & 1023, sign = bits >>> 15 === 1 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The values of a tensor. Throws where there are not as many as its shape says. */
export function tensorOf(tensor: OnnxTensor, name = tensor.name ?? ""): Numbers | Whole {
  const { dims: shape = [], type = 0, raw, location = 0 } = tensor, title = `"${name}"`;
  require(
    location === 0,
    () =>
      `The tensor ${title} of this ONNX file lies in another file: save the model as one, with its data inside`,
  );
  const reader = READERS.get(type);
  require(
    reader !== undefined,
    () => `The tensor ${title} of this ONNX file has elements of type ${type}, which are not read here`,
  );
  require(
    shape.length <= 8 && shape.every((size) => Number.isSafeInteger(size) && size >= 0),
    () => `The tensor ${title} of this ONNX file has the shape ${formatShape(shape)}`,
  );
  const count = sizeOf(shape), [bytes, read] = reader;
  const listed = tensor.floats ?? tensor.doubles ?? tensor.int64s ?? tensor.int32s ?? [];
  const found = raw === undefined ? listed.length : raw.length / bytes;
  require(
    found === count,
    () =>
      `The tensor ${title} of this ONNX file holds ${found} values, its shape ${
        formatShape(shape)
      } takes ${count}`,
  );
  // Weights are most of a file, and nearly always lie so.
  if (raw !== undefined && type === ELEMENT.float) {
    return { kind: "numbers", shape, data: new Float32Array(new Uint8Array(raw).buffer) };
  }
  const view = raw && new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const isListedHalf = type === ELEMENT.float16;
  const valueAt = (i: number) => view ? read(view, i * bytes) : isListedHalf ? half(listed[i]!) : listed[i]!;
  return WHOLE.includes(type)
    ? { kind: "whole", shape, values: Array.from({ length: count }, (_, i) => valueAt(i)) }
    : { kind: "numbers", shape, data: Float32Array.from({ length: count }, (_, i) => valueAt(i)) };
}

function attributeOf({ attributes = [] }: OnnxNode, name: string): OnnxAttribute | undefined {
  return attributes.find((one) => one.name === name);
}

/** A number that is a setting; a float as the decimal that it was written as. */
export function numberOf(node: OnnxNode, name: string, otherwise: number): number {
  const found = attributeOf(node, name);
  if (found?.float !== undefined) return Number(found.float.toPrecision(7));
  return found?.int ?? otherwise;
}

export function textOf(node: OnnxNode, name: string, otherwise: string): string {
  return attributeOf(node, name)?.text ?? otherwise;
}

export function listOf(node: OnnxNode, name: string): readonly number[] | undefined {
  const found = attributeOf(node, name);
  return found && (found.ints ?? found.floats ?? []);
}

export function tensorAttribute(node: OnnxNode, name: string): OnnxTensor | undefined {
  return attributeOf(node, name)?.tensor;
}
