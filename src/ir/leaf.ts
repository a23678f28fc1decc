/** Leaves (values that come from outside the graph) and arenas (several values side by side in one buffer). */
import { require } from "../core/errors.ts";
import { namesOf, shown } from "../core/option_names.ts";
import { type DType, roundUp, type Shape, storageOf, type TensorType, tensorType } from "../core/tensor.ts";
import { type Node, node } from "./node.ts";
import type { Op } from "./op.ts";

/**
 * What a leaf is for. `parameter`: trained; `data`: written before the first step, then constant;
 * `input`: written by the host between runs; `state`: kept and updated on the device.
 */
export type LeafRole = "parameter" | "data" | "input" | "state";

const ROLES = namesOf<LeafRole>({ parameter: true, data: true, input: true, state: true });

interface LeafAttrs {
  readonly [name: string]: string;
  readonly role: LeafRole;
  readonly dtype: DType;
  readonly sizes: string;
}

function noKernel(): never {
  throw new Error("A leaf or an arena has no kernel");
}

const virtual = {
  virtual: true,
  reference: noKernel,
  tolerance: noKernel,
  flops: () => 0,
  wgsl: noKernel,
  wasm: noKernel,
  cases: [],
} as const;

export const leafOp: Op<LeafAttrs> = {
  ...virtual,
  name: "leaf",
  operands: [],
  infer(_inputs, { dtype, sizes }) {
    return tensorType(dtype, sizes === "" ? [] : sizes.split(",").map(Number));
  },
};

/**
 * A value that comes from outside the graph: `Program.write` gives it its numbers, zeros until then. `label` is what
 * prints and messages call it. Throws when the role or the type is unknown, or a size is not a positive whole number.
 *
 * @example
 * ```ts
 * import { leaf } from "descent";
 * const images = leaf("input", "images", [32, 784]); // written before each run
 * const labels = leaf("data", "labels", [60_000], "u32"); // written once
 * const weights = leaf("parameter", "weights", [784, 10]); // trained
 * ```
 */
export function leaf(role: LeafRole, label: string, shape: Shape, dtype: DType = "f32"): Node {
  require(
    ROLES.includes(role),
    () => `There is no role ${shown(role)}: a leaf is one of ${ROLES.join(", ")}`,
  );
  require(
    Array.isArray(shape),
    () => `The shape of "${label}" must be a list of sizes such as [32, 10], got ${shown(shape)}`,
  );
  return node(leafOp, [], { role, dtype, sizes: shape.join(",") }, label);
}

/** The role of a leaf; `undefined` for any other node. */
export function leafRole(value: Node): LeafRole | undefined {
  return value.op === leafOp ? value.attrs.role as LeafRole : undefined;
}

/** Elements between the starts of neighbours in an arena: 256 bytes, the granule of WebGPU's binding offsets. */
export const ARENA_ALIGN = 64;

/** Where each input of an arena starts, in elements, and the elements of all. */
export function arenaLayout(inputs: readonly TensorType[]): { offsets: readonly number[]; elements: number } {
  const offsets: number[] = [];
  let elements = 0;
  for (const { shape } of inputs) {
    offsets.push(elements);
    elements += roundUp(storageOf(shape), ARENA_ALIGN);
  }
  return { offsets, elements };
}

const arenaOp: Op = {
  ...virtual,
  name: "arena",
  operands: ["members"],
  infer(inputs) {
    require(
      inputs.length > 0 && inputs.every(({ dtype }) => dtype === "f32"),
      "An arena holds one or more f32 tensors",
    );
    return tensorType("f32", [arenaLayout(inputs).elements]);
  },
};

/**
 * Puts values side by side in one flat buffer, so that an optimizer updates all parameters in one call. It
 * computes nothing: the planner makes each member compute straight into its place. Throws when there is no member, or one
 * is not f32.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { arena, chooseExecutor, compile, leaf, sgd } from "descent";
 * const w = leaf("parameter", "w", [2, 3]), b = leaf("parameter", "b", [3]);
 * const dW = leaf("input", "dW", [2, 3]), dB = leaf("input", "dB", [3]);
 * const optimizer = sgd({ learningRate: 0.5 });
 * const update = optimizer.update(arena("parameters", [w, b]), arena("gradients", [dW, dB]), []);
 *
 * const { executor } = await chooseExecutor({ backend: "reference" });
 * const program = await executor.load(compile({ train: [update] }));
 * program.write(b, [1, 1, 1]);
 * program.write(dB, [1, 0, -1]);
 * await program.run("train", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: optimizer.scalars(0) }]);
 * assertEquals([...await program.read(b)], [0.5, 1, 1.5]);
 * ```
 */
export function arena(label: string, members: readonly Node[]): Node {
  return node(arenaOp, members, {}, label);
}

export function isArena(value: Node): boolean {
  return value.op === arenaOp;
}
