/** What Report A claims of the optimizers, and what in its first chapter does not fit together. */
import type { ClaimSpec, SectionSpec } from "./spec.ts";

export const OPTIMIZER_CLAIMS: readonly ClaimSpec[] = [
  {
    id: "A-C1.1",
    words: "With SGD the training loss falls more steeply than the validation loss, and training " +
      "accuracy is higher at every epoch.",
  },
  {
    id: "A-C1.2",
    words: "SGD is noisier at the start, and needs few epochs because every image is an update.",
  },
  {
    id: "A-C1.3",
    words: "Full-batch descent needs far more epochs than SGD; its curves are smooth, training and " +
      "validation close.",
  },
  {
    id: "A-C1.4",
    words: "Nesterov’s method is faster than SGD in wall time, and better than full-batch descent in " +
      "time and a little in accuracy.",
  },
  {
    id: "A-C1.5",
    words: "RMSProp is about as accurate as Nesterov’s method, and faster than SGD and full-batch descent.",
  },
  {
    id: "A-C1.6",
    words:
      "Adam needs the fewest epochs and the least time; its validation accuracy is compromised marginally.",
  },
  { id: "A-C1.7", words: "(30, 20, 10) is the best architecture for every optimizer." },
];

export const OPTIMIZER_INCONSISTENCIES: SectionSpec["inconsistencies"] = [
  {
    title: "How many images?",
    words: "The sizes of the sets are not printed. Of all sizes from 200 to 6,000 only 3,794 and 3,795 " +
      "fit all 27 printed accuracies of validation " +
      "and test, and 3,795 is 5 × 759. A split of 60, 20 and 20% then gives 11,385 images for " +
      "training: what we use.",
  },
  {
    title: "The same models, two accuracies",
    words: "The tables by architecture and the sections give different accuracies for the same (30, 20, " +
      "10) models after the same epochs: SGD 0.9834 " +
      "and 0.9823 on validation, Adam 0.9823 and 0.9847. Some of the table’s numbers are those of " +
      "another model or another set of the sections: SGD’s " +
      "is Adam’s on test. The sections, which have the confusion matrices, are the better yardstick.",
  },
  {
    title: "The best architecture is not the best",
    words: "By the printed validation accuracies (30, 20, 10) is the best for RMSProp and Adam alone; " +
      "for full-batch descent and Nesterov’s method it is the " +
      "worst. All differences but those of full-batch descent are smaller than 3,795 images can tell.",
  },
  {
    title: "“Minimum error 10⁻⁴”",
    words: "An absolute loss of 10⁻⁴ was never reached by full-batch descent (it ends near 0.1), and a " +
      "change of less than 10⁻⁴ from one epoch to the next " +
      "would have stopped it almost at once. It fits Keras’s EarlyStopping with min_delta 10⁻⁴ and " +
      "a patience between 10 and 24.",
  },
  {
    title: "31,000 epochs, four times",
    words: "The counts of full-batch descent on four networks lie within 3.4% of their mean, although " +
      "their training errors differ four times: no rule " +
      "on the slope of a loss does that. 90 minutes, the one time that is printed, is about the " +
      "idle limit of the service they ran on.",
  },
  {
    title: "Nesterov without momentum?",
    words: "Ordered by learning rate × updates / (1 − momentum), Nesterov’s run is out of place with " +
      "momentum 0.9 and in place with 0. Keras’s optimizer is " +
      "plain descent without a word if momentum is left at its default. Ours with momentum 0.9 " +
      "takes 50 to 60 epochs, plain descent with batch 32 takes 230 to 340.",
  },
  {
    title: "Prose and tables",
    words: "Validation accuracies are cut off in the prose and rounded in the tables. Training " +
      "accuracies of the prose are a little lower: they are means while " +
      "the last epoch trained, those of the tables were measured after it. Our summaries have both.",
  },
  {
    title: "Smaller slips",
    words: "20 epochs of SGD are 28; Adam’s section says RMSProp; Adam’s validation accuracy, called " +
      "compromised, is the highest of all; RMSProp’s time equals " +
      "Adam’s, which is called the least; SGD on (15, 30, 10) needs fewer epochs than Adam. Times " +
      "per step of methods with equal steps differ twelvefold.",
  },
];
