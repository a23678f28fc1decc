/** Report A, chapter 4: denoising autoencoders. */
import type { FigureItem, Inconsistency, NumberItem, Section, TableItem } from "../item.ts";
import { DENOISING_CLAIMS } from "./denoising_claims.ts";
import type { Printed } from "./printed.ts";
import { CHAPTER_4, CHAPTER_4_PROSE } from "./printed_autoencoders.ts";
import { IMAGES, noiseRuns, NOISES, noiseTitle } from "./runs.ts";

const SET_TITLES = { train: "training", validation: "validation", test: "test" } as const;

/** An accuracy of the classifier of the codes. */
function accuracyItem(
  id: string,
  set: keyof typeof SET_TITLES,
  { place, words, value, ours, doubt }: {
    readonly place: string;
    readonly words: string;
    readonly value: Printed;
    readonly ours: NumberItem["ours"];
    readonly doubt?: string;
  },
): NumberItem {
  return {
    kind: "number",
    id,
    place,
    words,
    ...value,
    rule: "equal",
    images: IMAGES[set],
    ours,
    number: `classifier.${set}.accuracy`,
    ...(doubt !== undefined && { doubt }),
  };
}

function proseItem(
  set: "validation" | "test",
  { place, words, value, doubt }: {
    readonly place: string;
    readonly words: string;
    readonly value: Printed;
    readonly doubt: string;
  },
): NumberItem {
  const id = `A-4.2 prose ${value.published} ${set}`;
  return accuracyItem(id, set, { place, words, value, ours: noiseRuns(NOISES[0]), doubt });
}

const BOTH = {
  place: "Section 4.2.3",
  value: CHAPTER_4_PROSE.both,
  doubt:
    "Of which noise it is, the text does not say; the same section prints 0.969 and 0.971 on validation, " +
    "and 96.65% is one image fewer than without noise.",
};

const TABLES: readonly TableItem[] = [
  {
    name: "prose_denoising",
    place: "Section 4.2",
    title: "Numbers in the prose",
    columns: ["validation", "test"],
    rows: [
      {
        label: "“a classification accuracy of 98%”",
        cells: [
          null,
          proseItem("test", {
            place: "Section 4.2.1",
            words: "classifier of the codes, “classification accuracy of 98%”",
            value: CHAPTER_4_PROSE.accuracy,
            doubt:
              "It is the accuracy on the training set, 0.980 with either noise; on validation the report " +
              "prints 0.969 and 0.971.",
          }),
        ],
      },
      {
        label: "“validation and test accuracy of 96.65%”",
        cells: [
          proseItem("validation", {
            ...BOTH,
            words: "classifier of the codes, validation accuracy in the text",
          }),
          proseItem("test", { ...BOTH, words: "classifier of the codes, test accuracy in the text" }),
        ],
      },
    ],
  },
  {
    name: "accuracy_by_noise",
    place: "Section 4.2.3",
    title: "Accuracy of the classifier of the codes",
    columns: ["training", "validation"],
    rows: CHAPTER_4.map(({ noise, ...values }) => ({
      label: noiseTitle(noise),
      cells: (["train", "validation"] as const).map((set) =>
        accuracyItem(`A-4.2 ${noise} ${set}`, set, {
          place: "Section 4.2.3",
          words: `${noiseTitle(noise)}, ${SET_TITLES[set]} accuracy of the classifier of the codes`,
          value: values[set],
          ours: noiseRuns(noise),
        })
      ),
    })),
  },
];

/** Number of the figure in its chapter, share of noise, what it shows, and the name of ours. */
const FIGURES: readonly (readonly [number, 0.2 | 0.4, string, string])[] = [
  [1, 0.2, "average reconstruction loss", "average_loss"],
  [2, 0.2, "reconstruction loss against epochs", "reconstruction_loss"],
  [3, 0.4, "average reconstruction loss", "average_loss"],
  [4, 0.4, "reconstruction loss against epochs", "reconstruction_loss"],
  [5, 0.2, "images and their reconstructions; ours show the corrupted images too", "reconstructions"],
  [6, 0.4, "images and their reconstructions; ours show the corrupted images too", "reconstructions"],
  [7, 0.2, "confusion matrix of the classifier of the codes", "confusion_test"],
  [8, 0.2, "loss of the classifier against epochs", "classifier_loss"],
  [9, 0.4, "confusion matrix of the classifier of the codes", "confusion_test"],
  [10, 0.4, "loss of the classifier against epochs", "classifier_loss"],
  [11, 0.2, "weights of the encoder as images", "weights"],
  [12, 0.4, "weights of the encoder as images", "weights"],
];

const INCONSISTENCIES: readonly Inconsistency[] = [
  {
    id: "A-I.13",
    title: "98% is the training accuracy",
    words:
      "The text gives a classification accuracy of 98%, which is that of training; validation is 96.9 and " +
      "97.1%, and “validation and test accuracy of 96.65%” does not say of which noise. The clean autoencoder " +
      "of chapter 2 has 96.68%: one image more. Its own chance is half a point.",
  },
  {
    id: "A-I.13 noise",
    title: "What is noise?",
    words:
      "Pixels are picked with a probability; what they become is not printed. Ours become black, the usual " +
      "masking; salt and pepper or Gaussian noise are options.",
  },
  {
    id: "A-I.13 errors",
    title: "Promised, not printed",
    words: "The abstract promises a comparison of mean squared errors by noise; none is printed.",
  },
];

export const DENOISING_SECTION: Section = {
  id: "denoising",
  title: "4 Denoising autoencoders",
  words:
    "784-64-784 on images of which each pixel is changed with probability 0.2 or 0.4, anew in each epoch; " +
    "the clean image is wanted back. What a changed pixel becomes is not printed: ours is black, the usual " +
    "masking. The autoencoder without noise is that of chapter 2.",
  task: "q4",
  tables: TABLES,
  figures: FIGURES.map(([number, noise, words, figure]): FigureItem => ({
    kind: "figure",
    id: `A-F4.${number}`,
    place: `Figure 4.${number}`,
    words: `${noiseTitle(noise)}: ${words}`,
    needs: [noiseRuns(noise)],
    figures: [figure],
  })),
  claims: DENOISING_CLAIMS,
  inconsistencies: INCONSISTENCIES,
  overview: async (found) => (await import("./autoencoder_overview.ts")).denoisingFigures(found),
};
