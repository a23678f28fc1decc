// Four blocks of Philox4x32-10 at a time, a block per lane: the same words as philox.ts, sooner.

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

/** Writes the 16 words of the blocks with counters [first … first + 3, c1, c2, c3], block after block. */
export function philoxBlocks(first: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32, to: usize): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  let a = i32x4.add(i32x4.splat(<i32> first), i32x4(0, 1, 2, 3)), b = i32x4.splat(<i32> c1);
  let c = i32x4.splat(<i32> c2), d = i32x4.splat(<i32> c3);
  for (let round = 0; round < 10; round++) {
    const aFirst = i64x2.extmul_low_i32x4_u(a, m0), aLast = i64x2.extmul_high_i32x4_u(a, m0);
    const cFirst = i64x2.extmul_low_i32x4_u(c, m1), cLast = i64x2.extmul_high_i32x4_u(c, m1);
    a = v128.xor(v128.xor(upper(cFirst, cLast), b), i32x4.splat(<i32> k0));
    b = lower(cFirst, cLast);
    c = v128.xor(v128.xor(upper(aFirst, aLast), d), i32x4.splat(<i32> k1));
    d = lower(aFirst, aLast);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(ab23, cd23, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(ab23, cd23, 1, 3), 48);
}
