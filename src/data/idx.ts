/**
 * IDX files of unsigned bytes, the format in which MNIST and its relatives are published.
 *
 * Layout: 0, 0, element type, rank · one big-endian u32 per axis, outermost first · the elements, row after row.
 * Source: Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits", section on file formats.
 */
import { createGunzip } from "node:zlib";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/tensor.ts";

/** What an IDX file holds. */
export interface Idx {
  /** Sizes of the axes, e.g. `[60000,28,28]`. */
  readonly shape: Shape;
  /** The elements, dense, row after row. */
  readonly data: Uint8Array;
}

/** What is expected of an IDX file. */
export interface IdxOptions {
  /** How messages name the file. */
  readonly path: string;
  /** Number of axes that the file must have: 1 for labels, 3 for images; any from 1 to 4 if left out. */
  readonly rank?: number;
}

const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES = new Map([
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);
const MAX_RANK = 4;
const MAGIC_BYTES = 4;
const MAX_HEADER_BYTES = MAGIC_BYTES + 4 * MAX_RANK;
/** Larger files are refused before memory is asked for. */
const MAX_FILE_BYTES = 2 ** 31;
const AGAIN = "copy or download it again";

/**
 * Reads an IDX file of unsigned bytes from memory. `data` is a view of `bytes`, not a copy.
 *
 * Throws `DescentError` if the bytes are none, not IDX, of another element type or rank, or more or fewer than
 * the header says.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parseIdx } from "./idx.ts";
 * const labels = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 4), { path: "labels" });
 * assert(labels.shape[0] === 2 && labels.data[1] === 4);
 * ```
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions): Idx {
  const { shape, headerBytes, fileBytes } = parseHeader(bytes, options);
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
  return { shape, data: bytes.subarray(headerBytes) };
}

/**
 * Reads an IDX file of unsigned bytes, plain or gzip (told by its first bytes, not by its name).
 *
 * Throws `DescentError` as `parseIdx` does, and if the file is missing, unreadable or a damaged gzip.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readIdx } from "./idx.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 4));
 * const labels = await readIdx(path, { rank: 1 });
 * assert(labels.data[0] === 7);
 * await Deno.remove(path);
 * ```
 */
export async function readIdx(path: string, options: { readonly rank?: number } = {}): Promise<Idx> {
  return parseIdx(await readIdxBytes(path), { path, ...options });
}

/** The bytes of an IDX file, unpacked if it is gzip; what `readIdx` parses and what hashes are taken of. */
export async function readIdxBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes, path) : bytes;
}

/** Reads and checks everything before the first element. `fileBytes` is exact: four axes can pass 2^53. */
function parseHeader(bytes: Uint8Array, { path, rank }: IdxOptions) {
  require(bytes.length > 0, `${path} is empty (0 bytes); ${AGAIN}`);
  require(
    bytes.length >= MAGIC_BYTES,
    () =>
      `${path} is truncated: an IDX file starts with ${MAGIC_BYTES} bytes, but it has ${bytes.length}; ${AGAIN}`,
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0), type = bytes[2]!, axes = bytes[3]!;
  const otherType = OTHER_TYPES.get(type);
  require(
    magic >>> 16 === 0 && (type === UNSIGNED_BYTE || otherType !== undefined) && axes > 0,
    () =>
      `${path} is not an IDX file: it starts with ${hex(magic)}, but ` +
      (rank === undefined
        ? "IDX files of unsigned bytes start with 0x000008 and their number of axes"
        : expects(rank)),
  );
  require(
    otherType === undefined,
    () =>
      `${path} holds ${otherType} elements (magic ${
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
      `${path} is ${kind(axes)} (magic ${hex(magic)}), but ${
        expects(rank ?? axes)
      }; check that files are not mixed up`,
  );
  const headerBytes = MAGIC_BYTES + 4 * axes;
  require(
    bytes.length >= headerBytes,
    () => `${path} is truncated: its header takes ${headerBytes} bytes, but it has ${bytes.length}; ${AGAIN}`,
  );
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(MAGIC_BYTES + 4 * axis));
  require(!shape.includes(0), () => `${path} holds no elements: its header says ${formatShape(shape)}`);
  const fileBytes = shape.reduce((product, size) => product * BigInt(size), 1n) + BigInt(headerBytes);
  return { shape, headerBytes, fileBytes };
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}

function kind(rank: number): string {
  return rank === 1 ? "a labels file" : rank === 3 ? "an images file" : `a file of ${rank} axes`;
}

function expects(rank: number): string {
  return `${kind(rank)} (magic ${hex((UNSIGNED_BYTE << 8) + rank)}) is expected`;
}

function tooLong(path: string, shape: Shape, fileBytes: bigint, found = ""): string {
  return `${path} is longer than its header says: ${
    formatShape(shape)
  } takes ${fileBytes} bytes${found}; ${AGAIN}`;
}

/** Reads a file into an array of its exact size, in half the time of `Deno.readFile`, which grows its array. */
async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { isFile, size } = await Deno.stat(path);
    require(isFile, `Cannot read ${path}: it is not a file`);
    require(size <= MAX_FILE_BYTES, `Cannot read ${path}: it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
    using file = await Deno.open(path);
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) break;
      at += count;
    }
    return bytes.subarray(0, at);
  } catch (error) {
    if (error instanceof DescentError || !(error instanceof Error)) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : causeOf(error);
    throw new DescentError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
}

/**
 * Unpacks gzip of one member or several, as `cat a.gz b.gz` and bgzip make it, which a `DecompressionStream` refuses.
 * Stops as soon as there is more than the header says: a small file can unpack to terabytes.
 */
async function gunzip(packed: Uint8Array, path: string): Promise<Uint8Array> {
  const stream = createGunzip();
  stream.end(packed);
  let bytes = new Uint8Array(0), length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (length + chunk.length > bytes.length) {
        const larger = new Uint8Array(2 * (length + chunk.length));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(chunk, length);
      length += chunk.length;
      if (length < MAX_HEADER_BYTES) continue;
      const { shape, fileBytes } = parseHeader(bytes.subarray(0, length), { path });
      require(BigInt(length) <= fileBytes, () => tooLong(path, shape, fileBytes));
      require(
        fileBytes <= MAX_FILE_BYTES,
        () => `Cannot read ${path}: it unpacks to ${fileBytes} bytes, more than ${MAX_FILE_BYTES}`,
      );
    }
  } catch (error) {
    if (error instanceof DescentError) throw error;
    throw damagedGzip(path, error);
  } finally {
    stream.destroy();
  }
  // Zeros behind the last member end the stream, whatever follows them.
  if (stream.bytesWritten < packed.length) throw damagedGzip(path);
  return bytes.subarray(0, length);
}

function damagedGzip(path: string, cause?: unknown): DescentError {
  return new DescentError(`${path} is a damaged gzip file: it cannot be unpacked to its end; ${AGAIN}`, {
    cause,
  });
}
