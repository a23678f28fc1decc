import { DescentError, require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Shape } from "../core/tensor.ts";
import { type Activation, ACTIVATIONS } from "../ops/_activation.ts";
import { positions } from "../ops/_conv.ts";
import { conv2d as conv2dNode } from "../ops/conv2d.ts";
import { type Initializer, INITIALIZERS } from "./initializers.ts";
import { type Layer, parameter, refuseShape } from "./layer.ts";
import { type Pair, pairOf } from "./pair.ts";

/** Rows and columns of zeros around an image. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

/** Settings of `conv2d`. */
export interface Conv2dOptions {
  /** Pixels from one position of the window to the next: a number, or [down, across]. Default 1. */
  readonly stride?: Pair;
  /**
   * `valid`: none. `same`: as much as it takes for ⌈size/stride⌉ positions, an odd row or column of it at the bottom or
   * right, as in TensorFlow. Else pixels on every side, or [top, bottom, left, right]. Default `valid`.
   */
  readonly padding?: "valid" | "same" | number | Padding;
  /** True convolution, which turns the window by 180°, as in Theano; else cross-correlation, as in PyTorch. Default false. */
  readonly flipKernel?: boolean;
  /** Of the results. Default `relu`. */
  readonly activation?: Activation;
  /** Of the weights; biases start at zero. Default `glorot_uniform`. */
  readonly initializer?: Initializer;
}

/**
 * A convolutional layer: `filters` windows of `kernelSize` pixels (a number, or [height, width]) move over each image, and
 * each gives one channel of the result.
 *
 * Shapes: rows [H,W] (one channel) or [H,W,C] → rows [OH,OW,filters]; W [KH,KW,C,filters], b [filters]. Fan-in is C·KH·KW,
 * fan-out filters·KH·KW. Throws when a size is not a positive whole number or a name is unknown; building it throws when
 * its input holds no images or they are smaller than the window.
 * Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { conv2d, dense, flatten, maxPool2d, sequential } from "descent";
 * const layers = [
 *   conv2d(8, 3, { padding: "same" }), // [28,28,8]
 *   maxPool2d(), // [14,14,8]
 *   conv2d(16, 3, { padding: "same", stride: 2 }), // [7,7,16]
 *   flatten(),
 *   dense(10, { activation: "identity" }),
 * ];
 * assertEquals(sequential([28, 28], layers).outputShape, [10]);
 * ```
 */
export function conv2d(filters: number, kernelSize: Pair, options: Conv2dOptions = {}): Layer {
  checkOptions("conv2d", options, {
    stride: true,
    padding: true,
    flipKernel: true,
    activation: true,
    initializer: true,
  });
  const {
    stride = 1,
    padding = "valid",
    flipKernel = false,
    activation = "relu",
    initializer = "glorot_uniform",
  } = options;
  require(
    Number.isSafeInteger(filters) && filters > 0,
    () => `A convolutional layer needs a positive whole number of filters, got ${filters}`,
  );
  const kernel = pairOf("kernel size of a convolution", kernelSize);
  const strides = pairOf("stride of a convolution", stride);
  require(
    ACTIVATIONS.includes(activation),
    () => `Unknown activation "${activation}": choose from ${ACTIVATIONS.join(", ")}`,
  );
  require(
    INITIALIZERS.includes(initializer),
    () => `Unknown initializer "${initializer}": choose from ${INITIALIZERS.join(", ")}`,
  );
  checkPadding(padding);
  return {
    kind: "conv2d",
    config: {
      filters,
      kernelHeight: kernel[0],
      kernelWidth: kernel[1],
      strideY: strides[0],
      strideX: strides[1],
      padding: typeof padding === "object" ? padding.join() : padding,
      flipKernel,
      activation,
      initializer,
    },
    build(name, inputShape) {
      const [height, width, channels = 1] = inputShape;
      if (inputShape.length !== 2 && inputShape.length !== 3) {
        refuseShape(name, "conv2d", inputShape, "images [height,width] or [height,width,channels]");
      }
      const pads = paddingFor([height!, width!], kernel, strides, padding);
      const shape = outputShape([height!, width!], kernel, strides, pads);
      if (shape.some((size) => size < 1)) {
        const padded = pads.some((pad) => pad > 0) ? `, padding [${pads}] included,` : "";
        refuseShape(
          name,
          "conv2d",
          inputShape,
          `images at least as large${padded} as its window [${kernel}]`,
        );
      }
      const area = kernel[0] * kernel[1], fan = { fanIn: channels * area, fanOut: filters * area };
      const weights = parameter(`${name}/weights`, [...kernel, channels, filters], { initializer, ...fan });
      const bias = parameter(`${name}/bias`, [filters], { initializer: "zeros", ...fan });
      const [strideY, strideX] = strides, [padTop, padBottom, padLeft, padRight] = pads;
      const moves = { strideY, strideX, padTop, padBottom, padLeft, padRight, flip: flipKernel };
      return {
        outputShape: [...shape, filters],
        parameters: [weights, bias],
        apply: (x) => conv2dNode(x, weights.node, bias.node, { ...moves, activation, label: name }),
      };
    },
  };
}

/** A convolutional layer from what is saved of it. */
export function conv2dFromConfig(config: Layer["config"]): Layer {
  const { padding } = config, sides = typeof padding === "string" ? padding.split(",").map(Number) : [];
  const [top = 0, bottom = 0, left = 0, right = 0] = sides;
  return conv2d(config.filters as number, [config.kernelHeight as number, config.kernelWidth as number], {
    stride: [config.strideY as number, config.strideX as number],
    padding: sides.length === 4 ? [top, bottom, left, right] : padding as "valid" | "same" | number,
    flipKernel: config.flipKernel as boolean,
    activation: config.activation as Activation,
    initializer: config.initializer as Initializer,
  });
}

function checkPadding(padding: NonNullable<Conv2dOptions["padding"]>): void {
  const sides = typeof padding === "number" ? [padding] : padding;
  if (sides === "valid" || sides === "same") return;
  const isSize = (side: unknown) => Number.isSafeInteger(side) && (side as number) >= 0;
  if (Array.isArray(sides) && [1, 4].includes(sides.length) && sides.every(isSize)) return;
  throw new DescentError(
    `The padding of a convolution must be "valid", "same", a whole number of 0 or more, or four of them ` +
      `[top, bottom, left, right], got ${JSON.stringify(padding)}`,
  );
}

type Sizes = readonly [height: number, width: number];

function paddingFor(
  [height, width]: Sizes,
  kernel: Sizes,
  stride: Sizes,
  padding: NonNullable<Conv2dOptions["padding"]>,
): Padding {
  if (padding === "valid") return [0, 0, 0, 0];
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (padding !== "same") return padding;
  return [...samePads(height, kernel[0], stride[0]), ...samePads(width, kernel[1], stride[1])];
}

/** Padding before and after an axis for ⌈size/stride⌉ positions; the odd one comes after. */
function samePads(size: number, kernel: number, stride: number): readonly [before: number, after: number] {
  const all = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0),
    before = Math.floor(all / 2);
  return [before, all - before];
}

function outputShape([height, width]: Sizes, kernel: Sizes, stride: Sizes, [t, b, l, r]: Padding): Shape {
  return [positions(height, kernel[0], stride[0], t + b), positions(width, kernel[1], stride[1], l + r)];
}
