/** Reverse-mode differentiation: one loop over the graph, from the roots back, that adds nodes. */
import { require } from "../core/errors.ts";
import { formatType, sameShape } from "../core/tensor.ts";
import { describeNode, type Node, reachable } from "./node.ts";

/** A part of the objective: the sum over the elements of `seed` · `value`. */
export interface Objective {
  /** What is to become smaller, such as the losses of the rows. */
  readonly value: Node;
  /** Weight of each element, of the same type as the value: the gradient that enters the graph here. */
  readonly seed: Node;
}

/**
 * Nodes that compute the gradient of the sum of the objectives by each of `wanted`. Only what the wanted
 * gradients need will be reached from them, so a first layer costs no input gradient.
 *
 * `add` builds the sum of two nodes: a value with several users (tied weights) collects all their gradients.
 * Throws when an objective does not depend on a wanted node or an op on the way has no gradient.
 *
 * @example The slope of x³ at 1, 2 and 3
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseExecutor, compile, gradients, leaf, map } from "descent";
 * const x = leaf("input", "x", [3]), ones = leaf("data", "ones", [3]);
 * const cubes = map([x], (value) => value.pow(3));
 * const [slopes] = gradients(
 *   [{ value: cubes, seed: ones }],
 *   [x],
 *   (a, b, label) => map([a, b], (left, right) => left.add(right), { label }),
 * );
 *
 * const { executor } = await chooseExecutor({ backend: "reference" });
 * const program = await executor.load(compile({ run: [slopes!] }));
 * program.write(x, [1, 2, 3]);
 * program.write(ones, [1, 1, 1]);
 * await program.run("run", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
 * assertEquals([...await program.read(slopes!)], [3, 12, 27]);
 * ```
 */
export function gradients(
  objectives: readonly Objective[],
  wanted: readonly Node[],
  add: (a: Node, b: Node, label: string) => Node,
): readonly Node[] {
  require(
    [objectives, wanted].every(Array.isArray) && typeof add === "function" &&
      objectives.every((one) => one?.seed?.op !== undefined),
    "gradients() takes a list of { value, seed }, a list of nodes, and a function that adds two nodes",
  );
  const order = reachable(objectives.map(({ value }) => value));
  const leadsToWanted = new Set<Node>();
  for (const value of order) {
    if (wanted.includes(value) || value.inputs.some((input) => leadsToWanted.has(input))) {
      leadsToWanted.add(value);
    }
  }
  const found = new Map<Node, Node>();
  const collect = (value: Node, gradient: Node) => {
    require(
      sameShape(value.type.shape, gradient.type.shape),
      () => `Gradient ${formatType(gradient.type)} does not have the shape of ${describeNode(value)}`,
    );
    const before = found.get(value);
    found.set(value, before === undefined ? gradient : add(before, gradient, gradientLabel(value)));
  };
  for (const { value, seed } of objectives) collect(value, seed);
  for (const value of order.toReversed()) {
    const dOutput = found.get(value);
    if (dOutput === undefined || !value.inputs.some((input) => leadsToWanted.has(input))) continue;
    require(
      value.op.grad !== undefined,
      () =>
        `Cannot differentiate through ${
          describeNode(value)
        }: it has no gradient: freeze what is before it, or leave it out`,
    );
    value.op.grad!(value, dOutput).forEach((gradient, i) => {
      const input = value.inputs[i]!;
      if (gradient !== undefined && leadsToWanted.has(input)) collect(input, gradient);
    });
  }
  return wanted.map((value) => {
    const gradient = found.get(value);
    require(
      gradient !== undefined,
      () => `The objective does not depend on ${describeNode(value)}: freeze it or use it`,
    );
    return gradient;
  });
}

/** `logits` → `dLogits`; `dense_1/weights` → `dense_1/dWeights`. */
export function gradientLabel(value: Node): string {
  const at = value.label.lastIndexOf("/") + 1;
  return `${value.label.slice(0, at)}d${value.label.charAt(at).toUpperCase()}${value.label.slice(at + 1)}`;
}
