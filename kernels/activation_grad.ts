// activation_grad: dX = dY ∘ f′, where f′ follows from y = f(x).   dY, y → dX, of one shape.
// Split: vectors of four elements. Pads stay zero, since those of dY are.
import { slope } from "./lib/math";

export function activation_grad(begin: i32, end: i32, dY: usize, y: usize, dX: usize, activation: i32): void {
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    v128.store(dX + at, f32x4.mul(v128.load(dY + at), slope(v128.load(y + at), activation)));
  }
}
