/**
 * adagrad: s ← s + g²;  p ← p − lr·λd·p − lr·g / (√(s₀ + s) + ε),  g including λc·p.
 * Shapes: params, grads, squares s, all [P].   s₀ what the sum starts from, λc coupled, λd decoupled weight decay.
 * Source: Duchi, Hazan and Singer (JMLR 2011); the form is PyTorch's. s₀ is added where the sum is used, so that what is
 * kept starts at zero, as every optimizer's state does.
 */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
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

type AdagradAttrs = {
  readonly initialAccumulator: number;
  readonly epsilon: number;
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
};

export const adagradOp: Op<AdagradAttrs> = {
  name: "adagrad",
  operands: ["params", "grads", "squares"],
  updates: [0, 2],
  step: true,
  infer: inferArenas,
  reference({ inputs: [params, grads, squares], attrs, step }) {
    const lr = step.scalars[0]!, { initialAccumulator, epsilon, coupledDecay, decoupledDecay } = attrs;
    for (let i = 0; i < params!.data.length; i++) {
      const p = params!.data[i]!, g = grads!.data[i]! + coupledDecay * p;
      const s = squares!.data[i] = squares!.data[i]! + g * g;
      params!.data[i] = p - lr * decoupledDecay * p - lr * g / (Math.sqrt(initialAccumulator + s) + epsilon);
    }
  },
  tolerance({ inputs: [params, grads, squares], attrs, step }) {
    const lr = step.scalars[0]!, { initialAccumulator, epsilon, coupledDecay } = attrs;
    return (i) => {
      const p = Math.abs(params!.data[i]!), g = grads!.data[i]! + coupledDecay * params!.data[i]!;
      const s = squares!.data[i]! + g * g;
      // Where decay and gradient cancel, g is off by a rounding of what was added.
      const slope = lr / (Math.sqrt(initialAccumulator + s) + epsilon);
      const size = Math.abs(grads!.data[i]!) + coupledDecay * p;
      return 8 * ROUNDING * (p * (1 + lr) + slope * size + s + size * size);
    };
  },
  flops: ({ output }) => 9 * output.shape[0]!,
  wgsl: (types) => ({
    overrides: { VECTORS: arenaVectors(types), ...numbers(types.attrs) },
    workgroups: arenaGrid(types),
  }),
  wasm: (types) => ({ units: arenaVectors(types), args: Object.values(numbers(types.attrs)) }),
  cases: ARENA_SIZES.flatMap((elements) => [
    adagradCase(elements, "plain", {}),
    adagradCase(elements, "from 0.1, coupled decay", { initialAccumulator: 0.1, coupledDecay: 1e-2 }),
    adagradCase(elements, "large epsilon, decoupled decay", { epsilon: 0.1, decoupledDecay: 1e-2 }),
  ]),
};

/** Kernel settings, in the order of the WASM kernel's arguments. */
function numbers(attrs: AdagradAttrs) {
  return {
    INITIAL_ACCUMULATOR: attrs.initialAccumulator,
    EPSILON: attrs.epsilon,
    COUPLED_DECAY: attrs.coupledDecay,
    DECOUPLED_DECAY: attrs.decoupledDecay,
  };
}

function adagradCase(elements: number, label: string, more: Partial<AdagradAttrs>): OpCase<AdagradAttrs> {
  return {
    label: `[${elements}] ${label}`,
    inputs: arenaInputs(elements, ["positive"]),
    attrs: { initialAccumulator: 0, epsilon: 1e-10, coupledDecay: 0, decoupledDecay: 0, ...more },
    step: { scalars: [0.05] },
    bench: elements === 24448 && label === "plain",
  };
}

/** Settings of `adagrad`. */
export interface AdagradOptions extends DecayOptions {
  /** Rate of every update, 0 or more. Default 0.01. */
  readonly learningRate?: number;
  /** What the sum of squares starts from, 0 or more. Default 0; Keras has 0.1. */
  readonly initialAccumulator?: number;
  /** Added to the root of the sum. Default 1e-10. */
  readonly epsilon?: number;
}

/**
 * Adagrad: each parameter's step is divided by the root of the sum of all its squared gradients, so that steps become
 * smaller as training goes on, least where gradients are rare.
 *
 * It is PyTorch's: epsilon is added to the root, where Keras has it under the root, and a rate that falls is a schedule's.
 * Throws on a negative learning rate or accumulator, and on an epsilon that is not positive.
 *
 * @example
 * ```ts
 * import { adagrad, dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * await fit(model, data, { optimizer: adagrad({ learningRate: 0.05 }), epochs: 1 });
 * ```
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  checkOptions("adagrad", options, {
    learningRate: true,
    initialAccumulator: true,
    epsilon: true,
    weightDecay: true,
    decoupled: true,
  });
  const { learningRate = 0.01, initialAccumulator = 0, epsilon = 1e-10 } = options;
  const { weightDecay = 0, decoupled = false } = options;
  requireLearningRate(learningRate);
  requireNumber("initialAccumulator", initialAccumulator, 0, Infinity);
  require(epsilon > 0, () => `Epsilon must be above 0, such as 1e-10, got ${epsilon}`);
  const attrs = { initialAccumulator, epsilon, ...decayAttrs(options) };
  return {
    name: "adagrad",
    options: { learningRate, initialAccumulator, epsilon, weightDecay, decoupled },
    learningRate,
    states: ["squares"],
    update: (params, grads, states) => node(adagradOp, [params, grads, ...states], attrs, "adagrad"),
    scalars: (_, rate = learningRate) => [rate],
  };
}
