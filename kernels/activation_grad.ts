// activation_grad: dX = dY ∘ f′, where f′ follows from y = f(x).   dY, y → dX, of one shape.
// Split: vectors of four elements. Pads stay zero, since those of dY are.
import { RELU, SIGMOID, TANH } from "./lib/math";

export function activation_grad(begin: i32, end: i32, dY: usize, y: usize, dX: usize, activation: i32): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    const gradient = v128.load(dY + at), value = v128.load(y + at);
    let slope = one;
    if (activation == RELU) slope = v128.and(one, f32x4.gt(value, zero));
    else if (activation == SIGMOID) slope = f32x4.mul(value, f32x4.sub(one, value));
    else if (activation == TANH) slope = f32x4.sub(one, f32x4.mul(value, value));
    v128.store(dX + at, f32x4.mul(gradient, slope));
  }
}
