/** Element types of safetensors files: how wide each is, and what its bytes are as arrays. */
import type { DType, Shape } from "../core/tensor.ts";

/** A dense tensor: `data` holds as many elements as `shape` says. */
export type SavedTensor = {
  readonly [D in DType]: { readonly dtype: D; readonly shape: Shape; readonly data: DenseArray[D] };
}[DType];

interface DenseArray {
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
}

/** Bytes of an element, by the names that the format has for types which have an array here. */
const WIDTHS = { F32: 4, F16: 2, BF16: 2, F64: 8, U32: 4, U8: 1 } as const;
/** A type whose values can be read. */
export type ReadableDType = keyof typeof WIDTHS;
/** Types that have no array here: tensors of them can be passed over. */
const OTHER_WIDTHS: Readonly<Record<string, number>> = { I64: 8, I32: 4, I16: 2, I8: 1, BOOL: 1 };

/** `F32, F16, … or U8`, for sentences. */
export const READABLE_DTYPES = Object.keys(WIDTHS).join(", ").replace(/, (?=\w+$)/, " or ");

/** Whether values of that type can be read. */
export function isReadable(dtype: unknown): dtype is ReadableDType {
  return typeof dtype === "string" && Object.hasOwn(WIDTHS, dtype);
}

/** Bytes of an element of any type, undefined where it is none. */
export function widthOf(dtype: unknown): number | undefined {
  if (isReadable(dtype)) return WIDTHS[dtype];
  return typeof dtype === "string" && Object.hasOwn(OTHER_WIDTHS, dtype) ? OTHER_WIDTHS[dtype] : undefined;
}

/**
 * The tensor of little-endian bytes, whose buffer it takes. Halves and BF16 are exact as float32; float64 is rounded to the
 * nearest float32.
 */
export function readTensor(dtype: ReadableDType, shape: Shape, buffer: ArrayBufferLike): SavedTensor {
  switch (dtype) {
    case "F32":
      return { dtype: "f32", shape, data: new Float32Array(buffer) };
    case "F16":
      return { dtype: "f32", shape, data: Float32Array.from(new Uint16Array(buffer), halfToNumber) };
    case "BF16": {
      // The upper half of a float32.
      const bits = Uint32Array.from(new Uint16Array(buffer), (half) => half << 16);
      return { dtype: "f32", shape, data: new Float32Array(bits.buffer) };
    }
    case "F64":
      return { dtype: "f32", shape, data: Float32Array.from(new Float64Array(buffer)) };
    case "U32":
      return { dtype: "u32", shape, data: new Uint32Array(buffer) };
    case "U8":
      return { dtype: "u8", shape, data: new Uint8Array(buffer) };
    default:
      return dtype satisfies never;
  }
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
