/**
 * PNG images as bytes, of one channel (grey), three (red, green, blue) or four (and alpha).
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification", third edition, sections 11 and 13.
 */
import { decode, type DecodedPng } from "fast-png";
import { DescentError, require } from "../core/errors.ts";
import { describeStart } from "./file_start.ts";

/** Channels of an image: grey, colour, colour and alpha. */
export type Channels = 1 | 3 | 4;

/** What an image says of itself before its pixels. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Whether its pixels have a colour; a palette counts as colour. */
  readonly isColour: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bit of the colour type. */
const COLOUR = 2;
const PALETTE_TYPE = 3;
const HEADER_BYTES = 33;
const MOST_PIXELS = 2 ** 26;

/** Reads and checks what comes before the pixels. `path` is how messages name the file. */
export function pngHeader(bytes: Uint8Array, path: string): PngHeader {
  require(
    SIGNATURE.every((byte, i) => bytes[i] === byte),
    () => `${path} is no PNG file: ${describeStart(bytes)}`,
  );
  const isHeaderFirst = new TextDecoder("latin1").decode(bytes.slice(12, 16)) === "IHDR";
  if (bytes.length < HEADER_BYTES || !isHeaderFirst) throw damaged(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(16),
    height = view.getUint32(20),
    depth = bytes[24]!,
    isInterlaced = bytes[28] !== 0;
  if (width === 0 || height === 0) throw damaged(path);
  require(
    width * height <= MOST_PIXELS,
    `${path} has ${height} × ${width} pixels, more than the ${MOST_PIXELS} that are read; make it smaller`,
  );
  require(
    !isInterlaced || depth >= 8,
    `${path} is interlaced with ${depth} bits a sample, which is not read; save it without interlacing`,
  );
  return { width, height, isColour: (bytes[25]! & COLOUR) !== 0 };
}

/**
 * Decodes an image that `pngHeader` lets pass to height × width × channels bytes. Samples of fewer bits are scaled to 0 …
 * 255, those of 16 bits rounded to 8. Grey becomes colour by repeating it, colour becomes grey by the weights of Rec. 601
 * (0.299, 0.587, 0.114), and alpha is left out where it is not asked for: what lies under transparent pixels shows.
 *
 * Throws `DescentError` if the file is damaged.
 */
export function decodePng(bytes: Uint8Array, path: string, channels: Channels): Uint8Array {
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw damaged(path, error);
  }
  const { width, height } = pngHeader(bytes, path);
  if (png.width !== width || png.height !== height) throw damaged(path);
  const isIndexed = bytes[25] === PALETTE_TYPE, samples = unpackSamples(png);
  const levels = 2 ** png.depth - 1, toByte = (sample: number) => Math.round(sample * 255 / levels);
  if (png.depth === 8 && !isIndexed && png.channels === channels) return samples as Uint8Array;
  const { palette = [], transparency } = png, wide = png.channels;
  const pixels = png.width * png.height, into = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * wide, first = samples[from]!;
    const colour = isIndexed ? palette[first] : undefined;
    if (isIndexed && colour === undefined) throw damaged(path);
    const isGrey = wide < 3,
      isClear = !isIndexed && wide !== 2 && wide !== 4 && transparency !== undefined &&
        transparency.every((sample, i) => samples[from + i] === sample);
    const red = colour?.[0] ?? toByte(first);
    const green = colour?.[1] ?? (isGrey ? red : toByte(samples[from + 1]!));
    const blue = colour?.[2] ?? (isGrey ? red : toByte(samples[from + 2]!));
    if (channels === 1) {
      into[pixel] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      continue;
    }
    const at = pixel * channels;
    into[at] = red;
    into[at + 1] = green;
    into[at + 2] = blue;
    if (channels === 4) {
      const alpha = colour?.[3] ?? (wide === 2 || wide === 4 ? toByte(samples[from + wide - 1]!) : 255);
      into[at + 3] = isClear ? 0 : alpha;
    }
  }
  return into;
}

/** One number a sample: images of fewer than 8 bits keep several in a byte, and begin each row with a new one. */
function unpackSamples({ data, depth, width, height, channels }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const perRow = width * channels, rowBytes = Math.ceil(perRow * depth / 8), mask = 2 ** depth - 1;
  const samples = new Uint8Array(perRow * height);
  for (let at = 0; at < samples.length; at++) {
    const row = Math.floor(at / perRow), bit = (at % perRow) * depth;
    samples[at] = (data[row * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
  }
  return samples;
}

function damaged(path: string, cause?: unknown): DescentError {
  return new DescentError(`${path} is a damaged PNG file: it cannot be unpacked; copy or download it again`, {
    cause,
  });
}
