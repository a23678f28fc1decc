/** What the convolutional layers share: settings, what is refused, and what is saved of them. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { type ConvAttrs, windowSpan } from "../ops/_conv.ts";
import type { Initializer } from "./initializers.ts";
import { type ActivationName, checkActivation } from "./activation.ts";
import { checkBias, checkInitializer, type Layer } from "./layer.ts";
import {
  checkPadding,
  type Padding,
  paddingConfig,
  paddingFromConfig,
  type PaddingOption,
} from "./padding.ts";
import { type Pair, pairOf } from "./pair.ts";
import { PENALTY_NAMES, penaltyConfig, type WeightPenaltyOptions } from "./weight_penalty.ts";

/** Settings of every convolutional layer. */
export interface ConvolutionOptions extends WeightPenaltyOptions {
  /** Pixels from one position of the window to the next: a number, or [down, across]. Default 1. */
  readonly stride?: Pair;
  /**
   * `valid`: none. `same`: as much as it takes for ⌈size/stride⌉ positions, an odd row or column of it at the bottom or
   * right, as in Keras. Else pixels on every side, or [top, bottom, left, right]. Default `valid`.
   */
  readonly padding?: PaddingOption;
  /** Pixels from one pixel under the window to the next: a number, or [down, across]. Default 1. */
  readonly dilation?: Pair;
  /**
   * Channels and filters in so many groups, of which each filter sees its group's channels alone: as many as there are
   * channels make a depthwise convolution, of filters/channels filters each. Default 1.
   */
  readonly groups?: number;
  /** Whether a bias is added, one for each filter. Default true. */
  readonly bias?: boolean;
  /** True convolution, which turns the window by 180°, as in Theano; else cross-correlation, as in PyTorch. Default false. */
  readonly flipKernel?: boolean;
  /** Default `identity`. */
  readonly activation?: ActivationName;
  /** Of the weights; biases start at zero. Default `glorot_uniform`. */
  readonly initializer?: Initializer;
}

type Sizes = readonly [height: number, width: number];

/** All settings of a layer, checked. */
export interface Convolution {
  readonly filters: number;
  readonly kernel: Sizes;
  readonly stride: Sizes;
  readonly dilation: Sizes;
  /** Pixels that a window reaches over, gaps included. */
  readonly span: Sizes;
  readonly groups: number;
  readonly padding: PaddingOption;
  readonly bias: boolean;
  readonly activation: ActivationName;
  readonly initializer: Initializer;
  readonly flipKernel: boolean;
  readonly penalty: WeightPenaltyOptions;
  readonly config: Layer["config"];
}

/** Names of the options, for `checkOptions`. */
export const CONVOLUTION_NAMES = {
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  bias: true,
  flipKernel: true,
  activation: true,
  initializer: true,
  ...PENALTY_NAMES,
} as const;

/** Throws a sentence for what cannot be. */
export function convolution(filters: number, kernelSize: Pair, options: ConvolutionOptions): Convolution {
  const {
    stride: strides = 1,
    padding = "valid",
    dilation: dilations = 1,
    groups = 1,
    bias = true,
    flipKernel = false,
    activation = "identity",
    initializer = "glorot_uniform",
  } = options;
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  require(
    isCount(filters),
    () => `A convolutional layer needs a positive whole number of filters, got ${shown(filters)}`,
  );
  const kernel = pairOf("kernel size of a convolution", kernelSize);
  const stride = pairOf("stride of a convolution", strides);
  const dilation = pairOf("dilation of a convolution", dilations);
  require(
    isCount(groups) && filters % groups === 0,
    () =>
      `The groups of a convolution must be a positive whole number that divides its ${filters} filters, got ` +
      shown(groups),
  );
  checkBias(bias);
  checkActivation(activation);
  checkInitializer(initializer);
  checkPadding("convolution", padding);
  const penalty = penaltyConfig(options);
  return {
    filters,
    kernel,
    stride,
    dilation,
    span: [windowSpan(kernel[0], dilation[0]), windowSpan(kernel[1], dilation[1])],
    groups,
    padding,
    bias,
    activation,
    initializer,
    flipKernel,
    penalty,
    config: {
      filters,
      kernelHeight: kernel[0],
      kernelWidth: kernel[1],
      strideY: stride[0],
      strideX: stride[1],
      padding: paddingConfig(padding),
      flipKernel,
      activation,
      initializer,
      ...((dilation[0] > 1 || dilation[1] > 1) && { dilationY: dilation[0], dilationX: dilation[1] }),
      ...(groups > 1 && { groups }),
      ...(!bias && { bias }),
      ...penalty,
    },
  };
}

/** Filters, window and options of a layer from what is saved of it. */
export function convolutionFromConfig(
  config: Layer["config"],
): readonly [filters: number, kernelSize: Sizes, options: ConvolutionOptions] {
  const { dilationY = 1, dilationX = 1, groups = 1, bias = true, l1 = 0, l2 = 0 } = config;
  return [config.filters as number, [config.kernelHeight as number, config.kernelWidth as number], {
    stride: [config.strideY as number, config.strideX as number],
    padding: paddingFromConfig(config.padding),
    dilation: [dilationY as number, dilationX as number],
    groups: groups as number,
    bias: bias as boolean,
    l1: l1 as number,
    l2: l2 as number,
    flipKernel: config.flipKernel as boolean,
    activation: config.activation as ActivationName,
    initializer: config.initializer as Initializer,
  }];
}

/** How the op moves such a window over images with these pads. */
export function movesOf({ stride, dilation, groups, flipKernel }: Convolution, pads: Padding): ConvAttrs {
  return {
    strideY: stride[0],
    strideX: stride[1],
    padTop: pads[0],
    padBottom: pads[1],
    padLeft: pads[2],
    padRight: pads[3],
    flip: flipKernel,
    dilationY: dilation[0],
    dilationX: dilation[1],
    groups,
  };
}

/** Weights [height,width,channels of a group,filters] between images of `from` and of `to` channels, and their fans. */
export function kernelOf({ kernel, groups, initializer }: Convolution, from: number, to: number) {
  const area = kernel[0] * kernel[1];
  return { initializer, fanIn: area * from / groups, fanOut: area * to / groups };
}
