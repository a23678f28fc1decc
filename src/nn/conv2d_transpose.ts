import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { withBias } from "../ops/_bias.ts";
import { conv2dInputGrad } from "../ops/conv2d_input_grad.ts";
import { reshape } from "../ops/reshape.ts";
import {
  convolution,
  CONVOLUTION_NAMES,
  convolutionFromConfig,
  type ConvolutionOptions,
  kernelOf,
  movesOf,
} from "./convolution.ts";
import { biasFor, type Layer, parameter, refuseShape } from "./layer.ts";
import { paddingFor } from "./padding.ts";
import { type Pair, sizesOf } from "./pair.ts";
import { weightPenalty } from "./weight_penalty.ts";

/** Settings of `conv2dTranspose`. */
export interface Conv2dTransposeOptions extends ConvolutionOptions {
  /**
   * Rows and columns added at the bottom and right of the result, a number or [rows, columns], each less than the stride:
   * several sizes of images give a convolution of that stride the same size, and this says which is meant. Not with the
   * padding `same`. Default 0.
   */
  readonly outputPadding?: Pair;
}

/**
 * A transposed convolution, which makes images larger: each pixel of its input adds its multiple of the window to the
 * result. It is the gradient of `conv2d` by its images, and `stride`, `padding` and `dilation` are those of that
 * convolution: padding is what is cut off the result.
 *
 * Shapes: rows [H,W] (one channel) or [H,W,C] → rows [OH,OW,filters]; W [KH,KW,filters/groups,C], b [filters]; with the
 * padding P of both sides OH = (H − 1)·stride − P + dilation·(KH − 1) + 1 + outputPadding, and with `same` H·stride. The
 * numbers are those of PyTorch's ConvTranspose2d, and with `same` of Keras's Conv2DTranspose. Throws as `conv2d` does, and
 * where the padding leaves nothing of the result.
 * Source: Zeiler et al., "Deconvolutional networks" (CVPR 2010).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { conv2dTranspose } from "descent";
 * const layer = conv2dTranspose(8, 3, { stride: 2, padding: 1, outputPadding: 1 });
 * assert(`${layer.build("up", [7, 7, 16], 0).outputShape}` === "14,14,8");
 * ```
 */
export function conv2dTranspose(
  filters: number,
  kernelSize: Pair,
  options: Conv2dTransposeOptions = {},
): Layer {
  checkOptions("conv2dTranspose", options, { ...CONVOLUTION_NAMES, outputPadding: true });
  const { outputPadding = 0, ...others } = options, settings = convolution(filters, kernelSize, others);
  const { stride, span, groups, kernel, activation, padding } = settings;
  const more = sizesOf("output padding of a transposed convolution", outputPadding, 0);
  require(
    more[0] < stride[0] && more[1] < stride[1],
    () => `The output padding [${more}] of a transposed convolution must be less than its stride [${stride}]`,
  );
  require(
    padding !== "same" || more.every((size) => size === 0),
    () => `A transposed convolution with the padding "same" has no output padding, got [${more}]`,
  );
  return {
    kind: "conv2d_transpose",
    config: {
      ...settings.config,
      ...(more.some((size) => size > 0) && { outputPaddingY: more[0], outputPaddingX: more[1] }),
    },
    build(name, inputShape) {
      const [height, width, channels = 1] = inputShape;
      if (inputShape.length !== 2 && inputShape.length !== 3) {
        refuseShape(name, "conv2d_transpose", inputShape, "images [height,width] or [height,width,channels]");
      }
      if (channels % groups !== 0) {
        refuseShape(name, "conv2d_transpose", inputShape, `channels that make its ${groups} groups`);
      }
      // With "same", what a convolution of that padding makes the input's size of.
      const same = [height! * stride[0], width! * stride[1]] as const,
        pads = paddingFor(same, span, stride, padding);
      const grown = [
        (height! - 1) * stride[0] + span[0] - pads[0] - pads[1] + more[0],
        (width! - 1) * stride[1] + span[1] - pads[2] - pads[3] + more[1],
      ];
      const shape = padding === "same" ? same : grown;
      if (shape.some((size) => size < 1)) {
        refuseShape(
          name,
          "conv2d_transpose",
          inputShape,
          `images of which its padding [${pads}] leaves something`,
        );
      }
      const start = kernelOf(settings, channels, filters);
      const weights = parameter(`${name}/weights`, [...kernel, filters / groups, channels], start);
      const bias = biasFor(name, filters, settings.bias, start), moves = movesOf(settings, pads);
      return {
        outputShape: [...shape, filters],
        parameters: [weights, ...bias.parameters],
        ...weightPenalty(weights, settings.penalty),
        apply(x) {
          const images = inputShape.length === 2 ? reshape(x, [height!, width!, 1], `${name}/images`) : x;
          const sizes = [images.type.shape[0]!, ...shape, filters];
          const y = conv2dInputGrad(images, weights.node, { ...moves, shape: sizes, label: name });
          return withBias(y, settings.bias ? bias.node : undefined, activation, name);
        },
      };
    },
  };
}

/** A transposed convolution from what is saved of it. */
export function conv2dTransposeFromConfig(config: Layer["config"]): Layer {
  const [filters, kernel, options] = convolutionFromConfig(config);
  const { outputPaddingY = 0, outputPaddingX = 0 } = config;
  return conv2dTranspose(filters, kernel, {
    ...options,
    outputPadding: [outputPaddingY as number, outputPaddingX as number],
  });
}
