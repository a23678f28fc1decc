/** Losses: one number per row of a batch. Their mean over the real rows is what training lowers. */
import { checkOptions, type NoOptions } from "../core/option_names.ts";
import type { Node } from "../ir/node.ts";
import { binaryCrossEntropy as binaryCrossEntropyNode } from "../ops/binary_cross_entropy.ts";
import { countCorrect } from "../ops/count_correct.ts";
import { meanSquaredError as meanSquaredErrorNode } from "../ops/mean_squared_error.ts";
import { softmaxCrossEntropy } from "../ops/softmax_cross_entropy.ts";

/** What a loss may look at. */
export interface LossInputs {
  /** What the model gives: [rows, …]. */
  readonly output: Node;
  /** Class indices, u32 [rows]. */
  readonly labels: Node;
  /** The batch that the model was given, images or codes: [rows, …]. */
  readonly x: Node;
}

export interface Loss {
  readonly name: string;
  /** Node with the loss of each row: [rows]. */
  rows(inputs: LossInputs): Node;
  /** Node with 1 for each row that is right, else 0: [rows]. Left out where nothing is right or wrong. */
  correct?(inputs: LossInputs): Node;
  /** What training lowers besides the mean of the rows' losses; it is told apart from that mean. */
  penalties?(inputs: PenaltyInputs): readonly Penalty[];
}

/** What a penalty may look at: a batch in training. */
export interface PenaltyInputs {
  /** What each layer of the model gives, by its name: [rows, …]. */
  readonly layers: ReadonlyMap<string, Node>;
  /** The share of each row in a mean over the real rows of the batch: [rows]. */
  readonly rowWeights: Node;
}

/** `weight` times the sum of the elements of `value`, a vector. */
export interface Penalty {
  readonly value: Node;
  readonly weight: number;
}

/** A loss that knows right from wrong. */
export type ClassifierLoss = Loss & Required<Pick<Loss, "correct">>;

/** Cross-entropy of the softmax of logits with class indices, in nats. The model's last layer must give logits. */
export function crossEntropy(options: NoOptions = {}): ClassifierLoss {
  checkOptions("crossEntropy", options, {});
  return {
    name: "softmax cross-entropy",
    rows: ({ output, labels }) => softmaxCrossEntropy(output, labels),
    correct: ({ output, labels }) => countCorrect(output, labels),
  };
}

/** Mean over the values of a row of the squared difference from the input: the loss of an autoencoder. */
export function reconstructionError(options: NoOptions = {}): Loss {
  checkOptions("reconstructionError", options, {});
  return {
    name: "mean squared reconstruction error",
    rows: ({ output, x }) => meanSquaredErrorNode(output, x),
  };
}

/**
 * Sum over the values of a row of the cross-entropy between the input, in [0,1], and the sigmoid of the output, in nats:
 * the loss of an autoencoder whose last layer gives logits. Source: Vincent et al., "Stacked denoising autoencoders"
 * (JMLR 2010), section 2.1.
 */
export function binaryCrossEntropy(options: NoOptions = {}): Loss {
  checkOptions("binaryCrossEntropy", options, {});
  return {
    name: "binary cross-entropy",
    rows: ({ output, x }) => binaryCrossEntropyNode(output, x),
  };
}
