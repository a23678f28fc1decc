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

/** What a buffer holds: leaves of a role, or a value that is computed. */
export type BufferRole = LeafRole | "value";

/** A stretch of memory on the device, for one value or the members of an arena. */
export interface PlanBuffer {
  /** Label of the value or arena. */
  readonly name: string;
  /** What it holds. */
  readonly role: BufferRole;
  /** Kind of its elements. */
  readonly dtype: DType;
  /** How many, pads included. */
  readonly elements: number;
  /** What they take on the device; the reference executor holds f32 in 8 bytes each. */
  readonly bytes: number;
}

/** A value's place: `offset` elements into a buffer. */
export interface PlanOperand {
  /** Position in the plan's `buffers`. */
  readonly buffer: number;
  /** Elements of the buffer before it. */
  readonly offset: number;
  /** Element type and shape. */
  readonly type: TensorType;
  /** Label of the node. */
  readonly label: string;
}

/** One launch of one kernel. Operands are the inputs in order, then the output if the op has one. */
export interface PlanCall {
  /** What is computed. */
  readonly op: Op;
  /** Settings of the node. */
  readonly attrs: Attrs;
  /** Where its values lie. */
  readonly operands: readonly PlanOperand[];
  /** Positions in `operands` that the call writes. */
  readonly writes: readonly number[];
  /** Label of the node. */
  readonly label: string;
}

/** A graph as a flat list of kernel calls over named buffers, as `compile` makes it; `Executor.load` runs it. */
export interface Plan {
  /** All the memory that it takes. */
  readonly buffers: readonly PlanBuffer[];
  /** Calls whose results never change, made once after the data is written. */
  readonly setup: readonly PlanCall[];
  /** Named lists of calls over the same buffers, such as `train` and `evaluate`: one run of a list is one step. */
  readonly routines: Readonly<Record<string, readonly PlanCall[]>>;
  /** Where a leaf, arena or computed node lies; `undefined` if the plan does not hold it. */
  place(value: Node): PlanOperand | undefined;
}

/** Settings of `compile`. */
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
 * @example Rows less their mean
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseExecutor, compile, leaf, map, reduceMean } from "descent";
 * const x = leaf("input", "x", [2, 3]);
 * const mean = reduceMean(x, { axes: [1], keepAxes: true });
 * const centred = map([x, mean], (value, m) => value.sub(m), { label: "centred" });
 * const plan = compile({ centre: [centred] }); // two calls: reduce, map
 *
 * const { executor } = await chooseExecutor({ backend: "reference" });
 * const program = await executor.load(plan);
 * program.write(x, [1, 2, 3, 10, 20, 60]);
 * await program.run("centre", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
 * assertEquals([...await program.read(centred)], [-1, 0, 1, -20, -10, 30]);
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

function callOf(value: Node, placeOf: (value: Node) => PlanOperand): PlanCall {
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
): { buffers: PlanBuffer[]; places: Map<Node, PlanOperand> } {
  const buffers: PlanBuffer[] = [], places = new Map<Node, PlanOperand>();
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
