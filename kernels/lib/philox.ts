// Philox4x32-10, as in src/core/random.ts: the same words for the same counter and key.

// @ts-ignore: decorator
@inline
function multiplyHigh(a: u32, b: u32): u32 {
  return <u32> ((<u64> a * <u64> b) >> 32);
}

/** The four words of the block with this counter and key, as lanes. */
export function philox4x32(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): v128 {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0), low0 = c0 * 0xd2511f53;
    const high1 = multiplyHigh(0xcd9e8d57, c2), low1 = c2 * 0xcd9e8d57;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return i32x4.replace_lane(
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(<i32> c0), 1, <i32> c1), 2, <i32> c2),
    3,
    <i32> c3,
  );
}
