/** Small PNG images made by hand, so that an SVG can hold pixels: eight bits per sample, grey, by palette or in colour. */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** The most bytes that one stored block of deflate holds. */
const BLOCK = 65535;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1, b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** zlib's format without compression: the images are small, and compressing in a browser would have to wait. */
function store(bytes: Uint8Array): number[] {
  const out = [0x78, 0x01];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const part = bytes.subarray(at, at + BLOCK), size = part.length;
    out.push(
      at + BLOCK >= bytes.length ? 1 : 0,
      size & 255,
      size >>> 8,
      ~size & 255,
      (~size >>> 8) & 255,
      ...part,
    );
  }
  return [...out, ...bigEndian(adler32(bytes))];
}

function chunk(type: string, data: Iterable<number>): number[] {
  const body = Uint8Array.from([...new TextEncoder().encode(type), ...data]);
  return [...bigEndian(body.length - 4), ...body, ...bigEndian(crc32(body))];
}

/** Colours of the byte values, or three bytes a pixel that are its colour; neither: 0 is black and 255 white. */
type Look = readonly (readonly [number, number, number])[] | "rgb";

/** Rows of bytes, each after a byte that says that it is not filtered. */
function unfiltered(bytes: Uint8Array, rowBytes: number, height: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    rows.set(bytes.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  return rows;
}

function pngOf(data: Iterable<number>, width: number, height: number, look?: Look): Uint8Array {
  const kind = look === undefined ? 0 : look === "rgb" ? 2 : 3;
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", [...bigEndian(width), ...bigEndian(height), 8, kind, 0, 0, 0]),
    ...(look !== undefined && look !== "rgb" ? chunk("PLTE", look.flat()) : []),
    ...chunk("IDAT", data),
    ...chunk("IEND", []),
  ]);
}

/**
 * A PNG file of `width` × `height` bytes, row after row; of three times as many in colour.
 *
 * @param look colours of the byte values, at most 256, or `rgb`; without it, 0 is black and 255 white
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { encodePng } from "./pixels.ts";
 * const png = encodePng(Uint8Array.of(0, 255, 255, 0), 2, 2);
 * assert(png[1] === 0x50 && png[16 + 3] === 2);
 * ```
 */
export function encodePng(bytes: Uint8Array, width: number, height: number, look?: Look): Uint8Array {
  return pngOf(store(unfiltered(bytes, look === "rgb" ? 3 * width : width, height)), width, height, look);
}

/** The same, compressed: for images that are large and not drawn at once. 0 is black and 255 white. */
export async function compressPng(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const rows = new Blob([unfiltered(bytes, width, height)]).stream();
  const packed = await new Response(rows.pipeThrough(new CompressionStream("deflate"))).arrayBuffer();
  return pngOf(new Uint8Array(packed), width, height);
}

/** Bytes as a data URI. */
export function toDataUri(bytes: Uint8Array, type = "image/png"): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:${type};base64,${btoa(binary)}`;
}
