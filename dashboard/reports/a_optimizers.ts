/** Report A, chapter 1: five optimizers. The settings below are those of our runs that stand beside the report's. */
import { OPTIMIZER_CLAIMS, OPTIMIZER_INCONSISTENCIES } from "./a_optimizers_words.ts";
import type { CellSpec, FigureSpec, SectionSpec, TableSpec } from "./spec.ts";

export const OPTIMIZERS = ["sgd", "vgd", "nag", "rmsprop", "adam"] as const;
export type OptimizerName = typeof OPTIMIZERS[number];

export const OPTIMIZER_TITLES: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD",
  vgd: "VGD",
  nag: "NAG",
  rmsprop: "RMSProp",
  adam: "Adam",
};

export const ARCHITECTURES = ["30, 20, 10", "15, 30, 10", "25, 15, 8", "18, 20, 12"] as const;

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

type PerOptimizer = Readonly<Record<OptimizerName, readonly number[]>>;

/** By architecture, in the order of `ARCHITECTURES`. */
const BY_ARCHITECTURE: Readonly<Record<"train" | "validation" | "epochs", PerOptimizer>> = {
  train: {
    sgd: [0.9998, 0.9999, 0.9999, 0.9999],
    vgd: [0.9654, 0.9914, 0.9906, 0.9887],
    nag: [0.9908, 0.9949, 0.9937, 0.9937],
    rmsprop: [0.9937, 0.9956, 0.9837, 0.9891],
    adam: [0.9993, 0.9991, 0.9993, 0.9992],
  },
  validation: {
    sgd: [0.9834, 0.9815, 0.9836, 0.9818],
    vgd: [0.9607, 0.9742, 0.9712, 0.975],
    nag: [0.9744, 0.9768, 0.9799, 0.9794],
    rmsprop: [0.9789, 0.9768, 0.9707, 0.9749],
    adam: [0.9823, 0.9791, 0.9805, 0.9799],
  },
  epochs: {
    sgd: [28, 26, 31, 43],
    vgd: [31625, 30795, 32871, 31896],
    nag: [320, 301, 300, 303],
    rmsprop: [305, 280, 282, 285],
    adam: [25, 33, 27, 29],
  },
};

/** Of the best models: accuracy, precision, recall, F1 on the three sets; epochs and minutes. */
const BEST: Readonly<
  Record<
    OptimizerName,
    { readonly scores: readonly (readonly number[])[]; readonly epochs: number; readonly minutes: number }
  >
> = {
  sgd: {
    scores: [[0.9996, 0.9996, 0.9996, 0.9996], [0.9823, 0.9824, 0.9823, 0.9823], [
      0.9808,
      0.9808,
      0.9808,
      0.9808,
    ]],
    epochs: 28,
    minutes: 19,
  },
  vgd: {
    scores: [[0.9685, 0.9685, 0.9685, 0.9684], [0.9626, 0.9626, 0.9626, 0.9626], [
      0.957,
      0.9571,
      0.957,
      0.957,
    ]],
    epochs: 31625,
    minutes: 90,
  },
  nag: {
    scores: [[0.9963, 0.9963, 0.9963, 0.9963], [0.9771, 0.9771, 0.9771, 0.9771], [
      0.9744,
      0.9745,
      0.9744,
      0.9745,
    ]],
    epochs: 320,
    minutes: 9,
  },
  rmsprop: {
    scores: [[0.9962, 0.9962, 0.9962, 0.9962], [0.9792, 0.9792, 0.9792, 0.9792], [
      0.9752,
      0.9753,
      0.9752,
      0.9752,
    ]],
    epochs: 305,
    minutes: 2,
  },
  adam: {
    scores: [[0.9996, 0.9996, 0.9996, 0.9996], [0.9847, 0.9847, 0.9847, 0.9847], [
      0.9834,
      0.9834,
      0.9834,
      0.9834,
    ]],
    epochs: 25,
    minutes: 2,
  },
};

function wantedOf(optimizer: OptimizerName, arch: string, number: string) {
  return {
    experiment: `q1-${optimizer}`,
    where: optimizerSettings(optimizer, arch),
    anySettings: true,
    number,
  };
}

function architectureTable(place: string, title: string, key: keyof typeof BY_ARCHITECTURE): TableSpec {
  const cell = (optimizer: OptimizerName, arch: string, a: number): CellSpec => ({
    published: BY_ARCHITECTURE[key][optimizer][a]!,
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
  const columns = ["accuracy", "precision", "recall", "f1"];
  return {
    place: "Sections 1.3.1 to 1.3.5",
    title: "The best models, 784-30-20-10-5: accuracy and weighted precision, recall and F1",
    columns: ["accuracy", "precision", "recall", "F1"],
    rows: OPTIMIZERS.flatMap((optimizer) =>
      (["train", "validation", "test"] as const).map((set, s) => ({
        label: `${OPTIMIZER_TITLES[optimizer]}, ${set}`,
        cells: columns.map((column, c): CellSpec => ({
          published: BEST[optimizer].scores[s]![c]!,
          digits: 4,
          kind: "share",
          images: IMAGES[set],
          wanted: wantedOf(optimizer, ARCHITECTURES[0], `${set}.${column}`),
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
          published: BEST[optimizer].epochs,
          digits: 0,
          kind: "epochs",
          wanted: wantedOf(optimizer, ARCHITECTURES[0], "epochs"),
        },
        {
          published: BEST[optimizer].minutes,
          digits: 0,
          kind: "minutes",
          wanted: wantedOf(optimizer, ARCHITECTURES[0], "seconds"),
        },
      ],
    })),
    command: "deno task q1",
  };
}

function figures(): readonly FigureSpec[] {
  return OPTIMIZERS.flatMap((optimizer, i): FigureSpec[] => {
    const { number: _, ...wanted } = wantedOf(optimizer, ARCHITECTURES[0], ""),
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
