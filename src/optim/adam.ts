/**
 * adam: m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  p ← p − lr·λd·p − a·m / (√v·c + ε),  g including λc·p,
 * where a = lr/(1−β₁ᵗ) and c = 1/√(1−β₂ᵗ) come from the step row (t counts updates from 1).
 * Shapes: params, grads, first moment m, second moment v, all [P].   λc coupled, λd decoupled weight decay.
 * Source: Kingma and Ba (ICLR 2015), algorithm 1; decoupled decay: Loshchilov and Hutter (ICLR 2019).
 */
import { require } from "../core/errors.ts";
import { checkOptions, type OptionNames } from "../core/option_names.ts";
import { node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { ROUNDING } from "../ops/_support.ts";
import { type AdamAttrs, corrections, momentCases, momentNumbers } from "./_moments.ts";
import { amsgradOp } from "./amsgrad.ts";
import {
  arenaGrid,
  arenaVectors,
  decayAttrs,
  type DecayOptions,
  inferArenas,
  type Optimizer,
  requireLearningRate,
  requireNumber,
} from "./optimizer.ts";

export const adamOp: Op<AdamAttrs> = {
  name: "adam",
  operands: ["params", "grads", "m", "v"],
  updates: [0, 2, 3],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads, first, second], attrs, step }) {
    const [a, c, lr] = step.scalars, { beta1, beta2, epsilon, coupledDecay, decoupledDecay } = attrs;
    for (let i = 0; i < params!.data.length; i++) {
      const p = params!.data[i]!, g = grads!.data[i]! + coupledDecay * p;
      const m = first!.data[i] = beta1 * first!.data[i]! + (1 - beta1) * g;
      const v = second!.data[i] = beta2 * second!.data[i]! + (1 - beta2) * g * g;
      params!.data[i] = p - lr! * decoupledDecay * p - a! * m / (Math.sqrt(v) * c! + epsilon);
    }
  },
  tolerance({ inputs: [params, grads, first, second], attrs, step }) {
    const [a, c] = step.scalars, { beta1, beta2, epsilon, coupledDecay } = attrs;
    return (i) => {
      const p = Math.abs(params!.data[i]!), g = Math.abs(grads!.data[i]!) + coupledDecay * p;
      const m = beta1 * Math.abs(first!.data[i]!) + (1 - beta1) * g;
      const v = beta2 * second!.data[i]! + (1 - beta2) * g * g;
      // 1 − β is exact in float64 only: as a float32 it is off by up to 2⁻²⁴/(1−β) of itself.
      const slack = 1 / (1 - beta2);
      const update = a! * m / (Math.sqrt(v) * c! + epsilon);
      return ROUNDING * (8 * p + 16 * update + 8 * m + 8 * v + slack * ((1 - beta2) * g * g + update * 1e-3));
    };
  },
  flops: ({ output }) => 14 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), ...momentNumbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(momentNumbers(types.attrs)) }),
  cases: momentCases(["normal", "positive"]),
};

/** The same where epsilon is added to the raw root: a·m/(√v·c + ε·c) is (a/c)·m/(√v + ε). */
function rawCorrections([a, c, learningRate]: readonly number[]): readonly number[] {
  return [a! / c!, 1, learningRate!];
}

/** Settings of `adam` and `adamw`. */
export interface AdamOptions extends DecayOptions {
  /** Rate of every update, 0 or more. Default 0.001. */
  readonly learningRate?: number;
  /** Decay of the first moment, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * Add epsilon to the root of the second moment as it is before its correction, as in section 2 of the paper and in
   * Keras, not after it, as in algorithm 1 and in PyTorch. Default false.
   */
  readonly rawEpsilon?: boolean;
  /**
   * Divide by the root of the largest second moment so far, so that no step grows because gradients became small again.
   * As in PyTorch the largest is taken of the moment before its correction, and then corrected like it. Default false.
   */
  readonly amsgrad?: boolean;
}

const NAMES = {
  learningRate: true,
  beta1: true,
  beta2: true,
  epsilon: true,
  rawEpsilon: true,
  amsgrad: true,
  weightDecay: true,
  decoupled: true,
} as const satisfies OptionNames<AdamOptions>;

/**
 * Adam: momentum divided by the root of a running mean of squared gradients, both corrected for their zero start.
 *
 * Throws on a negative learning rate, an epsilon that is not positive, and a beta outside [0, 1). With `amsgrad` it is
 * AMSGrad (Reddi, Kale and Kumar, ICLR 2018), which keeps one value more for each parameter.
 *
 * @example
 * ```ts
 * import { adam, dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * await fit(model, data, { optimizer: adam({ learningRate: 0.002 }), epochs: 1 });
 * ```
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptions("adam", options, NAMES);
  const {
    learningRate = 0.001,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    rawEpsilon = false,
    amsgrad = false,
    weightDecay = 0,
    decoupled = false,
  } = options;
  requireLearningRate(learningRate);
  requireNumber("beta1", beta1, 0, 1);
  requireNumber("beta2", beta2, 0, 1);
  require(epsilon > 0, () => `Epsilon must be above 0, such as 1e-8, got ${epsilon}`);
  const attrs = { beta1, beta2, epsilon, ...decayAttrs(options) };
  return {
    name: decoupled ? "adamw" : "adam",
    options: {
      learningRate,
      beta1,
      beta2,
      epsilon,
      ...(rawEpsilon && { rawEpsilon }),
      ...(amsgrad && { amsgrad }),
      weightDecay,
      decoupled,
    },
    learningRate,
    states: amsgrad ? ["m", "v", "largest"] : ["m", "v"],
    update: (params, grads, states) =>
      amsgrad
        ? node(amsgradOp, [params, grads, ...states], attrs, "amsgrad")
        : node(adamOp, [params, grads, ...states], attrs, "adam"),
    scalars(step, rate = learningRate) {
      const scalars = corrections(step, rate, beta1, beta2);
      return rawEpsilon ? rawCorrections(scalars) : scalars;
    },
  };
}

/**
 * Adam with decoupled weight decay (default 0.01): p ← p − lr·λ·p beside the update. Throws as `adam` does.
 * Source: Loshchilov and Hutter: "Decoupled weight decay regularization" (ICLR 2019).
 *
 * @example
 * ```ts
 * import { adamw, dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * await fit(model, data, { optimizer: adamw({ weightDecay: 0.05 }), epochs: 1 });
 * ```
 */
export function adamw(options: Omit<AdamOptions, "decoupled"> = {}): Optimizer {
  const { decoupled: _, ...names } = NAMES;
  checkOptions("adamw", options, names);
  return adam({ weightDecay: 0.01, ...options, decoupled: true });
}
