/** The runs behind Report B, part B. */
import type { Wanted } from "../item.ts";

/** Question 1: the layers. */
export const PRETRAIN: Wanted = { experiment: "sdae-pretrain" };
/** Question 2: the classifier on them. */
export const CLASSIFY: Wanted = { experiment: "sdae-classify" };
/** Question 3: layers with momentum and sparsity, and the classifier on those. */
export const SPARSE_PRETRAIN: Wanted = { experiment: "sdae-sparse-pretrain" };
export const SPARSE: Wanted = { experiment: "sdae-sparse" };

/** Question 3 with sparsity alone: what tells apart what momentum does. */
export const NO_MOMENTUM = {
  layers: { ...SPARSE_PRETRAIN, change: { momentum: 0 } },
  classifier: { ...SPARSE, change: { momentum: 0 } },
} as const satisfies Readonly<Record<string, Wanted>>;

/** With what the printed listing does unsaid. */
export function asListed(wanted: Wanted): Wanted {
  return { ...wanted, change: { paperQuirks: true } };
}
