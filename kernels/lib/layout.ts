// The layout that all kernels share; see src/core/tensor.ts and src/core/step.ts.

/** Bytes of a row of `columns` f32 or u32 elements, padded to a multiple of four. */
// @ts-ignore: decorator
@inline
export function pitchBytes(columns: i32): usize {
  return <usize> ((columns + 3) & ~3) << 2;
}

// @ts-ignore: decorator
@inline
export function stepStart(step: usize): usize {
  return <usize> load<u32>(step);
}

// @ts-ignore: decorator
@inline
export function stepCount(step: usize): i32 {
  return <i32> load<u32>(step, 4);
}

// @ts-ignore: decorator
@inline
export function stepSlot(step: usize): usize {
  return <usize> load<u32>(step, 8);
}

// @ts-ignore: decorator
@inline
export function stepNumber(step: usize): u32 {
  return load<u32>(step, 12);
}

// @ts-ignore: decorator
@inline
export function stepSeedLow(step: usize): u32 {
  return load<u32>(step, 16);
}

// @ts-ignore: decorator
@inline
export function stepSeedHigh(step: usize): u32 {
  return load<u32>(step, 20);
}

// @ts-ignore: decorator
@inline
export function stepWeight(step: usize): f32 {
  return load<f32>(step, 24);
}

/** Scalar `index` of the optimizer, as four equal lanes. */
// @ts-ignore: decorator
@inline
export function stepScalar(step: usize, index: usize): v128 {
  return v128.load_splat<f32>(step + (index << 2), 32);
}

/** Where this thread may keep its own intermediate values. */
let scratchAt: usize = 0;

export function setScratch(at: usize): void {
  scratchAt = at;
}

// @ts-ignore: decorator
@inline
export function scratch(): usize {
  return scratchAt;
}

/**
 * Whether the engine joins two neighbouring 128-bit vectors into one of 256 bits. Then sums, loads and stores are laid
 * out in pairs, twice as many as there would be registers for without.
 */
let joins: i32 = 0;

export function setJoins(on: i32): void {
  joins = on;
}

// @ts-ignore: decorator
@inline
export function joinsVectors(): bool {
  return joins != 0;
}

/** Row i of a batch gathered from a byte table [R,D] by an order; see gather.ts. */
// @ts-ignore: decorator
@inline
export function byteRow(table: usize, order: usize, step: usize, i: i32, m: i32, columns: i32, whole: i32): usize {
  const start: usize = whole ? <usize> 0 : stepStart(step), last = (whole ? m : stepCount(step)) - 1;
  const row = <usize> load<u32>(order + ((start + <usize> min<i32>(i, last)) << 2));
  return table + row * <usize> ((columns + 3) & ~3);
}
