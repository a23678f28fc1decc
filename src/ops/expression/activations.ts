/** Activation functions as expressions, a line each. The fused kernels have today's four by codes (src/ops/_activation.ts). */
import { erf, exp, type Expr, log1p, maximum, sigmoid, tanh, where } from "./expression.ts";

/** eˣ - 1 = 2t/(1 - t) with t = tanh(x/2), which loses nothing where x is small. Below x = 16. */
function expm1(x: Expr): Expr {
  const t = tanh(x.mul(0.5));
  return t.mul(2).div(t.neg().add(1));
}

/** ELU with slope `alpha` below 0. */
function elu(x: Expr, alpha: number): Expr {
  return where(x.greater(0), x, expm1(x).mul(alpha));
}

/** Of Klambauer et al. (2017): with these, means of 0 and variances of 1 stay. */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** Each activation with its usual constants, as in PyTorch: a slope of 0.01 (leaky ReLU), α = 1 (ELU), erf (GELU). */
export const ACTIVATION_EXPRESSIONS = {
  identity: (x: Expr): Expr => x,
  relu: (x: Expr): Expr => maximum(0, x),
  sigmoid: (x: Expr): Expr => sigmoid(x),
  tanh: (x: Expr): Expr => tanh(x),
  leakyRelu: (x: Expr): Expr => where(x.greater(0), x, x.mul(0.01)),
  elu: (x: Expr): Expr => elu(x, 1),
  selu: (x: Expr): Expr => elu(x, SELU.alpha).mul(SELU.scale),
  gelu: (x: Expr): Expr => x.mul(0.5).mul(erf(x.mul(Math.SQRT1_2)).add(1)),
  silu: (x: Expr): Expr => x.mul(sigmoid(x)),
  // Above 20 it is x to the last digit of a float32.
  softplus: (x: Expr): Expr => where(x.greater(20), x, log1p(exp(x))),
} as const;

export type ActivationExpression = keyof typeof ACTIVATION_EXPRESSIONS;
