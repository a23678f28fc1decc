/**
 * dropout: Y = X ∘ mask / (1 − rate), where each element is kept with probability 1 − rate.
 * Shapes: X → Y, the same.   Source: Srivastava et al. (JMLR 2014), in the inverted form that leaves evaluation as it is.
 *
 * The mask is drawn where it is used: vector v of four elements takes the Philox block with counter
 * [v, step, lane, STREAM.mask] and keeps the elements whose word is at least rate·2³², so that it is the same
 * on every executor, and the gradient draws it again instead of storing it.
 */
import { require } from "../core/errors.ts";
import { philox4x32, seedKey, STREAM } from "../core/random.ts";
import { sizeOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { flatGrid, relative, vectorsOf } from "./_support.ts";

type DropoutAttrs = {
  readonly rate: number;
  /** Tells the masks of one step apart. */
  readonly lane: number;
};

/** Words below this are dropped; 2³² would be 0 in a kernel's u32. */
function threshold(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
}

function keepScale({ rate }: DropoutAttrs): number {
  return 1 / (1 - rate);
}

export const dropoutOp: Op<DropoutAttrs> = {
  name: "dropout",
  operands: ["x"],
  step: true,
  infer([x], { rate }) {
    require(rate >= 0 && rate < 1, () => `The dropout rate must be at least 0 and below 1, got ${rate}`);
    return x!;
  },
  grad: ({ attrs }, dY) => [node(dropoutOp, [dY], attrs as DropoutAttrs, "dDropout")],
  reference({ inputs: [x], output, attrs, step }) {
    const key = seedKey(step.seed), limit = threshold(attrs.rate);
    for (let at = 0; at < output.data.length; at += 4) {
      const words = philox4x32([at / 4, step.step, attrs.lane, STREAM.mask], key);
      for (let lane = 0; lane < 4; lane++) {
        output.data[at + lane] = words[lane]! >= limit ? x!.data[at + lane]! * keepScale(attrs) : 0;
      }
    }
  },
  tolerance: relative(2),
  flops: ({ output }) => sizeOf(output.shape),
  wgsl: ({ output, attrs }) => ({
    overrides: {
      VECTORS: vectorsOf(output),
      LIMIT: threshold(attrs.rate),
      SCALE: keepScale(attrs),
      LANE: attrs.lane,
      STREAM: STREAM.mask,
    },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: vectorsOf(output),
    args: [threshold(attrs.rate), keepScale(attrs), attrs.lane, STREAM.mask],
    // The words of eight vectors.
    scratchBytes: 128,
  }),
  cases: [
    dropoutCase([1, 1], 0.5, 0),
    dropoutCase([1, 30], 0.2, 1),
    dropoutCase([32, 30], 0.5, 2, true),
    dropoutCase([7, 13], 0, 3),
    dropoutCase([17, 129], 0.999, 4),
    dropoutCase([3, 5], 1 - 2 ** -40, 6),
    dropoutCase([11385, 30], 0.4, 5, true),
  ],
};

function dropoutCase(
  shape: readonly number[],
  rate: number,
  step: number,
  bench = false,
): OpCase<DropoutAttrs> {
  return {
    label: `[${shape}] rate ${rate}, step ${step}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { rate, lane: 2 * step },
    step: { step, seed: 2 ** 40 + 7 },
    bench,
  };
}

/** Node that drops elements at random while training; `lane` tells the masks of one step apart. */
export function dropout(
  x: Node,
  { rate, lane, label }: { rate: number; lane: number; label?: string },
): Node {
  return node(dropoutOp, [x], { rate, lane }, label);
}
