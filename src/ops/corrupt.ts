/**
 * corrupt: noise on the elements of X, drawn anew at each step. Each element is hit with probability `rate`,
 * by itself; the others stay as they are.   Shapes: X → Y, the same.
 *   masking          a hit element becomes 0
 *   salt_and_pepper  a hit element becomes 0 or 1 with equal chance
 *   gaussian         a hit element gets `deviation` · N(0,1) added, and is not clipped to [0,1]
 * Source: the three kinds of Vincent et al.: "Stacked denoising autoencoders" (JMLR 2010), which hits a fixed
 * number of elements of each row where this draws each by itself, and adds its Gaussian noise to all (`rate` 1).
 * It is not clipped there either: clipping would halve the noise of every black pixel, and codes have no bounds.
 *
 * The noise is drawn where it is used: vector v of four elements in the padded layout takes the Philox block
 * with counter [v, step, lane, STREAM.corruption]. The upper 24 bits of an element's word decide whether it is
 * hit, the lowest whether it is salt. So the mask is the same on every executor, and differs between a matrix and
 * one with another pitch. Gaussian noise is `normal` of src/core/random.ts at STREAM.noise, over the padded layout.
 */
import { require } from "../core/errors.ts";
import { normal, philox4x32, seedKey, STREAM } from "../core/random.ts";
import { columnsOf, sizeOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase, ReferenceCall } from "../ir/op.ts";
import { exact, flatGrid, forEachElement, ROUNDING, vectorsOf } from "./_support.ts";

/** What becomes of an element that is hit: 0; 0 or 1; or a normal number more than it was. */
export type Corruption = "masking" | "salt_and_pepper" | "gaussian";

/** Codes that the kernels know the kinds of noise by. */
const KIND_CODE: Readonly<Record<Corruption, number>> = { masking: 0, salt_and_pepper: 1, gaussian: 2 };

export const CORRUPTIONS = Object.keys(KIND_CODE) as readonly Corruption[];

type CorruptAttrs = {
  readonly kind: Corruption;
  readonly rate: number;
  /** Standard deviation of Gaussian noise; 0 for the other kinds. */
  readonly deviation: number;
  /** Tells the masks of one step apart. */
  readonly lane: number;
};

/** The upper 24 bits of a hit element's word are below this: exact for rates of 0 and 1. */
function threshold(rate: number): number {
  return Math.round(rate * 2 ** 24);
}

/** Words of four vectors and of their noise, in the WASM kernel. */
const SCRATCH_BYTES = 256;

/** The largest |N(0,1)| of 24 bits is √(2·24·ln 2) = 5.8; its logarithm, root and cosine are good to 16 roundings. */
const NOISE_ERROR = 96 * ROUNDING;

export const corruptOp: Op<CorruptAttrs> = {
  name: "corrupt",
  operands: ["x"],
  step: true,
  stepless: ({ rate }) => threshold(rate) === 0,
  infer([x], { kind, rate, deviation }) {
    require(rate >= 0 && rate <= 1, () => `The corruption rate must be from 0 to 1, got ${rate}`);
    require(
      kind === "gaussian" ? deviation >= 0 && deviation < Infinity : deviation === 0,
      () =>
        `The deviation of ${kind} noise must be ${kind === "gaussian" ? "0 or more" : "0"}, got ${deviation}`,
    );
    return x!;
  },
  // Masking with the same words passes the gradient where the element was left alone; what is added does not matter.
  grad({ attrs }, dY) {
    const { kind, rate, lane } = attrs as CorruptAttrs;
    return [kind === "gaussian" ? dY : corrupt(dY, { kind: "masking", rate, lane, label: "dCorrupt" })];
  },
  reference,
  tolerance(call, y) {
    if (call.attrs.kind !== "gaussian") return exact();
    const [x] = call.inputs, { deviation } = call.attrs;
    return (at) =>
      x!.data[at] === y.data[at] ? 0 : NOISE_ERROR * deviation + 2 * ROUNDING * Math.abs(y.data[at]!);
  },
  // Integers, mostly: what drawing costs beside floating-point operations decides whether threads share the call.
  flops: ({ output, attrs: { kind } }) => (kind === "gaussian" ? 32 : 8) * sizeOf(output.shape),
  wgsl: (types) => ({
    overrides: { VECTORS: vectorsOf(types.output), ...settingsOf(types) },
    workgroups: flatGrid(vectorsOf(types.output)),
  }),
  wasm: (types) => ({
    units: vectorsOf(types.output),
    args: Object.values(settingsOf(types)),
    scratchBytes: SCRATCH_BYTES,
  }),
  cases: [
    corruptCase([1, 1], "masking", 0.5),
    corruptCase([7, 13], "masking", 0),
    corruptCase([32, 784], "masking", 0.1, true),
    corruptCase([11385, 29], "masking", 0.4),
    corruptCase([1, 30], "salt_and_pepper", 1),
    corruptCase([17, 129], "salt_and_pepper", 0.2),
    corruptCase([32, 784], "salt_and_pepper", 0.4, true),
    corruptCase([5, 3], "gaussian", 0.5),
    corruptCase([7, 13], "gaussian", 1),
    corruptCase([32, 784], "gaussian", 0.2, true),
    corruptCase([11385, 29], "gaussian", 0.3),
  ],
};

