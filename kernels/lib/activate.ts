// Activations of whole rows, after the sums are there.
import { pitchBytes } from "./layout";
import { activate4, IDENTITY, RELU, SIGMOID, TANH } from "./math";
import { clearRowPads } from "./rows";

/** Rows [begin, end) of Y ← f(Y), with pads of zero. Traps at an activation that it does not know. */
export function activateRows(begin: i32, end: i32, y: usize, n: i32, activation: i32): void {
  const yRow = pitchBytes(n), from = y + <usize> begin * yRow, to = y + <usize> end * yRow;
  if (activation == RELU) relu(from, to);
  else if (activation == SIGMOID) sigmoid(from, to);
  else if (activation == TANH) tanh(from, to);
  else if (activation != IDENTITY) unreachable();
  clearRowPads(begin, end, y, yRow, n);
}

// A function for each, so that no loop asks which activation it is.
function relu(from: usize, to: usize): void {
  along(from, to, RELU);
}

function sigmoid(from: usize, to: usize): void {
  along(from, to, SIGMOID);
}

function tanh(from: usize, to: usize): void {
  along(from, to, TANH);
}

/** Values from `from` to `to`; rows lie one behind the other. */
// @ts-ignore: decorator
@inline
function along(from: usize, to: usize, activation: i32): void {
  let at = from;
  for (; at + 32 <= to; at += 32) {
    const low = activate4(v128.load(at), activation), high = activate4(v128.load(at, 16), activation);
    v128.store(at, low);
    v128.store(at, high, 16);
  }
  if (at < to) v128.store(at, activate4(v128.load(at), activation));
}
