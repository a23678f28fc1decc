/**
 * kl_sparsity: how far each unit's mean activation m is from the wanted one ρ, as the Kullback–Leibler divergence
 * of Bernoulli variables, p[j] = ρ·ln(ρ/(m[j]+ε)) + (1−ρ)·ln((1−ρ)/(1−m[j]+ε)) with ε = 10⁻⁶.
 * Shapes: m [N] → p [N], in nats.   N units.
 * Source: A. Ng: "Sparse autoencoder" (CS294A lecture notes, 2011); ε keeps units that are always off or on finite,
 * and a mean that rounding has put above 1 counts as 1.
 *
 * β is not in here: the penalty β·Σ p enters the gradients as an objective `{ value: p, seed }` with β for each unit.
 */
import { require } from "../core/errors.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { sizeOf } from "../core/tensor.ts";
import { fits, flatGrid, forEachElement, ROUNDING, vectorsOf } from "./_support.ts";
import { EPSILON, klSparsityGrad, type SparsityAttrs } from "./kl_sparsity_grad.ts";

export const klSparsityOp: Op<SparsityAttrs> = {
  name: "kl_sparsity",
  operands: ["mean"],
  infer(inputs, { rho }) {
    fits(
      inputs[0]!.shape.length === 1,
      "take the sparsity of",
      inputs,
      "it must be a vector, a mean per unit",
    );
    require(rho > 0 && rho < 1, () => `The wanted mean activation rho must lie between 0 and 1, got ${rho}`);
    return inputs[0]!;
  },
  grad({ inputs: [mean], attrs }, dP) {
    return [klSparsityGrad(mean!, dP, { rho: attrs.rho as number, label: gradientLabel(mean!) })];
  },
  reference({ inputs: [mean], output, attrs }) {
    forEachElement(output.type.shape, output.pitch, (at) => {
      const [on, off] = termsOf(mean!.data[at]!, attrs.rho);
      output.data[at] = on + off;
    });
  },
  tolerance: ({ inputs: [mean], attrs }) => (index) => {
    const [on, off] = termsOf(mean!.data[index]!, attrs.rho);
    // Near m = ρ the terms cancel, and a GPU's logarithm near 1 is good to 2⁻²¹ only.
    return (16 + 8 * (Math.abs(on) + Math.abs(off))) * ROUNDING;
  },
  flops: ({ output }) => 12 * sizeOf(output.shape),
  wgsl: ({ output, attrs: { rho } }) => ({
    overrides: { N: output.shape[0]!, RHO: rho, EPSILON },
    workgroups: flatGrid(4 * vectorsOf(output)),
  }),
  wasm: ({ output, attrs: { rho } }) => ({
    units: vectorsOf(output),
    args: [output.shape[0]!, rho, EPSILON],
  }),
  cases: [
    sparsityCase(1, 0.05),
    sparsityCase(13, 0.5),
    sparsityCase(900, 0.05, true),
    sparsityCase(11385, 0.1),
  ],
};

/** The two terms of the divergence: of being on and of being off. */
function termsOf(mean: number, rho: number): readonly [on: number, off: number] {
  return [
    rho * Math.log(rho / (mean + EPSILON)),
    (1 - rho) * Math.log((1 - rho) / (Math.max(1 - mean, 0) + EPSILON)),
  ];
}

function sparsityCase(n: number, rho: number, bench = false): OpCase<SparsityAttrs> {
  return {
    label: `[${n}] rho ${rho}`,
    inputs: [{ shape: [n], fill: "positive" }],
    attrs: { rho },
    bench,
  };
}

/**
 * Node for the divergence of each unit's mean activation from `rho`, in nats. Means must lie in [0,1], as those
 * of sigmoid units do. Throws `DescentError` when `mean` is no vector or `rho` does not lie between 0 and 1.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { leaf } from "../ir/leaf.ts";
 * import { klSparsity } from "./kl_sparsity.ts";
 * import { rowWeights } from "./row_weights.ts";
 * import { weightedSumRows } from "./weighted_sum_rows.ts";
 * const codes = leaf("input", "codes", [128, 900]);
 * const penalty = klSparsity(weightedSumRows(codes, rowWeights(128)), { rho: 0.05 });
 * assert(penalty.type.shape.join() === "900");
 * ```
 */
export function klSparsity(mean: Node, { rho, label }: { rho: number; label?: string }): Node {
  return node(klSparsityOp, [mean], { rho }, label);
}
