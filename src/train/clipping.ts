/** Clipping: gradients that are too large are made smaller before the optimizer sees them. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Node } from "../ir/node.ts";
import { clipNorm } from "../ops/clip_norm.ts";
import { clipValue } from "../ops/clip_value.ts";
import { requireNumber } from "../optim/optimizer.ts";

/** One of the two. What is clipped is the gradient of the batch's loss, penalties included, before any weight decay. */
export interface ClipOptions {
  /**
   * All gradients together, as one vector, are scaled to this length where they are longer, as by
   * `torch.nn.utils.clip_grad_norm_`. Those of frozen layers do not count.
   */
  readonly norm?: number;
  /** Each value of a gradient is held within ±this, as by `torch.nn.utils.clip_grad_value_`. */
  readonly value?: number;
}

/** Throws when it is neither one nor the other, or out of range. */
export function checkClip(clip: ClipOptions): void {
  checkOptions("clip", clip, { norm: true, value: true });
  const { norm, value } = clip;
  require(
    (norm === undefined) !== (value === undefined),
    () =>
      `Gradients are clipped by their norm or by value, got ${
        norm === undefined ? "neither" : "both"
      }: give { norm: 1 } or { value: 0.5 }`,
  );
  if (norm !== undefined) requireNumber("norm to clip to", norm, 0, Infinity);
  if (value !== undefined) requireNumber("value to clip to", value, 0, Infinity);
}

/** The gradients' arena, clipped in place. */
export function clipped(grads: Node, { norm, value }: ClipOptions = {}): Node {
  if (norm !== undefined) return clipNorm(grads, norm);
  return value === undefined ? grads : clipValue(grads, value);
}

/** In words that can be compared. */
export function clipText({ norm, value }: ClipOptions): string {
  return norm === undefined ? `value ${value}` : `norm ${norm}`;
}
