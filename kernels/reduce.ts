// reduce: y[k] = scale · Σ x, max x or min x over the reduced axes.   x of up to four axes → y of those that are left.
// Rows of x (all axes but the last) are those of results, K0·K1 of them, and those that are put together, R0·R1; steps
// are in elements. Split: vectors of y. Where the last axis stays, a vector is four columns, each summed in the order of
// sum_rows. Where it goes, it is four results, each of rows whose vectors go to four sums in turn.
import { pitchBytes } from "./lib/layout";
import { sums4 } from "./lib/math";
import { addRows } from "./lib/row_sums";

/** Codes of src/ops/_reduce_kernel.ts. */
const SUM: i32 = 0;
const MAX: i32 = 1;
const MIN: i32 = 2;

/** Traps at a kind that it does not know. */
export function reduce(
  begin: i32, end: i32, x: usize, y: usize, kind: i32, isLast: i32, columns: i32, results: i32, k1: i32, k0Step: i32,
  k1Step: i32, r0: i32, r0Step: i32, r1: i32, r1Step: i32, scale: f32,
): void {
  if (kind != SUM && kind != MAX && kind != MIN) unreachable();
  // The least is the largest of all with the other sign.
  const sign = f32x4.splat(kind == MIN ? -0.0 : 0);
  const r0Row = <usize> r0Step << 2, r1Row = <usize> r1Step << 2;
  const vectors = <i32> (pitchBytes(isLast ? results : columns) >> 4);
  for (let at = begin; at < end;) {
    const row = at / vectors, vector = at % vectors, to = y + (<usize> at << 4);
    if (isLast) {
      const first = row * results + (vector << 2), count = min(4, results - (vector << 2));
      let a = f32x4.splat(0), b = a, c = a, d = a;
      for (let i: i32 = 0; i < count; i++) {
        const q = first + i;
        const from = x + (<usize> (q / k1 * k0Step + q % k1 * k1Step) << 2);
        const terms = kind == SUM
          ? sumOfRows(from, r0, r0Row, r1, r1Row, columns)
          : mostOfRows(from, r0, r0Row, r1, r1Row, columns, sign);
        if (i == 0) a = terms;
        else if (i == 1) b = terms;
        else if (i == 2) c = terms;
        else d = terms;
      }
      const all = kind == SUM
        ? f32x4.mul(sums4(a, b, c, d), f32x4.splat(scale))
        : v128.xor(most4(a, b, c, d), sign);
      v128.store(to, all);
      at++;
    } else {
      const run = min(end - at, vectors - vector), bytes = <usize> run << 4;
      const from = x + (<usize> (row / k1 * k0Step + row % k1 * k1Step) << 2) + (<usize> vector << 4);
      if (kind == SUM) {
        memory.fill(to, 0, bytes);
        for (let i: i32 = 0; i < r0; i++) addRows(from + <usize> i * r0Row, r1Row, r1, to, to + bytes);
        if (scale != 1) scaleAll(to, to + bytes, scale);
      } else mostAlong(from, r0, r0Row, r1, r1Row, to, to + bytes, sign);
      at += run;
    }
  }
}

function scaleAll(from: usize, to: usize, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let at = from; at < to; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
}

/** Four sums whose lanes together are the sum of all columns of these rows. */
function sumOfRows(x: usize, r0: i32, r0Row: usize, r1: i32, r1Row: usize, columns: i32): v128 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const bytes = pitchBytes(columns);
  for (let i: i32 = 0; i < r0; i++) {
    for (let j: i32 = 0; j < r1; j++) {
      let at = x + <usize> i * r0Row + <usize> j * r1Row;
      const last = at + bytes;
      for (; at + 64 <= last; at += 64) {
        a = f32x4.add(a, v128.load(at));
        b = f32x4.add(b, v128.load(at, 16));
        c = f32x4.add(c, v128.load(at, 32));
        d = f32x4.add(d, v128.load(at, 48));
      }
      for (; at < last; at += 16) a = f32x4.add(a, v128.load(at));
    }
  }
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Four maxima whose largest is that of all columns of these rows, their signs changed by `sign`. */
function mostOfRows(x: usize, r0: i32, r0Row: usize, r1: i32, r1Row: usize, columns: i32, sign: v128): v128 {
  let a = f32x4.splat(-Infinity), b = a, c = a, d = a;
  const whole = <usize> (columns & ~3) << 2;
  for (let i: i32 = 0; i < r0; i++) {
    for (let j: i32 = 0; j < r1; j++) {
      let at = x + <usize> i * r0Row + <usize> j * r1Row;
      const last = at + whole;
      for (; at + 64 <= last; at += 64) {
        a = f32x4.max(a, v128.xor(v128.load(at), sign));
        b = f32x4.max(b, v128.xor(v128.load(at, 16), sign));
        c = f32x4.max(c, v128.xor(v128.load(at, 32), sign));
        d = f32x4.max(d, v128.xor(v128.load(at, 48), sign));
      }
      for (; at < last; at += 16) a = f32x4.max(a, v128.xor(v128.load(at), sign));
      // Not the pads: zero may be more, or less, than every value.
      for (let left = columns & 3; left > 0; left--) {
        b = f32x4.max(b, v128.xor(v128.load32_splat(at), sign));
        at += 4;
      }
    }
  }
  return f32x4.max(f32x4.max(a, b), f32x4.max(c, d));
}

/** The largest lane of each of four vectors. */
// @ts-ignore: decorator
@inline
function most4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.max(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.max(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.max(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** The largest of each column over these rows, their signs changed by `sign` meanwhile. */
function mostAlong(x: usize, r0: i32, r0Row: usize, r1: i32, r1Row: usize, first: usize, last: usize, sign: v128): void {
  memory.copy(first, x, last - first);
  for (let i: i32 = 0; i < r0; i++) {
    for (let j: i32 = 0; j < r1; j++) {
      let from = x + <usize> i * r0Row + <usize> j * r1Row, at = first;
      for (; at + 32 <= last; at += 32) {
        const low = more(v128.load(at), v128.load(from), sign), high = more(v128.load(at, 16), v128.load(from, 16), sign);
        v128.store(at, low);
        v128.store(at, high, 16);
        from += 32;
      }
      if (at < last) v128.store(at, more(v128.load(at), v128.load(from), sign));
    }
  }
}

// @ts-ignore: decorator
@inline
function more(a: v128, b: v128, sign: v128): v128 {
  return v128.xor(f32x4.max(v128.xor(a, sign), v128.xor(b, sign)), sign);
}
