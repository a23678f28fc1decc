/** PNG files of every kind for tests, as the specification puts them together. */
import { crc32, deflateSync } from "node:zlib";

/** What to put into a file. */
export interface EncodePngOptions {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** One number a sample, row after row. */
  readonly samples: readonly number[];
  /** Red, green, blue, red, … */
  readonly palette?: readonly number[];
  /** The bytes of the chunk tRNS. */
  readonly transparency?: readonly number[];
  /** What the header says of interlacing; the pixels are not. */
  readonly interlace?: 0 | 1;
}

/** A PNG file whose rows are not filtered. */
export function encodePng(options: EncodePngOptions): Uint8Array<ArrayBuffer> {
  const { width, height, depth, colourType, samples, palette, transparency, interlace = 0 } = options;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  [depth, colourType, 0, 0, interlace].forEach((value, i) => header.setUint8(8 + i, value));
  const perRow = samples.length / height;
  const rows = Array.from(
    { length: height },
    (_, y) => [0, ...packRow(samples.slice(y * perRow, (y + 1) * perRow), depth)],
  );
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", new Uint8Array(header.buffer)),
    ...(palette ? chunk("PLTE", Uint8Array.from(palette)) : []),
    ...(transparency ? chunk("tRNS", Uint8Array.from(transparency)) : []),
    ...chunk("IDAT", deflateSync(Uint8Array.from(rows.flat()))),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function packRow(samples: readonly number[], depth: number): number[] {
  if (depth === 16) return samples.flatMap((sample) => [sample >> 8, sample & 255]);
  const bytes: number[] = Array(Math.ceil(samples.length * depth / 8)).fill(0);
  samples.forEach((sample, i) => {
    bytes[(i * depth) >> 3]! |= sample << (8 - depth - (i * depth) % 8);
  });
  return bytes;
}

function chunk(type: string, data: Uint8Array): number[] {
  const named = Uint8Array.from([...new TextEncoder().encode(type), ...data]);
  const number = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return [...number(data.length), ...named, ...number(crc32(named))];
}
