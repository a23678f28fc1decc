/** Ops of one's own: by a definition and what they come to in other ops, with a kernel where one pays. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Node } from "../ir/node.ts";
import type { Attrs, Op } from "../ir/op.ts";
import type { Rewrite } from "../ir/rewrite.ts";

/** An op as its maker declares it. What is left out is done by the composition, or does not matter. */
export type OwnOp<A extends Attrs> =
  & Pick<Op<A>, "name" | "operands" | "infer" | "reference">
  & Partial<Pick<Op<A>, "grad" | "tolerance" | "flops" | "wgsl" | "wasm" | "cases" | "step">>
  & {
    /** The node in other ops: what is computed on executors on which the op has no kernel of its own. */
    composition(value: Node): Node;
  };

/** How far float32 may be from the definition where the maker says nothing: it is looked at by `check` alone. */
const USUAL_ERROR = 1e-4;

/**
 * An op of one's own. Its `reference` is what it means, in float64; `composition` says what it comes to in other ops, by
 * which it runs wherever it brings no kernel: `wgsl` may give a shader's text, `wasm` a module's bytes. Make nodes of it with
 * `node`; with `grad` it can be trained through.
 *
 * Throws when the name is none.
 *
 * @example
 * ```ts
 * import { map, node, ownOp } from "descent";
 * const cube = ownOp({
 *   name: "cube",
 *   operands: ["x"],
 *   infer: ([x]) => x!,
 *   reference({ inputs: [x], output }) {
 *     output.data.set(x!.data.map((value) => value ** 3));
 *   },
 *   grad: ({ inputs: [x] }, dY) => [map([x!, dY], (a, d) => a.mul(a).mul(3).mul(d))],
 *   composition: ({ inputs: [x] }) => map([x!], (a) => a.mul(a).mul(a)),
 * });
 * export const cubed = (x: Parameters<typeof node>[1][number]) => node(cube, [x], {}, "cubed");
 * ```
 */
export function ownOp<A extends Attrs = Attrs>(own: OwnOp<A>): Op<A> {
  require(
    typeof own?.name === "string" && /^[a-z]\w*$/.test(own.name),
    () => `An op needs a name of letters, digits and _, such as "cube", got ${shown(own?.name)}`,
  );
  const { wgsl, wasm, composition, ...rest } = own;
  const missing = (where: string) => (): never => {
    throw new Error(`The op ${own.name} has no kernel for ${where}: it is composed there`);
  };
  return {
    tolerance: (_call, written) => (index) => USUAL_ERROR * (1 + Math.abs(written.data[index]!)),
    flops: () => 0,
    cases: [],
    ...rest,
    wgsl: wgsl ?? missing("WebGPU"),
    wasm: wasm ?? missing("WebAssembly"),
    composition: {
      on: [...(wgsl ? [] : ["webgpu"] as const), ...(wasm ? [] : ["wasm"] as const)],
      of: composition,
    },
  };
}

/** Puts what an op comes to in its place, on executors on which it has no kernel. */
export function compositionOn(backend: "webgpu" | "wasm"): Rewrite {
  return {
    name: "composition",
    apply: (value) =>
      value.op.composition?.on.includes(backend) ? [value.op.composition.of(value)] : undefined,
  };
}
