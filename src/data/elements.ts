/** Numbers as they lie in files of arrays: their kinds, their order of bytes. */
import { type Shape, sizeOf } from "../core/tensor.ts";

/** Arrays that a file of numbers can become. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An array of any rank, as a file held it. */
export interface NdArray<T extends NumberArray = NumberArray> {
  /** Sizes of the axes, outermost first: `[60000,28,28]`; `[]` is one number. */
  readonly shape: Shape;
  /** The numbers, dense, row after row: the last axis runs fastest. */
  readonly data: T;
  /**
   * NumPy's name of what the file held, where `data` is of another kind: `bool` (0 and 1 in bytes), `float16` (in
   * float32), `int64` and `uint64` (in float64, exactly).
   */
  readonly heldAs?: "bool" | "float16" | "int64" | "uint64";
}

/** Whether an array holds whole numbers by its kind, and not by chance. */
export function holdsWhole({ data, heldAs }: NdArray): boolean {
  if (heldAs !== undefined) return heldAs !== "float16";
  return !(data instanceof Float32Array || data instanceof Float64Array);
}

type Kind<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T;

/** Where the elements lie in the bytes of a file. */
export interface ElementsPlace {
  readonly shape: Shape;
  /** Where the first element begins; at least as far in as an element is long. */
  readonly start: number;
  readonly isBigEndian: boolean;
  /** Whether the bytes are nobody else's, so that they may be moved and turned round in place: no second copy. */
  readonly isOwned: boolean;
}

/** The elements as an array of `kind`, a view of `bytes` where that can be. */
export function elementsOf<T>(
  bytes: Uint8Array,
  kind: Kind<T> & { readonly BYTES_PER_ELEMENT: number },
  { shape, start, isBigEndian, isOwned }: ElementsPlace,
): T {
  const width = kind.BYTES_PER_ELEMENT, length = sizeOf(shape), from = bytes.byteOffset + start;
  const isTurned = isBigEndian && width > 1, isAside = from % width !== 0;
  if (!isTurned && !isAside) return new kind(bytes.buffer, from, length);
  if (!isOwned) {
    const copy = bytes.slice(start, start + width * length);
    if (isTurned) turnRound(copy, width);
    return new kind(copy.buffer, 0, length);
  }
  // Down to where an array of this kind may begin, over the end of the header, which is read.
  const aligned = start - from % width;
  if (isAside) bytes.copyWithin(aligned, start, start + width * length);
  if (isTurned) turnRound(bytes.subarray(aligned, aligned + width * length), width);
  return new kind(bytes.buffer, bytes.byteOffset + aligned, length);
}

/** Big-endian to little-endian, in which engines compute, or back. */
function turnRound(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
