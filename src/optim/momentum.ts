/**
 * momentum: v ← μ·v − lr·(g + λc·p);  p ← p − lr·λd·p + (nesterov ? μ·v − lr·(g + λc·p) : v).
 * Shapes: params, grads, velocity v, all [P].   λc coupled, λd decoupled weight decay.
 * Source: Polyak (1964); Sutskever, Martens, Dahl, Hinton (ICML 2013); the form is Keras's.
 */
import type { Op, OpCase } from "../ir/op.ts";
import { ROUNDING } from "../ops/_support.ts";
import { ARENA_SIZES, arenaGrid, arenaInputs, arenaVectors, inferArenas } from "./optimizer.ts";

type MomentumAttrs = {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
};

export const momentumOp: Op<MomentumAttrs> = {
  name: "momentum",
  operands: ["params", "grads", "velocity"],
  updates: [0, 2],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads, velocity], attrs, step }) {
    const lr = step.scalars[0]!, { momentum, nesterov, coupledDecay, decoupledDecay } = attrs;
    for (let i = 0; i < params!.data.length; i++) {
      const p = params!.data[i]!, scaled = lr * (grads!.data[i]! + coupledDecay * p);
      const v = momentum * velocity!.data[i]! - scaled;
      velocity!.data[i] = v;
      params!.data[i] = p - lr * decoupledDecay * p + (nesterov ? momentum * v - scaled : v);
    }
  },
  tolerance({ inputs: [params, grads, velocity], attrs, step }) {
    const lr = step.scalars[0]!, decay = attrs.coupledDecay + attrs.decoupledDecay;
    return (i) => {
      const p = Math.abs(params!.data[i]!), g = Math.abs(grads!.data[i]!), v = Math.abs(velocity!.data[i]!);
      return 16 * ROUNDING * (p + v + lr * (g + decay * p));
    };
  },
  flops: ({ output }) => 8 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), ...numbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(numbers(types.attrs)) }),
  cases: ARENA_SIZES.flatMap((elements) => [momentumCase(elements, false), momentumCase(elements, true)]),
};

/** Kernel settings, in the order of the WASM kernel's arguments. */
function numbers({ momentum, nesterov, coupledDecay, decoupledDecay }: MomentumAttrs) {
  return {
    MOMENTUM: momentum,
    NESTEROV: +nesterov,
    COUPLED_DECAY: coupledDecay,
    DECOUPLED_DECAY: decoupledDecay,
  };
}

function momentumCase(elements: number, nesterov: boolean): OpCase<MomentumAttrs> {
  return {
    label: `[${elements}]${nesterov ? " nesterov, coupled decay" : " decoupled decay"}`,
    inputs: arenaInputs(elements, ["normal"]),
    attrs: {
      momentum: 0.9,
      nesterov,
      coupledDecay: nesterov ? 1e-2 : 0,
      decoupledDecay: nesterov ? 0 : 1e-2,
    },
    step: { scalars: [0.05] },
    bench: elements === 24448 && nesterov,
  };
}
