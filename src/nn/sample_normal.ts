/** Values drawn from normal distributions of which a network gives mean and variance. */
import { formatShape, sameShape, type Shape } from "../core/tensor.ts";
import { corrupt } from "../ops/corrupt.ts";
import { map } from "../ops/map.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { through, type Value } from "./network.ts";

/**
 * Draws each value from a normal distribution with the mean and the logarithm of the variance that are given, anew at each
 * step, so that gradients reach both: z = mean + exp(logVariance/2)·ε. Evaluation gives the mean.
 *
 * Throws, when the network is put together, where the shapes differ.
 * Source: Kingma and Welling, "Auto-encoding variational Bayes" (2014), the reparametrization of section 2.4.
 *
 * @example
 * ```ts
 * import { dense, input, modelOf, sampleNormal } from "descent";
 * const x = input(784), hidden = x.pipe(dense(64, { activation: "relu" }));
 * const mean = hidden.pipe(dense(2)), logVariance = hidden.pipe(dense(2));
 * const z = sampleNormal(mean, logVariance);
 * const model = modelOf({ x }, { logits: z.pipe(dense(784)), mean, logVariance });
 * console.log(model.outputs.length); // 3
 * ```
 */
export function sampleNormal(mean: Value, logVariance: Value): Value {
  return through(sampleNormalLayer(), [mean, logVariance]);
}

export function sampleNormalLayer(): Layer {
  return {
    kind: "sample_normal",
    config: {},
    build: (name, inputShape, position, _before, [, other] = []) => ({
      outputShape: sameOrRefuse(name, inputShape, other),
      parameters: [],
      apply(mean, { training }, [logVariance] = []) {
        if (!training) return mean;
        const none = map([mean], (m) => m.mul(0), { label: `${name}/zeros` });
        const noise = corrupt(none, {
          kind: "gaussian",
          rate: 1,
          deviation: 1,
          lane: position,
          label: `${name}/noise`,
        });
        return map([mean, logVariance!, noise], (m, v, e) => m.add(v.mul(0.5).exp().mul(e)), { label: name });
      },
    }),
  };
}

function sameOrRefuse(name: string, mean: Shape, logVariance: Shape | undefined): Shape {
  if (logVariance === undefined) {
    refuseShape(name, "sample_normal", mean, "a mean and a logarithm of the variance");
  }
  if (!sameShape(mean, logVariance)) {
    refuseShape(name, "sample_normal", logVariance, `the shape of the mean, ${formatShape(mean)}`);
  }
  return mean;
}
