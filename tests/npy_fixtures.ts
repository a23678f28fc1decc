/** .npy files for tests, as NumPy writes them. */
import type { Shape } from "../src/core/tensor.ts";

/** What a header says, apart from the shape. */
export interface EncodeNpyOptions {
  /** `<f4`, `>i8`, `|b1`. */
  readonly descr: string;
  /** Default false. */
  readonly isByColumns?: boolean;
  /** Default 1. */
  readonly version?: 1 | 2 | 3;
}

/** An .npy file. `data` are its elements as they lie, little-endian, and are turned round where `descr` says so. */
export function encodeNpy(
  shape: Shape,
  data: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
  { descr, isByColumns = false, version = 1 }: EncodeNpyOptions,
): Uint8Array<ArrayBuffer> {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = isByColumns ? "True" : "False";
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`;
  const begin = version === 1 ? 10 : 12, start = 64 * Math.ceil((begin + dictionary.length + 1) / 64);
  const bytes = new Uint8Array(start + data.byteLength), view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) view.setUint16(8, start - begin, true);
  else view.setUint32(8, start - begin, true);
  bytes.set(new TextEncoder().encode(dictionary.padEnd(start - begin - 1) + "\n"), begin);
  const width = data.BYTES_PER_ELEMENT;
  for (let at = 0; at < data.byteLength; at += width) {
    const element = new Uint8Array(data.buffer, data.byteOffset + at, width);
    bytes.set(descr[0] === ">" ? element.toReversed() : element, start + at);
  }
  return bytes;
}
