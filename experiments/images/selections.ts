/** Which images of MNIST the two reports choose. */
import type { ImageSelection } from "./select.ts";

/** The selection behind the published accuracies of the optimizer experiments: 60/20/20 of 3,795 per digit. */
export const REPORT_A = {
  digits: [0, 2, 4, 6, 7],
  perClass: { train: 2277, validation: 759, test: 759 },
} as const satisfies ImageSelection;

/** The selection of the convolutional network: the first 12,000 and 2,000 images, all ten digits, no validation. */
export const REPORT_B = { first: { train: 12_000, test: 2_000 } } as const satisfies ImageSelection;

/** All 60,000 and 10,000 images, in their order. */
export const FULL_B = { first: { train: 60_000, test: 10_000 } } as const satisfies ImageSelection;
