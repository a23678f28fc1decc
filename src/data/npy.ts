/**
 * .npy files, in which NumPy keeps an array.
 *
 * Layout: 0x93 "NUMPY", version (2 bytes), length of the header (u16, from version 2 on u32, little-endian) · the header,
 * a Python dictionary of element type, order and shape · the elements.
 * Source: NumPy's documentation, "NPY format" (numpy.lib.format).
 */
import { DescentError, require } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/tensor.ts";
import { elementsOf, type ElementsPlace, type NdArray, type NumberArray } from "./elements.ts";
import { describeStart, knownKind } from "./file_start.ts";
import { nameOf, type Place, readBytes } from "./read_bytes.ts";

/** What messages say of an array that is read from memory. */
export interface NpyOptions {
  /** How messages name the file. */
  readonly path: string;
}

type Bytes = Uint8Array;
type Decode = (bytes: Bytes, place: ElementsPlace, path: string) => Omit<NdArray, "shape">;

interface ElementType {
  readonly bytes: number;
  readonly decode: Decode;
}

/** By kind and width, as the header says them behind the order of bytes. */
const TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ["u1", plain(Uint8Array)],
  ["i1", plain(Int8Array)],
  ["u2", plain(Uint16Array)],
  ["i2", plain(Int16Array)],
  ["u4", plain(Uint32Array)],
  ["i4", plain(Int32Array)],
  ["f4", plain(Float32Array)],
  ["f8", plain(Float64Array)],
  ["b1", { bytes: 1, decode: decodeBooleans }],
  ["f2", { bytes: 2, decode: decodeHalves }],
  ["i8", { bytes: 8, decode: (...given) => decodeLong(BigInt64Array, "int64", ...given) }],
  ["u8", { bytes: 8, decode: (...given) => decodeLong(BigUint64Array, "uint64", ...given) }],
]);
const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
const AGAIN = "copy or download it again";

/**
 * Reads an .npy file from memory: booleans, whole numbers and floats of any width that NumPy has, in either order of
 * bytes, by rows or by columns (Fortran), versions 1 to 3. The array is a view of `bytes` where that can be.
 *
 * int64 and uint64 become float64, and are refused where that would change a number; float16 becomes float32.
 *
 * Throws `DescentError` if the bytes are no .npy file, hold something else (text, objects, records, complex numbers), or
 * are more or fewer than the header says.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parseNpy } from "descent/data";
 * const header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + "\n";
 * const start = `\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`;
 * const bytes = Uint8Array.from([...start, "\x07", "\x00", "\x04", "\x01"], (letter) => letter.charCodeAt(0));
 * const { shape, data } = parseNpy(bytes, { path: "digits.npy" });
 * assert(shape.join() === "2" && data.join() === "7,260");
 * ```
 */
export function parseNpy(bytes: Uint8Array, { path }: NpyOptions): NdArray {
  return decodeNpy(bytes, { path, isOwned: false });
}

/**
 * Reads an .npy file, as `parseNpy` does; plain or gzip. Throws `DescentError` if it is missing or unreadable, too.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readNpy } from "descent/data";
 * const message = await readNpy("no/such.npy").catch((error: Error) => error.message);
 * assert(message === "Cannot read no/such.npy: there is no such file");
 * ```
 */
export async function readNpy(place: Place): Promise<NdArray> {
  return decodeNpy(await readBytes(place), { path: nameOf(place), isOwned: true });
}

/** As `parseNpy`; bytes that are nobody else's (`isOwned`) may be moved and turned round in place. */
export function decodeNpy(
  bytes: Uint8Array,
  { path, isOwned }: NpyOptions & { readonly isOwned: boolean },
): NdArray {
  const { type, isBigEndian, isByColumns, shape, start } = parseHeader(bytes, path);
  const wanted = shape.reduce((product, size) => product * BigInt(size), BigInt(type.bytes)) + BigInt(start);
  const found = BigInt(bytes.length);
  require(
    found >= wanted,
    () =>
      `${path} is truncated: its header says ${
        formatShape(shape)
      }, which takes ${wanted} bytes, but it has ${found}; ` +
      AGAIN,
  );
  require(
    found === wanted,
    () =>
      `${path} is longer than its header says: ${
        formatShape(shape)
      } takes ${wanted} bytes, but it has ${found}; ${AGAIN}`,
  );
  const array = { shape, ...type.decode(bytes, { shape, start, isBigEndian, isOwned }, path) };
  return isByColumns && shape.length > 1 ? byRows(array) : array;
}

