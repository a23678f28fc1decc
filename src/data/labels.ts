/** What must hold of labels before kernels use them as positions. */
import { require } from "../core/errors.ts";
import type { DataSet } from "./set.ts";

/** Throws when a label is no position in the set's classes; kernels would go past the end of a row. */
export function checkLabels({ name, labels, classes }: Pick<DataSet, "name" | "labels" | "classes">): void {
  const row = labels.findIndex((label) => label >= classes.length);
  require(
    row < 0,
    () =>
      `Row ${row} of the ${name} set has label ${labels[row]}, but there are ${classes.length} classes: ` +
      `a label is a position in them, 0 to ${classes.length - 1}`,
  );
}
