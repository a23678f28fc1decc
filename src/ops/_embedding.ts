/** What embedding and its gradient share: which row an index names, and cases. */
import { columnsOf, pitchOf, type Shape, sizeOf } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";

/** Rows of a table that float32 can count. */
export const MOST_ROWS = 2 ** 24;

/** Calls `visit` with each index's position and the row that it names; `undefined` where it names none. */
export function forEachIndex(
  { type: { shape }, data }: View,
  rows: number,
  visit: (at: number, row: number | undefined) => void,
): void {
  const length = columnsOf(shape), pitch = pitchOf(shape);
  for (let at = 0; at < sizeOf(shape); at++) {
    const index = data[Math.floor(at / length) * pitch + at % length]!;
    visit(at, Number.isInteger(index) && index >= 0 && index < rows ? index : undefined);
  }
}

/** A geometry that both ops are tested with. */
export interface EmbeddingCase {
  readonly x: Shape;
  readonly table: Shape;
  readonly bench?: boolean;
}

export const EMBEDDING_CASES: readonly EmbeddingCase[] = [
  { x: [1, 1], table: [1, 1] },
  { x: [1], table: [3, 2] },
  { x: [7], table: [2, 5] },
  { x: [5, 13], table: [11, 3] },
  { x: [3, 2, 7], table: [5, 17] },
  { x: [2, 300], table: [7, 29] },
  { x: [13, 4], table: [1000, 8] },
  { x: [4, 5], table: [3, 1100] },
  { x: [11385, 1], table: [13, 6] },
  { x: [128, 100], table: [10000, 64], bench: true },
];