/** What both kernels need besides the number of vectors, in the order of the WASM kernel's parameters. */
function settingsOf({ output, attrs }: CallTypes<CorruptAttrs>) {
  return {
    N: columnsOf(output.shape),
    KIND: KIND_CODE[attrs.kind],
    LIMIT: threshold(attrs.rate),
    DEVIATION: attrs.deviation,
    LANE: attrs.lane,
    STREAM: STREAM.corruption,
    NOISE_STREAM: STREAM.noise,
  };
}

function reference({ inputs: [x], output, attrs, step }: ReferenceCall<CorruptAttrs>): void {
  const { kind, deviation, lane } = attrs, key = seedKey(step.seed), limit = threshold(attrs.rate);
  const words = new Uint32Array(output.data.length);
  for (let at = 0; at < words.length; at += 4) {
    words.set(philox4x32([at / 4, step.step, lane, STREAM.corruption], key), at);
  }
  const noise = kind === "gaussian"
    ? normal(words.length, { seed: step.seed, stream: STREAM.noise, step: step.step, lane })
    : undefined;
  forEachElement(output.type.shape, output.pitch, (at) => {
    const value = x!.data[at]!, word = words[at]!;
    if (word >>> 8 >= limit) output.data[at] = value;
    else if (noise !== undefined) output.data[at] = value + deviation * noise[at]!;
    else output.data[at] = kind === "salt_and_pepper" ? word & 1 : 0;
  });
}

function corruptCase(
  shape: readonly number[],
  kind: Corruption,
  rate: number,
  bench = false,
): OpCase<CorruptAttrs> {
  const deviation = kind === "gaussian" ? 0.5 : 0;
  return {
    label: `[${shape}] ${kind}, rate ${rate}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { kind, rate, deviation, lane: 3 },
    step: { step: shape[0]!, seed: 2 ** 40 + 7 },
    bench,
  };
}

/** Settings of `corrupt`. */
export interface CorruptOptions {
  readonly kind: Corruption;
  /** Probability of each element to be hit, from 0 to 1, in steps of 2⁻²⁴; 0 leaves everything as it is. */
  readonly rate: number;
  /** Standard deviation of Gaussian noise, in the unit of x; needed for it, and 0 for the other kinds. */
  readonly deviation?: number;
  /** Tells the masks of one step apart. */
  readonly lane: number;
  readonly label?: string;
}

/**
 * Node that puts noise on the elements of `x`, drawn anew at each step; see the kinds at the top of this file.
 * Throws `DescentError` when the rate or the deviation is out of range.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { leaf } from "../ir/leaf.ts";
 * import { corrupt } from "./corrupt.ts";
 * const noisy = corrupt(leaf("input", "x", [32, 784]), { kind: "masking", rate: 0.1, lane: 0 });
 * assert(noisy.type.shape[1] === 784);
 * ```
 */
export function corrupt(x: Node, { kind, rate, deviation = 0, lane, label }: CorruptOptions): Node {
  return node(corruptOp, [x], { kind, rate, deviation, lane }, label);
}
