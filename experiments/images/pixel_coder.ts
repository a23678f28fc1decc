/**
 * Images of digits in few bytes: each pixel by an arithmetic coder that knows the pixels around it.
 *
 * A pixel is a row of yes and no: whether it is black (four of five are), whether it is as bright as strokes are in their
 * middle (252 and above), and else its bits from the highest down. Each answer costs as much as it surprises a model that
 * counts, for every picture of the neighbours already known, how often it was yes. Of MNIST's images an average one takes
 * 116 bytes; gzip takes 168. Both sides are whole numbers: every machine makes the same bytes.
 *
 * Sources: J. Rissanen and G. Langdon, "Arithmetic Coding" (1979); its form with two ends of 32 bits is M. Mahoney's.
 */
import { DescentError } from "../../src/core/errors.ts";

/** A pixel from here on is the middle of a stroke. */
const BRIGHT = 252;
/** Chances are counted in 65536ths. */
const ONE = 65_536;
/** After so many answers a model follows new ones no more slowly. */
const LIMIT = 250;
const RATES = Float64Array.from({ length: LIMIT + 1 }, (_, n) => 1 / (n + 1.5));

/** Grey levels as few classes. */
const FOUR = classes([1, 85, 200]), THREE = classes([1, 128]);
const EIGHT = classes([1, 32, 80, 128, 176, 224, BRIGHT]);

function classes(starts: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => starts.filter((start) => value >= start).length);
}

/** Chances of yes, by context. */
class Chances {
  readonly #chances: Uint16Array;
  readonly #counts: Uint8Array;

  constructor(contexts: number) {
    this.#chances = new Uint16Array(contexts).fill(ONE / 2);
    this.#counts = new Uint8Array(contexts);
  }

  of(context: number): number {
    return this.#chances[context]!;
  }

  learn(context: number, bit: number): void {
    const count = this.#counts[context]!, chance = this.#chances[context]!;
    const next = Math.round(chance + ((bit === 1 ? ONE : 0) - chance) * RATES[count]!);
    // What never happened may still: no answer is certain.
    this.#chances[context] = Math.min(ONE - 32, Math.max(32, next));
    if (count < LIMIT) this.#counts[context] = count + 1;
  }
}

/** Writes or reads one answer whose chance of yes is `chance`; the writer is told it and gives it back. */
interface Coder {
  code(bit: number, chance: number): number;
}

class Writer implements Coder {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  #low = 0;
  #high = 0xffffffff;

  code(bit: number, chance: number): number {
    const middle = this.#low + ((this.#high - this.#low) >>> 16) * chance;
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while (this.#high >>> 24 === this.#low >>> 24) {
      this.#push(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
    return bit;
  }

  end(): Uint8Array<ArrayBuffer> {
    for (let i = 0; i < 4; i++) this.#push((this.#high >>> (24 - 8 * i)) & 255);
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes[this.#length++] = byte;
  }
}

class Reader implements Coder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #low = 0;
  #high = 0xffffffff;
  #code = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  get isWhole(): boolean {
    return this.#at === this.#bytes.length;
  }

  code(_bit: number, chance: number): number {
    const middle = this.#low + ((this.#high - this.#low) >>> 16) * chance;
    const bit = this.#code <= middle ? 1 : 0;
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while (this.#high >>> 24 === this.#low >>> 24) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
      this.#code = ((this.#code << 8) | this.#next()) >>> 0;
    }
    return bit;
  }

  #next(): number {
    return this.#bytes[this.#at++] ?? 0;
  }
}

/** The model: what is asked of each pixel, and by what is around it. */
class PixelModel {
  readonly #isBlack = new Chances(4 ** 5 * 27);
  readonly #isBright = new Chances(4 ** 5 * 9);
  readonly #brightness = new Chances(5 * 5 * 4);
  readonly #highBits = new Chances(512 * 32);
  readonly #lowBits = new Chances(64 * 8);

