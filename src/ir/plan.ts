/**
 * The plan: a graph as a flat list of kernel calls over named buffers. It is data: it can be printed, counted
 * and replayed, and each of the three executors runs the same one.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { bytesPerElement, type DType, storageOf, type TensorType } from "../core/tensor.ts";
import { arenaLayout, isArena, type LeafRole, leafRole } from "./leaf.ts";
import { describeNode, type Node, reachable } from "./node.ts";
import type { Attrs, Op } from "./op.ts";
import { type Rewrite, rewriteRoutines, type Roots } from "./rewrite.ts";

export type BufferRole = LeafRole | "value";

export interface PlanBuffer {
  readonly name: string;
  readonly role: BufferRole;
  readonly dtype: DType;
  readonly elements: number;
  readonly bytes: number;
}

/** A value's place: `offset` elements into a buffer. */
export interface Operand {
  readonly buffer: number;
  readonly offset: number;
  readonly type: TensorType;
  readonly label: string;
}

/** One launch of one kernel. Operands are the inputs in order, then the output if the op has one. */
export interface Call {
  readonly op: Op;
  readonly attrs: Attrs;
  readonly operands: readonly Operand[];
  /** Positions in `operands` that the call writes. */
  readonly writes: readonly number[];
  readonly label: string;
}

export interface Plan {
  readonly buffers: readonly PlanBuffer[];
  /** Calls whose results never change, made once after the data is written. */
  readonly setup: readonly Call[];
  /** Named lists of calls over the same buffers, such as `train` and `evaluate`: one run of a list is one step. */
  readonly routines: Readonly<Record<string, readonly Call[]>>;
  /** Where a leaf, arena or computed node lies; `undefined` if the plan does not hold it. */
  place(value: Node): Operand | undefined;
}

export interface CompileOptions {
  /** Make calls that depend on constant data alone once, not each step. Default true. */
  readonly hoist?: boolean;
  /** Rules to apply to the graph first. Default none. */
  readonly rewrites?: readonly Rewrite[];
}

/**
 * Compiles routines, each given by its roots, into one plan with shared buffers.
 *
 * Values are computed in the order in which the roots need them; calls that update something in place come
 * last, in the order of the roots, so that every reader sees the value from before the step.
 * Throws when a value would have to lie in two arenas.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compile } from "./plan.ts";
 * import { leaf } from "./leaf.ts";
 * import { linear } from "../ops/linear.ts";
 * const x = leaf("input", "x", [2, 3]), w = leaf("parameter", "w", [3, 4]), b = leaf("parameter", "b", [4]);
 * const plan = compile({ forward: [linear(x, w, b)] });
 * assert(plan.routines.forward?.length === 1 && plan.buffers.length === 4);
 * ```
 */
export function compile(asked: Roots, options: CompileOptions = {}): Plan {
  checkOptions("compile", options, { hoist: true, rewrites: true });
  const { hoist = true, rewrites = [] } = options;
  require(
    typeof asked === "object" && asked !== null && Object.values(asked).every(Array.isArray),
    () => `A plan is compiled of routines, such as { forward: [y] } of a node y, got ${shown(asked)}`,
  );
  const { routines, replaced } = rewriteRoutines(asked, rewrites);
  const all = reachable(Object.values(routines).flat());
  const aliases = aliasesIn(all), { buffers, places } = placeAll(all, aliases);
  const constant = hoist ? constantNodes(all) : new Set<Node>();
  const placeOf = (value: Node) => places.get(value)!;
  const callsOf = (nodes: readonly Node[]) => {
    const computed = nodes.filter((value) => !value.op.virtual && !aliases.has(value));
    const isUpdate = (value: Node) => value.op.updates !== undefined;
    return [...computed.filter((value) => !isUpdate(value)), ...computed.filter(isUpdate)]
      .map((value) => callOf(value, placeOf));
  };
  return {
    buffers,
    setup: callsOf(all.filter((value) => constant.has(value))),
    routines: Object.fromEntries(
      Object.entries(routines).map(([name, roots]) => {
        require(name !== "setup", 'A routine cannot be named "setup": that name is taken');
        return [name, callsOf(reachable(roots).filter((value) => !constant.has(value)))];
      }),
    ),
    place: (value) => places.get(replaced.get(value) ?? value),
  };
}

function callOf(value: Node, placeOf: (value: Node) => Operand): Call {
  const inputs = value.inputs.map(placeOf);
  const { updates } = value.op;
  return {
    op: value.op,
    attrs: value.attrs,
    operands: updates === undefined ? [...inputs, placeOf(value)] : inputs,
    writes: updates ?? [inputs.length],
    label: value.label,
  };
}

/** Values that are another as it lies. A member of an arena has a place of its own, so it is computed: copied there. */
function aliasesIn(nodes: readonly Node[]): ReadonlySet<Node> {
  const members = new Set(nodes.filter(isArena).flatMap(({ inputs }) => inputs));
  const isAlias = ({ op, inputs, type, attrs }: Node) =>
    op.alias?.({ inputs: inputs.map((input) => input.type), output: type, attrs }) === true;
  return new Set(nodes.filter((value) => !members.has(value) && isAlias(value)));
}

/**
 * Gives every node a place: leaves and values a buffer each, members of an arena a part of its buffer, and an alias
 * the place of its input.
 */
function placeAll(
  nodes: readonly Node[],
  aliases: ReadonlySet<Node>,
): { buffers: PlanBuffer[]; places: Map<Node, Operand> } {
  const buffers: PlanBuffer[] = [], places = new Map<Node, Operand>();
  const newBuffer = (value: Node, role: BufferRole, elements: number) => {
    const { dtype } = value.type;
    buffers.push({ name: value.label, role, dtype, elements, bytes: elements * bytesPerElement(dtype) });
    return buffers.length - 1;
  };
  const put = (value: Node, buffer: number, offset: number) => {
    places.set(value, { buffer, offset, type: value.type, label: value.label });
  };
  for (const value of nodes.filter(isArena)) {
    const { offsets, elements } = arenaLayout(value.inputs.map(({ type }) => type));
    const roles = new Set(value.inputs.map((member) => leafRole(member) ?? "value"));
    require(roles.size === 1, `Arena "${value.label}" mixes leaves and computed values`);
    const buffer = newBuffer(value, [...roles][0]!, elements);
    put(value, buffer, 0);
    value.inputs.forEach((member, i) => {
      require(!places.has(member), () => `${describeNode(member)} cannot lie in two arenas or twice in one`);
      put(member, buffer, offsets[i]!);
    });
  }
  for (const value of nodes) {
    if (places.has(value)) continue;
    const { updates } = value.op;
    // The result of an update is the operand that it updates.
    if (updates !== undefined) places.set(value, places.get(value.inputs[updates[0]!]!)!);
    else if (aliases.has(value)) {
      const { buffer, offset } = places.get(value.inputs[0]!)!;
      put(value, buffer, offset);
    } else put(value, newBuffer(value, leafRole(value) ?? "value", storageOf(value.type.shape)), 0);
  }
  return { buffers, places };
}

/** Values that depend on nothing but constant data. */
function constantNodes(nodes: readonly Node[]): Set<Node> {
  const constant = new Set<Node>();
  const isConstant = (value: Node) =>
    leafRole(value) === "data" ||
    (!value.op.virtual && value.op.updates === undefined &&
      (!value.op.step || value.op.stepless?.(value.attrs) === true) &&
      value.inputs.every((input) => constant.has(input)));
  for (const value of nodes) if (isConstant(value)) constant.add(value);
  return constant;
}
