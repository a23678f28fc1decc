/** The derivative of an expression by an input, as another expression. */
import { unreachable } from "../../core/errors.ts";
import { cos, sin } from "./angles.ts";
import { exp, type Expr, log, makeExpr, pow, sign, where } from "./expression.ts";
import { partsOf, shareParts } from "./format.ts";
import { isBinary, isCurve, isUnary } from "./meaning.ts";

/**
 * The derivative by the input at `position`; `undefined` where it is 0 everywhere. At kinks: that of |x| at 0 is 0, of
 * equal operands of a maximum or minimum the first has it, comparisons, signs and roundings have none, and `where` has that of what
 * it chose, so that what it did not choose does no harm.
 */
export function derivative(root: Expr, position: number): Expr | undefined {
  const slopes = new Map<Expr, Expr | undefined>();
  for (const part of partsOf(root)) {
    const own = part.kind === "input" && part.value === position ? makeExpr("number", [], 1) : undefined;
    const [da, db, dc] = part.args.map((arg) => slopes.get(arg));
    slopes.set(part, own ?? (part.args.length === 0 ? undefined : slopeOf(part, da, db, dc)));
  }
  return slopes.get(root);
}

function slopeOf(y: Expr, da?: Expr, db?: Expr, dc?: Expr): Expr | undefined {
  const { kind } = y, a = y.args[0]!, b = y.args[1]!;
  if (kind === "where") return db || dc ? where(a, db ?? 0, dc ?? 0) : undefined;
  if (isUnary(kind)) {
    if (da === undefined) return undefined;
    switch (kind) {
      case "neg":
        return da.neg();
      case "abs":
        return sign(a).mul(da);
      case "sign":
      case "floor":
      case "ceil":
      case "round":
        return undefined;
      case "sqrt":
        return da.mul(0.5).div(y);
      case "exp":
        return y.mul(da);
      case "log":
        return da.div(a);
      case "log1p":
        return da.div(a.add(1));
      case "tanh":
        return y.square().neg().add(1).mul(da);
      case "sigmoid":
        return y.mul(y.neg().add(1)).mul(da);
      case "erf":
        return exp(a.square().neg()).mul(2 / Math.sqrt(Math.PI)).mul(da);
      case "sin":
        return cos(a).mul(da);
      case "cos":
        return sin(a).mul(da).neg();
      case "atan":
        return da.div(a.square().add(1));
      default:
        return unreachable(kind);
    }
  }
  if (!isBinary(kind) || (da === undefined && db === undefined)) return undefined;
  switch (kind) {
    case "add":
      return plus(da, db);
    case "sub":
      return plus(da, db?.neg());
    case "mul":
      return plus(da?.mul(b), db?.mul(a));
    case "div":
      return plus(da, db?.mul(y).neg())!.div(b);
    case "max":
      // Beside a number, such as the 0 of ReLU, the value itself tells: then its operand is needed no longer.
      return where(a.greaterEqual(a.kind === "number" ? y : b), da ?? 0, db ?? 0);
    case "min":
      return where(a.lessEqual(b), da ?? 0, db ?? 0);
    case "pow":
      // Where the base is 0 the value does not move with the exponent.
      return plus(da && pow(a, b.sub(1)).mul(b).mul(da), db && where(a.greater(0), y.mul(log(a)), 0).mul(db));
    case "greater":
    case "greaterEqual":
    case "equal":
    case "notEqual":
      return undefined;
    default:
      return unreachable(kind);
  }
}

function plus(a: Expr | undefined, b: Expr | undefined): Expr | undefined {
  return a && b ? a.add(b) : a ?? b;
}

/** The expression with other parts in place of some. */
export function replaceParts(root: Expr, others: ReadonlyMap<Expr, Expr>): Expr {
  const made = new Map<Expr, Expr>();
  for (const part of partsOf(root)) {
    const args = part.args.map((arg) => made.get(arg)!);
    const same = args.every((arg, i) => arg === part.args[i]);
    made.set(part, others.get(part) ?? (same ? part : makeExpr(part.kind, args, part.value)));
  }
  return shareParts(made.get(root)!);
}

/** How many of an expression's parts are costly. */
export function curvesIn(root: Expr): number {
  return partsOf(root).filter(({ kind }) => isCurve(kind) || kind === "div" || kind === "sqrt").length;
}
