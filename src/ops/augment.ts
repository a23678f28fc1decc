/**
 * augment: images moved at random, each by itself and anew at each step: flipped, then turned and zoomed about their
 * centre, then shifted by whole pixels; what comes from outside an image is `fill`.
 *   Y[b,oy,ox,c] = X[b,sy,sx,c],   sx = cx + (cos θ·qx − sin θ·qy)/z,   sy = cy + (sin θ·qx + cos θ·qy)/z,
 * where q = (oy − ty − cy, ox − tx − cx), and values between pixels are bilinear. Shapes: X → Y, [B,H,W,C] or [B,H,W].
 * θ turns counter-clockwise, from −rotate to rotate; z from 1 − zoom to 1 + zoom; t from −shift to shift; all uniform;
 * each flip that is asked for happens to every other image.
 *
 * What happens to image b is drawn where it is used, from the Philox block with counter [b, step, lane,
 * STREAM.augmentation]: its words give the shifts down and right, both flips and the zoom, and the angle. All of it are
 * integers (angles in 2⁻²⁴ turns, zooms in 2⁻¹⁶), so that every executor draws the same; a bilinear value does not jump
 * where a coordinate is off by a rounding. It has no gradient: an augmentation lies before what is trained.
 */
import { require } from "../core/errors.ts";
import { multiplyHigh, philox4x32, seedKey, STREAM } from "../core/random.ts";
import { formatType, LANES, roundUp, sizeOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase, ReferenceCall } from "../ir/op.ts";
import { holdsImages, imagesOf } from "./_images.ts";
import { exact, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";

/** Which way images are flipped: left to right, top to bottom, or each by itself. */
export type Flip = "none" | "horizontal" | "vertical" | "both";

/** Codes that the kernels know the flips by: a bit for each axis. */
const FLIP_CODE: Readonly<Record<Flip, number>> = { none: 0, horizontal: 1, vertical: 2, both: 3 };

export const FLIPS = Object.keys(FLIP_CODE) as readonly Flip[];

type AugmentAttrs = {
  /** Pixels down or up at most. */
  readonly shiftY: number;
  /** Pixels right or left at most. */
  readonly shiftX: number;
  readonly flip: Flip;
  /** Degrees at most, either way. */
  readonly rotate: number;
  /** Share by which images grow or shrink at most. */
  readonly zoom: number;
  /** Value of what lies outside an image. */
  readonly fill: number;
  /** Tells the draws of one step apart. */
  readonly lane: number;
};

/** The largest angle in 2⁻²⁴ turns, and the largest zoom in 2⁻¹⁶. */
function turnsOf({ rotate, zoom }: AugmentAttrs) {
  return { ANGLE: Math.round(rotate / 360 * 2 ** 24), ZOOM: Math.round(zoom * 2 ** 16) };
}

/** Whether pixels go between pixels. */
function interpolates(attrs: AugmentAttrs): boolean {
  const { ANGLE, ZOOM } = turnsOf(attrs);
  return ANGLE > 0 || ZOOM > 0;
}

export const augmentOp: Op<AugmentAttrs> = {
  name: "augment",
  operands: ["x"],
  step: true,
  stepless: (attrs) =>
    attrs.shiftY === 0 && attrs.shiftX === 0 && attrs.flip === "none" && !interpolates(attrs),
  infer([x], { shiftY, shiftX, rotate, zoom, fill }) {
    require(
      holdsImages(x!.shape) && x!.dtype === "f32",
      () => `Cannot augment ${formatType(x!)}: it takes images [B,H,W,C] or [B,H,W]`,
    );
    require(
      [shiftY, shiftX].every((shift) => Number.isSafeInteger(shift) && shift >= 0),
      () => `The shifts of images must be whole numbers of pixels of 0 or more, got ${shiftY} and ${shiftX}`,
    );
    require(
      rotate >= 0 && rotate <= 180,
      () => `The rotation of images must be from 0 to 180 degrees, got ${rotate}`,
    );
    require(zoom >= 0 && zoom < 1, () => `The zoom of images must be at least 0 and below 1, got ${zoom}`);
    require(Number.isFinite(fill), () => `The fill of images must be a finite number, got ${fill}`);
    return x!;
  },
  reference,
  tolerance,
  flops: ({ output, attrs }) => (interpolates(attrs) ? 24 : 2) * sizeOf(output.shape),
  wgsl: (types) => ({
    overrides: { VECTORS: vectorsOf(types.output), ...settingsOf(types) },
    workgroups: flatGrid(vectorsOf(types.output)),
  }),
  wasm: (types) => ({
    units: types.output.shape[0]!,
    args: Object.values(settingsOf(types)),
    scratchBytes: 128 + frameBytes(types),
  }),
  cases: [
    augmentCase([1, 1, 1], { rotate: 45, fill: 0.25 }),
    augmentCase([3, 5, 7], {}),
    augmentCase([5, 7, 13], { shiftY: 2, shiftX: 3, flip: "both" }),
    augmentCase([7, 4, 5], { shiftY: 6, shiftX: 9, fill: -1 }),
    augmentCase([7, 6, 8, 3], { shiftX: 4, flip: "horizontal", fill: 0.5 }),
    augmentCase([3, 5, 3, 8], { shiftY: 1, flip: "vertical" }),
    augmentCase([2, 9, 11, 5], { shiftY: 1, shiftX: 2, flip: "both", rotate: 30, zoom: 0.2, fill: 0.5 }),
    augmentCase([13, 8, 7, 4], { rotate: 180, flip: "horizontal" }),
    augmentCase([5, 12, 10], { zoom: 0.99, fill: 2 }),
    augmentCase([11, 29, 31], { shiftY: 3, shiftX: 3, flip: "both", rotate: 15, zoom: 0.1 }),
    augmentCase([128, 28, 28], { shiftY: 2, shiftX: 2 }, true),
    augmentCase([128, 28, 28], { shiftY: 2, shiftX: 2, rotate: 15 }, true),
    augmentCase([11385, 3, 5], { shiftX: 1, rotate: 45 }),
  ],
};

/** What both kernels need besides the number of vectors, in the order of the WASM kernel's parameters. */
function settingsOf({ output, attrs }: CallTypes<AugmentAttrs>) {
  const { height, width, channels, pixel, row } = imagesOf(output.shape);
  return {
    H: height,
    W: width,
    C: channels,
    PIXEL: pixel,
    ROW: row,
    SHIFT_Y: attrs.shiftY,
    SHIFT_X: attrs.shiftX,
    FLIP: FLIP_CODE[attrs.flip],
    ...turnsOf(attrs),
    FILL: attrs.fill,
    LANE: attrs.lane,
    STREAM: STREAM.augmentation,
  };
}

/** An image with a border of one pixel before it and two behind, in the WASM kernel. */
function frameBytes({ output }: CallTypes<AugmentAttrs>): number {
  const { height, width, pixel } = imagesOf(output.shape);
  return 4 * roundUp((height + 3) * (width + 3) * pixel, LANES);
}

/** A whole number from -most to most, each as likely but for (2·most + 1)/2³². */
function whole(word: number, most: number): number {
  return multiplyHigh(word, 2 * most + 1) - most;
}

function reference({ inputs, output, attrs, step }: ReferenceCall<AugmentAttrs>): void {
  const images = inputs[0]!;
  const { count, height, width, channels, pixel, row, image } = imagesOf(output.type.shape);
  const key = seedKey(step.seed), { ANGLE, ZOOM } = turnsOf(attrs), flips = FLIP_CODE[attrs.flip];
  const centreY = (height - 1) / 2, centreX = (width - 1) / 2;
  for (let b = 0; b < count; b++) {
    const [down, right, flipped, turned] = philox4x32([b, step.step, attrs.lane, STREAM.augmentation], key);
    const shiftY = whole(down, attrs.shiftY), shiftX = whole(right, attrs.shiftX);
    const isFlippedX = (flipped >>> 31 & flips) !== 0, isFlippedY = (flipped >>> 30 & 1 & flips >> 1) !== 0;
    const angle = whole(turned, ANGLE) * 2 ** -24 * 2 * Math.PI;
    const scale = 1 + whole((flipped << 2) >>> 0, ZOOM) * 2 ** -16;
    const cosine = Math.cos(angle) / scale, sine = Math.sin(angle) / scale;
    const at = (y: number, x: number) =>
      b * image + (isFlippedY ? height - 1 - y : y) * row + (isFlippedX ? width - 1 - x : x) * pixel;
    for (let oy = 0; oy < height; oy++) {
      for (let ox = 0; ox < width; ox++) {
        const qy = oy - shiftY - centreY, qx = ox - shiftX - centreX;
        const sy = centreY + sine * qx + cosine * qy, sx = centreX + cosine * qx - sine * qy;
        const y0 = Math.floor(sy), x0 = Math.floor(sx), v = sy - y0, u = sx - x0;
        for (let c = 0; c < channels; c++) {
          const value = (y: number, x: number) =>
            y >= 0 && y < height && x >= 0 && x < width ? images.data[at(y, x) + c]! : attrs.fill;
          const top = value(y0, x0) * (1 - u) + value(y0, x0 + 1) * u;
          const bottom = value(y0 + 1, x0) * (1 - u) + value(y0 + 1, x0 + 1) * u;
          output.data[b * image + oy * row + ox * pixel + c] = top * (1 - v) + bottom * v;
        }
      }
    }
  }
}

/**
 * Where a pixel comes from is off by up to this many roundings of height and width together: of a distance from the centre
 * of half of that, two each by cosine and sine and four by products, sum and quotient, in two terms.
 */
const COORDINATE_ROUNDINGS = 8;

/** Bilinear values change by at most the range of the image from pixel to pixel, along each axis. */
function tolerance({ inputs: [x], output, attrs }: ReferenceCall<AugmentAttrs>): (index: number) => number {
  if (!interpolates(attrs)) return exact();
  const { count, height, width, image } = imagesOf(output.type.shape);
  const off = COORDINATE_ROUNDINGS * ROUNDING * (height + width);
  const bounds = Array.from({ length: count }, (_, b) => {
    let low = attrs.fill, high = attrs.fill;
    for (let at = b * image; at < (b + 1) * image; at++) {
      low = Math.min(low, x!.data[at]!);
      high = Math.max(high, x!.data[at]!);
    }
    return 2 * off * (high - low) + 8 * ROUNDING * Math.max(-low, high);
  });
  return (index) => bounds[Math.floor(index / image)]!;
}

function augmentCase(
  shape: readonly number[],
  more: Partial<AugmentAttrs>,
  bench = false,
): OpCase<AugmentAttrs> {
  const words = Object.entries(more).map(([name, value]) => `${name} ${value}`).join(", ");
  return {
    label: `[${shape}] ${words || "nothing"}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { shiftY: 0, shiftX: 0, flip: "none", rotate: 0, zoom: 0, fill: 0, lane: 2, ...more },
    step: { step: shape[0]!, seed: 2 ** 40 + 7 },
    bench,
  };
}

/** Settings of `augment`; see the top of this file. */
export interface AugmentOptions extends AugmentAttrs {
  readonly label?: string;
}

/**
 * Node that moves the images of `x` at random, anew at each step; see the top of this file.
 * Throws `DescentError` when `x` holds no images or a setting is out of range.
 */
export function augment(x: Node, { label, ...attrs }: AugmentOptions): Node {
  return node(augmentOp, [x], attrs, label);
}
