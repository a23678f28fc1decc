/** Operators of ONNX that are elementwise, as expressions of their inputs. */
import { atan, cos, sin } from "../ops/expression/angles.ts";
import {
  ceil,
  constant,
  erf,
  exp,
  type Expr,
  type ExprLike,
  floor,
  log,
  log1p,
  maximum,
  minimum,
  pow,
  round,
  sigmoid,
  sign,
  tanh,
  where,
} from "../ops/expression/expression.ts";
import { ACTIVATION_EXPRESSIONS } from "../ops/expression/activations.ts";

/** What an operator makes of its inputs; `attribute` gives its settings, or else their default. */
export type Elementwise = (
  values: readonly Expr[],
  attribute: (name: string, otherwise: number) => number,
) => ExprLike;

/** A function of values alone. */
const of = (build: (...values: Expr[]) => ExprLike): Elementwise => (values) => build(...values);

/** A function of one value, which may read settings. */
const with1 =
  (build: (x: Expr, attribute: (name: string, otherwise: number) => number) => ExprLike): Elementwise =>
  ([x], attribute) => build(x!, attribute);

/** eˣ − 1 = 2t/(1 − t) with t = tanh(x/2), as ELU has it here: it loses nothing where x is small. */
function expm1(x: Expr): Expr {
  const t = tanh(x.mul(0.5));
  return t.mul(2).div(t.neg().add(1));
}

const isAbove = (x: Expr) => x.greater(0);
const one = constant(1);

/** Functions that a layer takes as its activation, and their relatives. */
export const ACTIVATION_OPERATORS: Readonly<Record<string, Elementwise>> = {
  Relu: with1((x) => maximum(0, x)),
  LeakyRelu: with1((x, of) => where(isAbove(x), x, x.mul(of("alpha", 0.01)))),
  PRelu: of((x, slope) => where(x.less(0), slope!.mul(x), x)),
  Elu: with1((x, of) => where(isAbove(x), x, expm1(x).mul(of("alpha", 1)))),
  Selu: with1((x, of) =>
    where(isAbove(x), x, expm1(x).mul(of("alpha", 1.6732632423543772)))
      .mul(of("gamma", 1.0507009873554805))
  ),
  Celu: with1((x, of) => {
    const alpha = of("alpha", 1);
    return maximum(0, x).add(minimum(0, exp(x.div(alpha)).sub(1).mul(alpha)));
  }),
  Sigmoid: with1(sigmoid),
  Tanh: with1(tanh),
  Softplus: with1(ACTIVATION_EXPRESSIONS.softplus),
  Softsign: with1((x) => x.div(x.abs().add(1))),
  HardSigmoid: with1((x, of) => maximum(0, minimum(1, x.mul(of("alpha", 0.2)).add(of("beta", 0.5))))),
  HardSwish: with1((x) => x.mul(maximum(0, minimum(1, x.div(6).add(0.5))))),
  ThresholdedRelu: with1((x, of) => where(x.greater(of("alpha", 1)), x, 0)),
  Shrink: with1((x, of) => {
    const size = of("lambd", 0.5), bias = of("bias", 0);
    return where(x.less(-size), x.add(bias), where(x.greater(size), x.sub(bias), 0));
  }),
  Erf: with1(erf),
};

const mean = (...values: Expr[]) => sum(...values).div(values.length);
const sum = (...values: Expr[]) => values.reduce((all, value) => all.add(value));

/** The remainder that has the sign of what is divided. */
function fmod(a: Expr, b: Expr): Expr {
  const quotient = a.div(b);
  return a.sub(where(quotient.less(0), ceil(quotient), floor(quotient)).mul(b));
}

/** Conditions are 1 and 0. */
const isInfinite: Elementwise = ([x], attribute) => {
  const most = 3.4028234663852886e38, zero = constant(0), wants = (name: string) => attribute(name, 1) === 1;
  return (wants("detect_positive") ? x!.greater(most) : zero)
    .add(wants("detect_negative") ? x!.less(-most) : zero);
};

/** Arithmetic, functions and comparisons. */
export const ARITHMETIC_OPERATORS: Readonly<Record<string, Elementwise>> = {
  Abs: with1((x) => x.abs()),
  Neg: with1((x) => x.neg()),
  Exp: with1(exp),
  Log: with1(log),
  Sqrt: with1((x) => x.sqrt()),
  Reciprocal: with1((x) => one.div(x)),
  Sign: with1(sign),
  Ceil: with1(ceil),
  Floor: with1(floor),
  Round: with1(round),
  Add: of((a, b) => a.add(b!)),
  Sub: of((a, b) => a.sub(b!)),
  Mul: of((a, b) => a.mul(b!)),
  Div: of((a, b) => a.div(b!)),
  Pow: of((a, b) => pow(a, b!)),
  Mod: of((a, b) => fmod(a, b!)),
  Max: of((...values) => values.reduce((best, value) => maximum(best, value))),
  Min: of((...values) => values.reduce((best, value) => minimum(best, value))),
  Sum: of(sum),
  Mean: of(mean),
  Identity: with1((x) => x),
  Greater: of((a, b) => a.greater(b!)),
  GreaterOrEqual: of((a, b) => a.greaterEqual(b!)),
  Less: of((a, b) => a.less(b!)),
  LessOrEqual: of((a, b) => a.lessEqual(b!)),
  Where: of((condition, yes, no) => where(condition, yes!, no!)),
  IsNaN: with1((x) => x.notEqual(x)),
  IsInf: isInfinite,
};

/** Of conditions, which are 1 and 0 here and a type of their own in ONNX. */
export const CONDITION_OPERATORS: Readonly<Record<string, Elementwise>> = {
  Equal: of((a, b) => a.equal(b!)),
  Not: with1((x) => x.equal(0)),
  And: of((a, b) => a.mul(b!)),
  Or: of((a, b) => maximum(a, b!)),
};

/** The root of 1 − x². */
const leg = (x: Expr) => one.sub(x).mul(x.add(1)).sqrt();

/** Of angles and hyperbolas: compositions of sin, cos, atan, exp and log. */
export const ANGLE_OPERATORS: Readonly<Record<string, Elementwise>> = {
  Sin: with1(sin),
  Cos: with1(cos),
  Tan: with1((x) => sin(x).div(cos(x))),
  Asin: with1((x) => atan(x.div(leg(x)))),
  Acos: with1((x) => atan(one.sub(x).div(x.add(1)).sqrt()).mul(2)),
  Atan: with1(atan),
  Sinh: with1((x) => exp(x).sub(exp(x.neg())).div(2)),
  Cosh: with1((x) => exp(x).add(exp(x.neg())).div(2)),
  Asinh: with1((x) => log(x.abs().add(x.square().add(1).sqrt())).mul(sign(x))),
  Acosh: with1((x) => log(x.add(x.sub(1).mul(x.add(1)).sqrt()))),
  Atanh: with1((x) => log1p(x.mul(2).div(one.sub(x))).div(2)),
};
