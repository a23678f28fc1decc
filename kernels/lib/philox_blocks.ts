// Eight blocks of Philox4x32-10 at a time, a block per lane: the same words as in src/core/random.ts. Two groups of four go side
// by side, because each product of a round waits for the round before.

/** Upper halves of two pairs of 64-bit products. */
// @ts-ignore: decorator
@inline
function upper(first: v128, last: v128): v128 {
  return v128.shuffle<i32>(first, last, 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function lower(first: v128, last: v128): v128 {
  return v128.shuffle<i32>(first, last, 0, 2, 4, 6);
}

/** Writes the 16 words of four blocks, given word by word, block after block. */
// @ts-ignore: decorator
@inline
function putBlocks(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(ab23, cd23, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(ab23, cd23, 1, 3), 48);
}

/** Writes the 32 words of the blocks with counters [first … first + 7, c1, c2, c3], block after block. */
export function philoxBlocks(first: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, to: usize): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  let a = i32x4.add(i32x4.splat(<i32> first), i32x4(0, 1, 2, 3)), b = i32x4.splat(<i32> c1);
  let c = i32x4.splat(<i32> c2), d = i32x4.splat(<i32> c3);
  let e = i32x4.add(a, i32x4.splat(4)), f = b, g = c, h = d;
  for (let round = 0; round < 10; round++) {
    const key0 = i32x4.splat(<i32> k0), key1 = i32x4.splat(<i32> k1);
    const aFirst = i64x2.extmul_low_i32x4_u(a, m0), aLast = i64x2.extmul_high_i32x4_u(a, m0);
    const eFirst = i64x2.extmul_low_i32x4_u(e, m0), eLast = i64x2.extmul_high_i32x4_u(e, m0);
    const cFirst = i64x2.extmul_low_i32x4_u(c, m1), cLast = i64x2.extmul_high_i32x4_u(c, m1);
    const gFirst = i64x2.extmul_low_i32x4_u(g, m1), gLast = i64x2.extmul_high_i32x4_u(g, m1);
    a = v128.xor(v128.xor(upper(cFirst, cLast), b), key0);
    e = v128.xor(v128.xor(upper(gFirst, gLast), f), key0);
    b = lower(cFirst, cLast);
    f = lower(gFirst, gLast);
    c = v128.xor(v128.xor(upper(aFirst, aLast), d), key1);
    g = v128.xor(v128.xor(upper(eFirst, eLast), h), key1);
    d = lower(aFirst, aLast);
    h = lower(eFirst, eLast);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  putBlocks(to, a, b, c, d);
  putBlocks(to + 64, e, f, g, h);
}
