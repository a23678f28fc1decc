/**
 * Long sums over many workgroups: on WebGPU a call whose result is small and whose sums are long makes them in parts, a
 * workgroup each, and a second launch adds the parts up (wgsl/sum_parts.wgsl), always in the same order.
 */
import { storageOf, type TensorType } from "../core/tensor.ts";
import type { WgslDispatch } from "../ir/op.ts";
import { flatGrid } from "./_support.ts";

/** How a kernel without parts would share out its sums. */
interface Sums {
  readonly workgroups: number;
  /** Rounds of each workgroup, one after another. */
  readonly rounds: number;
  /** Rounds that last as long as a second launch. */
  readonly launchRounds: number;
  /** Workgroups that the parts come to at most. Default 256, two for each multiprocessor of a large GPU. */
  readonly most?: number;
}

/** How many parts the sums are made in: 1 where a second launch would take longer than they save. */
export function partsOf({ workgroups, rounds, launchRounds, most = 256 }: Sums): number {
  const parts = Math.floor(most / workgroups), each = Math.ceil(rounds / parts);
  return parts > 1 && rounds - each > launchRounds ? Math.ceil(rounds / each) : 1;
}

/** The second launch, where there is more than one part. */
export function sumOfParts(parts: number, { shape }: TensorType): Pick<WgslDispatch, "then"> {
  if (parts === 1) return {};
  const elements = storageOf(shape), vectors = elements / 4;
  // Four parts a thread at least, and neighbours in memory for four threads at least.
  const split = 2 ** Math.max(0, Math.min(6, Math.floor(Math.log2(parts / 4))));
  return {
    then: {
      kernel: "sum_parts",
      scratchElements: parts * elements,
      overrides: { PARTS: parts, VECTORS: vectors, SPLIT: split },
      workgroups: flatGrid(vectors * split),
    },
  };
}
