/** What op files share: grid sizes, error bounds, and the sentences for shapes that do not fit. */
import { DescentError } from "../core/errors.ts";
import { formatType, sameShape, storageOf, type TensorType } from "../core/tensor.ts";
import type { ReferenceCall } from "../ir/op.ts";

/** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
export const ROUNDING = 2 ** -24;

/** The least normal float32. What a kernel's exponential would give below it, is 0. */
export const LEAST_NORMAL = 2 ** -126;

/** Threads of a workgroup in kernels over flat arrays; the WGSL files carry the same number. */
const WORKGROUP = 256;
/** WebGPU's default limit; kernels over flat arrays stride over the rest. */
const MAX_WORKGROUPS = 65535;

/** Grid for `count` independent elements, one thread each, at most 65,535 workgroups. */
export function flatGrid(count: number): readonly [number, number, number] {
  return [Math.min(Math.ceil(count / WORKGROUP), MAX_WORKGROUPS), 1, 1];
}

/** Number of 4-lane vectors of a tensor, pads included. */
export function vectorsOf(type: TensorType): number {
  return storageOf(type.shape) / 4;
}

/** Refuses operands that are not of the expected kind: `Cannot <verb> <types>: <why>`. */
export function fits(condition: boolean, verb: string, inputs: readonly TensorType[], why: string): void {
  if (!condition) throw new DescentError(`Cannot ${verb} ${inputs.map(formatType).join(" and ")}: ${why}`);
}

/** The first input's type, when the second has the same; for elementwise ops. */
export function sameTypes(verb: string, inputs: readonly TensorType[]): TensorType {
  const [a, b] = inputs;
  fits(a!.dtype === b!.dtype && sameShape(a!.shape, b!.shape), verb, inputs, "shapes differ");
  return a!;
}

/** Calls `visit` for every element that a user sees of the call's first input, with its position in the padded layout. */
export function forEachElement(shape: readonly number[], pitch: number, visit: (at: number) => void): void {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) visit(r * pitch + c);
}

/** A tolerance that is `roundings` float32 roundings of the expected value. */
export function relative(
  roundings: number,
): (call: ReferenceCall<never>, written: { readonly data: ArrayLike<number> }) => (index: number) => number {
  return (_call, written) => (index) => roundings * ROUNDING * Math.abs(written.data[index]!);
}

/** A tolerance of zero: integers, copies and comparisons are exact. */
export function exact(): (index: number) => number {
  return () => 0;
}

/** Scratch bytes of a WASM kernel's list of up to `count` non-zeros; the same as in kernels/lib/nonzeros.ts. */
export function listBytes(count: number): number {
  return 8 * count + 32;
}

/** Scratch bytes of a WASM kernel's list of bytes; the same as in kernels/lib/nonzeros.ts. */
export const BYTE_LIST = 528;

/** Vectors that the WASM kernels list at a time, and terms of each; see kernels/lib/listed.ts. */
const LISTS = 256;
const TERMS = 128;

/** Scratch bytes of a WASM kernel's lists of up to `lists` vectors, with their places and ends, a list of bytes, and the columns that they multiply. */
export function listedScratch(lists: number): number {
  return TERMS * 256 + 8 * LISTS + BYTE_LIST + Math.min(LISTS, lists + 3 & ~3) * listBytes(TERMS);
}

/** Scratch bytes of a product of `rows` rows: for those lists, or for tiles of packed columns (kernels/lib/dense.ts). */
export function productScratch(rows: number): number {
  return Math.max(listedScratch(rows), 256 * 64 + 256 * 4 * Math.min(96, rows + 3 & ~3));
}
