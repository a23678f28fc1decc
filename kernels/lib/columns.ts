// Lists of the non-zeros of columns, from rows of bytes: what the gradient of a first layer's weights needs.
// Sixteen columns of a block of up to 256 rows at a time; four rows are transposed in registers.
import { append4, listBytes, offsetsAt, scaled } from "./nonzeros";

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
  return LISTS_AT + listBytes(BLOCK_ROWS) * <usize> COLUMNS;
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
  return at + LISTS_AT + listBytes(BLOCK_ROWS) * <usize> column;
}

// @ts-ignore: decorator
@inline
export function columnEnd(at: usize, column: i32): usize {
  return <usize> load<u32>(at + ENDS_AT + (<usize> column << 2));
}

/** Sixteen bytes of a row from column `c`; zero past its pitch. */
// @ts-ignore: decorator
@inline
function sixteen(row: usize, c: i32, pitch: i32): v128 {
  if (c + 16 <= pitch) return v128.load(row + <usize> c);
  let bytes = v128.load32_zero(row + <usize> c);
  if (c + 4 < pitch) bytes = i32x4.replace_lane(bytes, 1, load<i32>(row + <usize> c + 4));
  if (c + 8 < pitch) bytes = i32x4.replace_lane(bytes, 2, load<i32>(row + <usize> c + 8));
  return bytes;
}

/** Appends four columns of four rows, given as bytes column by column, to the lists of `column` and the next three. */
// @ts-ignore: decorator
@inline
function appendColumns(at: usize, column: i32, bytes: v128, factor: v128, offsets: v128): void {
  const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
  const toOffsets = offsetsAt(BLOCK_ROWS), ends = at + ENDS_AT + (<usize> column << 2);
  store<u32>(ends, <u32> append4(<usize> load<u32>(ends), toOffsets, scaled(i32x4.extend_low_i16x8_u(low), factor), offsets));
  store<u32>(ends, <u32> append4(<usize> load<u32>(ends, 4), toOffsets, scaled(i32x4.extend_high_i16x8_u(low), factor), offsets), 4);
  store<u32>(ends, <u32> append4(<usize> load<u32>(ends, 8), toOffsets, scaled(i32x4.extend_low_i16x8_u(high), factor), offsets), 8);
  store<u32>(ends, <u32> append4(<usize> load<u32>(ends, 12), toOffsets, scaled(i32x4.extend_high_i16x8_u(high), factor), offsets), 12);
}

/**
 * Lists the non-zeros, times `scale`, of columns c … c+15 of the block's first `rows` rows (set by `setRow`) with
 * offsets t·stride, t counting the block's rows.
 */
export function listColumns(at: usize, rows: i32, c: i32, pitch: i32, scale: f32, stride: usize): void {
  for (let column: i32 = 0; column < COLUMNS; column++) {
    store<u32>(at + ENDS_AT + (<usize> column << 2), <u32> columnList(at, column));
  }
  const zero = i32x4.splat(0), factor = f32x4.splat(scale), step = i32x4.splat(<i32> stride << 2);
  let offsets = i32x4.mul(i32x4.splat(<i32> stride), i32x4(0, 1, 2, 3));
  for (let t: i32 = 0; t < rows; t += 4) {
    const rowsAt = at + ROWS_AT + (<usize> t << 2);
    const v0 = sixteen(<usize> load<u32>(rowsAt), c, pitch);
    const v1 = t + 1 < rows ? sixteen(<usize> load<u32>(rowsAt, 4), c, pitch) : zero;
    const v2 = t + 2 < rows ? sixteen(<usize> load<u32>(rowsAt, 8), c, pitch) : zero;
    const v3 = t + 3 < rows ? sixteen(<usize> load<u32>(rowsAt, 12), c, pitch) : zero;
    if (v128.any_true(v128.or(v128.or(v0, v1), v128.or(v2, v3)))) {
      const low01 = i8x16.shuffle(v0, v1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high01 = i8x16.shuffle(v0, v1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const low23 = i8x16.shuffle(v2, v3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high23 = i8x16.shuffle(v2, v3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      appendColumns(at, 0, i16x8.shuffle(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11), factor, offsets);
      appendColumns(at, 4, i16x8.shuffle(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15), factor, offsets);
      appendColumns(at, 8, i16x8.shuffle(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11), factor, offsets);
      appendColumns(at, 12, i16x8.shuffle(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15), factor, offsets);
    }
    offsets = i32x4.add(offsets, step);
  }
}
