/**
 * adam: m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  p ← p − lr·λd·p − a·m / (√v·c + ε),  g including λc·p,
 * where a = lr/(1−β₁ᵗ) and c = 1/√(1−β₂ᵗ) come from the step row (t counts updates from 1).
 * Shapes: params, grads, first moment m, second moment v, all [P].   λc coupled, λd decoupled weight decay.
 * Source: Kingma and Ba (ICLR 2015), algorithm 1; decoupled decay: Loshchilov and Hutter (ICLR 2019).
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
import { checkOptions, type OptionNames } from "../core/option_names.ts";

type AdamAttrs = {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
};

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
    overrides: { VECTORS: arenaVectors(types), ...numbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(numbers(types.attrs)) }),
  cases: ARENA_SIZES.flatMap((elements) => [
    adamCase(elements, "first update", 1, {}),
    adamCase(elements, "coupled decay", 10, { coupledDecay: 1e-2 }),
    adamCase(elements, "decoupled decay", 1000, { decoupledDecay: 1e-2 }),
  ]),
};

/** Kernel settings, in the order of the WASM kernel's arguments. */
function numbers(attrs: AdamAttrs) {
  return {
    BETA1: attrs.beta1,
    ONE_MINUS_BETA1: 1 - attrs.beta1,
    BETA2: attrs.beta2,
    ONE_MINUS_BETA2: 1 - attrs.beta2,
    EPSILON: attrs.epsilon,
    COUPLED_DECAY: attrs.coupledDecay,
    DECOUPLED_DECAY: attrs.decoupledDecay,
  };
}

/** a, c and lr of update `step`, counted from 0. */
function corrections(step: number, learningRate: number, beta1: number, beta2: number): readonly number[] {
  const t = step + 1;
  return [learningRate / (1 - beta1 ** t), 1 / Math.sqrt(1 - beta2 ** t), learningRate];
}

/** The same where epsilon is added to the raw root: a·m/(√v·c + ε·c) is (a/c)·m/(√v + ε). */
function rawCorrections([a, c, learningRate]: readonly number[]): readonly number[] {
  return [a! / c!, 1, learningRate!];
}

function adamCase(elements: number, label: string, t: number, more: Partial<AdamAttrs>): OpCase<AdamAttrs> {
  return {
    label: `[${elements}] ${label}`,
    inputs: arenaInputs(elements, ["normal", "positive"]),
    attrs: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0, decoupledDecay: 0, ...more },
    step: { step: t - 1, scalars: corrections(t - 1, 0.001, 0.9, 0.999) },
    bench: elements === 24448 && t === 10,
  };
}

/** Settings of `adam` and `adamw`. */
export interface AdamOptions extends DecayOptions {
  /** Default 0.001. */
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
}

const NAMES = {
  learningRate: true,
  beta1: true,
  beta2: true,
  epsilon: true,
  rawEpsilon: true,
  weightDecay: true,
  decoupled: true,
} as const satisfies OptionNames<AdamOptions>;

/**
 * Adam: momentum divided by the root of a running mean of squared gradients, both corrected for their zero start.
 *
 * Throws on a negative learning rate, an epsilon that is not positive, and a beta outside [0, 1).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { adam } from "./adam.ts";
 * assert(Math.abs(adam().scalars(0)[0]! - 0.01) < 1e-15);
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
      weightDecay,
      decoupled,
    },
    learningRate,
    states: ["m", "v"],
    update: (params, grads, states) => node(adamOp, [params, grads, ...states], attrs, "adam"),
    scalars(step, rate = learningRate) {
      const scalars = corrections(step, rate, beta1, beta2);
      return rawEpsilon ? rawCorrections(scalars) : scalars;
    },
  };
}

/** Adam with decoupled weight decay (default 0.01): p ← p − lr·λ·p beside the update. */
export function adamw(options: Omit<AdamOptions, "decoupled"> = {}): Optimizer {
  const { decoupled: _, ...names } = NAMES;
  checkOptions("adamw", options, names);
  return adam({ weightDecay: 0.01, ...options, decoupled: true });
}
