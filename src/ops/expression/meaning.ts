/** What each function of an expression is, in float64: the definition that kernels are measured against. */

/** 1/(1 + e⁻ˣ), in the form whose exponential is at most 1. */
function sigmoid(x: number): number {
  const small = Math.exp(-Math.abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

/** From here on erf is 1 to the last digit of float64. */
const ERF_IS_ONE = 6;

/** 2/√π · e^(-x²) · Σ 2ⁿ·x^(2n+1) / (1·3·…·(2n+1)): every term has the sign of x, so nothing cancels. */
function erf(x: number): number {
  if (!(Math.abs(x) < ERF_IS_ONE)) return Number.isNaN(x) ? NaN : Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** The nearest whole number, of two as near the even one, as WebAssembly and WGSL round. */
function round(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** Up to this angle, in radians, kernels know sines and cosines; beyond it float32 has few angles a turn. */
export const MOST_ANGLE = 65536;

/** Functions of one value, by name. */
export type UnaryKind =
  | "neg"
  | "abs"
  | "sign"
  | "sqrt"
  | "exp"
  | "log"
  | "log1p"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "floor"
  | "ceil"
  | "round"
  | "sin"
  | "cos"
  | "atan";

/** Functions of one value. */
export const UNARY: Readonly<Record<UnaryKind, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid,
  erf,
  floor: Math.floor,
  ceil: Math.ceil,
  round,
  sin: (x) => Math.abs(x) > MOST_ANGLE ? NaN : Math.sin(x),
  cos: (x) => Math.abs(x) > MOST_ANGLE ? NaN : Math.cos(x),
  atan: Math.atan,
};

/** Comparisons of two values: 1 where they hold, else 0. */
export type Comparison = "greater" | "greaterEqual" | "equal" | "notEqual";
/** Functions of two values, by name. */
export type BinaryKind = "add" | "sub" | "mul" | "div" | "max" | "min" | "pow" | Comparison;

/** Functions of two values. */
export const BINARY: Readonly<Record<BinaryKind, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  // Kernels take the logarithm of the base.
  pow: (a, b) => b === 0 ? 1 : a < 0 ? NaN : a ** b,
  greater: (a, b) => a > b ? 1 : 0,
  greaterEqual: (a, b) => a >= b ? 1 : 0,
  equal: (a, b) => a === b ? 1 : 0,
  notEqual: (a, b) => a !== b ? 1 : 0,
};

/** What has the value 1 or 0. */
const COMPARISONS: readonly string[] = ["greater", "greaterEqual", "equal", "notEqual"];

/** Functions that cost many operations; kernels have a function of their own for each. */
const CURVES = ["exp", "log", "log1p", "tanh", "sigmoid", "erf", "sin", "cos", "atan", "pow"] as const;
export type Curve = typeof CURVES[number];

export function isUnary(kind: string): kind is UnaryKind {
  return Object.hasOwn(UNARY, kind);
}

export function isBinary(kind: string): kind is BinaryKind {
  return Object.hasOwn(BINARY, kind);
}

export function isComparison(kind: string): kind is Comparison {
  return COMPARISONS.includes(kind);
}

export function isCurve(kind: string): kind is Curve {
  return (CURVES as readonly string[]).includes(kind);
}
