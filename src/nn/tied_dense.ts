import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { formatShape } from "../core/tensor.ts";
import { linear } from "../ops/linear.ts";
import { type ActivationName, checkActivation, endingIn } from "./activation.ts";
import { biasFor, checkBias, type Layer, refuseShape } from "./layer.ts";

/** Settings of `tiedDense`. */
export interface TiedDenseOptions {
  /** f of what it gives. Default `identity`: a decoder gives logits, since the loss takes them. */
  readonly activation?: ActivationName;
  /** Whether a bias of its own is added. Default true. */
  readonly bias?: boolean;
}

/**
 * A fully connected layer with the transposed weights of an earlier one and a bias of its own: y = f(x·Wᵀ + b), the
 * decoder of an autoencoder whose encoder is `of`. The weights are one parameter: both gradients add up, and nothing
 * is copied.
 *
 * `of` is the name of a dense layer of the same model, such as `dense_1`. Shapes: rows [units of `of`] → rows [inputs of
 * `of`]. Throws when an activation is unknown; building it throws when there is no such layer before it, or when its
 * input does not have that layer's units.
 * Source: Vincent et al., "Stacked denoising autoencoders" (JMLR 2010), section 2.2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countParameters, dense, sequential, tiedDense } from "descent";
 * const autoencoder = sequential(784, [dense(64, { activation: "sigmoid" }), tiedDense("dense_1")]);
 * assertEquals(autoencoder.outputShape, [784]);
 * assertEquals(countParameters(autoencoder), 784 * 64 + 64 + 784); // the weights once
 * ```
 */
export function tiedDense(of: string, options: TiedDenseOptions = {}): Layer {
  checkOptions("tiedDense", options, { activation: true, bias: true });
  const { activation = "identity", bias: isTrained = true } = options;
  checkBias(isTrained);
  checkActivation(activation);
  return {
    kind: "tied_dense",
    config: { of, activation, ...(!isTrained && { bias: isTrained }) },
    build(name, inputShape, _position, before = new Map()) {
      const weights = before.get(of)?.parameters.find(({ node }) => node.label === `${of}/weights`);
      require(weights !== undefined && weights.node.type.shape.length === 2, () => {
        const dense = [...before.keys()].filter((one) => one.startsWith("dense_"));
        return `Layer "${name}" (tied_dense) is tied to "${of}", which is no dense layer before it: ${
          dense.length === 0 ? "there is none" : `choose from ${dense.join(", ")}`
        }`;
      });
      const [inputs, units] = weights.node.type.shape;
      if (inputShape.length !== 1 || inputShape[0] !== units) {
        const expected = formatShape([units!]);
        refuseShape(name, "tied_dense", inputShape, `rows of shape ${expected}, the output of "${of}"`);
      }
      const fan = { fanIn: units!, fanOut: inputs! };
      const bias = biasFor(name, inputs!, isTrained, fan);
      return {
        outputShape: [inputs!],
        parameters: bias.parameters,
        apply: (x) =>
          endingIn(
            activation,
            name,
            (builtIn, label) =>
              linear(x, weights.node, bias.node, { activation: builtIn, transposeWeights: true, label }),
          ),
      };
    },
  };
}
