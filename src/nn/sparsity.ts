/** Sparse codes: a penalty on layers that are active too often, or too seldom. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { klSparsity } from "../ops/kl_sparsity.ts";
import { weightedSumRows } from "../ops/weighted_sum_rows.ts";
import type { Loss } from "./loss.ts";

/** Settings of `withSparsity`. */
export interface SparsityOptions {
  /** Names of the layers, such as `dense_2`. What they give must lie in [0,1], as with sigmoid. */
  readonly layers: readonly string[];
  /** Wanted mean activation ρ of every unit, between 0 and 1. */
  readonly rho: number;
  /** Weight β of the penalty, above 0. */
  readonly beta: number;
}

/**
 * A loss with a penalty for sparse codes: β·Σ_j KL(ρ ‖ ρ̂_j), in nats, with ρ̂_j the mean activation of unit j over the
 * batch. `fit` lowers the sum of both, and tells the penalty beside the loss (`EpochRecord.penalty`).
 *
 * Throws when ρ is not between 0 and 1 or β is not a positive number; building a training throws when a layer is not in
 * the model.
 * Source: A. Ng: "Sparse autoencoder" (CS294A lecture notes, 2011).
 *
 * @example
 * ```ts
 * import { dense, fit, reconstructionCrossEntropy, sequential, tiedDense, withSparsity } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(30, { activation: "sigmoid" }), tiedDense("dense_1")]);
 * const loss = withSparsity(reconstructionCrossEntropy(), { layers: ["dense_1"], rho: 0.05, beta: 0.5 });
 * const { history } = await fit(model, data, { loss, epochs: 1 });
 * const { penalty } = history[0]!; // β·Σ KL, beside the loss
 * ```
 */
export function withSparsity<L extends Loss>(loss: L, options: SparsityOptions): L {
  checkOptions("withSparsity", options, { layers: true, rho: true, beta: true });
  const { layers, rho, beta } = options;
  require(
    typeof loss?.rows === "function",
    () => `The sparsity goes with a loss, such as reconstructionCrossEntropy(), got ${shown(loss)}`,
  );
  require(
    rho > 0 && rho < 1,
    () => `The wanted mean activation rho must lie between 0 and 1, got ${rho}`,
  );
  require(
    beta > 0 && beta < Infinity,
    () => `The weight beta of the sparsity must be a positive number, got ${beta}`,
  );
  require(
    Array.isArray(layers),
    () => `The sparsity takes a list of layers, such as ["dense_1"], got ${shown(layers)}`,
  );
  require(layers.length > 0, "The sparsity names no layers: give it one or more, such as dense_1");
  return {
    ...loss,
    penalties: (inputs) => [
      ...loss.penalties?.(inputs) ?? [],
      ...layers.map((name) => {
        const codes = inputs.layers.get(name);
        require(
          codes !== undefined,
          () =>
            `The sparsity is of layer "${name}", but the model has ${[...inputs.layers.keys()].join(", ")}`,
        );
        const mean = weightedSumRows(codes, inputs.rowWeights, `${name}/mean`);
        return { value: klSparsity(mean, { rho, label: `${name}/sparsity` }), weight: beta };
      }),
    ],
  };
}
