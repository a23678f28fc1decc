/**
 * amsgrad: m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  w ← max(w, v);  p ← p − lr·λd·p − a·m / (√w·c + ε),
 * g including λc·p, where a = lr/(1−β₁ᵗ) and c = 1/√(1−β₂ᵗ) come from the step row (t counts updates from 1).
 * Shapes: params, grads, first moment m, second moment v, its largest value w, all [P].   λc coupled, λd decoupled decay.
 * Source: Reddi, Kale and Kumar (ICLR 2018), algorithm 2, which corrects nothing; the corrections are PyTorch's, that of
 * the largest value of v being that of v.
 */
import type { Op } from "../ir/op.ts";
import { ROUNDING } from "../ops/_support.ts";
import { type AdamAttrs, momentCases, momentNumbers } from "./_moments.ts";
import { arenaGrid, arenaVectors, inferArenas } from "./optimizer.ts";

export const amsgradOp: Op<AdamAttrs> = {
  name: "amsgrad",
  operands: ["params", "grads", "m", "v", "largest"],
  updates: [0, 2, 3, 4],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads, first, second, largest], attrs, step }) {
    const [a, c, lr] = step.scalars, { beta1, beta2, epsilon, coupledDecay, decoupledDecay } = attrs;
    for (let i = 0; i < params!.data.length; i++) {
      const p = params!.data[i]!, g = grads!.data[i]! + coupledDecay * p;
      const m = first!.data[i] = beta1 * first!.data[i]! + (1 - beta1) * g;
      const v = second!.data[i] = beta2 * second!.data[i]! + (1 - beta2) * g * g;
      const w = largest!.data[i] = Math.max(largest!.data[i]!, v);
      params!.data[i] = p - lr! * decoupledDecay * p - a! * m / (Math.sqrt(w) * c! + epsilon);
    }
  },
  tolerance({ inputs: [params, grads, first, second, largest], attrs, step }) {
    const [a, c] = step.scalars, { beta1, beta2, epsilon, coupledDecay } = attrs;
    return (i) => {
      const p = Math.abs(params!.data[i]!), g = Math.abs(grads!.data[i]!) + coupledDecay * p;
      const m = beta1 * Math.abs(first!.data[i]!) + (1 - beta1) * g;
      const v = beta2 * second!.data[i]! + (1 - beta2) * g * g, w = Math.max(largest!.data[i]!, v);
      // 1 − β is exact in float64 only: as a float32 it is off by up to 2⁻²⁴/(1−β) of itself.
      const slack = 1 / (1 - beta2);
      const update = a! * m / (Math.sqrt(w) * c! + epsilon);
      return ROUNDING * (8 * p + 16 * update + 8 * m + 8 * w + slack * ((1 - beta2) * g * g + update * 1e-3));
    };
  },
  flops: ({ output }) => 15 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), ...momentNumbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(momentNumbers(types.attrs)) }),
  cases: momentCases(["normal", "positive", "positive"]),
};