  constructor(
    private readonly coder: Coder,
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** Codes one image where it lies in `pixels`: writes what is there, or fills it in. */
  image(pixels: Uint8Array, at: number): void {
    const { width, height } = this;
    // The two rows above, with black beyond both ends.
    let above = new Uint8Array(width + 4),
      higher = new Uint8Array(width + 4),
      row = new Uint8Array(width + 4);
    // Bright pixels of one image are of one value more often than not.
    let lastBright = 4;
    for (let y = 0; y < height; y++) {
      const band = y < 4 || y >= height - 4 ? 0 : y < height / 2 ? 1 : 2;
      let west = 0, farWest = 0, northWest = 0, north = above[2]!, northEast = above[3]!;
      for (let x = 0; x < width; x++) {
        const place = at + y * width + x, value = pixels[place]!;
        const farEast = above[x + 4]!, farNorth = higher[x + 2]!;
        const near = (FOUR[west]! * 4 + FOUR[north]!) * 16 + FOUR[northEast]! * 4 + FOUR[northWest]!;
        const around = ((near * 4 + FOUR[farWest]!) * 3 + THREE[farNorth]!) * 3 + THREE[farEast]!;
        let found = 0;
        if (this.#bit(this.#isBlack, around * 3 + band, value === 0 ? 1 : 0) === 0) {
          if (this.#bit(this.#isBright, around, value >= BRIGHT ? 1 : 0) === 1) {
            lastBright = this.#bright(value - BRIGHT, west >= BRIGHT ? west - BRIGHT : 4, lastBright);
            found = BRIGHT + lastBright;
          } else {
            found = this.#grey(value, (EIGHT[west]! * 8 + EIGHT[north]!) * 8 + EIGHT[northEast]!);
          }
        }
        pixels[place] = row[x + 2] = found;
        farWest = west;
        west = found;
        northWest = north;
        north = northEast;
        northEast = farEast;
      }
      [higher, above, row] = [above, row, higher];
    }
  }

  #bright(value: number, west: number, last: number): number {
    const context = (west * 5 + last) * 4, high = this.#bit(this.#brightness, context, value >> 1);
    return 2 * high + this.#bit(this.#brightness, context + 1 + high, value & 1);
  }

  #grey(value: number, context: number): number {
    let high = 1;
    for (let bit = 7; bit >= 3; bit--) {
      high = 2 * high + this.#bit(this.#highBits, context * 32 + high, (value >> bit) & 1);
    }
    let low = 1;
    for (let bit = 2; bit >= 0; bit--) {
      low = 2 * low + this.#bit(this.#lowBits, high * 8 + low, (value >> bit) & 1);
    }
    return (high & 31) * 8 + (low & 7);
  }

  #bit(chances: Chances, context: number, bit: number): number {
    const found = this.coder.code(bit, chances.of(context));
    chances.learn(context, found);
    return found;
  }
}

/** How images lie: row after row, a byte a pixel. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Packs images of bytes that lie one after another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodePixels, encodePixels } from "./pixel_coder.ts";
 * const size = { width: 2, height: 2 }, pixels = Uint8Array.of(0, 255, 17, 0, 254, 1, 0, 0);
 * assertEquals(decodePixels(encodePixels(pixels, size), 2, size), pixels);
 * ```
 */
export function encodePixels(pixels: Uint8Array, { width, height }: ImageSize): Uint8Array<ArrayBuffer> {
  const writer = new Writer(), model = new PixelModel(writer, width, height), copy = pixels.slice();
  for (let at = 0; at < copy.length; at += width * height) model.image(copy, at);
  return writer.end();
}

/** Unpacks `count` images. Throws a `DescentError` where the bytes end too early or too late. */
export function decodePixels(
  packed: Uint8Array,
  count: number,
  { width, height }: ImageSize,
): Uint8Array<ArrayBuffer> {
  const reader = new Reader(packed), model = new PixelModel(reader, width, height);
  const pixels = new Uint8Array(count * width * height);
  for (let i = 0; i < count; i++) model.image(pixels, i * width * height);
  if (!reader.isWhole) {
    throw new DescentError(`The packed images are damaged: ${count} do not end where their bytes do`);
  }
  return pixels;
}
