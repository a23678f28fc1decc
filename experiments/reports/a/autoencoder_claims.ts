/** What Report A claims of autoencoders with one and with three hidden layers, judged over all seeds of our runs. */
import type { ClaimItem, FindRuns } from "../item.ts";
import { judgeEach, judgeLarger, overRuns, type Shown } from "../statistics.ts";
import { DEPTH_CLAIM } from "./depth_claim.ts";
import {
  bySeed,
  compare,
  type Comparison,
  ERRORS,
  isSo,
  judgeAll,
  less,
  logOf,
  meanShare,
  numberAt,
  POINTS,
  rankCorrelation,
  TIMES,
  type ValueOf,
  valuesOf,
} from "./judging.ts";
import { ONE_MODEL_CLAIM } from "./one_model_claim.ts";
import { TABLE_2_1, TABLE_3_1 } from "./printed_autoencoders.ts";
import { BEST_NODES, widthRuns } from "./runs.ts";
import {
  aroundClaim,
  type Chapter,
  CODE_ACCURACY,
  fallingError,
  selectionClaim,
  TEST_ERROR,
} from "./width_claims.ts";

const CHAPTER_2: Chapter = {
  experiment: "q2-autoencoder",
  widths: TABLE_2_1.map(({ nodes }) => nodes),
};
const CHAPTER_3: Chapter = {
  experiment: "q3-autoencoder",
  widths: TABLE_3_1.map(({ nodes }) => nodes),
};

const VALIDATION_ERROR = numberAt("reconstruction.validation.mse");
const TRAIN_ERROR = numberAt("reconstruction.train.mse");
const ROUGHNESS = numberAt("encoder.roughness");
const LOSS = "curves.autoencoder.loss";

/** A code as wide as the image, and the wider one. */
const WIDE = [784, 1024];
/** The widest code that is narrower than the image. */
const NARROWER = 512;
/** From here on the report calls reconstructions better. */
const LARGE = [256, 512, 784, 1024];
const ROUGH: Shown = { digits: 2 };

const one = (nodes: number) => widthRuns("q2-autoencoder", nodes);
const BEST = one(BEST_NODES);
const BEST_3 = widthRuns("q3-autoencoder");

/** The runs of one width beside those of others: `sign` −1 where the others' number is to be larger. */
function against(
  find: FindRuns,
  own: number,
  { widths, valueOf, sign = 1 }: {
    readonly widths: readonly number[];
    readonly valueOf: ValueOf;
    readonly sign?: 1 | -1;
  },
): readonly Comparison[] {
  return widths.map((nodes) => {
    const pair = [find(one(own)), find(one(nodes))] as const;
    return compare(`${nodes.toLocaleString("en")}`, sign === 1 ? pair : [pair[1], pair[0]], valueOf);
  });
}

/** Over the widths of each seed: whether low errors go with high accuracies. */
function correlations(find: FindRuns): readonly number[] {
  return bySeed(find, CHAPTER_2.widths.map(one)).flatMap((runs) => {
    const errors = valuesOf(runs, TEST_ERROR);
    const accuracies = valuesOf(runs, CODE_ACCURACY);
    const isWhole = errors.length === runs.length && accuracies.length === runs.length;
    return isWhole ? [rankCorrelation(errors.map((error) => -error), accuracies)] : [];
  });
}

