/** A bias and an activation behind an op that has none of its own, in one call. */
import type { Node } from "../ir/node.ts";
import { ACTIVATION_EXPRESSIONS, type ActivationExpression } from "./expression/activations.ts";
import { map } from "./map.ts";

/** Node for f(x + bias), with the bias along the last axis; without one, f(x). */
export function withBias(
  x: Node,
  bias: Node | undefined,
  activation: ActivationExpression,
  label: string,
): Node {
  const activated = ACTIVATION_EXPRESSIONS[activation];
  if (bias !== undefined) return map([x, bias], (a, b) => activated(a.add(b!)), { label });
  return activation === "identity" ? x : map([x], (a) => activated(a), { label });
}
