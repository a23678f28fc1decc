/**
 * Initial weights. All are drawn in float64 by the one random generator and rounded to float32, so that they
 * are bit-identical on every executor for one seed.
 */
import { unreachable } from "../core/errors.ts";
import { namesOf } from "../core/option_names.ts";
import { normal, STREAM, uniform } from "../core/random.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";

/**
 * How a parameter starts. With fan-in n and fan-out m:
 * Glorot (Glorot and Bengio, 2010): uniform ±√(6/(n+m)), normal σ² = 2/(n+m), and for sigmoid units, whose slope at 0 is
 * a quarter, uniform ±4·√(6/(n+m)), as Theano's tutorials have it;
 * He (He et al., 2015): uniform ±√(6/n), normal σ² = 2/n; LeCun (LeCun et al., 1998): uniform ±√(3/n), normal σ² = 1/n.
 */
export type Initializer =
  | "glorot_uniform"
  | "glorot_uniform_sigmoid"
  | "glorot_normal"
  | "he_uniform"
  | "he_normal"
  | "lecun_uniform"
  | "lecun_normal"
  | "zeros"
  | "ones";

export const INITIALIZERS = namesOf<Initializer>({
  glorot_uniform: true,
  glorot_uniform_sigmoid: true,
  glorot_normal: true,
  he_uniform: true,
  he_normal: true,
  lecun_uniform: true,
  lecun_normal: true,
  zeros: true,
  ones: true,
});

/** What the values of a parameter are drawn from. */
export interface InitializerOptions {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly seed: number;
  /** Position of the parameter in its model, so that each draws its own words. */
  readonly lane: number;
}

/**
 * Dense initial values of a parameter.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { initialValues } from "./initializers.ts";
 * const weights = initialValues("glorot_uniform", [784, 30], { fanIn: 784, fanOut: 30, seed: 1, lane: 0 });
 * assert(weights.every((value) => Math.abs(value) <= Math.sqrt(6 / 814)));
 * ```
 */
export function initialValues(
  initializer: Initializer,
  shape: Shape,
  { fanIn, fanOut, seed, lane }: InitializerOptions,
): Float32Array {
  const count = sizeOf(shape), place = { seed, stream: STREAM.weights, lane };
  const spread = (limit: number) => mapped(uniform(count, place), (value) => (2 * value - 1) * limit);
  const bell = (variance: number) => mapped(normal(count, place), (value) => value * Math.sqrt(variance));
  switch (initializer) {
    case "glorot_uniform":
      return spread(Math.sqrt(6 / (fanIn + fanOut)));
    case "glorot_uniform_sigmoid":
      return spread(4 * Math.sqrt(6 / (fanIn + fanOut)));
    case "glorot_normal":
      return bell(2 / (fanIn + fanOut));
    case "he_uniform":
      return spread(Math.sqrt(6 / fanIn));
    case "he_normal":
      return bell(2 / fanIn);
    case "lecun_uniform":
      return spread(Math.sqrt(3 / fanIn));
    case "lecun_normal":
      return bell(1 / fanIn);
    case "zeros":
      return new Float32Array(count);
    case "ones":
      return new Float32Array(count).fill(1);
    default:
      return unreachable(initializer);
  }
}

/** As `Float32Array.from` with a function, which goes through an iterator and takes ten times as long. */
function mapped(values: Float64Array, change: (value: number) => number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = change(values[i]!);
  return out;
}
