/** The numbers of Report A's chapter 1, and which of our runs stand beside them. */
import type { NumberItem, TableItem } from "../item.ts";
import type { Printed } from "./printed.ts";
import { byArchitecture, IN_PROSE, printedAccuracy, SCORES, SECTIONS, SETS } from "./printed_optimizers.ts";
import {
  ARCHITECTURES,
  IMAGES,
  OPTIMIZER_TITLES,
  type OptimizerName,
  optimizerRuns,
  OPTIMIZERS,
} from "./runs.ts";

const SET_TITLES = { train: "training", validation: "validation", test: "test" } as const;
const SCORE_TITLES = { accuracy: "accuracy", precision: "precision", recall: "recall", f1: "F1" } as const;

/** What an accuracy of the first line of a table by architecture is in the sections. */
const FOUND_AGAIN: Readonly<Record<string, string>> = {
  "sgd validation": "; 0.9834 is Adam’s on the test set there",
  "nag validation": "; 0.9744 is its own on the test set there",
  "adam validation": "; 0.9823 is SGD’s on the validation set there",
};

/** Why counts of epochs cannot be what the section says, where they cannot. */
const DOUBTED_EPOCHS: Partial<Record<OptimizerName, string>> = {
  vgd: "The counts of four networks lie within 3.4% of their mean, although their training errors differ " +
    "four times: no rule on the slope of a loss gives that.",
  rmsprop: "On each of four networks it is NAG’s count less 15 to 21: a rule that noise triggers does not " +
    "give that.",
};

function epochsItem(
  id: string,
  optimizer: OptimizerName,
  { place, words, value, ours }: {
    readonly place: string;
    readonly words: string;
    readonly value: Printed;
    readonly ours: NumberItem["ours"];
  },
): NumberItem {
  const doubt = DOUBTED_EPOCHS[optimizer];
  return {
    kind: "number",
    id,
    place,
    words,
    ...value,
    rule: "equal",
    ours,
    number: "epochs",
    ...(doubt !== undefined && { doubt }),
  };
}

function architectureTable(
  number: string,
  name: string,
  { title, key }: { readonly title: string; readonly key: "train" | "validation" | "epochs" },
): TableItem {
  const place = `Table ${number}`;
  const cell = (optimizer: OptimizerName, line: number): NumberItem => {
    const arch = ARCHITECTURES[line]!;
    const id = `A-${number} ${optimizer} ${arch.join("-")}`;
    const value = byArchitecture(key, optimizer, line);
    const ours = optimizerRuns(optimizer, arch);
    const what = `${OPTIMIZER_TITLES[optimizer]} on (${arch.join(", ")})`;
    if (key === "epochs") return epochsItem(id, optimizer, { place, words: `${what}, epochs`, value, ours });
    const doubt = line === 0 ? doubtOf(optimizer, key) : undefined;
    return {
      kind: "number",
      id,
      place,
      words: `${what}, ${SET_TITLES[key]} accuracy`,
      ...value,
      rule: "equal",
      images: IMAGES[key],
      ours,
      number: `${key}.accuracy`,
      ...(doubt !== undefined && { doubt }),
    };
  };
  return {
    name,
    place,
    title,
    columns: OPTIMIZERS.map((optimizer) => OPTIMIZER_TITLES[optimizer]),
    rows: ARCHITECTURES.map((arch, line) => ({
      label: `(${arch.join(", ")})`,
      cells: OPTIMIZERS.map((optimizer) => cell(optimizer, line)),
    })),
  };
}

/** The sections have other accuracies for the networks of the first line. */
function doubtOf(optimizer: OptimizerName, set: "train" | "validation"): string {
  const again = FOUND_AGAIN[`${optimizer} ${set}`] ?? "";
  return `Section ${SECTIONS[optimizer].section} prints ${
    printedAccuracy(optimizer, set)
  } for the same network after the same epochs${again}.`;
}

/** Accuracy, precision, recall and F1 of one best model on the three sets. */
function metricTable(optimizer: OptimizerName): TableItem {
  const { section, metrics } = SECTIONS[optimizer];
  const place = `Section ${section}`;
  const ours = optimizerRuns(optimizer);
  return {
    name: `metrics_${optimizer}`,
    place,
    title: `${OPTIMIZER_TITLES[optimizer]}, the best model: accuracy and weighted precision, recall and F1`,
    columns: SETS.map((set) => SET_TITLES[set]),
    rows: SCORES.map((score, line) => ({
      label: SCORE_TITLES[score],
      cells: SETS.map((set, column): NumberItem => ({
        kind: "number",
        id: `A-${section} ${set} ${score}`,
        place,
        words: `${OPTIMIZER_TITLES[optimizer]}, ${SET_TITLES[set]} ${SCORE_TITLES[score]}`,
        ...metrics[line]![column]!,
        rule: "equal",
        images: IMAGES[set],
        ours,
        number: `${set}.${score}`,
      })),
    })),
  };
}

