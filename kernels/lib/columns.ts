// Lists of the non-zeros of columns, from rows of bytes: what the gradient of a first layer's weights needs.
// Sixteen columns of a block of up to 256 rows at a time; eight rows are transposed in registers.
import { append8, BYTE_LIST, bytesUpTo, highEight } from "./nonzeros";

/** Rows of a block, and columns that are listed together. As in src/ops/matmul_bytes.ts. */
export const BLOCK_ROWS: i32 = 256;
export const COLUMNS: i32 = 16;

/** Where things lie in scratch memory: pointers to the block's rows, the ends of the lists, the lists. */
const ROWS_AT: usize = 0;
const ENDS_AT: usize = 4 * 260;
const LISTS_AT: usize = ENDS_AT + 4 * 16;

/** Scratch bytes that the lists take. */
// @ts-ignore: decorator
@inline
export function columnScratch(): usize {
  return LISTS_AT + BYTE_LIST * <usize> COLUMNS;
}

/** Notes row `index` of the block. */
// @ts-ignore: decorator
@inline
export function setRow(at: usize, index: i32, row: usize): void {
  store<u32>(at + ROWS_AT + (<usize> index << 2), <u32> row);
}

// @ts-ignore: decorator
@inline
export function columnList(at: usize, column: i32): usize {
  return at + LISTS_AT + BYTE_LIST * <usize> column;
}

// @ts-ignore: decorator
@inline
export function columnEnd(at: usize, column: i32): usize {
  return <usize> load<u32>(at + ENDS_AT + (<usize> column << 2));
}

/** Sixteen bytes of row `t` of the block from column `c`; zeros past its pitch and past the rows. */
// @ts-ignore: decorator
@inline
function sixteen(rowsAt: usize, t: i32, rows: i32, c: i32, pitch: i32): v128 {
  if (t >= rows) return i32x4.splat(0);
  const row = <usize> load<u32>(rowsAt + (<usize> t << 2)) + <usize> c;
  return c + 16 <= pitch ? v128.load(row) : bytesUpTo(row, pitch - c);
}

/** Appends two columns of eight rows, given column by column, to the lists of `column` and the next. */
// @ts-ignore: decorator
@inline
function appendColumns(at: usize, column: i32, bytes: v128, places: v128): void {
  const mask = i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0))), ends = at + ENDS_AT + (<usize> column << 2);
  store<u32>(ends, <u32> append8(<usize> load<u32>(ends), bytes, mask & 255, places));
  store<u32>(ends, <u32> append8(<usize> load<u32>(ends, 4), highEight(bytes), mask >> 8, places), 4);
}

// @ts-ignore: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Appends eight columns of eight rows, given as bytes of rows 0 and 1, 2 and 3, 4 and 5, 6 and 7 beside each other. */
// @ts-ignore: decorator
@inline
function append8Columns(at: usize, column: i32, v01: v128, v23: v128, v45: v128, v67: v128, places: v128): void {
  const low03 = i16x8.shuffle(v01, v23, 0, 8, 1, 9, 2, 10, 3, 11), high03 = i16x8.shuffle(v01, v23, 4, 12, 5, 13, 6, 14, 7, 15);
  const low47 = i16x8.shuffle(v45, v67, 0, 8, 1, 9, 2, 10, 3, 11), high47 = i16x8.shuffle(v45, v67, 4, 12, 5, 13, 6, 14, 7, 15);
  appendColumns(at, column, i32x4.shuffle(low03, low47, 0, 4, 1, 5), places);
  appendColumns(at, column + 2, i32x4.shuffle(low03, low47, 2, 6, 3, 7), places);
  appendColumns(at, column + 4, i32x4.shuffle(high03, high47, 0, 4, 1, 5), places);
  appendColumns(at, column + 6, i32x4.shuffle(high03, high47, 2, 6, 3, 7), places);
}

/** Lists the non-zeros of columns c … c+15 of the block's first `rows` rows (set by `setRow`) with their rows as places. */
export function listColumns(at: usize, rows: i32, c: i32, pitch: i32): void {
  const rowsAt = at + ROWS_AT;
  for (let column: i32 = 0; column < COLUMNS; column++) {
    store<u32>(at + ENDS_AT + (<usize> column << 2), <u32> columnList(at, column));
  }
  for (let t: i32 = 0; t < rows; t += 8) {
    const v0 = sixteen(rowsAt, t, rows, c, pitch), v1 = sixteen(rowsAt, t + 1, rows, c, pitch);
    const v2 = sixteen(rowsAt, t + 2, rows, c, pitch), v3 = sixteen(rowsAt, t + 3, rows, c, pitch);
    const v4 = sixteen(rowsAt, t + 4, rows, c, pitch), v5 = sixteen(rowsAt, t + 5, rows, c, pitch);
    const v6 = sixteen(rowsAt, t + 6, rows, c, pitch), v7 = sixteen(rowsAt, t + 7, rows, c, pitch);
    const any = v128.or(v128.or(v128.or(v0, v1), v128.or(v2, v3)), v128.or(v128.or(v4, v5), v128.or(v6, v7)));
    if (!v128.any_true(any)) continue;
    const places = i8x16.splat(<i8> t);
    append8Columns(at, 0, lowBytes(v0, v1), lowBytes(v2, v3), lowBytes(v4, v5), lowBytes(v6, v7), places);
    append8Columns(at, 8, highBytes(v0, v1), highBytes(v2, v3), highBytes(v4, v5), highBytes(v6, v7), places);
  }
}
