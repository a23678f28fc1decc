/**
 * A drawing made into what MNIST's images are: the digit fitted into 20×20 pixels, its centre of mass in the middle of
 * 28×28. Source: Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits".
 */
export const SIDE = 28;
/** Side of the box that a digit fills. */
const BOX = 20;

/** Ink of a drawing, 0 none … 255 full, row after row. */
export interface Drawing {
  readonly ink: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * The 28×28 bytes that a network reads, or `undefined` where nothing is drawn. Each pixel is the mean of the drawing
 * below it, so that edges are soft.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { digitOf } from "./playground_digit.ts";
 * const ink = new Uint8Array(100 * 100);
 * for (let y = 10; y < 90; y++) ink.fill(255, y * 100 + 5, y * 100 + 15);
 * const digit = digitOf({ ink, width: 100, height: 100 })!;
 * assert(digit[14 * 28 + 14]! > 200 && digit[14 * 28 + 20] === 0);
 * assertEquals(digitOf({ ink: new Uint8Array(100), width: 10, height: 10 }), undefined);
 * ```
 */
export function digitOf(drawing: Drawing): Uint8Array<ArrayBuffer> | undefined {
  const box = boxOf(drawing);
  if (box === undefined) return undefined;
  const scale = BOX / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale)),
    height = Math.max(1, Math.round(box.height * scale));
  const small = shrink(drawing, box, width, height), mass = centreOf(small, width, height);
  // In MNIST's own images the centre of mass lies within the first pixel after the middle.
  const left = Math.ceil(SIDE / 2 - mass.x), top = Math.ceil(SIDE / 2 - mass.y);
  const digit = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = left + x, row = top + y;
      if (column < 0 || row < 0 || column >= SIDE || row >= SIDE) continue;
      digit[row * SIDE + column] = Math.round(small[y * width + x]!);
    }
  }
  return digit;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boxOf({ ink, width, height }: Drawing): Box | undefined {
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Means over the rectangles of the drawing that the pixels of the small image cover, parts of pixels included. */
function shrink({ ink, width: stride }: Drawing, box: Box, width: number, height: number): Float32Array {
  const columns = shares(box.width, width), rows = shares(box.height, height);
  const small = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0, area = 0;
      for (const { at: row, share: down } of rows[y]!) {
        for (const { at: column, share: across } of columns[x]!) {
          sum += down * across * ink[(box.top + row) * stride + box.left + column]!;
          area += down * across;
        }
      }
      small[y * width + x] = sum / area;
    }
  }
  return small;
}

/** Which of `from` pixels lie below each of `to`, and how much of them. */
function shares(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const begin = i * from / to, end = (i + 1) * from / to;
    const parts: { readonly at: number; readonly share: number }[] = [];
    for (let at = Math.floor(begin); at < Math.min(from, Math.ceil(end)); at++) {
      parts.push({ at, share: Math.min(end, at + 1) - Math.max(begin, at) });
    }
    return parts;
  });
}

/** Where the ink balances; the middle of pixel 0 is at 0.5. */
function centreOf(small: Float32Array, width: number, height: number) {
  let mass = 0, x = 0, y = 0;
  small.forEach((value, i) => {
    mass += value;
    x += value * (i % width + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return mass === 0 ? { x: width / 2, y: height / 2 } : { x: x / mass, y: y / mass };
}
