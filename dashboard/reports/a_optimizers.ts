/** Report A, chapter 1: five optimizers. The settings below are those of our runs that stand beside the report's. */
import {
  ARCHITECTURES as PUBLISHED_ARCHITECTURES,
  PUBLISHED_RUNS,
  PUBLISHED_TABLES,
  Q1_OPTIMIZERS,
  type Q1Optimizer,
} from "../../experiments/q1/published.ts";
import { OPTIMIZER_CLAIMS, OPTIMIZER_INCONSISTENCIES } from "./a_optimizers_words.ts";
import type { CellSpec, FigureSpec, SectionSpec, TableSpec } from "./spec.ts";

export const OPTIMIZERS = Q1_OPTIMIZERS;
export type OptimizerName = Q1Optimizer;

export const OPTIMIZER_TITLES: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD",
  vgd: "VGD",
  nag: "NAG",
  rmsprop: "RMSProp",
  adam: "Adam",
};

/** As `run.json` tells them. */
export const ARCHITECTURES = PUBLISHED_ARCHITECTURES.map((widths) => widths.join(", "));
/** That of the best models. */
export const BEST_ARCHITECTURE = PUBLISHED_ARCHITECTURES[0].join(", ");

/** Images of the sets: 2,277, 759 and 759 of each of five digits. */
export const IMAGES = { train: 11_385, validation: 3795, test: 3795 } as const;

const COMMON = {
  learningRate: "0.001",
  epochs: "100000",
  activation: "relu",
  monitor: "val_loss",
  minDelta: "0.0001",
  patience: "15",
} as const;
const OWN: Readonly<Record<OptimizerName, Readonly<Record<string, string>>>> = {
  sgd: { batch: "1" },
  vgd: { batch: "11385" },
  nag: { batch: "32", momentum: "0.9" },
  rmsprop: { batch: "32", momentum: "0.9" },
  adam: { batch: "32" },
};

/** Settings of an optimizer's runs as the report has them, or as we read it where it is silent. */
export function optimizerSettings(optimizer: OptimizerName, arch: string): Readonly<Record<string, string>> {
  return { ...COMMON, ...OWN[optimizer], arch };
}

/** How long the best models trained, in minutes. */
const MINUTES: Readonly<Record<OptimizerName, number>> = { sgd: 19, vgd: 90, nag: 9, rmsprop: 2, adam: 2 };

function wantedOf(optimizer: OptimizerName, arch: string, number: string) {
  return {
    experiment: `q1-${optimizer}`,
    where: optimizerSettings(optimizer, arch),
    anySettings: true,
    number,
  };
}

function architectureTable(place: string, title: string, key: "train" | "validation" | "epochs"): TableSpec {
  const printed = PUBLISHED_TABLES[key === "epochs" ? key : `${key}Accuracy` as const];
  const cell = (optimizer: OptimizerName, arch: string, a: number): CellSpec => ({
    published: printed[optimizer][a]!,
    ...(key === "epochs" ? { digits: 0, kind: "epochs", wanted: wantedOf(optimizer, arch, "epochs") } : {
      digits: 4,
      kind: "share",
      images: IMAGES[key],
      wanted: wantedOf(optimizer, arch, `${key}.accuracy`),
    }),
  });
  return {
    place,
    title,
    columns: OPTIMIZERS.map((optimizer) => OPTIMIZER_TITLES[optimizer]),
    rows: ARCHITECTURES.map((arch, a) => ({
      label: `(${arch})`,
      cells: OPTIMIZERS.map((optimizer) => cell(optimizer, arch, a)),
    })),
    command: "deno task q1",
  };
}

function bestTable(): TableSpec {
  const columns = ["accuracy", "precision", "recall", "f1"] as const;
  return {
    place: "Sections 1.3.1 to 1.3.5",
    title: "The best models, 784-30-20-10-5: accuracy and weighted precision, recall and F1",
    columns: ["accuracy", "precision", "recall", "F1"],
    rows: OPTIMIZERS.flatMap((optimizer) =>
      (["train", "validation", "test"] as const).map((set) => ({
        label: `${OPTIMIZER_TITLES[optimizer]}, ${set}`,
        cells: columns.map((column): CellSpec => ({
          published: PUBLISHED_RUNS[optimizer][set][column],
          digits: 4,
          kind: "share",
          images: IMAGES[set],
          wanted: wantedOf(optimizer, BEST_ARCHITECTURE, `${set}.${column}`),
        })),
      }))
    ),
    command: "deno task q1",
  };
}

function effortTable(): TableSpec {
  return {
    place: "Sections 1.3.1 to 1.3.5",
    title: "The best models: how long they trained",
    columns: ["epochs", "minutes"],
    rows: OPTIMIZERS.map((optimizer) => ({
      label: OPTIMIZER_TITLES[optimizer],
      cells: [
        {
          published: PUBLISHED_RUNS[optimizer].epochs,
          digits: 0,
          kind: "epochs",
          wanted: wantedOf(optimizer, BEST_ARCHITECTURE, "epochs"),
        },
        {
          published: MINUTES[optimizer],
          digits: 0,
          kind: "minutes",
          wanted: wantedOf(optimizer, BEST_ARCHITECTURE, "seconds"),
        },
      ],
    })),
    command: "deno task q1",
  };
}

function figures(): readonly FigureSpec[] {
  return OPTIMIZERS.flatMap((optimizer, i): FigureSpec[] => {
    const { number: _, ...wanted } = wantedOf(optimizer, BEST_ARCHITECTURE, ""),
      title = OPTIMIZER_TITLES[optimizer];
    return [
      {
        place: `Figure 1.${2 * i + 1}`,
        words: `${title}: loss and accuracy against epochs, training and validation`,
        wanted,
        figures: ["loss", "accuracy"],
      },
      {
        place: `Figure 1.${2 * i + 2}`,
        words: `${title}: confusion matrices of the three sets`,
        wanted,
        figures: ["confusion_"],
      },
    ];
  });
}

export const OPTIMIZERS_SECTION: SectionSpec = {
  id: "optimizers",
  title: "1 Optimizers",
  words: "One small network, 784 inputs and three hidden layers, learns the digits 0, 2, 4, 6 and 7 " +
    "with five optimizers and on four " +
    "architectures. The learning rate is 0.001 for all, training stops when the error falls by " +
    "less than 10⁻⁴. Activation, patience " +
    "and what is monitored are not printed; ours are ReLU, patience 15 and the validation loss.",
  tables: [
    architectureTable("Section 1.2", "Training accuracy by architecture", "train"),
    architectureTable("Section 1.2", "Validation accuracy by architecture", "validation"),
    architectureTable("Section 1.2", "Epochs to convergence by architecture", "epochs"),
    bestTable(),
    effortTable(),
  ],
  figures: figures(),
  judge: "q1",
  claims: OPTIMIZER_CLAIMS,
  inconsistencies: OPTIMIZER_INCONSISTENCIES,
};
