import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { linear } from "../ops/linear.ts";
import { type ActivationName, checkActivation, endingIn } from "./activation.ts";
import type { Initializer } from "./initializers.ts";
import { biasFor, checkBias, checkInitializer, type Layer, parameter, refuseShape } from "./layer.ts";
import { PENALTY_NAMES, penaltyConfig, weightPenalty, type WeightPenaltyOptions } from "./weight_penalty.ts";

/** Settings of `dense`. */
export interface DenseOptions extends WeightPenaltyOptions {
  /** f of what it gives. Default `identity`, as in Keras and PyTorch: the last layer of a classifier gives logits, which the loss takes. */
  readonly activation?: ActivationName;
  /** Whether a bias is added, one for each unit. Default true. */
  readonly bias?: boolean;
  /** Of the weights; biases start at zero. Default `glorot_uniform`. */
  readonly initializer?: Initializer;
}

/**
 * A fully connected layer of `units` units: y = f(x·W + b), for rows of any length.
 *
 * Shapes: rows [K] → rows [units]; W [K,units], b [units]. Throws when `units` is not a positive whole number
 * or a name is unknown; building it throws when its input is not a flat row.
 *
 * @example
 * ```ts
 * import { dense, sequential } from "descent";
 * const classifier = sequential(784, [dense(30, { activation: "relu" }), dense(10)]); // gives 10 logits a row
 * ```
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  checkOptions("dense", options, { activation: true, bias: true, initializer: true, ...PENALTY_NAMES });
  const { activation = "identity", bias: isTrained = true, initializer = "glorot_uniform" } = options;
  require(
    Number.isSafeInteger(units) && units > 0,
    () => `A layer needs a positive whole number of units, got ${shown(units)}`,
  );
  checkBias(isTrained);
  checkActivation(activation);
  checkInitializer(initializer);
  const penalty = penaltyConfig(options);
  return {
    kind: "dense",
    config: { units, activation, initializer, ...(!isTrained && { bias: isTrained }), ...penalty },
    build(name, inputShape) {
      if (inputShape.length !== 1) {
        refuseShape(name, "dense", inputShape, "flat rows: put flatten() before it");
      }
      const inputs = inputShape[0]!, fan = { fanIn: inputs, fanOut: units };
      const weights = parameter(`${name}/weights`, [inputs, units], { initializer, ...fan });
      const bias = biasFor(name, units, isTrained, fan);
      return {
        outputShape: [units],
        parameters: [weights, ...bias.parameters],
        ...weightPenalty(weights, penalty),
        apply: (x) =>
          endingIn(
            activation,
            name,
            (builtIn, label) => linear(x, weights.node, bias.node, { activation: builtIn, label }),
          ),
      };
    },
  };
}
