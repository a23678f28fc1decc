/**
 * kl_sparsity_grad: dM[j] = dP[j]·(−ρ/(m[j]+ε) + (1−ρ)/(1−m[j]+ε)) with ε = 10⁻⁶.
 * Shapes: mean activations m [N], dP [N] → dM [N].   N units.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { sizeOf } from "../core/tensor.ts";
import { flatGrid, forEachElement, ROUNDING, sameTypes, vectorsOf } from "./_support.ts";

export type SparsityAttrs = {
  /** Wanted mean activation. */
  readonly rho: number;
};

/** Keeps logarithms and slopes finite where a unit is always off or always on. */
export const EPSILON = 1e-6;

export const klSparsityGradOp: Op<SparsityAttrs> = {
  name: "kl_sparsity_grad",
  operands: ["mean", "dP"],
  infer: (inputs) => sameTypes("differentiate the sparsity of", inputs),
  reference({ inputs: [mean, dP], output, attrs }) {
    forEachElement(output.type.shape, output.pitch, (at) => {
      const [on, off] = slopesOf(mean!.data[at]!, attrs.rho);
      output.data[at] = dP!.data[at]! * (off - on);
    });
  },
  tolerance: ({ inputs: [mean, dP], attrs }) => (index) => {
    const [on, off] = slopesOf(mean!.data[index]!, attrs.rho);
    return 16 * ROUNDING * Math.abs(dP!.data[index]!) * (Math.abs(on) + Math.abs(off));
  },
  flops: ({ output }) => 7 * sizeOf(output.shape),
  wgsl: ({ output, attrs: { rho } }) => ({
    overrides: { N: output.shape[0]!, RHO: rho, EPSILON },
    workgroups: flatGrid(4 * vectorsOf(output)),
  }),
  wasm: ({ output, attrs: { rho } }) => ({
    units: vectorsOf(output),
    args: [output.shape[0]!, rho, EPSILON],
  }),
  cases: [gradCase(1, 0.05), gradCase(13, 0.5), gradCase(900, 0.05, true), gradCase(11385, 0.1)],
};

/** What being on and being off add to the slope, without their signs. */
function slopesOf(mean: number, rho: number): readonly [on: number, off: number] {
  return [rho / (mean + EPSILON), (1 - rho) / (Math.max(1 - mean, 0) + EPSILON)];
}

function gradCase(n: number, rho: number, bench = false): OpCase<SparsityAttrs> {
  return {
    label: `[${n}] rho ${rho}`,
    inputs: [{ shape: [n], fill: "positive" }, { shape: [n], fill: "normal" }],
    attrs: { rho },
    bench,
  };
}

/** Node for the gradient of `klSparsity` by the mean activations, given that by the divergences. */
export function klSparsityGrad(mean: Node, dP: Node, { rho, label }: { rho: number; label?: string }): Node {
  return node(klSparsityGradOp, [mean, dP], { rho }, label);
}
