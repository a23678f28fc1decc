/** Unpacking of gzip. */
import { platform } from "../core/choose_platform.ts";
import { DescentError, require } from "../core/errors.ts";

/** What is unpacked, and when to stop. */
export interface GunzipOptions {
  /** How messages name the file. */
  readonly path: string;
  /** More than this many bytes are refused. */
  readonly maxBytes: number;
  /** Sees what is unpacked so far, after each piece: gives the length of the whole once it knows it, throws to stop. */
  readonly check?: (bytes: Uint8Array) => number | undefined;
}

/**
 * Unpacks gzip of one member or several, as `cat a.gz b.gz` and bgzip make it, but in browsers, whose
 * `DecompressionStream` refuses the latter.
 * A small file can unpack to terabytes: what is too much is refused as soon as it is there.
 */
export async function gunzip(
  packed: Uint8Array,
  { path, maxBytes, check }: GunzipOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { pieces, isWhole, stop } = platform().gunzip(packed);
  let bytes = new Uint8Array(0), length = 0;
  try {
    for await (const chunk of pieces) {
      if (length + chunk.length > bytes.length) bytes = enlarge(bytes, 2 * (length + chunk.length));
      bytes.set(chunk, length);
      length += chunk.length;
      const whole = check?.(bytes.subarray(0, length)) ?? 0;
      if (whole > bytes.length) bytes = enlarge(bytes, whole);
      require(length <= maxBytes, () => `Cannot read ${path}: it unpacks to more than ${maxBytes} bytes`);
    }
  } catch (error) {
    if (error instanceof DescentError) throw error;
    throw damagedGzip(path, error);
  } finally {
    stop();
  }
  if (!isWhole()) throw damagedGzip(path);
  return bytes.subarray(0, length);
}

function enlarge(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

function damagedGzip(path: string, cause?: unknown): DescentError {
  return new DescentError(
    `${path} is a damaged gzip file: it cannot be unpacked to its end; copy or download it again`,
    { cause },
  );
}
