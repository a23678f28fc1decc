import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { corrupt, type Corruption, CORRUPTIONS } from "../ops/corrupt.ts";
import type { Layer } from "./layer.ts";

/** Settings of `corruption`. */
export interface CorruptionOptions {
  /** What becomes of a value that is hit. Default `masking`: 0. */
  readonly kind?: Corruption;
  /** Standard deviation of `gaussian` noise. Default 0.5. */
  readonly deviation?: number;
  /** Also corrupt while evaluating, with the same noise each time. Default false. */
  readonly always?: boolean;
}

/**
 * Noise on the inputs of a denoising autoencoder: each value is hit with probability `rate` by itself, anew at each
 * step of training. Evaluation leaves values as they are, unless `always` is set.
 *
 * `masking` sets a hit value to 0, `salt_and_pepper` to 0 or 1, `gaussian` adds a normal number.
 * Throws when `rate` is not between 0 and 1, or the kind is unknown.
 * Source: Vincent et al., "Stacked denoising autoencoders" (JMLR 2010).
 *
 * @example
 * ```ts
 * import { corruption, dense, fit, reconstructionError, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 1, 0, 1, 0, 0, 1), inputShape: [4] };
 * const model = sequential(4, [corruption(0.2), dense(2), dense(4, { activation: "sigmoid" })]);
 * await fit(model, { train }, { loss: reconstructionError(), epochs: 2 }); // compares with what was before the noise
 * ```
 */
export function corruption(rate: number, options: CorruptionOptions = {}): Layer {
  checkOptions("corruption", options, {
    kind: true,
    deviation: true,
    always: true,
  });
  const { kind = "masking", deviation = 0.5, always = false } = options;
  require(rate >= 0 && rate <= 1, () => `The corruption rate must be from 0 to 1, got ${rate}`);
  require(
    CORRUPTIONS.includes(kind),
    () => `Unknown corruption "${kind}": choose from ${CORRUPTIONS.join(", ")}`,
  );
  require(
    deviation >= 0 && deviation < Infinity,
    () => `The deviation of the noise must be a number of 0 or more, got ${deviation}`,
  );
  const spread = kind === "gaussian" ? deviation : 0;
  return {
    kind: "corruption",
    config: { rate, kind, deviation: spread, always },
    build: (name, inputShape, position) => ({
      outputShape: inputShape,
      parameters: [],
      apply: (x, { training }) =>
        (training || always) && rate > 0
          ? corrupt(x, { kind, rate, deviation: spread, lane: position, label: name })
          : x,
    }),
  };
}
