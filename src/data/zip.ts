/**
 * Zip archives, of which .npz files are made: entries that are stored or deflated.
 *
 * Source: PKWARE, "APPNOTE.TXT: .ZIP File Format Specification", sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { inflateSync } from "fflate";
import { platform } from "../core/choose_platform.ts";
import { DescentError, require } from "../core/errors.ts";
import { MAX_FILE_BYTES } from "./read_bytes.ts";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Its bytes: a stretch of the archive's where it is stored, which no other entry shares. */
  readonly unpack: () => Uint8Array;
}

const END = 0x06054b50, END_BYTES = 22, LONGEST_COMMENT = 0xffff;
const CENTRAL = 0x02014b50, CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50, LOCAL_BYTES = 30;
const STORED = 0, DEFLATED = 8;
const ENCRYPTED = 1;
/** Deflate makes no more of a byte. */
const LARGEST_RATIO = 1032;

/** The files in an archive, in the order of its directory. Throws where it is damaged. */
export function zipEntries(bytes: Uint8Array, path: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw damaged(path);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  require(
    at !== 0xffffffff && count !== 0xffff,
    `${path} is a zip archive of the 64-bit kind, which is not read`,
  );
  const entries: CentralEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) throw damaged(path);
    const entry = centralEntry(bytes, view, at);
    entries.push(entry);
    at += CENTRAL_BYTES + entry.tailBytes;
  }
  const ranges = entries.map((entry) => rangeOf(view, entry, path)).sort((a, b) => a.begin - b.begin);
  if (ranges.some(({ to }, i) => to > (ranges[i + 1]?.begin ?? end))) throw damaged(path);
  return entries.map((entry) => ({ name: entry.name, unpack: () => unpack(bytes, view, { entry, path }) }));
}

interface CentralEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly wholeBytes: number;
  readonly local: number;
  /** Of name, extra field and comment. */
  readonly tailBytes: number;
}

function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - LONGEST_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return undefined;
}

function centralEntry(bytes: Uint8Array, view: DataView, at: number): CentralEntry {
  const nameBytes = view.getUint16(at + 28, true);
  const name = bytes.slice(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
  return {
    name: new TextDecoder().decode(name),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedBytes: view.getUint32(at + 20, true),
    wholeBytes: view.getUint32(at + 24, true),
    local: view.getUint32(at + 42, true),
    tailBytes: nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true),
  };
}

/** Where an entry lies in the archive: from its own header to the end of what is packed. */
function rangeOf(view: DataView, { local, packedBytes }: CentralEntry, path: string) {
  if (local + LOCAL_BYTES > view.byteLength || view.getUint32(local, true) !== LOCAL) throw damaged(path);
  const from = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  return { begin: local, from, to: from + packedBytes };
}

function unpack(
  bytes: Uint8Array,
  view: DataView,
  { entry, path }: { readonly entry: CentralEntry; readonly path: string },
): Uint8Array {
  const { name, flags, method, crc, wholeBytes, packedBytes } = entry, file = `${name} in ${path}`;
  require((flags & ENCRYPTED) === 0, `Cannot read ${file}: it is encrypted`);
  require(
    method === STORED || method === DEFLATED,
    `Cannot read ${file}: it is packed by method ${method}, but only stored and deflated files are read`,
  );
  require(
    wholeBytes <= MAX_FILE_BYTES,
    `Cannot read ${file}: it unpacks to ${wholeBytes} bytes, more than ${MAX_FILE_BYTES}`,
  );
  const { from, to } = rangeOf(view, entry, path), packed = bytes.subarray(from, to);
  const whole = method === STORED ? packed : inflate(packed, { file, wholeBytes });
  if (
    whole.length !== wholeBytes || wholeBytes > LARGEST_RATIO * packedBytes || platform().crc32(whole) !== crc
  ) {
    throw damaged(file);
  }
  return whole;
}

function inflate(
  packed: Uint8Array,
  { file, wholeBytes }: { readonly file: string; readonly wholeBytes: number },
): Uint8Array {
  if (wholeBytes > LARGEST_RATIO * packed.length) throw damaged(file);
  try {
    return inflateSync(packed, { out: new Uint8Array(wholeBytes) });
  } catch (error) {
    throw damaged(file, error);
  }
}

function damaged(path: string, cause?: unknown): DescentError {
  return new DescentError(`${path} is damaged: it cannot be unpacked; copy or download it again`, { cause });
}
