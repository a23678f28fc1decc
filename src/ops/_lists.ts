/**
 * Lists of non-zeros as a value of a plan: made once of images that never change, then used at every step.
 * Layout, in u32 words: starts of the groups in entries [groups + 1], padded to four; values as the bits of f32
 * [capacity]; byte offsets of the rows that they multiply [capacity]. What lies past the last entry means nothing.
 *
 * By rows, a group is a row of the batch and an offset that of input t in W. By columns, a group is one input in a
 * block of 256 rows, block after block, and an offset that of row t of the block in B.
 */
import { randomWords, STREAM } from "../core/random.ts";
import { pitchOf, roundUp } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";
import { BLOCK_ROWS } from "./_bytes.ts";

export type ListsAttrs = {
  readonly rows: number;
  /** K: values of a row. */
  readonly inputs: number;
  /** N: columns of the matrix whose rows the offsets point at. */
  readonly columns: number;
  readonly byColumns: boolean;
};

/** Where things lie in a value of lists. */
export function listsLayout({ rows, inputs, byColumns }: ListsAttrs) {
  const groups = byColumns ? Math.ceil(rows / BLOCK_ROWS) * inputs : rows;
  // Kernels append whole vectors: there is room for one more.
  const valuesAt = roundUp(groups + 1, 4), capacity = rows * inputs + 4;
  return {
    groups,
    valuesAt,
    capacity,
    offsetsAt: valuesAt + capacity,
    words: roundUp(valuesAt + 2 * capacity, 4),
  };
}

/** Kernel settings: where the values lie and how far behind them the offsets, in words. */
export function listsPlaces(attrs: ListsAttrs) {
  const { valuesAt, capacity } = listsLayout(attrs);
  return { VALUES_AT: valuesAt, CAPACITY: capacity };
}

/** Bytes from one row of the multiplied matrix to the next. */
export function strideBytes({ columns }: ListsAttrs): number {
  return 4 * pitchOf([1, columns]);
}

const bits = new Uint32Array(1), asNumber = new Float32Array(bits.buffer);

/** The bits of a float32. */
function floatBits(value: number): number {
  asNumber[0] = value;
  return bits[0]!;
}

/** Writes the lists of bytes, times `scale`, into `words`. */
export function fillLists(
  words: { [at: number]: number },
  attrs: ListsAttrs,
  scale: number,
  byteAt: (row: number, column: number) => number,
): void {
  const { rows, inputs, byColumns } = attrs, { valuesAt, offsetsAt } = listsLayout(attrs);
  const stride = strideBytes(attrs), factor = Math.fround(scale);
  let entries = 0, group = 0;
  const append = (row: number, column: number, position: number) => {
    const byte = byteAt(row, column);
    if (byte === 0) return;
    words[valuesAt + entries] = floatBits(factor * byte);
    words[offsetsAt + entries++] = position * stride;
  };
  const blockRows = byColumns ? BLOCK_ROWS : 1, columns = byColumns ? 1 : inputs;
  // By rows, a group is a block of one row and all columns; by columns, one of many rows and one column.
  for (let first = 0; first < rows; first += blockRows) {
    for (let start = 0; start < inputs; start += columns) {
      words[group++] = entries;
      for (let row = first; row < Math.min(first + blockRows, rows); row++) {
        for (let c = start; c < start + columns; c++) append(row, c, byColumns ? row - first : c);
      }
    }
  }
  words[group] = entries;
}

/** Lists for a case: four of five bytes are zero. */
export function randomLists(attrs: ListsAttrs): Uint32Array {
  const words = new Uint32Array(listsLayout(attrs).words);
  const bytes = randomWords(attrs.rows * attrs.inputs, { seed: 21, stream: STREAM.test });
  fillLists(words, attrs, 1 / 255, (row, column) => {
    const word = bytes[row * attrs.inputs + column]!;
    return word % 5 === 0 ? word >>> 24 : 0;
  });
  return words;
}

/** Calls `visit` with each entry of a group: its value, and the row of the multiplied matrix. */
export function forEachEntry(
  lists: View,
  attrs: ListsAttrs,
  group: number,
  visit: (value: number, row: number) => void,
): void {
  const { valuesAt, offsetsAt } = listsLayout(attrs), stride = strideBytes(attrs);
  for (let e = lists.data[group]!; e < lists.data[group + 1]!; e++) {
    bits[0] = lists.data[valuesAt + e]!;
    visit(asNumber[0]!, lists.data[offsetsAt + e]! / stride);
  }
}
