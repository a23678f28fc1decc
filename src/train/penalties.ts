/** Penalties of a loss in a step of training: what they add to the objective, and how they are recorded. */
import type { Objective } from "../ir/gradients.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Penalty } from "../nn/loss.ts";
import { add } from "../ops/add.ts";
import { outerProduct } from "../ops/outer_product.ts";
import { weightedSumRows } from "../ops/weighted_sum_rows.ts";

export interface PenaltyGraph {
  readonly objectives: readonly Objective[];
  /** Weights of the elements of each penalty: leaves that the host writes once. */
  readonly constants: ReadonlyMap<Node, Float64Array>;
  /** The sum of all penalties, shared out to the rows of the batch: [rows]. Absent where there is none. */
  readonly shares?: Node;
}

/** The penalties of a step, shared out to rows as these share in a mean. */
export function penaltyGraph(penalties: readonly Penalty[], rowShares: Node): PenaltyGraph {
  const objectives: Objective[] = [], constants = new Map<Node, Float64Array>();
  let shares: Node | undefined;
  for (const { value, weight } of penalties) {
    const seed = leaf("data", `${value.label}/weights`, value.type.shape);
    constants.set(seed, new Float64Array(value.type.shape[0]!).fill(weight));
    objectives.push({ value, seed });
    // Rows are what a step can record; their shares add up to the whole.
    const share = weightedSumRows(outerProduct(value, rowShares), seed, `${value.label}/shares`);
    shares = shares === undefined ? share : add(shares, share, "penalties");
  }
  return { objectives, constants, ...(shares && { shares }) };
}
