/** Report A, chapter 4: denoising autoencoders. */
import { CHAPTER_4 } from "../../experiments/autoencoder/published.ts";
import { figuresOf } from "./a_autoencoders.ts";
import { IMAGES } from "./a_optimizers.ts";
import type { CellSpec, SectionSpec, TableSpec } from "./spec.ts";

function denoisingTable(): TableSpec {
  const share = (noise: number, set: "train" | "validation", published: number): CellSpec => ({
    published,
    digits: 3,
    kind: "share",
    images: IMAGES[set],
    wanted: {
      experiment: "q4-denoising",
      where: { noise: String(noise), nodes: "64" },
      number: `classifier.${set}.accuracy`,
    },
  });
  return {
    place: "Section 4.2",
    title: "Accuracy of the classifier of the codes",
    columns: ["training", "validation"],
    rows: CHAPTER_4.map(({ noise, trainAccuracy, validationAccuracy }) => ({
      label: `${noise * 100}% noise`,
      cells: [share(noise, "train", trainAccuracy), share(noise, "validation", validationAccuracy)],
    })),
    command: "deno task q4",
  };
}

export const DENOISING_SECTION: SectionSpec = {
  id: "denoising",
  title: "4 Denoising autoencoders",
  words: "784-64-784 on images of which each pixel is changed with probability 0.2 or 0.4, anew in " +
    "each epoch; the clean image is wanted back. What a changed pixel becomes is not printed: " +
    "ours is black, the usual masking.",
  tables: [denoisingTable()],
  figures: ["0.2", "0.4"].flatMap((noise, i) =>
    figuresOf("q4-denoising", { noise, nodes: "64" }, [
      [
        `Figures 4.${2 * i + 1} and 4.${2 * i + 2}`,
        `${Number(noise) * 100}% noise: average reconstruction loss, and loss against epochs`,
        ["average_loss", "reconstruction_loss"],
      ],
      [
        `Figures 4.${5 + i} and 4.${11 + i}`,
        `${Number(noise) * 100}% noise: reconstructions, and weights of the encoder`,
        ["reconstructions", "weights"],
      ],
      [
        `Figures 4.${7 + 2 * i} and 4.${8 + 2 * i}`,
        `${Number(noise) * 100}% noise: confusion matrix and loss of the classifier`,
        ["confusion_test", "classifier_loss"],
      ],
    ])
  ),
  judge: "q4",
  claims: [
    { id: "A-C4.1", words: "The more noise on the images, the noisier the weight images." },
    { id: "A-C4.2", words: "Reconstructions look like the clean images." },
    { id: "A-C4.3", words: "Noise keeps the network from copying." },
    { id: "A-C4.4", words: "Noise has an effect on the mean squared error (no number is printed)." },
  ],
  inconsistencies: [
    {
      title: "98% is the training accuracy",
      words: "The text gives a classification accuracy of 98%, which is that of training; validation is " +
        "96.9 and 97.1%, and “validation and test accuracy of 96.65%” does not say of which noise. " +
        "The clean autoencoder of chapter 2 has 96.68%: one image more.",
    },
    {
      title: "Promised, not printed",
      words: "The abstract promises a comparison of mean squared errors by noise; none is printed.",
    },
  ],
};
