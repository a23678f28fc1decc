/**
 * rmsprop: s ← ρ·s + (1−ρ)·g²;  m ← ρ·m + (1−ρ)·g (centred only);  var = s or s − m²;
 * d = √(var + ε) or √var + ε;  u = lr·g/d;  with momentum v ← μ·v + u and u = v;  p ← p − lr·λd·p − u,  g including λc·p.
 * Shapes: params, grads, squares s, means m, velocity v, all [P].   λc coupled, λd decoupled weight decay.
 * Source: Hinton, Neural Networks for Machine Learning, lecture 6e; centred: Graves (2013); the form is Keras's.
 */
import { node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { ROUNDING } from "../ops/_support.ts";
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
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";

type RmspropAttrs = {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly epsilonInside: boolean;
  readonly centered: boolean;
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
};

export const rmspropOp: Op<RmspropAttrs> = {
  name: "rmsprop",
  operands: ["params", "grads", "squares", "means", "velocity"],
  updates: [0, 2, 3, 4],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads, squares, means, velocity], attrs, step }) {
    const lr = step.scalars[0]!, { rho, momentum, epsilon, epsilonInside, centered } = attrs;
    for (let i = 0; i < params!.data.length; i++) {
      const p = params!.data[i]!, g = grads!.data[i]! + attrs.coupledDecay * p;
      const s = squares!.data[i] = rho * squares!.data[i]! + (1 - rho) * g * g;
      let variance = s;
      if (centered) {
        const m = means!.data[i] = rho * means!.data[i]! + (1 - rho) * g;
        variance = Math.max(0, s - m * m);
      }
      let update = lr * g / (epsilonInside ? Math.sqrt(variance + epsilon) : Math.sqrt(variance) + epsilon);
      if (momentum > 0) update = velocity!.data[i] = momentum * velocity!.data[i]! + update;
      params!.data[i] = p - lr * attrs.decoupledDecay * p - update;
    }
  },
  tolerance({ inputs: [params, grads, squares, means, velocity], attrs, step }) {
    const lr = step.scalars[0]!, { rho, epsilon, epsilonInside, centered } = attrs;
    return (i) => {
      const p = Math.abs(params!.data[i]!), v = Math.abs(velocity!.data[i]!);
      const g = grads!.data[i]! + attrs.coupledDecay * params!.data[i]!;
      const s = rho * squares!.data[i]! + (1 - rho) * g * g;
      const m = centered ? rho * means!.data[i]! + (1 - rho) * g : 0;
      // Subtracting m² amplifies the rounding of s by s / variance.
      const variance = Math.max(s - m * m, 8 * ROUNDING * s);
      const denominator = epsilonInside ? Math.sqrt(variance + epsilon) : Math.sqrt(variance) + epsilon;
      const amplified = variance > 0 ? 1 + s / variance : 1;
      const size = p * (1 + lr) + v + lr * Math.abs(g) / denominator * amplified;
      return 16 * ROUNDING * (size + Math.abs(s) + Math.abs(means!.data[i]!) + Math.abs(g));
    };
  },
  flops: ({ output }) => 14 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), ...numbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(numbers(types.attrs)) }),
  cases: ARENA_SIZES.flatMap((elements) => [
    rmspropCase(elements, "plain", {}),
    rmspropCase(elements, "momentum, epsilon inside", {
      momentum: 0.9,
      epsilonInside: true,
      epsilon: 1e-7,
      rho: 0.99,
    }),
    rmspropCase(elements, "centred, coupled decay", { centered: true, coupledDecay: 1e-2 }),
    rmspropCase(elements, "decoupled decay", { decoupledDecay: 1e-2, epsilonInside: true }),
  ]),
};

/** Kernel settings, in the order of the WASM kernel's arguments. */
function numbers(attrs: RmspropAttrs) {
  return {
    RHO: attrs.rho,
    ONE_MINUS_RHO: 1 - attrs.rho,
    MOMENTUM: attrs.momentum,
    EPSILON: attrs.epsilon,
    EPSILON_INSIDE: +attrs.epsilonInside,
    CENTERED: +attrs.centered,
    COUPLED_DECAY: attrs.coupledDecay,
    DECOUPLED_DECAY: attrs.decoupledDecay,
  };
}

function rmspropCase(elements: number, label: string, more: Partial<RmspropAttrs>): OpCase<RmspropAttrs> {
  return {
    label: `[${elements}] ${label}`,
    inputs: [
      ...arenaInputs(elements, ["positive"]),
      { shape: [elements], fill: "zeros" },
      { shape: [elements], fill: "normal" },
    ],
    attrs: {
      rho: 0.9,
      momentum: 0,
      epsilon: 1e-6,
      epsilonInside: false,
      centered: false,
      coupledDecay: 0,
      decoupledDecay: 0,
      ...more,
    },
    step: { scalars: [0.01] },
    bench: elements === 24448 && label === "plain",
  };
}

/** Settings of `rmsprop`. */
export interface RmspropOptions extends DecayOptions {
  /** Rate of every update, 0 or more. Default 0.001. */
  readonly learningRate?: number;
  /** Decay of the running mean of squares, in [0, 1). Default 0.9. */
  readonly rho?: number;
  /** μ in [0, 1), accumulates the scaled step. Default 0. */
  readonly momentum?: number;
  /** Keeps the denominator from zero. Default 1e-7. */
  readonly epsilon?: number;
  /** √(s + ε), as in Keras and Theano, instead of √s + ε, as in PyTorch. Default true. */
  readonly epsilonInside?: boolean;
  /** Divide by the standard deviation instead of the root of the mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp: each parameter's step is divided by the root of a running mean of its squared gradients.
 *
 * With momentum the velocity holds steps of the rates at which they were made, as in Keras: it matters where a schedule
 * changes the rate. Throws on a negative learning rate, an epsilon that is not positive, and on rho or momentum outside
 * [0, 1).
 *
 * @example
 * ```ts
 * import { dense, fit, rmsprop, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * await fit(model, data, { optimizer: rmsprop({ rho: 0.99, momentum: 0.9 }), epochs: 1 });
 * ```
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  checkOptions("rmsprop", options, {
    learningRate: true,
    rho: true,
    momentum: true,
    epsilon: true,
    epsilonInside: true,
    centered: true,
    weightDecay: true,
    decoupled: true,
  });
  const {
    learningRate = 0.001,
    rho = 0.9,
    momentum = 0,
    epsilon = 1e-7,
    epsilonInside = true,
    centered = false,
  } = options;
  requireLearningRate(learningRate);
  requireNumber("rho", rho, 0, 1);
  requireNumber("momentum", momentum, 0, 1);
  require(epsilon > 0, () => `Epsilon must be above 0, such as 1e-7, got ${epsilon}`);
  const attrs = { rho, momentum, epsilon, epsilonInside, centered, ...decayAttrs(options) };
  const { weightDecay = 0, decoupled = false } = options;
  return {
    name: "rmsprop",
    options: { learningRate, rho, momentum, epsilon, epsilonInside, centered, weightDecay, decoupled },
    learningRate,
    states: ["squares", "means", "velocity"],
    update: (params, grads, states) => node(rmspropOp, [params, grads, ...states], attrs, "rmsprop"),
    scalars: (_, rate = learningRate) => [rate],
  };
}
