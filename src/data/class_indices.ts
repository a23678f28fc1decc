/** Class indices in the smallest array that holds them. */
import type { ClassIndices } from "./data_set.ts";

/** Room for the indices of `rows` rows. */
export function roomForClasses(rows: number, classes: number): ClassIndices {
  return classes <= 256
    ? new Uint8Array(rows)
    : classes <= 65_536
    ? new Uint16Array(rows)
    : new Uint32Array(rows);
}
