/** Rewriting a graph before it is compiled: a handful of named rules, each of which can be left out. */
import { type Node, reachable } from "./node.ts";

/** A rule that replaces a node by others that compute the same numbers faster. */
export interface Rewrite {
  /** What it is left out by. */
  readonly name: string;
  /**
   * What to use instead of `value`, whose inputs are rewritten already; several only for a root. A rule must not fit
   * what it makes. `isOwn` says of an input that nothing else needs it.
   */
  apply(value: Node, isOwn: (input: Node) => boolean): readonly Node[] | undefined;
}

/** Routines by name, each as the nodes that it computes. */
export type Roots = Readonly<Record<string, readonly Node[]>>;

/** The routines with every rule applied where it fits, and what became of each node that was replaced by one. */
export function rewriteRoutines(
  routines: Roots,
  rules: readonly Rewrite[],
): { readonly routines: Roots; readonly replaced: ReadonlyMap<Node, Node> } {
  const results = new Map<Node, readonly Node[]>(), replaced = new Map<Node, Node>();
  const all = Object.values(routines).flat(), order = reachable(all), uses = usesOf(order, all);
  for (const value of order) {
    const inputs = value.inputs.map((input) => results.get(input)![0]!);
    const same = inputs.every((input, i) => input === value.inputs[i]);
    const rebuilt = same ? value : { ...value, inputs };
    const result = applyAll(rules, rebuilt, (input) => uses.get(input) === 1);
    results.set(value, result);
    // What two values became is used by the users of both.
    for (const made of result) if (made !== value) uses.set(made, (uses.get(made) ?? 0) + uses.get(value)!);
    if (result.length === 1) replaced.set(value, result[0]!);
  }
  const rewritten = Object.entries(routines).map((
    [name, roots],
  ) => [name, roots.flatMap((root) => results.get(root)!)]);
  return { routines: Object.fromEntries(rewritten), replaced };
}

/** By how many others each value is used; a root counts as used once more. */
function usesOf(order: readonly Node[], roots: readonly Node[]): Map<Node, number> {
  const uses = new Map(order.map((value) => [value, 0]));
  for (const used of [...roots, ...order.flatMap(({ inputs }) => [...new Set(inputs)])]) {
    uses.set(used, uses.get(used)! + 1);
  }
  return uses;
}

/** What the rules make of a node, one rule after another as long as one fits. */
function applyAll(
  rules: readonly Rewrite[],
  value: Node,
  isOwn: (input: Node) => boolean,
): readonly Node[] {
  for (const rule of rules) {
    const result = rule.apply(value, isOwn);
    if (result !== undefined) return result.length === 1 ? applyAll(rules, result[0]!, isOwn) : result;
  }
  return [value];
}
