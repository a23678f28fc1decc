/** The claims of chapter 4, each judged by the numbers of our runs. */
import { type AutoencoderCell, noiseTitle } from "./cells.ts";
import type { ChapterNumbers } from "./claims.ts";
import { CHAPTER_4 } from "./published.ts";
import {
  accuracyDifference,
  differenceInWords,
  type Judgement,
  judgeOrder,
  judgePublished,
} from "./verdicts.ts";

export function chapter4Claims({ cells, sizes }: ChapterNumbers): readonly Judgement[] {
  const clean = cells.find(({ noise }) => noise === 0), noisy = cells.filter(({ noise }) => noise > 0);
  const title = ({ noise }: AutoencoderCell) => noiseTitle(noise),
    each = (of: (cell: AutoencoderCell) => string) =>
      cells.map((cell) => `${title(cell)}: ${of(cell)}`).join(", ");
  const validation = noisy.flatMap((cell) => {
    const published = CHAPTER_4.find(({ noise }) => noise === cell.noise);
    return published
      ? [{ title: title(cell), ours: cell.accuracy.validation, published: published.validationAccuracy }]
      : [];
  });
  const differences = clean === undefined ? [] : noisy.map((cell) => ({
    cell,
    ...accuracyDifference(cell.accuracy.test, clean.accuracy.test, sizes.test),
  }));
  return [
    {
      claim: "A-C4.1",
      words: "the more noise on the images, the noisier the weight images",
      measured: `roughness (0 smooth, 1 white noise) ${each(({ roughness }) => roughness.toFixed(2))}`,
      verdict: judgeOrder(cells, ({ roughness }) => roughness, "rises", title),
    },
    {
      claim: "A-C4.2",
      words: "reconstructions of corrupted images look like the images without noise",
      measured: noisy.map((cell) =>
        `${title(cell)}: test MSE ${cell.mse.test.toFixed(5)}, of the corrupted images themselves ${
          cell.corruptionMse.toFixed(5)
        }`
      ).join("; "),
      verdict: judgeMended(noisy, clean),
    },
    {
      claim: "A-C4.3",
      words: "noise keeps the autoencoder from copying its input",
      measured: `test MSE from images without noise ${each(({ cleanMse }) => cleanMse.test.toFixed(5))}`,
      verdict: judgeOrder(cells, ({ cleanMse }) => cleanMse.test, "rises", title),
    },
    {
      claim: "A-C4.4",
      words: "the error rises with the noise (the abstract promises it, no number is printed)",
      measured: `test MSE ${each(({ mse }) => mse.test.toFixed(5))}`,
      verdict: judgeOrder(cells, ({ mse }) => mse.test, "rises", title),
    },
    ...(differences.length === 0 ? [] : [{
      claim: "A-I.13",
      words: "denoising makes codes that classify better",
      measured: `test accuracy minus that without noise: ${
        differences.map((one) => `${title(one.cell)}: ${differenceInWords(one)}`).join("; ")
      }`,
      verdict: differences.every(({ low }) => low > 0)
        ? "holds"
        : differences.some(({ high }) => high < 0)
        ? "fails"
        : "undecidable: within the intervals",
    }]),
    {
      claim: "A-I.13",
      words: "validation accuracies of section 4.2.3",
      measured: validation.map(({ ours, published }) => `${ours.toFixed(4)} (${published})`).join(", "),
      verdict: judgePublished(validation, sizes.validation),
    },
  ];
}

/** Mended: nearer to the images than the corrupted ones are, and at most twice as far as without any noise. */
function judgeMended(noisy: readonly AutoencoderCell[], clean: AutoencoderCell | undefined): string {
  const isNearer = noisy.every(({ mse, corruptionMse }) => mse.test < corruptionMse);
  const isGood = clean !== undefined && noisy.every(({ mse }) => mse.test <= 2 * clean.mse.test);
  return isNearer && isGood ? "holds" : isNearer ? "in part: nearer, but blurred" : "fails";
}
