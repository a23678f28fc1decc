/** What training records with a model, and what is saved with it. */

/** What the values of a trained model are: `logits` of classes, or `values` as they are. */
export type Gives = "logits" | "values";

/** A byte stands for byte · scale + offset. */
export interface ModelScaling {
  /** What the byte is multiplied by, such as 1/255. */
  readonly scale: number;
  /** What is added then. */
  readonly offset: number;
}
