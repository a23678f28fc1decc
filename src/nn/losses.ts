/** Losses: one number per row of a batch. Their mean over the real rows is what training lowers. */
import type { Node } from "../ir/node.ts";
import { countCorrect } from "../ops/count_correct.ts";
import { meanSquaredError as meanSquaredErrorNode } from "../ops/mean_squared_error.ts";
import { softmaxCrossEntropy } from "../ops/softmax_cross_entropy.ts";

/** What a loss may look at. */
export interface LossInputs {
  /** What the model gives: [rows, …]. */
  readonly output: Node;
  /** Class indices, u32 [rows]. */
  readonly labels: Node;
  /** The batch that the model was given: [rows, …]. */
  readonly x: Node;
}

export interface Loss {
  readonly name: string;
  /** Node with the loss of each row: [rows]. */
  rows(inputs: LossInputs): Node;
  /** Node with 1 for each row that is right, else 0: [rows]. Left out where nothing is right or wrong. */
  correct?(inputs: LossInputs): Node;
}

/** Cross-entropy of the softmax of logits with class indices, in nats. The model's last layer must give logits. */
export function crossEntropy(): Loss {
  return {
    name: "softmax cross-entropy",
    rows: ({ output, labels }) => softmaxCrossEntropy(output, labels),
    correct: ({ output, labels }) => countCorrect(output, labels),
  };
}

/** Mean over the values of a row of the squared difference from the input: the loss of an autoencoder. */
export function reconstructionError(): Loss {
  return {
    name: "mean squared reconstruction error",
    rows: ({ output, x }) => meanSquaredErrorNode(output, x),
  };
}
