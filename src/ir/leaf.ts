/** Leaves (values that come from outside the graph) and arenas (several values side by side in one buffer). */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { type DType, roundUp, type Shape, storageOf, type TensorType, tensorType } from "../core/tensor.ts";
import { type Node, node } from "./node.ts";
import type { Op } from "./op.ts";

const ROLES = ["parameter", "data", "input", "state"] as const;

/**
 * What a leaf is for. `parameter`: trained; `data`: written before the first step, then constant;
 * `input`: written by the host between runs; `state`: kept and updated on the device.
 */
export type LeafRole = typeof ROLES[number];

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

/** A value that comes from outside the graph. */
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
 * computes nothing: the planner makes each member compute straight into its place.
 */
export function arena(label: string, members: readonly Node[]): Node {
  return node(arenaOp, members, {}, label);
}

export function isArena(value: Node): boolean {
  return value.op === arenaOp;
}