function parseHeader(bytes: Uint8Array, path: string) {
  require(
    MAGIC.every((byte, i) => bytes[i] === byte),
    () =>
      `${path} is no .npy file: ${describeStart(bytes)}` +
      (knownKind(bytes)?.includes(".npz") ? "; .npz files are read by readNpz()" : ""),
  );
  const cut = `${path} is truncated: it ends within its header; ${AGAIN}`, version = bytes[6] ?? 0;
  require(bytes.length >= 12, cut);
  require(
    version >= 1 && version <= 3,
    () =>
      `${path} is of version ${version} of the .npy format, but versions 1 to 3 are read; save it with NumPy`,
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = version === 1 ? 10 : 12;
  const start = begin + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  require(start <= bytes.length, cut);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.slice(begin, start)).trim();
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text);
  const sizes = /['"]shape['"]\s*:\s*\(((?:\s*\d{1,15}L?\s*,)*(?:\s*\d{1,15}L?)?\s*)\)/.exec(text);
  require(
    text.startsWith("{") && text.endsWith("}") && descr !== null && order !== null && sizes !== null,
    () => `${path} has a header that describes no array, ${JSON.stringify(text.slice(0, 80))}; ${AGAIN}`,
  );
  require(
    descr[2] === undefined,
    () => `${path} holds records of several fields, and no plain array; save each field by itself`,
  );
  const shape = sizes[1]!.split(",").map((size) => size.trim()).filter((size) => size !== "").map((size) =>
    Number(size.replace("L", ""))
  );
  return {
    ...typeOf(descr[1]!, path),
    isByColumns: order[1] === "True",
    shape,
    start,
  };
}

function typeOf(descr: string, path: string) {
  const type = TYPES.get(descr.slice(1));
  require(
    type !== undefined && /^[<>|=]/.test(descr),
    () => {
      const kind = descr[1] ?? "";
      const held = kind === "O"
        ? "Python objects"
        : "SUa".includes(kind) && kind !== ""
        ? "text"
        : kind === "c"
        ? "complex numbers"
        : `elements of the type ${JSON.stringify(descr.slice(0, 40))}`;
      return `${path} holds ${held}, but arrays of numbers and booleans are read; convert it, such as by astype("float32")`;
    },
  );
  return { type, isBigEndian: descr[0] === ">" };
}

function plain<T extends NumberArray>(
  kind: (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T) & {
    readonly BYTES_PER_ELEMENT: number;
  },
): ElementType {
  return {
    bytes: kind.BYTES_PER_ELEMENT,
    decode: (bytes, place) => ({ data: elementsOf(bytes, kind, place) }),
  };
}

function decodeBooleans(bytes: Bytes, place: ElementsPlace, path: string): Omit<NdArray, "shape"> {
  const data = elementsOf(bytes, Uint8Array, place), wrong = data.findIndex((byte) => byte > 1);
  require(
    wrong < 0,
    () => `${path} holds ${data[wrong]} among booleans, at position ${wrong}; ${AGAIN}`,
  );
  return { data, heldAs: "bool" };
}

function decodeHalves(bytes: Bytes, place: ElementsPlace): Omit<NdArray, "shape"> {
  const { buffer, byteOffset, length } = elementsOf(bytes, Uint16Array, place);
  return { data: Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfOf), heldAs: "float16" };
}

/** The number that 16 bits mean (IEEE 754 binary16): not every engine has `Float16Array`. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 64-bit whole numbers as float64, in their own place where nobody else holds the bytes. */
function decodeLong(
  kind: BigInt64ArrayConstructor | BigUint64ArrayConstructor,
  heldAs: "int64" | "uint64",
  bytes: Bytes,
  place: ElementsPlace,
  path: string,
): Omit<NdArray, "shape"> {
  const long = elementsOf<BigInt64Array | BigUint64Array>(bytes, kind, place);
  const data = place.isOwned
    ? new Float64Array(long.buffer, long.byteOffset, long.length)
    : new Float64Array(long.length);
  for (let i = 0; i < data.length; i++) {
    const whole = long[i]!, value = Number(whole);
    if (!Number.isSafeInteger(value)) {
      throw new DescentError(
        `${path} holds ${whole} at position ${i}, which float64 does not hold exactly; convert it, such as by ` +
          'astype("float64")',
      );
    }
    data[i] = value;
  }
  return { data, heldAs };
}

/** An array whose first axis runs fastest, turned to run by rows. */
function byRows(array: NdArray): NdArray {
  const { shape, data: from } = array, data = from.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const place: number[] = shape.map(() => 0);
  for (let at = 0, source = 0; at < data.length; at++) {
    data[at] = from[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++place[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return { ...array, data };
}
