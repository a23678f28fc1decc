/** Vectors and matrices of indices, as the ops that pick by them see them. */
import { columnsOf } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";

/** Where index `i`, counted without pads, lies. */
export function positionOf({ type, pitch }: View, i: number): number {
  const columns = columnsOf(type.shape);
  return Math.floor(i / columns) * pitch + i % columns;
}
