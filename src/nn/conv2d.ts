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
 * import { assert } from "@std/assert";
 * import { conv2d } from "descent";
 * assert(`${conv2d(15, 9).build("c1", [28, 28], 0).outputShape}` === "20,20,15");
 * const depthwise = conv2d(30, 3, { groups: 15, dilation: 2, bias: false }).build("c2", [20, 20, 15], 0);
 * assert(`${depthwise.parameters[0]!.node.type.shape} ${depthwise.outputShape}` === "3,3,1,30 16,16,30");
 * assert(`${conv2d(8, 3, { padding: "same", stride: 2 }).build("c1", [7, 7, 3], 0).outputShape}` === "4,4,8");
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
        apply: (x) => conv2dNode(x, weights.node, bias.node, { ...moves, activation, label: name }),
      };
    },
  };
}

/** A convolutional layer from what is saved of it. */
export function conv2dFromConfig(config: Layer["config"]): Layer {
  return conv2d(...convolutionFromConfig(config));
}