function effortTable(): TableItem {
  return {
    name: "effort",
    place: "Sections 1.3.1 to 1.3.5",
    title: "The best models: how long they trained",
    columns: ["epochs", "minutes"],
    rows: OPTIMIZERS.map((optimizer) => {
      const { section, epochs, minutes } = SECTIONS[optimizer];
      const place = `Section ${section}`;
      const ours = optimizerRuns(optimizer);
      const words = `${OPTIMIZER_TITLES[optimizer]}, epochs to converge`;
      return {
        label: OPTIMIZER_TITLES[optimizer],
        cells: [
          epochsItem(`A-${section} epochs`, optimizer, { place, words, value: epochs, ours }),
          {
            kind: "number",
            id: `A-${section} minutes`,
            place,
            words: `${OPTIMIZER_TITLES[optimizer]}, minutes`,
            ...minutes,
            rule: "time",
            ours,
            number: "seconds",
            scale: 1 / 60,
          },
        ],
      };
    }),
  };
}

/** An accuracy in the text: of training the mean of the last epoch while it trained, of validation cut off, not rounded. */
function proseItem(optimizer: OptimizerName, set: "train" | "validation"): NumberItem {
  const { section, prose } = SECTIONS[optimizer];
  return {
    kind: "number",
    id: `A-${section} prose ${set}`,
    place: `Section ${section}`,
    words: `${OPTIMIZER_TITLES[optimizer]}, ${SET_TITLES[set]} accuracy in the text, ${
      set === "train" ? "a mean while the last epoch trained" : "cut off after four digits"
    }`,
    ...prose[set],
    rule: "equal",
    images: IMAGES[set],
    ours: optimizerRuns(optimizer),
    number: set === "train" ? "running.accuracy" : "validation.accuracy",
  };
}

function proseTable(): TableItem {
  const vgdText = { place: "Section 1.3.2.2", rule: "equal", number: "epochs" } as const;
  const sgdEpochs: NumberItem = {
    ...vgdText,
    kind: "number",
    id: "A-1.3.2 prose sgd epochs",
    words: "SGD, epochs in the text on VGD",
    ...IN_PROSE.sgdEpochs,
    about: 5,
    ours: optimizerRuns("sgd"),
    doubt: "SGD’s own section and Table 1.2.4 print 28.",
  };
  const vgdEpochs: NumberItem = {
    ...vgdText,
    kind: "number",
    id: "A-1.3.2 prose vgd epochs",
    words: "VGD, epochs in its text, in whole thousands",
    ...IN_PROSE.vgdEpochs,
    about: 1000,
    ours: optimizerRuns("vgd"),
    doubt: DOUBTED_EPOCHS.vgd!,
  };
  const about: NumberItem = {
    kind: "number",
    id: "A-1.3.5 prose about",
    place: "Section 1.3.5.2",
    words: "Adam, validation accuracy “about 0.98”",
    ...IN_PROSE.adamAccuracy,
    rule: "equal",
    images: IMAGES.validation,
    about: 0.005,
    ours: optimizerRuns("adam"),
    number: "validation.accuracy",
  };
  const own: Partial<Record<OptimizerName, NumberItem>> = { sgd: sgdEpochs, vgd: vgdEpochs };
  return {
    name: "prose_optimizers",
    place: "Sections 1.3.1 to 1.3.5",
    title: "Numbers in the prose",
    columns: ["training accuracy", "validation accuracy", "epochs"],
    rows: [
      ...OPTIMIZERS.map((optimizer) => ({
        label: OPTIMIZER_TITLES[optimizer],
        cells: [proseItem(optimizer, "train"), proseItem(optimizer, "validation"), own[optimizer] ?? null],
      })),
      { label: "Adam, in words", cells: [null, about, null] },
    ],
  };
}

/** In the order in which they are printed. */
export const OPTIMIZER_TABLES: readonly TableItem[] = [
  architectureTable("1.2.2", "training_accuracy", {
    title: "Training accuracy by architecture",
    key: "train",
  }),
  architectureTable("1.2.3", "validation_accuracy", {
    title: "Validation accuracy by architecture",
    key: "validation",
  }),
  architectureTable("1.2.4", "epochs", {
    title: "Epochs to convergence by architecture",
    key: "epochs",
  }),
  ...OPTIMIZERS.map(metricTable),
  effortTable(),
  proseTable(),
];
