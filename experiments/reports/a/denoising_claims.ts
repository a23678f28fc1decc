/** What Report A claims of denoising autoencoders, judged over all seeds of our runs. */
import type { ClaimItem, FindRuns } from "../item.ts";
import { judgeWithin, pairedBySeed, type Shown } from "../statistics.ts";
import {
  compare,
  type Comparison,
  halfWidth,
  judgeAll,
  less,
  logOf,
  numberAt,
  POINTS,
  TIMES,
  type ValueOf,
  valuesOf,
} from "./judging.ts";
import { TABLE_2_1 } from "./printed_autoencoders.ts";
import { BEST_NODES, IMAGES, noiseRuns, NOISES, noiseTitle } from "./runs.ts";
import { CODE_ACCURACY, TEST_ERROR } from "./width_claims.ts";

const CLEAN = noiseRuns(0);
const NOISY = NOISES.map((noise) => noiseRuns(noise));
const ALL = [CLEAN, ...NOISY];

/** Of test images without noise; there is one number where the autoencoder knows no noise. */
const CLEAN_ERROR: ValueOf = ({ numbers }) =>
  numbers["reconstruction.test.cleanMse"] ?? numbers["reconstruction.test.mse"];
/** Of the corrupted test images themselves. */
const CORRUPTION = numberAt("reconstruction.corruptionMse");
const ROUGHNESS = numberAt("encoder.roughness");
const ROUGH: Shown = { digits: 2 };

/** What 3,795 images cannot tell, at the accuracy that is printed of the autoencoder without noise. */
const CHANCE = halfWidth(
  TABLE_2_1.find(({ nodes }) => nodes === BEST_NODES)!.accuracy.published,
  IMAGES.test,
);

/** A number of each share of noise against that of the next smaller one. */
function rising(find: FindRuns, valueOf: ValueOf): readonly Comparison[] {
  const shares = [0, ...NOISES];
  return NOISES.map((noise, i) =>
    compare(
      `${noiseTitle(shares[i]!)} to ${noiseTitle(noise)}`,
      [find(ALL[i + 1]!), find(ALL[i]!)],
      valueOf,
    )
  );
}

export const DENOISING_CLAIMS: readonly ClaimItem[] = [
  {
    kind: "claim",
    id: "A-C4.1",
    place: "Section 4.2.4",
    words: "The more noise on the images, the noisier the weight images.",
    needs: ALL,
    judge: (find) => [judgeAll("their roughness rises", rising(find, ROUGHNESS), ROUGH)],
  },
  {
    kind: "claim",
    id: "A-C4.2",
    place: "Section 4.2.2",
    words: "Reconstructions look like the clean images.",
    needs: NOISY,
    judge: (find) => [
      judgeAll(
        "reconstructions of corrupted test images are nearer to the clean ones than the corrupted images are",
        NOISES.map((noise, i) => ({
          title: noiseTitle(noise),
          differences: valuesOf(find(NOISY[i]!), less(logOf(CORRUPTION), logOf(TEST_ERROR))),
        })),
        TIMES,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C4.3",
    place: "Section 4.2",
    words: "Noise keeps the network from copying its input.",
    needs: ALL,
    judge: (find) => [
      judgeAll(
        "given test images without noise, it reconstructs them with a larger error",
        rising(find, logOf(CLEAN_ERROR)),
        TIMES,
      ),
    ],
  },
  {
    kind: "claim",
    id: "A-C4.4",
    place: "Abstract",
    words: "Noise has an effect on the mean squared error (no number is printed).",
    needs: ALL,
    judge: (find) => [judgeAll("the test error rises", rising(find, logOf(TEST_ERROR)), TIMES)],
  },
  {
    kind: "claim",
    id: "A-I.13",
    place: "Section 4.2.3",
    words:
      "Denoising does not change how well the codes classify: 96.65 and 96.68% are one image apart (our " +
      "reading).",
    needs: ALL,
    judge: (find) =>
      NOISES.map((noise, i) =>
        judgeWithin(
          `${
            noiseTitle(noise)
          }: the test accuracy is within the chance of 3,795 images of that without noise, ` +
            `${(100 * CHANCE).toFixed(2)} points`,
          pairedBySeed(find(NOISY[i]!), find(CLEAN), CODE_ACCURACY),
          CHANCE,
          POINTS,
        )
      ),
  },
];
