/** Numbers printed in Report A ("optimizers and autoencoders", IIT Mandi CS671, 2022), chapters 2 to 4. */

/** A row of Table 2.1 or 3.1: mean squared errors per pixel, and the test accuracy of the classifier of the codes. */
export interface PublishedRow {
  readonly nodes: number;
  readonly train: number;
  readonly validation: number;
  /** Printed in the key points of the best models alone. */
  readonly test?: number;
  readonly testAccuracy: number;
  /** Table 3.1 says that these are the classifier's; Table 2.1 does not say whose they are. */
  readonly epochs: number;
}

function rows(
  ...all: readonly (readonly [number, number, number, number, number, number?])[]
): readonly PublishedRow[] {
  return all.map(([nodes, train, validation, testAccuracy, epochs, test]) => ({
    nodes,
    train,
    validation,
    ...(test !== undefined && { test }),
    testAccuracy,
    epochs,
  }));
}

/** One hidden layer. */
export const TABLE_2_1 = rows(
  [32, 0.01759, 0.01756, 0.958, 48],
  [64, 0.01036, 0.01037, 0.9668, 58, 0.01038],
  [128, 0.00552, 0.0056, 0.9689, 27],
  [256, 0.00266, 0.00275, 0.9663, 18],
  [512, 0.0011, 0.00114, 0.9673, 21],
  [784, 0.0008, 0.00088, 0.9715, 24],
  [1024, 0.00107, 0.00107, 0.9671, 21],
);

/** Three hidden layers, of which the first and the third have 256 nodes. */
export const TABLE_3_1 = rows(
  [32, 0.0126, 0.0129, 0.9568, 53],
  [64, 0.00977, 0.00997, 0.9652, 30, 0.01301],
  [128, 0.00735, 0.00744, 0.975, 28],
  [256, 0.00651, 0.00672, 0.9634, 21],
  [512, 0.00612, 0.00631, 0.9744, 19],
);

/**
 * Chapter 4: accuracies of the classifier of the codes by the share of pixels that get noise. No errors are printed, and the
 * "validation and test accuracy of 96.65%" of section 4.2.3 does not say of which noise.
 */
export const CHAPTER_4 = [
  { noise: 0.2, trainAccuracy: 0.98, validationAccuracy: 0.969 },
  { noise: 0.4, trainAccuracy: 0.98, validationAccuracy: 0.971 },
] as const;
