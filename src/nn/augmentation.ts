import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { augment, type Flip, FLIPS } from "../ops/augment.ts";
import { type Layer, refuseShape } from "./layer.ts";

/** Settings of `augmentation`. What is left out does not happen. */
export interface AugmentationOptions {
  /** Most pixels by which an image is shifted: a whole number, or [vertical, horizontal]. */
  readonly shift?: number | readonly [vertical: number, horizontal: number];
  /** Which way images may be flipped: `horizontal` swaps left and right, `vertical` top and bottom. Default `none`. */
  readonly flip?: Flip;
  /** Most degrees, up to 180, by which an image is turned either way. */
  readonly rotate?: number;
  /** Most by which an image grows or shrinks, as a share of its size, below 1: 0.1 is from 0.9 to 1.1 of it. */
  readonly zoom?: number;
  /** Value of what comes into sight from outside an image, in the unit of its pixels. Default 0. */
  readonly fill?: number;
}

/**
 * Moves images at random while training, each by itself and anew at each step: flips them, then turns and zooms them about
 * their centre, then shifts them. Evaluation and prediction leave images as they are.
 *
 * Shapes: rows [H,W] or [H,W,C], as they are given. Everything is drawn uniformly: shifts from −shift to shift in whole
 * pixels, so that they are exact (torchvision rounds to whole pixels, Keras puts values between them), angles from −rotate
 * to rotate in degrees (torchvision; Keras takes shares of a turn) and sizes from 1 − zoom to 1 + zoom (the `scale` of
 * torchvision; Keras draws what divides the size). Each flip happens to every other image, as in both. Values between
 * pixels are bilinear and what lies outside is `fill`, as in Keras with `constant`.
 *
 * Put it before all layers that are trained: it has no gradient. Throws on settings out of range; building it throws when
 * its input holds no images, or a shift would move them out of sight.
 *
 * @example
 * ```ts
 * import { augmentation, conv2d, dense, flatten, sequential } from "descent";
 * const moved = augmentation({ shift: 2, rotate: 15 }); // up to 2 pixels and 15 degrees
 * const model = sequential([28, 28], [moved, conv2d(8, 5, { activation: "relu" }), flatten(), dense(10)]);
 * ```
 */
export function augmentation(options: AugmentationOptions = {}): Layer {
  checkOptions("augmentation", options, { shift: true, flip: true, rotate: true, zoom: true, fill: true });
  const { shift = 0, flip = "none", rotate = 0, zoom = 0, fill = 0 } = options;
  const [shiftY, shiftX] = shiftsOf(shift);
  require(
    FLIPS.includes(flip),
    () => `Unknown flip ${shown(flip)}: choose from ${FLIPS.join(", ")}`,
  );
  requireWithin("rotation", rotate, "degrees from 0 to 180", rotate <= 180);
  requireWithin("zoom", zoom, "at least 0 and below 1, such as 0.1", zoom < 1);
  require(
    Number.isFinite(fill),
    () => `The fill of augmentation() must be a finite number, got ${shown(fill)}`,
  );
  const moves = shiftY > 0 || shiftX > 0 || flip !== "none" || rotate > 0 || zoom > 0;
  return {
    kind: "augmentation",
    config: { shiftY, shiftX, flip, rotate, zoom, fill },
    build(name, inputShape, position) {
      const [height, width] = inputShape;
      if (inputShape.length !== 2 && inputShape.length !== 3) {
        refuseShape(name, "augmentation", inputShape, "images [height,width] or [height,width,channels]");
      }
      if (shiftY >= height! || shiftX >= width!) {
        refuseShape(name, "augmentation", inputShape, `images larger than its shift [${shiftY},${shiftX}]`);
      }
      return {
        outputShape: inputShape,
        parameters: [],
        apply: (x, { training }) =>
          training && moves
            ? augment(x, { shiftY, shiftX, flip, rotate, zoom, fill, lane: position, label: name })
            : x,
      };
    },
  };
}

/** The layer from what is saved of it. */
export function augmentationFromConfig(config: Layer["config"]): Layer {
  return augmentation({
    shift: [config.shiftY as number, config.shiftX as number],
    flip: config.flip as Flip,
    rotate: config.rotate as number,
    zoom: config.zoom as number,
    fill: config.fill as number,
  });
}

/** A pair that may be 0, unlike that of a window. */
function shiftsOf(shift: NonNullable<AugmentationOptions["shift"]>): readonly [number, number] {
  const both: readonly number[] = typeof shift === "number" ? [shift, shift] : shift;
  require(
    Array.isArray(both) && both.length === 2 && both.every((one) => Number.isSafeInteger(one) && one >= 0),
    () =>
      `The shift of augmentation() must be a whole number of pixels of 0 or more, or two, [vertical, horizontal], got ${
        shown(shift)
      }`,
  );
  return [both[0]!, both[1]!];
}

function requireWithin(what: string, value: number, range: string, isBelow: boolean): void {
  require(
    typeof value === "number" && value >= 0 && isBelow,
    () => `The ${what} of augmentation() must be ${range}, got ${shown(value)}`,
  );
}
