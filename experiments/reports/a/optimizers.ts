/** Report A, chapter 1: five optimizers. */
import type { FigureItem, Section } from "../item.ts";
import { OPTIMIZER_CLAIMS } from "./optimizer_claims.ts";
import { OPTIMIZER_TABLES } from "./optimizer_tables.ts";
import { OPTIMIZER_INCONSISTENCIES } from "./optimizer_words.ts";
import { OPTIMIZER_TITLES, type OptimizerName, optimizerRuns, OPTIMIZERS } from "./runs.ts";

function figuresOf(optimizer: OptimizerName, i: number): readonly FigureItem[] {
  const title = OPTIMIZER_TITLES[optimizer];
  const figure = (number: number, words: string, figures: readonly string[]): FigureItem => ({
    kind: "figure",
    id: `A-F1.${number}`,
    place: `Figure 1.${number}`,
    words: `${title}: ${words}`,
    needs: [optimizerRuns(optimizer)],
    figures,
  });
  return [
    figure(2 * i + 1, "loss and accuracy against epochs, training and validation", ["loss", "accuracy"]),
    figure(
      2 * i + 2,
      "confusion matrices of the three sets",
      ["confusion_train", "confusion_validation", "confusion_test"],
    ),
  ];
}

export const OPTIMIZERS_SECTION: Section = {
  id: "optimizers",
  title: "1 Optimizers",
  words: "One small network, 784 inputs and three hidden layers, learns the digits 0, 2, 4, 6 and 7 with " +
    "five optimizers and on four architectures. The learning rate is 0.001 for all, training stops by a " +
    "“minimum error” of 10⁻⁴. Activation, patience and what is monitored are not printed; ours are ReLU, " +
    "patience 15 and the validation loss.",
  task: "q1",
  tables: OPTIMIZER_TABLES,
  figures: OPTIMIZERS.flatMap(figuresOf),
  claims: OPTIMIZER_CLAIMS,
  inconsistencies: OPTIMIZER_INCONSISTENCIES,
  overview: async (found) => (await import("./optimizer_overview.ts")).optimizerFigures(found),
};
