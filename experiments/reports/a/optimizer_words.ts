/** What in Report A's first chapter does not fit together, and what of it we read how. */
import type { Inconsistency } from "../item.ts";

export const OPTIMIZER_INCONSISTENCIES: readonly Inconsistency[] = [
  {
    id: "A-I.1",
    title: "How many images?",
    words: "The sizes of the sets are not printed. Of all sizes from 200 to 6,000 only 3,794 and 3,795 fit " +
      "all 27 printed accuracies of validation and test, and 3,795 is 5 × 759. A split of 60, 20 and 20% " +
      "then gives 11,385 images for training: what we use, drawn by seed from all 70,000.",
  },
  {
    id: "A-I.2",
    title: "Prose and tables",
    words:
      "Validation accuracies are cut off in the prose and rounded in the tables: 0.9625 and 0.9626 are " +
      "3,653 images of 3,795. Training accuracies of the prose are a little lower: they are means while the " +
      "last epoch trained, those of the tables were measured after it. Our summaries have both.",
  },
  {
    id: "A-I.3",
    title: "The same models, two accuracies",
    words:
      "The tables by architecture and the sections give different accuracies for the same (30, 20, 10) " +
      "models after the same epochs: SGD 0.9834 and 0.9823 on validation, Adam 0.9823 and 0.9847. Some of " +
      "the table’s numbers are those of another model or another set of the sections: SGD’s is Adam’s on " +
      "test, Adam’s is SGD’s on validation, NAG’s is its own on test. The sections, which have the confusion " +
      "matrices, are the better yardstick.",
  },
  {
    id: "A-I.4",
    title: "The best architecture is not the best",
    words: "By the printed validation accuracies (30, 20, 10) is the best for RMSProp and Adam alone; for " +
      "full-batch descent and Nesterov’s method it is the worst, for SGD (25, 15, 8) is better. The gaps of " +
      "SGD, Nesterov’s method and Adam are of 21 images at most, and each accuracy alone is uncertain by 17.",
  },
  {
    id: "A-I.5",
    title: "Smaller slips",
    words: "20 epochs of SGD are 28; Adam’s section says RMSProp, and has a momentum that Adam does not " +
      "have; Adam’s validation accuracy, called compromised, is the highest of all; RMSProp’s time equals " +
      "Adam’s, which is called the least; SGD on (15, 30, 10) needs 26 epochs, Adam 33. The abstract speaks " +
      "of a “humble” accuracy.",
  },
  {
    id: "A-I.6",
    title: "“Minimum error 10⁻⁴”",
    words:
      "An absolute loss of 10⁻⁴ was never reached by full-batch descent (it ends near 0.1), and a change " +
      "of less than 10⁻⁴ from one epoch to the next would have stopped it almost at once: in the mean its " +
      "loss fell by less than 0.00005 an epoch. It fits Keras’s EarlyStopping with min_delta 10⁻⁴ and a patience " +
      "between 10 and 24: more would not have let Adam stop after 25 epochs.",
  },
  {
    id: "A-I.6 clock",
    title: "31,000 epochs, four times",
    words:
      "The counts of full-batch descent on four networks lie within 3.4% of their mean, although their " +
      "training errors differ four times, and RMSProp’s are those of Nesterov’s method less 15, 21, 18 and " +
      "18: no rule on the slope of a loss does that. 90 minutes is about the idle limit of the service they " +
      "ran on. So counts of epochs are judged by their order, not by their size.",
  },
  {
    id: "A-I.7",
    title: "Nesterov without momentum?",
    words:
      "Ordered by learning rate × updates / (1 − momentum), Nesterov’s run is out of place with momentum " +
      "0.9 and in place with 0. Keras’s optimizer is plain descent without a word if momentum is left at its " +
      "default. We run both: what is printed, and plain descent with batch 32.",
  },
  {
    id: "A-I.8",
    title: "RMSProp’s “discounting factor”",
    words: "Momentum 0.9 and a factor of 0.99 are settings of Keras’s optimizer, whose ε lies inside the " +
      "root, and whose momentum makes steps ten times longer. That fits its training accuracies, which are " +
      "lower than Adam’s. Whether 0.99 is meant, or Keras’s default of 0.9, the text does not tell; ours is " +
      "0.99.",
  },
  {
    id: "A-I.9",
    title: "Times that do not cohere",
    words: "NAG, RMSProp and Adam take the same 356 steps an epoch, of 4.7, 1.1 and 13.5 ms by the printed " +
      "times: twelve times apart. “Faster than SGD” measures what Keras does around a step, not the method. " +
      "We compare times of one machine alone.",
  },
  {
    id: "A-I.10",
    title: "Activation and loss are not printed",
    words:
      "Five classes and accuracies mean softmax and cross-entropy. Sigmoid in three hidden layers rests " +
      "on a plateau at which the rule would stop full-batch descent at once; ReLU and tanh remain. Ours is " +
      "ReLU: with patience 15 it fits the epochs of Adam and SGD best.",
  },
];
