/** What in Report A's chapters on autoencoders does not fit together. */
import type { Inconsistency } from "../item.ts";

export const ONE_LAYER_INCONSISTENCIES: readonly Inconsistency[] = [
  {
    id: "A-I.11",
    title: "Settings that are not printed",
    words:
      "Errors of 0.01 are those of pixels from 0 to 1. Those of Table 2.1 lie a little above PCA’s with " +
      "as many components: a code with a linear output does that, ReLU with an output between 0 and 1 falls " +
      "below. The report’s 59 seconds for 58 epochs fit Adam with batch 32.",
  },
  {
    id: "A-I.11 width",
    title: "Wider, and worse",
    words:
      "The printed error with 1,024 nodes (0.00107) is larger than with 784 (0.00080), against the claim " +
      "that it falls with the width.",
  },
  {
    id: "A-I.11 epochs",
    title: "Whose epochs?",
    words:
      "The key points call 58 the epochs to convergence, of 59 seconds; the counts of the table shrink " +
      "with the width as those of a classifier do, from 48 to 21, and Table 3.1 says that its own are the " +
      "classifier’s. Images themselves take 25, about as many as codes of 784 nodes.",
  },
  {
    id: "A-I.5 key points",
    title: "96.63 or 96.68%",
    words:
      "The key points of the best model give 96.63%, the table 96.68%; 96.63 is the table’s number for " +
      "256 nodes.",
  },
  {
    id: "A-I.5 captions",
    title: "One caption, two figures",
    words:
      "Figures 2.3 and 2.4 are both “Reconstruction Images for 64 hidden node”: of which set each is, the " +
      "report does not say. Ours are of the test set.",
  },
];

export const THREE_LAYER_INCONSISTENCIES: readonly Inconsistency[] = [
  {
    id: "A-I.12",
    title: "A test loss from elsewhere",
    words:
      "0.00997 on validation and 0.01301 on test are some thirty standard errors apart for 3,795 images " +
      "each; in chapter 2 they are 0.01037 and 0.01038. 0.0130 is the level of the network with 32 nodes: the " +
      "number is of another model. That the model has seen the validation set explains nothing.",
  },
  {
    id: "A-I.11 rule",
    title: "The rule chooses 128",
    words:
      "By the report’s own rule, the most abrupt rise in accuracy, 128 nodes (97.5%, up 0.98 points) would " +
      "be chosen, not 64 (up 0.84). In chapter 2 the rise to 64 is the largest, by 0.88 points.",
  },
];
