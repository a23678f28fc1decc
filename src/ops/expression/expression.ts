/**
 * Expressions: elementwise maths as data. A function over symbolic values, such as `(x, m) => x.sub(m).exp()`, is
 * called once and leaves a tree, from which the float64 definition, the gradient, the shader and the WASM kernel follow.
 *
 * What costs nothing is done at once: numbers are folded in float64, and x·1, x/1, x+0, -(-x) are x. 0·x stays, since
 * it is NaN where x is infinite.
 */
import { DescentError } from "../../core/errors.ts";
import { shown } from "../../core/option_names.ts";
import { BINARY, type BinaryKind, UNARY, type UnaryKind } from "./meaning.ts";

/** What a part of an expression is: an operand of `map`, a number, a function of its arguments, or a choice. */
export type ExprKind = "input" | "number" | UnaryKind | BinaryKind | "where";

/** What stands where an expression is wanted: one, or a number. */
export type ExprLike = Expr | number;

/** A value of an expression. Methods and functions make others of it; nothing changes it. */
export interface Expr {
  /** What it is. */
  readonly kind: ExprKind;
  /** What its function is of; none for a number or an input. */
  readonly args: readonly Expr[];
  /** Of a number itself, of an input its position; else 0. */
  readonly value: number;
  /** The sum. */
  add(other: ExprLike): Expr;
  /** The difference: this less the other. */
  sub(other: ExprLike): Expr;
  /** The product. */
  mul(other: ExprLike): Expr;
  /** The quotient: this over the other. */
  div(other: ExprLike): Expr;
  /** 0 less this. */
  neg(): Expr;
  /** The product with itself. */
  square(): Expr;
  /** As the function `pow`. */
  pow(exponent: ExprLike): Expr;
  /** As the function `exp`. */
  exp(): Expr;
  /** As the function `log`. */
  log(): Expr;
  /** As the function `sqrt`. */
  sqrt(): Expr;
  /** As the function `abs`. */
  abs(): Expr;
  /** 1 where this is greater than the other, else 0, also where either is NaN. */
  greater(other: ExprLike): Expr;
  /** 1 where this is greater or they are equal, else 0, also where either is NaN. */
  greaterEqual(other: ExprLike): Expr;
  /** 1 where this is less than the other, else 0, also where either is NaN. */
  less(other: ExprLike): Expr;
  /** 1 where this is less or they are equal, else 0, also where either is NaN. */
  lessEqual(other: ExprLike): Expr;
  /** 1 where they are equal, else 0, also where either is NaN. */
  equal(other: ExprLike): Expr;
  /** 1 where they differ or either is NaN: `x.notEqual(x)` finds NaN. */
  notEqual(other: ExprLike): Expr;
}

type Methods = Omit<Expr, "kind" | "args" | "value"> & ThisType<Expr>;

const METHODS: Methods = {
  add(other) {
    return binary("add", this, other);
  },
  sub(other) {
    return binary("sub", this, other);
  },
  mul(other) {
    return binary("mul", this, other);
  },
  div(other) {
    return binary("div", this, other);
  },
  neg() {
    return unary("neg", this);
  },
  square() {
    return binary("mul", this, this);
  },
  pow(exponent) {
    return pow(this, exponent);
  },
  exp() {
    return unary("exp", this);
  },
  log() {
    return unary("log", this);
  },
  sqrt() {
    return unary("sqrt", this);
  },
  abs() {
    return unary("abs", this);
  },
  greater(other) {
    return binary("greater", this, other);
  },
  greaterEqual(other) {
    return binary("greaterEqual", this, other);
  },
  less(other) {
    return binary("greater", other, this);
  },
  lessEqual(other) {
    return binary("greaterEqual", other, this);
  },
  equal(other) {
    return binary("equal", this, other);
  },
  notEqual(other) {
    return binary("notEqual", this, other);
  },
};

/** A part as it is, without simplification. */
export function makeExpr(kind: ExprKind, args: readonly Expr[], value = 0): Expr {
  return Object.freeze(Object.assign(Object.create(METHODS), { kind, args, value }));
}

export function inputExpr(position: number): Expr {
  return makeExpr("input", [], position);
}

/**
 * A number as an expression, to begin with. Throws unless float32 can hold it.
 *
 * @example
 * ```ts
 * import { constant, leaf, map } from "descent";
 * const share = leaf("input", "share", [32]);
 * const rest = map([share], (x) => constant(1).sub(x));
 * ```
 */
export function constant(value: number): Expr {
  if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) {
    throw new DescentError(`An expression is made of values and finite float32 numbers, got ${shown(value)}`);
  }
  return makeExpr("number", [], value + 0);
}

/** The expression itself, or the number as one. */
export function exprOf(value: ExprLike): Expr {
  return typeof value === "object" && value !== null && "kind" in value ? value : constant(value as number);
}

export function isNumber({ kind, value }: Expr, wanted?: number): boolean {
  return kind === "number" && (wanted === undefined || value === wanted);
}

/** A folded number, or `otherwise` where float32 could not hold it. */
function folded(value: number, otherwise: () => Expr): Expr {
  return Number.isFinite(Math.fround(value)) ? constant(value) : otherwise();
}

/** A function of one value. */
export function unary(kind: UnaryKind, of: ExprLike): Expr {
  const x = exprOf(of), make = () => makeExpr(kind, [x]);
  if (isNumber(x)) return folded(UNARY[kind](x.value), make);
  if (kind === "neg" && x.kind === "neg") return x.args[0]!;
  return make();
}

