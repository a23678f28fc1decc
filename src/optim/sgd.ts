/**
 * sgd: p ← p − lr·(g + λ·p), gradient descent without memory.
 * Shapes: params, grads, all [P].   Source: Robbins and Monro (1951); Goodfellow et al., "Deep Learning", ch. 8.
 * Coupled and decoupled weight decay are the same here.
 */
import { node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { ROUNDING } from "../ops/_support.ts";
import { momentumOp } from "./momentum.ts";
import {
  ARENA_SIZES,
  arenaGrid,
  arenaInputs,
  arenaVectors,
  decayAttrs,
  type DecayOptions,
  inferArenas,
  type Optimizer,
  requireLearningRate,
  requireNumber,
} from "./optimizer.ts";
import { DescentError } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";

type SgdAttrs = { readonly decay: number };

export const sgdOp: Op<SgdAttrs> = {
  name: "sgd",
  operands: ["params", "grads"],
  updates: [0],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads], attrs, step }) {
    const lr = step.scalars[0]!;
    for (let i = 0; i < params!.data.length; i++) {
      params!.data[i]! -= lr * (grads!.data[i]! + attrs.decay * params!.data[i]!);
    }
  },
  tolerance({ inputs: [params, grads], attrs, step }) {
    const lr = step.scalars[0]!;
    return (i) => {
      const p = Math.abs(params!.data[i]!), g = Math.abs(grads!.data[i]!);
      return 8 * ROUNDING * (p + lr * (g + attrs.decay * p));
    };
  },
  flops: ({ output }) => 4 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), DECAY: types.attrs.decay },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: [types.attrs.decay] }),
  cases: ARENA_SIZES.map((elements, i) => ({
    label: `[${elements}] decay ${i % 2 === 0 ? 0 : 0.01}`,
    inputs: arenaInputs(elements, []),
    attrs: { decay: i % 2 === 0 ? 0 : 0.01 },
    step: { scalars: [0.05] },
    bench: elements === 24448,
  })),
};

/** Settings of `sgd`. */
export interface SgdOptions extends DecayOptions {
  /** Rate of every update, 0 or more; lr below. Default 0.01. */
  readonly learningRate?: number;
  /** μ in [0, 1): v ← μ·v − lr·g, p ← p + v. Default 0. */
  readonly momentum?: number;
  /** Nesterov's form, p ← p + μ·v − lr·g after v is updated; needs momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum and Nesterov's momentum as in Keras (Sutskever et al., 2013).
 *
 * The velocity holds steps of the rates at which they were made, where PyTorch's holds gradients: the two differ only
 * while a schedule changes the rate. Throws on a negative learning rate, a momentum outside [0, 1), and Nesterov without
 * momentum: that is plain gradient descent, and Keras runs it so without a word.
 *
 * @example
 * ```ts
 * import { dense, fit, sequential, sgd } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * await fit(model, data, { optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), epochs: 1 });
 * ```
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkOptions("sgd", options, {
    learningRate: true,
    momentum: true,
    nesterov: true,
    weightDecay: true,
    decoupled: true,
  });
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  requireLearningRate(learningRate);
  requireNumber("momentum", momentum, 0, 1);
  if (nesterov && momentum === 0) {
    throw new DescentError(
      "Nesterov momentum needs a momentum above 0, such as 0.9: with 0 it is plain gradient descent",
    );
  }
  const decay = decayAttrs(options);
  const hasMemory = momentum > 0;
  return {
    name: hasMemory ? (nesterov ? "nesterov" : "momentum") : "sgd",
    options: { learningRate, momentum, nesterov, ...named(options) },
    learningRate,
    states: hasMemory ? ["velocity"] : [],
    update: (params, grads, states) =>
      hasMemory
        ? node(momentumOp, [params, grads, ...states], { momentum, nesterov, ...decay }, "momentum")
        : node(sgdOp, [params, grads], { decay: decay.coupledDecay + decay.decoupledDecay }, "sgd"),
    scalars: (_, rate = learningRate) => [rate],
  };
}

function named(
  { weightDecay = 0, decoupled = false }: DecayOptions,
): { weightDecay: number; decoupled: boolean } {
  return { weightDecay, decoupled };
}
