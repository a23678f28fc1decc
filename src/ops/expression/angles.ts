/** Functions of expressions that have to do with angles, in radians. */
import { type Expr, type ExprLike, unary } from "./expression.ts";

/** The sine of an angle of up to 65,536 in size, good to some 1e-10 or a few units in the last place; NaN beyond. */
export function sin(x: ExprLike): Expr {
  return unary("sin", x);
}

/** The cosine, as `sin`. */
export function cos(x: ExprLike): Expr {
  return unary("cos", x);
}

/**
 * The angle from -π/2 to π/2 whose tangent is x.
 *
 * @example The angle whose sine is x
 * ```ts
 * import { atan, leaf, map } from "descent";
 * const x = leaf("input", "x", [32]);
 * const angles = map([x], (value) => atan(value.div(value.add(1).mul(value.neg().add(1)).sqrt())));
 * ```
 */
export function atan(x: ExprLike): Expr {
  return unary("atan", x);
}
