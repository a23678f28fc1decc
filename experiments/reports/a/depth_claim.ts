/** Report A's claim that too many hidden layers overfit or stop learning: it has no experiment for it, ours is here. */
import type { ClaimItem, Wanted } from "../item.ts";
import { judgeLarger, judgeWithin, pairedBySeed } from "../statistics.ts";
import { halfWidth, less, numberAt, POINTS, valuesOf } from "./judging.ts";
import { IMAGES } from "./runs.ts";

/** Of each hidden layer: that of the widest of the report's classifiers, so that depth alone differs. */
const UNITS = 30;
/** As many as its classifiers have, and too many: with Adam ten layers of sigmoid units still learn, fifteen do not. */
const FEW = 3;
const MANY = 20;
/** The share of the likeliest of five classes of equal size: what a network has right that has learnt nothing. */
const CHANCE = 1 / 5;

const TRAIN_ACCURACY = numberAt("train.accuracy");
const GAP = less(TRAIN_ACCURACY, numberAt("validation.accuracy"));

function deep(layers: number, activation?: "sigmoid"): Wanted {
  const arch = Array.from({ length: layers }, () => UNITS);
  return { experiment: "q1-adam", change: { arch, ...(activation && { activation }) } };
}

const FEW_SIGMOID = deep(FEW, "sigmoid");
const MANY_SIGMOID = deep(MANY, "sigmoid");
const FEW_RELU = deep(FEW);
const MANY_RELU = deep(MANY);

export const DEPTH_CLAIM: ClaimItem = {
  kind: "claim",
  id: "A-C3.4",
  place: "Section 3.2.1",
  words: "Too many hidden layers overfit, or their gradients vanish (no experiment is shown; ours are " +
    "classifiers with 3 and 20 layers of 30 units, trained by Adam).",
  needs: [FEW_SIGMOID, MANY_SIGMOID, FEW_RELU, MANY_RELU],
  judge: (find) => [
    judgeWithin(
      "gradients vanish: 20 layers of sigmoid units learn nothing, a training accuracy of one fifth",
      valuesOf(find(MANY_SIGMOID), TRAIN_ACCURACY).map((accuracy) => accuracy - CHANCE),
      halfWidth(CHANCE, IMAGES.train),
      POINTS,
    ),
    judgeLarger(
      "and it is their number: 3 such layers have a higher training accuracy",
      pairedBySeed(find(FEW_SIGMOID), find(MANY_SIGMOID), TRAIN_ACCURACY),
      POINTS,
    ),
    judgeLarger(
      "overfitting: with 20 layers of ReLU training is further above validation than with 3",
      pairedBySeed(find(MANY_RELU), find(FEW_RELU), GAP),
      POINTS,
    ),
  ],
};
