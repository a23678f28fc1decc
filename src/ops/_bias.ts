/** A bias and an activation behind an op that has none of its own, in one call. */
import { unreachable } from "../core/errors.ts";
import type { Node } from "../ir/node.ts";
import type { Activation } from "./_activation.ts";
import { type Expr, sigmoid, tanh, where } from "./expression/expression.ts";
import { map } from "./map.ts";

function activated(x: Expr, activation: Activation): Expr {
  switch (activation) {
    case "identity":
      return x;
    case "relu":
      return where(x.lessEqual(0), 0, x);
    case "sigmoid":
      return sigmoid(x);
    case "tanh":
      return tanh(x);
    default:
      return unreachable(activation);
  }
}

/** Node for f(x + bias), with the bias along the last axis; without one, f(x). */
export function withBias(x: Node, bias: Node | undefined, activation: Activation, label: string): Node {
  if (bias !== undefined) return map([x, bias], (a, b) => activated(a.add(b!), activation), { label });
  return activation === "identity" ? x : map([x], (a) => activated(a, activation), { label });
}
