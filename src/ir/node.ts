/** Nodes: immutable values of a graph. A graph is whatever its roots reach; there is no registry. */
import { DescentError } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatType } from "../core/tensor.ts";
import type { Attrs, Node, Op } from "./op.ts";

// A node has an op, and an op makes nodes of its gradient: the two are defined together.
export type { Node } from "./op.ts";

/** Builds a node; its type follows from the op. Throws what the op says when the inputs do not fit, with the label. */
export function node<A extends Attrs>(op: Op<A>, inputs: readonly Node[], attrs: A, label?: string): Node {
  const name = label ?? op.name;
  inputs.forEach(requireNode);
  try {
    return { op, inputs, attrs, type: op.infer(inputs.map((input) => input.type), attrs), label: name };
  } catch (error) {
    if (!(error instanceof DescentError) || label === undefined) throw error;
    throw new DescentError(`${label}: ${error.message}`);
  }
}

/** Throws when it is no node, such as a number or the values of one. */
export function requireNode(value: Node): void {
  if (value?.op !== undefined) return;
  throw new DescentError(`A graph is made of nodes, as leaf() gives, but one of them is ${shown(value)}`);
}

/** All nodes that the roots reach, inputs before users, in an order that depends on the roots alone. */
export function reachable(roots: readonly Node[]): readonly Node[] {
  roots.forEach(requireNode);
  const order: Node[] = [], seen = new Set<Node>();
  // An explicit stack: deep graphs must not overflow the call stack.
  const stack = roots.toReversed().map((root) => ({ node: root, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const input = top.node.inputs[top.next++];
    if (seen.has(top.node)) stack.pop();
    else if (input === undefined) {
      seen.add(top.node);
      order.push(top.node);
      stack.pop();
    } else if (!seen.has(input)) stack.push({ node: input, next: 0 });
  }
  return order;
}

/** `linear f32[32,30] "dense_1"`, for messages. */
export function describeNode(value: Node): string {
  return `${value.op.name} ${formatType(value.type)} "${value.label}"`;
}
