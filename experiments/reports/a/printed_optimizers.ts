/** Numbers printed in Report A ("optimizers and autoencoders", IIT Mandi CS671, 2022), chapter 1. */
import { type Printed, printed, printedLine } from "./printed.ts";
import { type OptimizerName, OPTIMIZERS } from "./runs.ts";

/** Lines are architectures, in the order of `ARCHITECTURES`; columns are optimizers: SGD, VGD, NAG, RMSProp, Adam. */
export const BY_ARCHITECTURE = {
  train: [
    "0.9998 0.9654 0.9908 0.9937 0.9993",
    "0.9999 0.9914 0.9949 0.9956 0.9991",
    "0.9999 0.9906 0.9937 0.9837 0.9993",
    "0.9999 0.9887 0.9937 0.9891 0.9992",
  ].map(printedLine),
  validation: [
    "0.9834 0.9607 0.9744 0.9789 0.9823",
    "0.9815 0.9742 0.9768 0.9768 0.9791",
    "0.9836 0.9712 0.9799 0.9707 0.9805",
    "0.9818 0.9750 0.9794 0.9749 0.9799",
  ].map(printedLine),
  epochs: [
    "28 31625 320 305 25",
    "26 30795 301 280 33",
    "31 32871 300 282 27",
    "43 31896 303 285 29",
  ].map(printedLine),
} as const;

/** Lines of the metric tables, and members of a set's scores in `summary.json`. */
export const SCORES = ["accuracy", "precision", "recall", "f1"] as const;
/** Their columns. */
export const SETS = ["train", "validation", "test"] as const;

/** The section of one optimizer, on its best model. */
export interface PrintedSection {
  readonly section: string;
  /** Lines by `SCORES`, columns by `SETS`. */
  readonly metrics: readonly (readonly Printed[])[];
  readonly epochs: Printed;
  readonly minutes: Printed;
  /** Accuracies in the text. */
  readonly prose: { readonly train: Printed; readonly validation: Printed };
}

function sectionOf(
  section: string,
  metrics: readonly string[],
  { epochs, minutes, prose: [train, validation] }: {
    readonly epochs: string;
    readonly minutes: string;
    readonly prose: readonly [string, string];
  },
): PrintedSection {
  return {
    section,
    metrics: metrics.map(printedLine),
    epochs: printed(epochs),
    minutes: printed(minutes),
    prose: { train: printed(train), validation: printed(validation) },
  };
}

/** Sections 1.3.1 to 1.3.5. */
export const SECTIONS: Readonly<Record<OptimizerName, PrintedSection>> = {
  sgd: sectionOf("1.3.1", [
    "0.9996 0.9823 0.9808",
    "0.9996 0.9824 0.9808",
    "0.9996 0.9823 0.9808",
    "0.9996 0.9823 0.9808",
  ], { epochs: "28", minutes: "19", prose: ["0.9996", "0.9823"] }),
  vgd: sectionOf("1.3.2", [
    "0.9685 0.9626 0.957",
    "0.9685 0.9626 0.9571",
    "0.9685 0.9626 0.957",
    "0.9684 0.9626 0.957",
  ], { epochs: "31625", minutes: "90", prose: ["0.9684", "0.9625"] }),
  nag: sectionOf("1.3.3", [
    "0.9963 0.9771 0.9744",
    "0.9963 0.9771 0.9745",
    "0.9963 0.9771 0.9744",
    "0.9963 0.9771 0.9745",
  ], { epochs: "320", minutes: "9", prose: ["0.9961", "0.9770"] }),
  rmsprop: sectionOf("1.3.4", [
    "0.9962 0.9792 0.9752",
    "0.9962 0.9792 0.9753",
    "0.9962 0.9792 0.9752",
    "0.9962 0.9792 0.9752",
  ], { epochs: "305", minutes: "2", prose: ["0.9958", "0.9791"] }),
  adam: sectionOf("1.3.5", [
    "0.9996 0.9847 0.9834",
    "0.9996 0.9847 0.9834",
    "0.9996 0.9847 0.9834",
    "0.9996 0.9847 0.9834",
  ], { epochs: "25", minutes: "2", prose: ["0.9994", "0.9847"] }),
};

/** The text on VGD compares its "31000" epochs with "20" of SGD; that on Adam has "about 0.98". */
export const IN_PROSE = {
  vgdEpochs: printed("31000"),
  sgdEpochs: printed("20"),
  adamAccuracy: printed("0.98"),
} as const;

/** The accuracy that the section of an optimizer has in its metric table. */
export function printedAccuracy(optimizer: OptimizerName, set: typeof SETS[number]): number {
  return SECTIONS[optimizer].metrics[0]![SETS.indexOf(set)]!.published;
}

/** A number of the tables by architecture. */
export function byArchitecture(
  table: keyof typeof BY_ARCHITECTURE,
  optimizer: OptimizerName,
  line: number,
): Printed {
  return BY_ARCHITECTURE[table][line]![OPTIMIZERS.indexOf(optimizer)]!;
}
