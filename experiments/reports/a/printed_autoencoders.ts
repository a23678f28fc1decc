/** Numbers printed in Report A ("optimizers and autoencoders", IIT Mandi CS671, 2022), chapters 2 to 4. */
import { type Printed, printed, printedLine } from "./printed.ts";
import { NOISES } from "./runs.ts";

/** A line of Table 2.1 or 3.1. */
export interface PrintedWidth {
  readonly nodes: number;
  /** Mean squared errors per pixel. */
  readonly train: Printed;
  readonly validation: Printed;
  /** Of the classifier of the codes, on the test set. */
  readonly accuracy: Printed;
  /** Table 3.1 says that these are the classifier's; Table 2.1 does not say whose they are. */
  readonly epochs: Printed;
}

function widthOf(line: string): PrintedWidth {
  const [nodes, train, validation, accuracy, epochs] = printedLine(line);
  return {
    nodes: nodes!.published,
    train: train!,
    validation: validation!,
    accuracy: accuracy!,
    epochs: epochs!,
  };
}

/** One hidden layer: nodes, errors of training and validation, accuracy, epochs. */
export const TABLE_2_1 = [
  "32   0.01759 0.01756 95.8%  48",
  "64   0.01036 0.01037 96.68% 58",
  "128  0.00552 0.00560 96.89% 27",
  "256  0.00266 0.00275 96.63% 18",
  "512  0.00110 0.00114 96.73% 21",
  "784  0.00080 0.00088 97.15% 24",
  "1024 0.00107 0.00107 96.71% 21",
].map(widthOf);

/** Three hidden layers, of which the first and the third have 256 nodes. */
export const TABLE_3_1 = [
  "32  0.0126  0.0129  95.68% 53",
  "64  0.00977 0.00997 96.52% 30",
  "128 0.00735 0.00744 97.5%  28",
  "256 0.00651 0.00672 96.34% 21",
  "512 0.00612 0.00631 97.44% 19",
].map(widthOf);

/** Key points of the best models, of 64 nodes. */
export const KEY_POINTS_2 = {
  seconds: printed("59"),
  epochs: printed("58"),
  train: printed("0.01036"),
  validation: printed("0.01037"),
  test: printed("0.01038"),
  accuracy: printed("96.63%"),
} as const;

export const KEY_POINTS_3 = {
  seconds: printed("62"),
  epochs: printed("30"),
  train: printed("0.00977"),
  validation: printed("0.00997"),
  test: printed("0.01301"),
} as const;

/** The text of chapters 2 and 3: "a validation and test accuracy of around 97%", and what around may mean. */
export const AROUND = { ...printed("97%"), about: 0.005 } as const;

/** Section 4.2.3: accuracies of the classifier by the share of pixels that get noise. No errors are printed. */
export const CHAPTER_4 = [
  { noise: NOISES[0], train: printed("0.980"), validation: printed("0.969") },
  { noise: NOISES[1], train: printed("0.980"), validation: printed("0.971") },
] as const;

/** The text of chapter 4, which does not say of which noise. */
export const CHAPTER_4_PROSE = { accuracy: printed("98%"), both: printed("96.65%") } as const;
