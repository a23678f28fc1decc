/** What Report A claims of the optimizers, judged over all seeds of our runs. */
import type { ClaimItem } from "../item.ts";
import { judgeEach, judgeLarger, judgeWithin, pairedBySeed } from "../statistics.ts";
import {
  compare,
  isSo,
  judgeAll,
  judgeBeyond,
  less,
  logOf,
  meanShare,
  numberAt,
  POINTS,
  TIMES,
  valuesOf,
} from "./judging.ts";
import {
  ACCURACY,
  CHANCE,
  EPOCHS,
  fallOf,
  FAR,
  fromPrinted,
  GAP,
  MARGINAL,
  noiseOf,
  others,
  SECONDS,
  SIMILAR,
} from "./optimizer_measures.ts";
import { ARCHITECTURES, NAG_AS_PRINTED, OPTIMIZER_TITLES, optimizerRuns, OPTIMIZERS } from "./runs.ts";

const SGD = optimizerRuns("sgd");
const VGD = optimizerRuns("vgd");
const NAG = optimizerRuns("nag");
const RMSPROP = optimizerRuns("rmsprop");
const ADAM = optimizerRuns("adam");
const ALL = OPTIMIZERS.map((optimizer) => optimizerRuns(optimizer));

export const OPTIMIZER_CLAIMS: readonly ClaimItem[] = [
  {
    kind: "claim",
    id: "A-C1.1",
    place: "Section 1.3.1.1",
    words: "With SGD the training loss falls more steeply than the validation loss, and training accuracy " +
      "is higher at every epoch.",
    needs: [SGD],
    judge(find) {
      const runs = find(SGD);
      return [
        judgeLarger(
          "the training loss falls by more than the validation loss",
          valuesOf(runs, less(fallOf("loss"), fallOf("valLoss"))),
          { digits: 3, unit: " nats" },
        ),
        judgeEach(
          "training accuracy is above validation accuracy at every epoch",
          runs,
          isSo(GAP, (share) => share === 1),
          (known) =>
            `above in ${meanShare(known, GAP)} of the epochs; that of training is a mean over an epoch`,
        ),
      ];
    },
  },
  {
    kind: "claim",
    id: "A-C1.2",
    place: "Section 1.3.1.2",
    words:
      "SGD is noisier at the start than the other methods, and needs few epochs because every image is " +
      "an update.",
    needs: ALL,
    judge: (find) => [
      judgeLarger(
        "its validation loss is noisier in the first third of its epochs than in the last",
        valuesOf(
          find(SGD),
          less(logOf(numberAt("curves.valLoss.noiseEarly")), logOf(numberAt("curves.valLoss.noiseLate"))),
        ),
        TIMES,
      ),
      judgeAll(
        "in the first third it is noisier, by how far it falls, than with each other method",
        others(find, "sgd", noiseOf("valLoss", "noiseEarly"), -1),
        TIMES,
      ),
      judgeLarger(
        "plain descent with an update for 32 images, which NAG without momentum is, needs more epochs",
        pairedBySeed(find(NAG), find(SGD), EPOCHS),
        TIMES,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C1.3",
    place: "Section 1.3.2",
    words: "Full-batch descent needs far more epochs than SGD (31,000 against 20); its curves are smooth, " +
      "training and validation close.",
    needs: [VGD, SGD],
    judge: (find) => [
      judgeBeyond(
        "it needs more than ten times SGD’s epochs",
        pairedBySeed(find(VGD), find(SGD), EPOCHS),
        FAR,
        TIMES,
      ),
      judgeLarger(
        "its training loss is smoother than SGD’s: SGD’s has more noise by how far it falls",
        pairedBySeed(find(SGD), find(VGD), noiseOf("loss", "noise")),
        TIMES,
      ),
      judgeWithin(
        "accuracies of training and validation are as close as the printed ones, 0.59 points",
        valuesOf(find(VGD), less(numberAt("train.accuracy"), ACCURACY)),
        SIMILAR,
        POINTS,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C1.4",
    place: "Section 1.3.3.2",
    words: "Nesterov’s method is faster than SGD in wall time though its batch is larger, and better than " +
      "full-batch descent in time and, marginally, in accuracy.",
    needs: [NAG, SGD, VGD],
    judge(find) {
      const gains = pairedBySeed(find(NAG), find(VGD), ACCURACY);
      return [
        judgeLarger("SGD takes longer", pairedBySeed(find(SGD), find(NAG), SECONDS), TIMES),
        judgeLarger(
          "full-batch descent takes longer",
          pairedBySeed(find(VGD), find(NAG), SECONDS),
          TIMES,
        ),
        judgeLarger("it is more accurate than full-batch descent", gains, POINTS),
        judgeWithin(
          `by no more than the printed accuracies may be apart, ${(100 * MARGINAL).toFixed(2)} points`,
          gains,
          MARGINAL,
          POINTS,
        ),
      ];
    },
  },
  {
    kind: "claim",
    id: "A-C1.5",
    place: "Section 1.3.4.2",
    words: "RMSProp is no different from Nesterov’s method in accuracy, and faster than SGD and full-batch " +
      "descent.",
    needs: [RMSPROP, NAG, SGD, VGD],
    judge: (find) => [
      judgeWithin(
        `its accuracy is within the chance of 3,795 images of NAG’s, ${(100 * CHANCE).toFixed(2)} points`,
        pairedBySeed(find(RMSPROP), find(NAG), ACCURACY),
        CHANCE,
        POINTS,
      ),
      judgeLarger("SGD takes longer", pairedBySeed(find(SGD), find(RMSPROP), SECONDS), TIMES),
      judgeLarger(
        "full-batch descent takes longer",
        pairedBySeed(find(VGD), find(RMSPROP), SECONDS),
        TIMES,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C1.6",
    place: "Section 1.3.5.2",
    words: "Adam needs the fewest epochs and the least time; its validation accuracy is compromised " +
      "marginally (about 0.98).",
    needs: ALL,
    judge(find) {
      const losses = pairedBySeed(find(SGD), find(ADAM), ACCURACY);
      return [
        judgeAll("each other method needs more epochs", others(find, "adam", EPOCHS), TIMES),
        judgeAll("each other method takes longer", others(find, "adam", SECONDS), TIMES),
        judgeLarger("SGD, the one above it in Table 1.2.3, is more accurate", losses, POINTS),
        judgeWithin(
          `but by no more than the chance of 3,795 images, ${(100 * CHANCE).toFixed(2)} points`,
          losses,
          CHANCE,
          POINTS,
        ),
      ];
    },
  },
  {
    kind: "claim",
    id: "A-C1.7",
    place: "Sections 1.3.1 to 1.3.5",
    words: "(30, 20, 10) is the best architecture for every optimizer.",
    needs: OPTIMIZERS.flatMap((optimizer) => ARCHITECTURES.map((arch) => optimizerRuns(optimizer, arch))),
    judge: (find) =>
      OPTIMIZERS.map((optimizer) =>
        judgeAll(
          `${OPTIMIZER_TITLES[optimizer]}: it is more accurate on validation than each other architecture`,
          ARCHITECTURES.slice(1).map((arch) =>
            compare(
              `(${arch.join(", ")})`,
              [find(optimizerRuns(optimizer)), find(optimizerRuns(optimizer, arch))],
              ACCURACY,
            )
          ),
          POINTS,
        )
      ),
  },
  {
    kind: "claim",
    id: "A-C1.8",
    place: "Abstract",
    words: "Optimizers are compared by the epochs that they take to converge, and by their accuracy.",
    needs: [],
    untestable: "It says how the methods were compared, which no run can contradict.",
  },
  {
    kind: "claim",
    id: "A-I.7",
    place: "Section 1.3.3",
    words:
      "The run with “momentum 0.9” had none: its 320 epochs are those of plain descent with batch 32 (our " +
      "reading, not the report’s words).",
    needs: [NAG_AS_PRINTED, NAG],
    judge: (find) => [
      judgeLarger(
        "with momentum 0.9 its epochs are farther from 320, as a factor, than without",
        pairedBySeed(find(NAG_AS_PRINTED), find(NAG), fromPrinted),
        TIMES,
      ),
    ],
  },
];