/** A function of two values. */
export function binary(kind: BinaryKind, left: ExprLike, right: ExprLike): Expr {
  const a = exprOf(left), b = exprOf(right), make = () => makeExpr(kind, [a, b]);
  if (isNumber(a) && isNumber(b)) return folded(BINARY[kind](a.value, b.value), make);
  switch (kind) {
    case "add":
      if (isNumber(a, 0)) return b;
      if (isNumber(b, 0)) return a;
      if (b.kind === "neg") return binary("sub", a, b.args[0]!);
      if (a.kind === "neg") return binary("sub", b, a.args[0]!);
      return a === b ? binary("mul", a, 2) : make();
    case "sub":
      if (isNumber(b, 0)) return a;
      if (isNumber(a, 0)) return unary("neg", b);
      return b.kind === "neg" ? binary("add", a, b.args[0]!) : make();
    case "mul":
      if (isNumber(a)) return a.value === 1 ? b : a.value === -1 ? unary("neg", b) : make();
      return isNumber(b) ? binary("mul", b, a) : make();
    case "div":
      return isNumber(b, 1) ? a : isNumber(b, -1) ? unary("neg", a) : make();
    default:
      return make();
  }
}

/** Up to this size a whole exponent is a chain of products. */
const MAX_WHOLE_EXPONENT = 64;

/**
 * `base` to the power of `exponent`. A constant whole exponent up to ±64 and ±½ are products and roots, good for
 * negative bases and exact to a rounding each. Any other is e^(exponent·log base): NaN for a negative base, and less
 * exact by as many times as |exponent·log base| is large. Whatever the base, its 0th power is 1.
 */
export function pow(base: ExprLike, exponent: ExprLike): Expr {
  const a = exprOf(base), b = exprOf(exponent), n = b.value;
  if (!isNumber(b)) return binary("pow", a, b);
  if (n === 0) return constant(1);
  if (n < 0 && (n === -0.5 || Number.isInteger(n)) && n >= -MAX_WHOLE_EXPONENT) {
    return binary("div", 1, pow(a, -n));
  }
  if (n === 0.5) return unary("sqrt", a);
  if (!Number.isInteger(n) || n > MAX_WHOLE_EXPONENT || n < 0) return binary("pow", a, b);
  if (n === 1) return a;
  const half = pow(a, Math.floor(n / 2)), even = binary("mul", half, half);
  return n % 2 === 0 ? even : binary("mul", even, a);
}

/**
 * `yes` where `condition` is not 0 (NaN is not), else `no`. What is not chosen does not matter, NaN or not.
 *
 * @example A leaky ReLU
 * ```ts
 * import { leaf, map, where } from "descent";
 * const x = leaf("input", "x", [32, 10]);
 * const leaky = map([x], (value) => where(value.greater(0), value, value.mul(0.01)));
 * ```
 */
export function where(condition: ExprLike, yes: ExprLike, no: ExprLike): Expr {
  const [c, a, b] = [exprOf(condition), exprOf(yes), exprOf(no)];
  if (isNumber(c)) return c.value !== 0 ? a : b;
  return a === b ? a : makeExpr("where", [c, a, b]);
}

/** The larger; NaN where either is. Of equals the first has the gradient: ReLU is `maximum(0, x)`, flat at 0. */
export function maximum(a: ExprLike, b: ExprLike): Expr {
  return binary("max", a, b);
}

/** The smaller; NaN where either is. Of equals the first has the gradient. */
export function minimum(a: ExprLike, b: ExprLike): Expr {
  return binary("min", a, b);
}

/** eˣ: 0 below the least normal number, infinite above the largest. */
export function exp(x: ExprLike): Expr {
  return unary("exp", x);
}

/** Natural logarithm: -∞ at 0, NaN below. */
export function log(x: ExprLike): Expr {
  return unary("log", x);
}

/** log(1 + x), without loss where x is small. */
export function log1p(x: ExprLike): Expr {
  return unary("log1p", x);
}

/** The hyperbolic tangent, from -1 to 1. */
export function tanh(x: ExprLike): Expr {
  return unary("tanh", x);
}

/** 1/(1 + e⁻ˣ). */
export function sigmoid(x: ExprLike): Expr {
  return unary("sigmoid", x);
}

/** The error function, 2/√π ∫₀ˣ e^(-t²) dt. */
export function erf(x: ExprLike): Expr {
  return unary("erf", x);
}

/** The square root: NaN below 0. */
export function sqrt(x: ExprLike): Expr {
  return unary("sqrt", x);
}

/** The size of x; its gradient at 0 is 0. */
export function abs(x: ExprLike): Expr {
  return unary("abs", x);
}

/** The largest whole number that is not above x. It has no gradient, as `ceil` and `round` have none. */
export function floor(x: ExprLike): Expr {
  return unary("floor", x);
}

/** The smallest whole number that is not below x. */
export function ceil(x: ExprLike): Expr {
  return unary("ceil", x);
}

/** The nearest whole number, of two as near the even one. */
export function round(x: ExprLike): Expr {
  return unary("round", x);
}

/** -1, 0 or 1; NaN of NaN. It has no gradient. */
export function sign(x: ExprLike): Expr {
  return unary("sign", x);
}
