// Indices as float32, rows of `length` with pads.
import { pitchBytes } from "./layout";

/** The whole number from 0 below `rows` that index i is, or -1. */
// @ts-ignore: decorator
@inline
export function rowAt(x: usize, i: i32, length: i32, rows: i32): i32 {
  const line = i / length, index = load<f32>(x + <usize> line * pitchBytes(length) + (<usize> (i - line * length) << 2));
  // Also false for NaN.
  if (!(index >= 0 && index < <f32> rows)) return -1;
  const row = <i32> index;
  return <f32> row == index ? row : -1;
}
