/**
 * IDX files, the format in which MNIST and its relatives are published.
 *
 * Layout: 0, 0, element type, rank · one big-endian u32 per axis, outermost first · the elements, row after row.
 * Source: Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits", section on file formats.
 */
import { require } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import { elementsOf, type NdArray, type NumberArray } from "./elements.ts";
import { MAX_FILE_BYTES, nameOf, type Place, readBytes } from "./read_bytes.ts";

/** What is expected of an IDX file. */
export interface IdxOptions {
  /** How messages name the file. */
  readonly path: string;
  /** Number of axes that the file must have: 1 for labels, 3 for images; any from 1 to 4 if left out. */
  readonly rank?: number;
}

const UNSIGNED_BYTE = 0x08;
const TYPES = new Map([
  [UNSIGNED_BYTE, { name: "unsigned byte", kind: Uint8Array }],
  [0x09, { name: "int8", kind: Int8Array }],
  [0x0b, { name: "int16", kind: Int16Array }],
  [0x0c, { name: "int32", kind: Int32Array }],
  [0x0d, { name: "float32", kind: Float32Array }],
  [0x0e, { name: "float64", kind: Float64Array }],
]);
const MAX_RANK = 4;
const MAGIC_BYTES = 4;
const MAX_HEADER_BYTES = MAGIC_BYTES + 4 * MAX_RANK;
const AGAIN = "copy or download it again";

/**
 * Reads an IDX file of any kind of number from memory. Bytes become a view of `bytes`, not a copy.
 *
 * Throws `DescentError` if the bytes are none, not IDX, of another rank, or more or fewer than the header says.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parseIdx } from "descent/data";
 * const labels = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 4), { path: "labels" });
 * assert(labels.shape[0] === 2 && labels.data[1] === 4);
 * ```
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions): NdArray {
  return decode(bytes, { ...options, isOwned: false });
}

/** The same for a file that must hold unsigned bytes, as those of MNIST do. */
export function parseByteIdx(bytes: Uint8Array, options: IdxOptions): NdArray<Uint8Array> {
  const { shape, data } = decode(bytes, { ...options, bytesOnly: true, isOwned: false });
  require(data instanceof Uint8Array, "What is parsed as bytes is bytes");
  return { shape, data };
}

/**
 * Reads an IDX file of any kind of number, plain or gzip (told by its first bytes, not by its name).
 *
 * Throws `DescentError` as `parseIdx` does, and if the file is missing, unreadable or a damaged gzip.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readIdx } from "descent/data";
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 4));
 * const labels = await readIdx(path, { rank: 1 });
 * assert(labels.data[0] === 7);
 * await Deno.remove(path);
 * ```
 */
export async function readIdx(place: Place, options: { readonly rank?: number } = {}): Promise<NdArray> {
  return decode(await readIdxBytes(place), { path: nameOf(place), isOwned: true, ...options });
}

/** The bytes of an IDX file, unpacked if it is gzip; what `readIdx` parses and what hashes are taken of. */
export function readIdxBytes(place: Place): Promise<Uint8Array> {
  const path = nameOf(place);
  return readBytes(place, (bytes) => {
    if (bytes.length < MAX_HEADER_BYTES) return undefined;
    const { shape, fileBytes } = parseHeader(bytes, { path });
    require(BigInt(bytes.length) <= fileBytes, () => tooLong(path, shape, fileBytes));
    require(
      fileBytes <= MAX_FILE_BYTES,
      () => `Cannot read ${path}: it unpacks to ${fileBytes} bytes, more than ${MAX_FILE_BYTES}`,
    );
    return Number(fileBytes);
  });
}

interface HeaderOptions extends IdxOptions {
  readonly bytesOnly?: boolean;
}

function decode(
  bytes: Uint8Array,
  options: HeaderOptions & { readonly isOwned: boolean },
): NdArray {
  const { kind, shape, headerBytes, fileBytes } = parseHeader(bytes, options);
  const found = BigInt(bytes.length);
  require(
    found >= fileBytes,
    () =>
      `${options.path} is truncated: its header says ${
        formatShape(shape)
      }, which takes ${fileBytes} bytes, ` +
      `but it has ${found}; ${AGAIN}`,
  );
  require(found === fileBytes, () => tooLong(options.path, shape, fileBytes, `, but it has ${found}`));
  const place = { shape, start: headerBytes, isBigEndian: true, isOwned: options.isOwned };
  return { shape, data: elementsOf<NumberArray>(bytes, kind, place) };
}

/** Reads and checks everything before the first element. `fileBytes` is exact: four axes can pass 2^53. */
function parseHeader(bytes: Uint8Array, { path, rank, bytesOnly = false }: HeaderOptions) {
  require(bytes.length > 0, `${path} is empty (0 bytes); ${AGAIN}`);
  require(
    bytes.length >= MAGIC_BYTES,
    () =>
      `${path} is truncated: an IDX file starts with ${MAGIC_BYTES} bytes, but it has ${bytes.length}; ${AGAIN}`,
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0), type = TYPES.get(bytes[2]!), axes = bytes[3]!;
  require(
    magic >>> 16 === 0 && type !== undefined && axes > 0,
    () =>
      `${path} is not an IDX file: it starts with ${hex(magic)}, but ` +
      (rank === undefined || !bytesOnly
        ? "IDX files start with 0x0000, their type, such as 08 for unsigned bytes, and their number of axes"
        : expects(rank)),
  );
  require(
    !bytesOnly || type.kind === Uint8Array,
    () =>
      `${path} holds ${type.name} elements (magic ${
        hex(magic)
      }), but only unsigned bytes are read; convert it to them`,
  );
  require(
    axes <= MAX_RANK,
    () => `${path} has ${axes} axes, but IDX files are read with at most ${MAX_RANK}`,
  );
  require(
    rank === undefined || axes === rank,
    () =>
      `${path} is ${kindOfRank(axes)} (magic ${hex(magic)}), but ${
        expects(rank ?? axes, bytes[2]!)
      }; check that files are not mixed up`,
  );
  const headerBytes = MAGIC_BYTES + 4 * axes;
  require(
    bytes.length >= headerBytes,
    () => `${path} is truncated: its header takes ${headerBytes} bytes, but it has ${bytes.length}; ${AGAIN}`,
  );
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(MAGIC_BYTES + 4 * axis));
  require(!shape.includes(0), () => `${path} holds no elements: its header says ${formatShape(shape)}`);
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const fileBytes = elements * BigInt(type.kind.BYTES_PER_ELEMENT) + BigInt(headerBytes);
  return { kind: type.kind, shape, headerBytes, fileBytes };
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}

function kindOfRank(rank: number): string {
  return rank === 1 ? "a labels file" : rank === 3 ? "an images file" : `a file of ${rank} axes`;
}

function expects(rank: number, type = UNSIGNED_BYTE): string {
  return `${kindOfRank(rank)} (magic ${hex((type << 8) + rank)}) is expected`;
}

function tooLong(path: string, shape: Shape, fileBytes: bigint, found = ""): string {
  return `${path} is longer than its header says: ${
    formatShape(shape)
  } takes ${fileBytes} bytes${found}; ${AGAIN}`;
}
