import { endingIn } from "./activation.ts";
import { checkOptions } from "../core/option_names.ts";
import { positions } from "../ops/_conv.ts";
import { conv2d as conv2dNode } from "../ops/conv2d.ts";
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
import type { Pair } from "./pair.ts";
import { weightPenalty } from "./weight_penalty.ts";

/**
 * A convolutional layer: `filters` windows of `kernelSize` pixels (a number, or [height, width]) move over each image, and
 * each gives one channel of the result.
 *
 * Shapes: rows [H,W] (one channel) or [H,W,C] → rows [OH,OW,filters]; W [KH,KW,C/groups,filters], b [filters]; with the
 * padding P of both sides OH = ⌊(H + P − dilation·(KH−1) − 1)/stride⌋ + 1. Fan-in is C·KH·KW/groups, fan-out
 * filters·KH·KW/groups. The numbers are those of PyTorch's Conv2d and Keras's Conv2D. Windows with gaps or groups take a
 * kernel of their own, which does not pass over zeros. Throws when a size is not a positive whole number or a name is unknown;
 * building it throws when its input holds no images, they are smaller than the window, or their channels do not make the
 * groups.
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
 *   dense(10),
 * ];
 * assertEquals(sequential([28, 28], layers).outputShape, [10]);
 * ```
 */
export function conv2d(filters: number, kernelSize: Pair, options: ConvolutionOptions = {}): Layer {
  checkOptions("conv2d", options, CONVOLUTION_NAMES);
  const settings = convolution(filters, kernelSize, options),
    { kernel, stride, span, groups, activation } = settings;
  return {
    kind: "conv2d",
    config: settings.config,
    build(name, inputShape) {
      const [height, width, channels = 1] = inputShape;
      if (inputShape.length !== 2 && inputShape.length !== 3) {
        refuseShape(name, "conv2d", inputShape, "images [height,width] or [height,width,channels]");
      }
      if (channels % groups !== 0) {
        refuseShape(name, "conv2d", inputShape, `channels that make its ${groups} groups`);
      }
      const pads = paddingFor([height!, width!], span, stride, settings.padding);
      const shape = [
        positions(height!, span[0], stride[0], pads[0] + pads[1]),
        positions(width!, span[1], stride[1], pads[2] + pads[3]),
      ];
      if (shape.some((size) => size < 1)) {
        const padded = pads.some((pad) => pad > 0) ? `, padding [${pads}] included,` : "";
        refuseShape(name, "conv2d", inputShape, `images at least as large${padded} as its window [${span}]`);
      }
      const start = kernelOf(settings, channels, filters);
      const weights = parameter(`${name}/weights`, [...kernel, channels / groups, filters], start);
      const bias = biasFor(name, filters, settings.bias, start), moves = movesOf(settings, pads);
      return {
        outputShape: [...shape, filters],
        parameters: [weights, ...bias.parameters],
        ...weightPenalty(weights, settings.penalty),
        apply: (x) =>
          endingIn(
            activation,
            name,
            (builtIn, label) =>
              conv2dNode(x, weights.node, bias.node, { ...moves, activation: builtIn, label }),
          ),
      };
    },
  };
}

/** A convolutional layer from what is saved of it. */
export function conv2dFromConfig(config: Layer["config"]): Layer {
  return conv2d(...convolutionFromConfig(config));
}
