// gather: X[i,:] = scale · table[order[start + min(i, count-1)],:], with the step's start and count.
// table u8 [R,D], order u32 [L] → X [M,D].   Split: rows. With `whole`, start is 0 and count is M.
import { stepCount, stepStart } from "./lib/layout";

export function gather(
  begin: i32,
  end: i32,
  table: usize,
  order: usize,
  x: usize,
  step: usize,
  m: i32,
  pitch: i32,
  scale: f32,
  whole: i32,
): void {
  const start: usize = whole ? <usize> 0 : stepStart(step), last = (whole ? m : stepCount(step)) - 1;
  const factor = f32x4.splat(scale), rowBytes = <usize> pitch;
  for (let i = begin; i < end; i++) {
    const row = <usize> load<u32>(order + ((start + <usize> min<i32>(i, last)) << 2));
    let from = table + row * rowBytes, to = x + (<usize> i * rowBytes << 2);
    const stop = from + rowBytes;
    for (; from + 16 <= stop; from += 16, to += 64) {
      const low = v128.load_ext<u8>(from), high = v128.load_ext<u8>(from + 8);
      v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), factor));
      v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), factor), 16);
      v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), factor), 32);
      v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), factor), 48);
    }
    for (; from < stop; from += 4, to += 16) {
      const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(from));
      v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(bytes)), factor));
    }
  }
}
