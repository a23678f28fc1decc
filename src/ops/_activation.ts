/** Activation functions: one table that ops, kernels (by code) and layers read. */
import { unreachable } from "../core/errors.ts";

/** `identity`, `relu` max(0, x), `sigmoid` 1/(1+e⁻ˣ) or `tanh`. */
export type Activation = "identity" | "relu" | "sigmoid" | "tanh";

/** Codes that the kernels know the activations by. */
export const ACTIVATION_CODE: Readonly<Record<Activation, number>> = {
  identity: 0,
  relu: 1,
  sigmoid: 2,
  tanh: 3,
};

export const ACTIVATIONS = Object.keys(ACTIVATION_CODE) as readonly Activation[];

/** Relative error of the float32 kernels' sigmoid and tanh, a little more than the 4 units in the last place of tests/ops. */
export const CURVE_ERROR = 2 ** -21;

/** Error that an activation of value `y` adds to that of its argument. */
export function activationError(activation: Activation, y: number): number {
  switch (activation) {
    case "identity":
    case "relu":
      return 0;
    case "sigmoid":
    case "tanh":
      return CURVE_ERROR * Math.abs(y);
    default:
      return unreachable(activation);
  }
}

export function activate(activation: Activation, x: number): number {
  switch (activation) {
    case "identity":
      return x;
    case "relu":
      return Math.max(0, x);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "tanh":
      return Math.tanh(x);
    default:
      return unreachable(activation);
  }
}

/** Slope of the activation where its value is `y`. ReLU's slope at 0 is 0. */
export function activationSlope(activation: Activation, y: number): number {
  switch (activation) {
    case "identity":
      return 1;
    case "relu":
      return y > 0 ? 1 : 0;
    case "sigmoid":
      return y * (1 - y);
    case "tanh":
      return 1 - y * y;
    default:
      return unreachable(activation);
  }
}
