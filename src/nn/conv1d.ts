import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { reshape } from "../ops/reshape.ts";
import { conv2d } from "./conv2d.ts";
import { CONVOLUTION_NAMES, convolutionFromConfig, type ConvolutionOptions } from "./convolution.ts";
import { type Layer, refuseShape } from "./layer.ts";

/** Settings of `conv1d`: those of `conv2d`, along one axis. */
export type Conv1dOptions = Omit<ConvolutionOptions, "stride" | "padding" | "dilation"> & {
  /** Values from one position of the window to the next. Default 1. */
  readonly stride?: number;
  /**
   * `valid`, `same`, zeros on both sides, or [before, after]: with [dilation·(kernelSize − 1), 0] no result sees what comes
   * after it. Default `valid`.
   */
  readonly padding?: "valid" | "same" | number | readonly [before: number, after: number];
  /** Values from one value under the window to the next. Default 1. */
  readonly dilation?: number;
};

/**
 * A convolution along one axis: `filters` windows of `kernelSize` values move over each row. It is `conv2d` on images of
 * one pixel's height, and nothing is copied for it.
 *
 * Shapes: rows [L] (one channel) or [L,C] → rows [OL,filters]; W [1,K,C/groups,filters], b [filters]; with the padding P
 * of both sides OL = ⌊(L + P − dilation·(K−1) − 1)/stride⌋ + 1. Throws as `conv2d` does.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { conv1d } from "descent";
 * assert(`${conv1d(16, 5, { padding: "same", stride: 2 }).build("c1", [100, 3], 0).outputShape}` === "50,16");
 * ```
 */
export function conv1d(filters: number, kernelSize: number, options: Conv1dOptions = {}): Layer {
  checkOptions("conv1d", options, CONVOLUTION_NAMES);
  const { stride = 1, padding = "valid", dilation = 1, ...others } = options;
  for (const [what, value] of Object.entries({ "kernel size": kernelSize, stride, dilation })) {
    require(
      Number.isSafeInteger(value) && value > 0,
      () => `The ${what} of a conv1d layer must be a positive whole number, got ${shown(value)}`,
    );
  }
  const sides = typeof padding === "number" ? [padding, padding] : padding;
  require(
    sides === "valid" || sides === "same" ||
      (Array.isArray(sides) && sides.length === 2 &&
        sides.every((side) => Number.isSafeInteger(side) && side >= 0)),
    () =>
      `The padding of a conv1d layer must be "valid", "same", a whole number of 0 or more, or two of them ` +
      `[before, after], got ${shown(padding)}`,
  );
  const flat = conv2d(filters, [1, kernelSize], {
    ...others,
    stride: [1, stride],
    dilation: [1, dilation],
    padding: typeof sides === "string" ? sides : [0, 0, sides[0]!, sides[1]!],
  });
  return {
    kind: "conv1d",
    config: flat.config,
    build(name, inputShape, position) {
      const [length, channels] = inputShape, span = (kernelSize - 1) * dilation + 1;
      if (inputShape.length !== 1 && inputShape.length !== 2) {
        refuseShape(name, "conv1d", inputShape, "rows [length] or [length,channels]");
      }
      const padded = length! + (typeof sides === "string" ? 0 : sides[0]! + sides[1]!);
      if (sides !== "same" && padded < span) {
        refuseShape(
          name,
          "conv1d",
          inputShape,
          `rows at least as long, with padding, as its window of ${span}`,
        );
      }
      const row = channels === undefined ? [1, length!] : [1, length!, channels];
      const built = flat.build(name, row, position), outputShape = built.outputShape.slice(1);
      return {
        outputShape,
        parameters: built.parameters,
        ...(built.penalties && { penalties: built.penalties }),
        apply: (x, settings) => reshape(built.apply(reshape(x, row, name), settings), outputShape, name),
      };
    },
  };
}

/** A convolution along one axis from what is saved of it. */
export function conv1dFromConfig(config: Layer["config"]): Layer {
  const [filters, [, kernel], { stride, padding, dilation, ...others }] = convolutionFromConfig(config);
  const across = (pair: ConvolutionOptions["stride"]) => (pair as readonly [number, number])[1];
  return conv1d(filters, kernel, {
    ...others,
    stride: across(stride),
    dilation: across(dilation),
    padding: Array.isArray(padding) ? [padding[2], padding[3]] : padding as "valid" | "same",
  });
}
