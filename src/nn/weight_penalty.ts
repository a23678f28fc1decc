/** Penalties on a layer's own weights. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { abs } from "../ops/expression/expression.ts";
import { map } from "../ops/map.ts";
import { reduceSum } from "../ops/reduce.ts";
import type { BuiltLayer, Parameter } from "./layer.ts";

/** What training lowers of a layer's weights besides the loss; biases are left alone. */
export interface WeightPenaltyOptions {
  /** Times the sum of the absolute weights, which draws some to 0. Default 0. */
  readonly l1?: number;
  /** Times the sum of the squared weights, as Keras's `L2` has it: its gradient is 2·l2·w. Default 0. */
  readonly l2?: number;
}

/** Names of the options, for `checkOptions`. */
export const PENALTY_NAMES = { l1: true, l2: true } as const;

/** Throws the sentence for what cannot be; gives what is saved of it. */
export function penaltyConfig(
  { l1 = 0, l2 = 0 }: WeightPenaltyOptions,
): { readonly l1?: number; readonly l2?: number } {
  for (const [name, value] of Object.entries({ l1, l2 })) {
    require(
      value >= 0 && value < Infinity,
      () => `The ${name} of a layer must be a number of 0 or more, such as 1e-4, got ${shown(value)}`,
    );
  }
  return { ...(l1 > 0 && { l1 }), ...(l2 > 0 && { l2 }) };
}

/** The penalty on these weights, if there is one. */
export function weightPenalty(
  { node }: Parameter,
  { l1 = 0, l2 = 0 }: WeightPenaltyOptions,
): Pick<BuiltLayer, "penalties"> {
  if (l1 === 0 && l2 === 0) return {};
  const axes = node.type.shape.slice(0, -1).map((_, axis) => axis);
  return {
    penalties() {
      const terms = map([node], (w) => abs(w).mul(l1).add(w.mul(w).mul(l2)), {
        label: `${node.label}/penalty`,
      });
      return [{ value: reduceSum(terms, { axes, label: `${node.label}/penalties` }), weight: 1 }];
    },
  };
}
