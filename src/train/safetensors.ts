/**
 * The safetensors format: 8 bytes N (u64, little-endian), N bytes of JSON header padded with spaces so that the
 * data starts on a multiple of 8, then the tensors' bytes, row after row, little-endian, without gaps.
 *
 * Source: the README of huggingface/safetensors, section "Format"; the order of the tensors (wide elements
 * first, then by name) is that of its reference writer, which keeps every tensor aligned.
 */
import { DescentError, require } from "../core/errors.ts";
import { bytesPerElement, type DType, formatShape, roundUp, type Shape, sizeOf } from "../core/tensor.ts";
import {
  isReadable,
  READABLE_DTYPES,
  type ReadableDType,
  readTensor,
  type SavedTensor,
  widthOf,
} from "./safetensors_dtypes.ts";

export type { SavedTensor } from "./safetensors_dtypes.ts";

export interface SavedTensors {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  /** The free text of `__metadata__`; empty where the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit, against headers that would exhaust memory. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = "__metadata__";
/** What is written, in the order of the data: wide elements first. */
const DTYPES = ["f32", "u32", "u8"] as const satisfies readonly DType[];

interface Entry {
  readonly name: string;
  /** Undefined where its values are passed over. */
  readonly dtype: ReadableDType | undefined;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/**
 * The bytes of a safetensors file. The same tensors give the same bytes, in whatever order they come.
 *
 * @throws DescentError when a tensor's data does not fit its shape or dtype, or a name cannot be written.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 * const bytes = encodeSafetensors(
 *   new Map([["bias", { dtype: "f32", shape: [2], data: Float32Array.of(0.5, -1) }]]),
 *   { epoch: "25" },
 * );
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * assert(tensors.get("bias")!.data[1] === -1 && metadata.epoch === "25");
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SavedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([a, { dtype: left }], [b, { dtype: right }]) =>
    DTYPES.indexOf(left) - DTYPES.indexOf(right) || (a < b ? -1 : 1)
  );
  // Written out by hand because an object would move names such as "0" to the front.
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) members.push(`"${METADATA}":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    require(
      name !== METADATA && name.isWellFormed(),
      () => `Cannot save a tensor named ${JSON.stringify(name)}: choose another name`,
    );
    require(
      shape.every(isSize) && data.length === sizeOf(shape) &&
        data.BYTES_PER_ELEMENT === bytesPerElement(dtype),
      () => `Cannot save ${data.length} elements as tensor "${name}" of ${dtype}${formatShape(shape)}`,
    );
    const begin = end;
    end += data.byteLength;
    const entry = { dtype: dtype.toUpperCase(), shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  const dataStart = LENGTH_BYTES + roundUp(header.length, ALIGNMENT);
  const bytes = new Uint8Array(dataStart + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, dataStart);
  let at = dataStart;
  for (const [, { data }] of ordered) {
    // Deno runs on little-endian machines only, so memory is in the format's order already.
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Settings of `decodeSafetensors`. */
export interface DecodeSafetensorsOptions {
  /** How messages name the file. Default `safetensors data`. */
  readonly path?: string;
  /** Names of tensors that are not wanted: their sizes are checked, and they may be whole numbers or booleans. Default none. */
  readonly skips?: (name: string) => boolean;
}

/**
 * The tensors of a safetensors file, as copies. F16, BF16 and F64 become f32: the first two exactly, the last rounded. The
 * file is not trusted: every number in its header is checked before it is used, and no more memory is taken than three times
 * the bytes that the file has.
 *
 * @throws DescentError, naming `path`, when the file is damaged or holds a dtype that is not F32, F16, BF16, F64, U32 or U8.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { path = "safetensors data", skips = () => false }: DecodeSafetensorsOptions = {},
): SavedTensors {
  const fail: Fail = (problem) => {
    // Names and shapes come from the file and may be endless.
    const shown = problem.length > 300 ? `${problem.slice(0, 300)}…` : problem;
    throw new DescentError(`Cannot read ${path}: ${shown}`);
  };
  if (bytes.length < LENGTH_BYTES) {
    fail(`a safetensors file has at least ${LENGTH_BYTES} bytes, this one has ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    fail(`its header claims ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed; is it safetensors?`);
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    fail(`its header claims ${length} bytes, but only ${bytes.length - LENGTH_BYTES} follow; is it cut off?`);
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), fail);
  const entries: Entry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = readMetadata(value, fail);
    else entries.push(readEntry(name, value, skips(name), fail));
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      fail(`tensor ${JSON.stringify(entry.name)} starts at byte ${entry.begin} of the data, expected ${end}`);
    }
    end = entry.end;
  }
  const dataBytes = bytes.length - dataStart;
  if (end !== dataBytes) {
    fail(`its tensors take ${end} bytes, but ${dataBytes} follow the header; is it cut off?`);
  }

  const tensors = new Map<string, SavedTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    if (dtype === undefined) continue;
    // A copy starts on its own buffer, which a Float32Array needs and a file does not promise.
    const { buffer } = bytes.slice(dataStart + begin, dataStart + end);
    tensors.set(name, readTensor(dtype, shape, buffer));
  }
  return { tensors, metadata };
}

type Fail = (problem: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== 0x7b) fail(`its header does not start with "{"; is it safetensors?`);
  let text: string, header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    return fail("its header is not JSON in UTF-8");
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`its header has ${JSON.stringify(twice)} twice`);
  return isObject(header) ? header : fail("its header is not an object");
}

/** A key that some object of valid JSON holds twice; `JSON.parse` would keep the last one silently. */
function duplicateKey(json: string): string | undefined {
  const seen: Set<string>[] = [], colon = /\s*:/y;
  for (let at = 0; at < json.length; at++) {
    if (json[at] === "{") seen.push(new Set());
    if (json[at] === "}") seen.pop();
    if (json[at] !== '"') continue;
    const start = at;
    while (json[++at] !== '"') if (json[at] === "\\") at++;
    colon.lastIndex = at + 1;
    if (!colon.test(json)) continue; // only a key is followed by a colon
    const key: string = JSON.parse(json.slice(start, at + 1)), keys = seen.at(-1)!;
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}

function readMetadata(value: unknown, fail: Fail): Readonly<Record<string, string>> {
  if (!isObject(value)) return fail(`its ${METADATA} is not an object of strings`);
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    texts.push([
      key,
      typeof text === "string" ? text : fail(`its ${METADATA} has no string for ${JSON.stringify(key)}`),
    ]);
  }
  return Object.fromEntries(texts);
}

function readEntry(name: string, value: unknown, isSkipped: boolean, fail: Fail): Entry {
  if (!isObject(value)) return fail(`the header's entry ${JSON.stringify(name)} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value, tensor = `tensor ${JSON.stringify(name)}`;
  const width = widthOf(dtype);
  if (width === undefined || !isSkipped && !isReadable(dtype)) {
    const found = typeof dtype === "string" ? JSON.stringify(dtype) : "missing";
    return fail(`the dtype of ${tensor} is ${found}, expected ${READABLE_DTYPES}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    return fail(`the shape of ${tensor} is not a list of sizes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail(`data_offsets of ${tensor} are not two byte positions`);
  }
  const [begin, end] = offsets as [number, number], expected = sizeOf(shape) * width;
  // Beyond 2^53 products are rounded, but then they are far above any file's size as well.
  if (end - begin !== expected) {
    fail(
      `${tensor} of ${String(dtype).toLowerCase()}${formatShape(shape)} takes ${expected} bytes, got ${
        end - begin
      }`,
    );
  }
  return { name, dtype: isReadable(dtype) && !isSkipped ? dtype : undefined, shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
