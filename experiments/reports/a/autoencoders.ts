/** Report A, chapters 2 and 3: autoencoders with one and with three hidden layers. */
import type { FigureItem, Section } from "../item.ts";
import { ONE_LAYER_CLAIMS, THREE_LAYER_CLAIMS } from "./autoencoder_claims.ts";
import { ONE_LAYER_TABLES, THREE_LAYER_TABLES } from "./autoencoder_tables.ts";
import { ONE_LAYER_INCONSISTENCIES, THREE_LAYER_INCONSISTENCIES } from "./autoencoder_words.ts";
import { type WidthExperiment, widthRuns } from "./runs.ts";

/** Number of the figure in its chapter, nodes, what it shows, and the name of ours. */
type Line = readonly [number: number, nodes: number, words: string, figure: string];

function figuresOf(
  chapter: 2 | 3,
  experiment: WidthExperiment,
  lines: readonly Line[],
): readonly FigureItem[] {
  return lines.map(([number, nodes, words, figure]) => ({
    kind: "figure",
    id: `A-F${chapter}.${number}`,
    place: `Figure ${chapter}.${number}`,
    words: `${nodes.toLocaleString("en")} nodes: ${words}`,
    needs: [widthRuns(experiment, nodes)],
    figures: [figure],
  }));
}

const IMAGES_WORDS = "images and their reconstructions";
const VALIDATION_WORDS = "validation images and their reconstructions";
const WEIGHTS_WORDS = "weights of the encoder as images";

export const ONE_LAYER_SECTION: Section = {
  id: "one-hidden-layer",
  title: "2 Autoencoders with one hidden layer",
  words: "784-h-784 for seven widths h, trained to give back its input; then the classifier (30, 20, 10) " +
    "learns the digits from the h codes. Activations, batch and the rule for stopping are not printed; ours " +
    "are sigmoid and a linear output, 32, and the rule of chapter 1 within 60 epochs. Beside the report we " +
    "set PCA with as many components: the best that any linear code can do.",
  task: "q2",
  tables: ONE_LAYER_TABLES,
  figures: figuresOf(2, "q2-autoencoder", [
    [1, 64, "reconstruction loss against epochs", "reconstruction_loss"],
    [2, 64, "average reconstruction loss on the three sets", "average_loss"],
    [3, 64, IMAGES_WORDS, "reconstructions"],
    [4, 64, `${IMAGES_WORDS}, once more`, "reconstructions"],
    [5, 256, VALIDATION_WORDS, "reconstructions_validation"],
    [6, 784, VALIDATION_WORDS, "reconstructions_validation"],
    [7, 1024, VALIDATION_WORDS, "reconstructions_validation"],
    [8, 64, "confusion matrix of the classifier of the codes", "confusion_test"],
    [9, 64, "loss of the classifier against epochs", "classifier_loss"],
    [10, 64, WEIGHTS_WORDS, "weights"],
    [11, 784, WEIGHTS_WORDS, "weights"],
    [12, 1024, WEIGHTS_WORDS, "weights"],
  ]),
  claims: ONE_LAYER_CLAIMS,
  inconsistencies: ONE_LAYER_INCONSISTENCIES,
  overview: async (found) => (await import("./autoencoder_overview.ts")).oneLayerFigures(found),
};

export const THREE_LAYER_SECTION: Section = {
  id: "three-hidden-layers",
  title: "3 Autoencoders with three hidden layers",
  words:
    "784-256-h-256-784 for five widths, the rest as in chapter 2. Ours have ReLU and a sigmoid output, " +
    "which learn best here.",
  task: "q3",
  tables: THREE_LAYER_TABLES,
  figures: figuresOf(3, "q3-autoencoder", [
    [1, 64, "reconstruction loss against epochs", "reconstruction_loss"],
    [2, 64, "average reconstruction loss on the three sets", "average_loss"],
    [3, 64, `the best model’s ${IMAGES_WORDS}`, "reconstructions"],
    [4, 64, IMAGES_WORDS, "reconstructions"],
    [5, 256, IMAGES_WORDS, "reconstructions"],
    [6, 512, IMAGES_WORDS, "reconstructions"],
    [7, 64, "loss of the classifier of the codes against epochs", "classifier_loss"],
    [8, 64, "confusion matrix of the classifier", "confusion_test"],
  ]),
  claims: THREE_LAYER_CLAIMS,
  inconsistencies: THREE_LAYER_INCONSISTENCIES,
  overview: async (found) => (await import("./autoencoder_overview.ts")).threeLayerFigures(found),
};
