// Copying and clearing runs of f32 elements, which may begin anywhere: a vector at a time, then one by one.

// @ts-ignore: decorator
@inline
export function copyRun(source: usize, target: usize, count: i32): void {
  const last = target + (<usize> count << 2);
  let from = source, to = target;
  for (; to + 16 <= last; from += 16, to += 16) v128.store(to, v128.load(from));
  for (; to < last; from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** Writes zeros from `target` to `last`. */
// @ts-ignore: decorator
@inline
export function clearRun(target: usize, last: usize): void {
  let to = target;
  for (; to + 16 <= last; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < last; to += 4) store<f32>(to, 0);
}
