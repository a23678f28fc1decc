/** Expressions in float64, and how far float32 kernels may be from that. */
import { unreachable } from "../../core/errors.ts";
import { BINARY, isUnary, UNARY, type UnaryKind } from "./meaning.ts";
import type { Expr } from "./expression.ts";
import { partsOf } from "./format.ts";

/** Half the distance from 1 to the next float32, and the least normal float32: below it kernels may give 0. */
const ROUNDING = 2 ** -24, LEAST = 2 ** -126;

/** What is left of an angle after whole turns is known up to this. */
const ANGLE_ERROR = 2 ** -34;

/** Roundings by which a kernel's function may be off where its argument is exact, a few more than tests/ops find. */
const ROUNDINGS: Readonly<Record<UnaryKind, number>> = {
  neg: 0,
  abs: 0,
  sign: 0,
  sqrt: 8,
  exp: 8,
  log: 8,
  log1p: 12,
  tanh: 8,
  sigmoid: 8,
  erf: 12,
  floor: 0,
  ceil: 0,
  round: 0,
  sin: 8,
  cos: 8,
  atan: 8,
};

/** A part of an expression as a step of a calculation: arguments are positions of earlier steps. */
interface Part {
  readonly expr: Expr;
  readonly args: readonly number[];
}

/** A calculation, ready to be made for one element after another. */
export interface Evaluator {
  /** The value for these values of the inputs. */
  value(inputs: ArrayLike<number>): number;
  /** Bound on the error of float32 kernels for these values of the inputs, which are exact. */
  error(inputs: ArrayLike<number>): number;
}

export function evaluatorOf(root: Expr): Evaluator {
  const order = partsOf(root), places = new Map(order.map((expr, i) => [expr, i]));
  const parts: readonly Part[] = order.map((expr) => ({
    expr,
    args: expr.args.map((arg) => places.get(arg)!),
  }));
  const values = new Float64Array(parts.length), errors = new Float64Array(parts.length);
  const value = (inputs: ArrayLike<number>) => {
    for (let i = 0; i < parts.length; i++) values[i] = valueOf(parts[i]!, values, inputs);
    return values[parts.length - 1]!;
  };
  return {
    value,
    error(inputs) {
      value(inputs);
      for (let i = 0; i < parts.length; i++) errors[i] = errorOf(parts[i]!, values[i]!, values, errors);
      return errors[parts.length - 1]!;
    },
  };
}

function valueOf({ expr: { kind, value }, args }: Part, v: Float64Array, inputs: ArrayLike<number>): number {
  const a = v[args[0]!]!, b = v[args[1]!]!;
  if (kind === "input") return inputs[value]!;
  if (kind === "number") return value;
  if (kind === "where") return a !== 0 ? b : v[args[2]!]!;
  return isUnary(kind) ? UNARY[kind](a) : BINARY[kind](a, b);
}

