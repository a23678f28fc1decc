/** What the pooling layers share. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Node } from "../ir/node.ts";
import { pooledSize, type PoolOptions } from "../ops/_pool.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { checkPadding, paddingConfig, paddingFor, paddingFromConfig, type PaddingOption } from "./padding.ts";
import { type Pair, pairOf } from "./pair.ts";

/** Settings of `maxPool2d` and `avgPool2d`. */
export interface PoolLayerOptions {
  /** Pixels from one window to the next: a number, or [down, across]. Default: the window's size. */
  readonly stride?: Pair;
  /**
   * Pixels around the image that windows may lie on: `valid` (none), `same` (as much as it takes for ⌈size/stride⌉ windows,
   * as in Keras), a number for every side, or [top, bottom, left, right], each less than the window. Default `valid`.
   */
  readonly padding?: PaddingOption;
  /** What does not fill a window at the bottom or right gets one too, as in PyTorch; else it is left out. Default false. */
  readonly ceilMode?: boolean;
}

/** Settings of `maxPool2d`. */
export interface MaxPoolOptions extends PoolLayerOptions {
  /** Each of equal maxima takes the window's whole gradient, as in Theano; else the first does. Default false. */
  readonly sharesTies?: boolean;
}

/** Settings of `avgPool2d`. */
export interface AvgPoolOptions extends PoolLayerOptions {
  /** Whether the padding counts as zeros, as in PyTorch, or not at all, as in Keras. Default true. */
  readonly countIncludePad?: boolean;
}

/** A pooling layer, given the node function of its op. */
export function poolLayer(
  kind: string,
  pool: (x: Node, options: PoolOptions) => Node,
  windowSize: Pair,
  options: MaxPoolOptions & AvgPoolOptions,
): Layer {
  const { stride: strides = windowSize, padding = "valid", ...flags } = options;
  const { ceilMode: ceil = false, sharesTies = false, countIncludePad = true } = flags;
  const window = pairOf("window of a pooling layer", windowSize);
  const stride = pairOf("stride of a pooling layer", strides);
  checkPadding("pooling layer", padding);
  const sides = typeof padding === "object" ? padding : [padding, padding, padding, padding];
  require(
    sides.every((pad, side) => typeof pad === "string" || pad < window[side < 2 ? 0 : 1]!),
    () => `The padding of a pooling layer must be less than its window [${window}], got ${shown(padding)}`,
  );
  for (const [name, value] of Object.entries(flags)) {
    require(
      value === undefined || typeof value === "boolean",
      () => `The option ${name} of a pooling layer must be true or false, got ${shown(value)}`,
    );
  }
  return {
    kind,
    config: {
      windowHeight: window[0],
      windowWidth: window[1],
      strideY: stride[0],
      strideX: stride[1],
      ...(sharesTies && { sharesTies }),
      ...(padding !== "valid" && { padding: paddingConfig(padding) }),
      ...(ceil && { ceilMode: ceil }),
      ...(!countIncludePad && { countIncludePad }),
    },
    build(name, inputShape) {
      const [height, width, channels] = inputShape;
      if (inputShape.length !== 3) refuseShape(name, kind, inputShape, "images [height,width,channels]");
      const pads = paddingFor([height!, width!], window, stride, padding), [top, bottom, left, right] = pads;
      if (window[0] > height! + top + bottom || window[1] > width! + left + right) {
        const padded = pads.some((pad) => pad > 0) ? `, padding [${pads}] included,` : "";
        refuseShape(name, kind, inputShape, `images at least as large${padded} as its window [${window}]`);
      }
      const rows = { window: window[0], stride: stride[0], before: top, after: bottom, ceil };
      const columns = { window: window[1], stride: stride[1], before: left, after: right, ceil };
      return {
        outputShape: [pooledSize(height!, rows), pooledSize(width!, columns), channels!],
        parameters: [],
        apply: (x) =>
          pool(x, {
            window,
            stride,
            padding: pads,
            ceil,
            sharesTies,
            excludesPads: !countIncludePad,
            label: name,
          }),
      };
    },
  };
}

/** Window and settings of a pooling layer from what is saved of it. */
export function poolFromConfig(
  layer: (window: Pair, options: MaxPoolOptions & AvgPoolOptions) => Layer,
): (config: Layer["config"]) => Layer {
  return ({ windowHeight, windowWidth, strideY, strideX, padding, ...flags }) =>
    layer([windowHeight as number, windowWidth as number], {
      ...flags,
      stride: [strideY as number, strideX as number],
      ...(padding !== undefined && { padding: paddingFromConfig(padding) }),
    });
}
