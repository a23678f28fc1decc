/** What Adam and AMSGrad share: settings, the corrections of both moments, and the cases. */
import type { OpCase } from "../ir/op.ts";
import { ARENA_SIZES, arenaInputs } from "./optimizer.ts";

export type AdamAttrs = {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
};

/** Kernel settings, in the order of the WASM kernels' arguments. */
export function momentNumbers(attrs: AdamAttrs) {
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
export function corrections(
  step: number,
  learningRate: number,
  beta1: number,
  beta2: number,
): readonly number[] {
  const t = step + 1;
  return [learningRate / (1 - beta1 ** t), 1 / Math.sqrt(1 - beta2 ** t), learningRate];
}

/** The cases of an op whose states are the first moment and then squares: as many as `states`. */
export function momentCases(states: readonly ("normal" | "positive")[]): readonly OpCase<AdamAttrs>[] {
  return ARENA_SIZES.flatMap((elements) => {
    const one = (label: string, t: number, more: Partial<AdamAttrs>): OpCase<AdamAttrs> => ({
      label: `[${elements}] ${label}`,
      inputs: arenaInputs(elements, states),
      attrs: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0, decoupledDecay: 0, ...more },
      step: { step: t - 1, scalars: corrections(t - 1, 0.001, 0.9, 0.999) },
      bench: elements === 24448 && t === 10,
    });
    return [
      one("first update", 1, {}),
      one("coupled decay", 10, { coupledDecay: 1e-2 }),
      one("decoupled decay", 1000, { decoupledDecay: 1e-2 }),
    ];
  });
}