export const ONE_LAYER_CLAIMS: readonly ClaimItem[] = [
  fallingError(CHAPTER_2, { id: "A-C2.1", place: "Section 2.2.2" }),
  {
    kind: "claim",
    id: "A-C2.2",
    place: "Sections 2.2.1.2 and 2.2.1.3",
    words: "With as many nodes as pixels or more the network copies its input, and the code is of no use.",
    needs: [BEST, one(NARROWER), ...WIDE.map(one)],
    judge: (find) => [
      judgeAll(
        "it copies: the validation error of 512 nodes is larger than that of",
        against(find, NARROWER, { widths: WIDE, valueOf: logOf(VALIDATION_ERROR) }),
        TIMES,
      ),
      judgeAll(
        "of no use: the codes of 64 nodes classify better on the test set than those of",
        against(find, BEST_NODES, { widths: WIDE, valueOf: CODE_ACCURACY }),
        POINTS,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C2.3",
    place: "Section 2.2.4",
    words: "The better the code, the better the classification.",
    needs: CHAPTER_2.widths.map(one),
    judge: (find) => [
      judgeLarger(
        "over the seven widths lower errors go with higher accuracies: their rank correlation is above 0",
        correlations(find),
        ROUGH,
      ),
    ],
  },
  aroundClaim(CHAPTER_2, { id: "A-C2.4", place: "Section 2.2.4" }),
  {
    kind: "claim",
    id: "A-C2.5",
    place: "Section 2.2.3",
    words: "Reconstructions are washed out with few nodes, and much better from 256 on.",
    needs: [BEST, ...LARGE.map(one)],
    judge: (find) => [
      judgeAll(
        "the test error of 64 nodes is larger than that of",
        against(find, BEST_NODES, { widths: LARGE, valueOf: logOf(TEST_ERROR) }),
        TIMES,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C2.6",
    place: "Section 2.2.5",
    words: "Weight images show shapes of digits with few nodes, and noise with 784 and 1,024.",
    needs: [BEST, ...WIDE.map(one)],
    judge: (find) => [
      judgeLarger(
        "those of 64 nodes are smoother than white noise, whose roughness is 1",
        valuesOf(find(BEST), ROUGHNESS).map((value) => 1 - value),
        ROUGH,
      ),
      judgeAll(
        "rougher than those of 64 nodes are those of",
        against(find, BEST_NODES, { widths: WIDE, valueOf: ROUGHNESS, sign: -1 }),
        ROUGH,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C2.7",
    place: "Section 2.2.2",
    words: "The error falls as the epochs go on.",
    needs: [BEST],
    judge(find) {
      const runs = find(BEST);
      return [
        judgeEach(
          "64 nodes: the training error ends lower than it began",
          runs,
          isSo(less(numberAt(`${LOSS}.first`), numberAt(`${LOSS}.last`)), (fall) => fall > 0),
          (known) => `${overRuns(known, `${LOSS}.first`, 5)} to ${overRuns(known, `${LOSS}.last`, 5)}`,
        ),
        judgeEach(
          "and is still falling at the end: lower in the last five epochs than in the five before",
          runs,
          isSo(numberAt(`${LOSS}.tail`), (tail) => tail < 0),
          (known) => `lower than before in ${meanShare(known, numberAt(`${LOSS}.falls`))} of all epochs`,
        ),
      ];
    },
  },
  selectionClaim(CHAPTER_2, { id: "A-2.4", place: "Section 2.2.1.5" }),
];

export const THREE_LAYER_CLAIMS: readonly ClaimItem[] = [
  fallingError(CHAPTER_3, { id: "A-C3.1", place: "Section 3.2.3" }),
  {
    kind: "claim",
    id: "A-C3.2",
    place: "Section 3.2.3",
    words:
      "The loss on test is slightly higher than on validation and training, because the model has seen " +
      "those.",
    needs: [BEST_3],
    judge: (find) => [
      judgeLarger(
        "64 nodes: the test error is above the validation error",
        valuesOf(find(BEST_3), less(TEST_ERROR, VALIDATION_ERROR)),
        ERRORS,
      ),
      judgeLarger(
        "64 nodes: the test error is above the training error",
        valuesOf(find(BEST_3), less(TEST_ERROR, TRAIN_ERROR)),
        ERRORS,
      ),
    ],
  },
  ONE_MODEL_CLAIM,
  aroundClaim(CHAPTER_3, { id: "A-C3.3", place: "Section 3.2.5" }),
  DEPTH_CLAIM,
  selectionClaim(CHAPTER_3, { id: "A-3 selection", place: "Section 3.2.2.4" }),
];
