/** `maps`: elementwise calls one behind the other become one, which writes and reads no value in between. */
import { sameShape } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Rewrite } from "../ir/rewrite.ts";
import { axesOf, axesText, expressionOf, fitOperands, type MapAttrs } from "./_map_kernel.ts";
import { addOp } from "./add.ts";
import { replaceParts } from "./expression/derivative.ts";
import { type Expr, inputExpr } from "./expression/expression.ts";
import { formatExpression, INPUT_NAMES, partsOf } from "./expression/format.ts";
import { mapOp } from "./map.ts";

/** An operand, and which axes of the result its axes are. */
interface Operand {
  readonly value: Node;
  readonly axes: readonly number[];
}

/** An elementwise value as an expression of operands. */
interface Elementwise {
  readonly root: Expr;
  readonly operands: readonly Operand[];
}

function elementwiseOf({ op, inputs, attrs, type: { shape } }: Node): Elementwise | undefined {
  if (op === addOp) {
    const axes = shape.map((_size, axis) => axis);
    return { root: inputExpr(0).add(inputExpr(1)), operands: inputs.map((value) => ({ value, axes })) };
  }
  if (op.name !== mapOp.name) return undefined;
  const map = attrs as MapAttrs;
  const { axes } = fitOperands(inputs.map(({ type }) => type), axesOf(map, inputs.length), shape);
  return { root: expressionOf(map), operands: inputs.map((value, i) => ({ value, axes: axes[i]! })) };
}

/** `outer` with what operand `at` is made of in its place. */
function inlined({ root, operands }: Elementwise, at: number, inner: Elementwise): Elementwise {
  const rest = operands.filter((_operand, i) => i !== at), all = [...rest];
  const positionOf = ({ value, axes }: Operand) => {
    const known = all.findIndex((other) => other.value === value && `${other.axes}` === `${axes}`);
    return known >= 0 ? known : all.push({ value, axes }) - 1;
  };
  const renamed = (of: Expr, positions: readonly number[]) =>
    new Map(
      partsOf(of).filter(({ kind }) => kind === "input").map((part) => [
        part,
        inputExpr(positions[part.value]!),
      ]),
    );
  const innerRoot = replaceParts(inner.root, renamed(inner.root, inner.operands.map(positionOf)));
  const others = renamed(root, operands.map((operand, i) => i === at ? -1 : rest.indexOf(operand)));
  for (const part of others.keys()) if (part.value === at) others.set(part, innerRoot);
  return { root: replaceParts(root, others), operands: all };
}

/**
 * A sum of gradients or a `map` takes in the elementwise values that it alone is made of, as long as the kernel has
 * operands left. Each part is computed as before: bit-identical where an executor computes what an expression says (a
 * shader's compiler may join a product with a sum).
 */
export const MAPS_REWRITE: Rewrite = {
  name: "maps",
  apply(value, isOwn) {
    const outer = elementwiseOf(value), { shape } = value.type;
    if (outer === undefined) return undefined;
    let joined = outer;
    for (const { value: input } of outer.operands) {
      if (!isOwn(input) || !sameShape(input.type.shape, shape)) continue;
      const inner = elementwiseOf(input), at = joined.operands.findIndex((one) => one.value === input);
      if (inner === undefined || at < 0) continue;
      const next = inlined(joined, at, inner);
      if (next.operands.length <= INPUT_NAMES.length) joined = next;
    }
    if (joined === outer) return undefined;
    const isSaid = joined.operands.some((one) => sameShape(one.value.type.shape, shape));
    return [node<MapAttrs>(
      mapOp,
      joined.operands.map((operand) => operand.value),
      {
        f: formatExpression(joined.root),
        axes: axesText(joined.operands.map(({ axes }) => axes)),
        shape: !isSaid && shape.join(),
      },
      value.label,
    )];
  },
};
