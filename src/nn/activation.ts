/** Activations: the four that kernels have built in, and those that are expressions. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Node } from "../ir/node.ts";
import { type Activation, ACTIVATIONS } from "../ops/_activation.ts";
import { ACTIVATION_EXPRESSIONS, type ActivationExpression } from "../ops/expression/activations.ts";
import { map } from "../ops/map.ts";
import { elementwiseFromConfig } from "./elementwise.ts";
import { type Expr, type ExprLike, exprOf, inputExpr } from "../ops/expression/expression.ts";
import { formatExpression } from "../ops/expression/format.ts";
import type { Layer } from "./layer.ts";

/** What a layer may end in: a name of the table. */
export type ActivationName = ActivationExpression;

const NAMES = Object.keys(ACTIVATION_EXPRESSIONS) as readonly ActivationName[];

/** Throws on a name that is none. */
export function checkActivation(activation: ActivationName): void {
  require(
    NAMES.includes(activation),
    () => `Unknown activation ${shown(activation)}: choose from ${NAMES.join(", ")}`,
  );
}

/** What a kernel does of an activation, by its code: all of it, or nothing. */
export function builtInPart(activation: ActivationName): Activation {
  return ACTIVATIONS.find((name) => name === activation) ?? "identity";
}

/** What is left to do behind a kernel that does `builtInPart`. */
export function activated(x: Node, activation: ActivationName, label: string): Node {
  return builtInPart(activation) === activation ? x : map([x], ACTIVATION_EXPRESSIONS[activation], { label });
}

/**
 * An activation as a layer of its own, such as behind a normalization: a name, or a formula. It is saved as its formula.
 *
 * Throws on an unknown name.
 *
 * @example
 * ```ts
 * import { activation, dense, sequential } from "descent";
 * const model = sequential(4, [
 *   dense(8, { activation: "identity" }),
 *   activation("gelu"),
 *   dense(8, { activation: "identity" }),
 *   activation((x) => x.mul(x)),
 * ]);
 * console.log(model.layers.map(({ name }) => name)); // [ "dense_1", "elementwise_2", "dense_3", "elementwise_4" ]
 * ```
 */
export function activation(of: ActivationName | ((x: Expr) => ExprLike)): Layer {
  if (typeof of !== "function") checkActivation(of);
  const build = typeof of === "function" ? of : ACTIVATION_EXPRESSIONS[of];
  return elementwiseFromConfig({ f: formatExpression(exprOf(build(inputExpr(0)))) });
}
