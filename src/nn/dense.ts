import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { type Activation, ACTIVATIONS } from "../ops/_activation.ts";
import { linear } from "../ops/linear.ts";
import { type Initializer, INITIALIZERS } from "./initializers.ts";
import { type Layer, parameter, refuseShape } from "./layer.ts";

/** Settings of `dense`. */
export interface DenseOptions {
  /** f of what it gives. Default `relu`; the last layer of a classifier takes `identity`, since the loss takes logits. */
  readonly activation?: Activation;
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
 * const classifier = sequential(784, [dense(30), dense(10, { activation: "identity" })]); // gives 10 logits a row
 * ```
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  checkOptions("dense", options, {
    activation: true,
    initializer: true,
  });
  const { activation = "relu", initializer = "glorot_uniform" } = options;
  require(
    Number.isSafeInteger(units) && units > 0,
    () => `A layer needs a positive whole number of units, got ${shown(units)}`,
  );
  require(
    ACTIVATIONS.includes(activation),
    () => `Unknown activation "${activation}": choose from ${ACTIVATIONS.join(", ")}`,
  );
  require(
    INITIALIZERS.includes(initializer),
    () => `Unknown initializer "${initializer}": choose from ${INITIALIZERS.join(", ")}`,
  );
  return {
    kind: "dense",
    config: { units, activation, initializer },
    build(name, inputShape) {
      if (inputShape.length !== 1) {
        refuseShape(name, "dense", inputShape, "flat rows: put flatten() before it");
      }
      const inputs = inputShape[0]!, fan = { fanIn: inputs, fanOut: units };
      const weights = parameter(`${name}/weights`, [inputs, units], { initializer, ...fan });
      const bias = parameter(`${name}/bias`, [units], { initializer: "zeros", ...fan });
      return {
        outputShape: [units],
        parameters: [weights, bias],
        apply: (x) => linear(x, weights.node, bias.node, { activation, label: name }),
      };
    },
  };
}