/** Bound on the error of a part of value y: what its arguments' errors make of it, and its own roundings. */
function errorOf({ expr: { kind, value }, args }: Part, y: number, v: Float64Array, e: Float64Array): number {
  const [i, j, k] = args, a = v[i!]!, b = v[j!]!, ea = e[i!]!, eb = e[j!]!;
  if (kind === "input") return 0;
  if (kind === "number") return Math.abs(value - Math.fround(value));
  if (kind === "where") {
    const no = v[k!]!, eno = e[k!]!;
    // Whether it is 0 may be decided otherwise.
    if (ea > 0 && !(Math.abs(a) > ea)) return Math.abs(b - no) + Math.max(eb, eno);
    return a !== 0 ? eb : eno;
  }
  if (isUnary(kind)) {
    if (kind === "sign") return ea > 0 && !(Math.abs(a) > ea) ? 1 + Math.abs(y) : 0;
    const own = ROUNDINGS[kind], turns = kind === "sin" || kind === "cos";
    const around = turns ? Math.min(ea, 2) : spread(UNARY[kind], a, ea, y);
    return around + (own === 0 ? 0 : own * ROUNDING * (Math.abs(y) + around) + (turns ? ANGLE_ERROR : LEAST));
  }
  // A compiler of shaders may sort sums anew, so that their error is one of the operands' size.
  const rounding = 6 * ROUNDING;
  switch (kind) {
    case "add":
    case "sub":
      return ea + eb + rounding * (Math.max(Math.abs(a), Math.abs(b), Math.abs(y)) + ea + eb) + LEAST;
    case "mul": {
      const around = Math.abs(a) * eb + Math.abs(b) * ea + ea * eb;
      return around + rounding * (Math.abs(y) + around) + LEAST;
    }
    case "div": {
      const around = eb < Math.abs(b) ? (Math.abs(y) * eb + ea) / (Math.abs(b) - eb) : Infinity;
      return (ea + eb === 0 ? 0 : around) * (1 + rounding) + rounding * Math.abs(y) + LEAST;
    }
    case "max":
    case "min":
      return Math.max(ea, eb);
    case "pow": {
      const exponent = Math.abs(b) * Math.abs(Math.log(a)) * 24 * ROUNDING;
      const corners = [a - ea, a + ea].flatMap((base) => [b - eb, b + eb].map((to) => BINARY.pow(base, to)));
      const around = ea + eb === 0 ? 0 : Math.max(...corners.map((corner) => Math.abs(corner - y)));
      return around + (Math.abs(y) + around) * (Math.expm1(exponent || 0) + 16 * ROUNDING) + LEAST;
    }
    case "greater":
    case "greaterEqual":
    case "equal":
    case "notEqual":
      return ea + eb > 0 && !(Math.abs(a - b) > ea + eb) ? 1 : 0;
    default:
      return unreachable(kind);
  }
}

/** How far f, which rises or falls all along, is from y = f(x) at x ± error. */
function spread(f: (x: number) => number, x: number, error: number, y: number): number {
  if (error === 0) return 0;
  const far = Math.max(Math.abs(f(x - error) - y), Math.abs(f(x + error) - y));
  // Of what has no value there, such as the root of less than 0, nothing is known.
  return Number.isNaN(far) && !Number.isNaN(y) ? Infinity : far;
}

/** Whether the value is 0 for certain where all inputs in `isZero` are 0, whatever the others are. */
export function keepsZero(root: Expr, isZero: readonly boolean[]): boolean {
  const zero = new Set<Expr>(), atZero = new Map<Expr, number>();
  for (const part of partsOf(root)) {
    const { kind, args: [a, b, c] } = part, isZ = (arg: Expr | undefined) => zero.has(arg!);
    const known = kind === "input" ? isZero[part.value]! : part.args.every((arg) => atZero.has(arg));
    if (known) {
      const values = Float64Array.from(part.args, (arg) => atZero.get(arg)!),
        args = part.args.map((_, i) => i);
      atZero.set(part, valueOf({ expr: part, args }, values, [0, 0, 0, 0, 0, 0, 0]));
    }
    // 0·x is 0 where x is finite, which it is for certain where it depends on zeros alone.
    const isFinite = (arg: Expr | undefined) => Number.isFinite(atZero.get(arg!) ?? NaN);
    const isZeroHere = kind === "input"
      ? isZero[part.value]!
      : kind === "number"
      ? part.value === 0
      : kind === "mul"
      ? (isZ(a) && isFinite(b)) || (isZ(b) && isFinite(a))
      : kind === "div"
      ? isZ(a) && isFinite(b) && atZero.get(b!) !== 0
      : kind === "where"
      ? isZ(b) && isZ(c)
      : kind === "add" || kind === "sub" || kind === "max" || kind === "min"
      ? isZ(a) && isZ(b)
      : isUnary(kind) && isZ(a) && UNARY[kind](0) === 0;
    if (isZeroHere) zero.add(part);
  }
  return zero.has(root);
}
