/** Geometries that the three convolution ops are tested with. */
import { formatShape, type Shape } from "../core/tensor.ts";
import { type ConvAttrs, convAttrs } from "./_conv.ts";

/** A geometry that the three ops are tested with. */
export interface ConvCase {
  readonly x: Shape;
  readonly weights: Shape;
  readonly attrs: ConvAttrs;
  readonly label: string;
  readonly bench: boolean;
}

function convCase(
  x: Shape,
  window: readonly [number, number],
  filters: number,
  { bench = false, ...changed }: Partial<ConvAttrs> & { readonly bench?: boolean } = {},
): ConvCase {
  const settings = Object.entries(changed).map(([key, value]) => ` ${key} ${value}`).join("");
  const label = `${formatShape(x)} ⋆ ${filters}@${window.join("×")}${settings}`;
  const attrs = convAttrs(changed), weights = [...window, (x[3] ?? 1) / (attrs.groups ?? 1), filters];
  return { x, weights, attrs, label, bench };
}

export const CONV_CASES: readonly ConvCase[] = [
  convCase([1, 1, 1], [1, 1], 1),
  convCase([1, 1, 1, 1], [1, 1], 5),
  convCase([128, 28, 28], [9, 9], 15, { bench: true }),
  convCase([128, 10, 10, 15], [5, 5], 20, { bench: true }),
  convCase([3, 28, 28], [9, 9], 15, { flip: true }),
  convCase([1, 10, 10, 15], [5, 5], 20, { flip: true }),
  convCase([2, 11, 11], [11, 11], 7),
  convCase([2, 12, 13, 3], [11, 11], 13),
  convCase([5, 6, 7, 5], [6, 7], 11),
  convCase([2, 9, 8, 7], [1, 1], 17),
  convCase([3, 9, 11, 2], [2, 3], 6, { strideY: 3, strideX: 4 }),
  convCase([2, 13, 10, 4], [3, 3], 8, {
    strideY: 2,
    strideX: 2,
    padTop: 1,
    padBottom: 1,
    padLeft: 1,
    padRight: 1,
  }),
  convCase([2, 7, 7, 3], [3, 5], 4, { padTop: 1, padBottom: 2, padLeft: 4, padRight: 0, flip: true }),
  convCase([2, 5, 6], [3, 3], 24, { strideX: 2, padTop: 3, padBottom: 3, padLeft: 3, padRight: 3 }),
  convCase([7, 4, 4, 1], [3, 3], 3, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }),
  convCase([2, 8, 8, 16], [3, 3], 37, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1, bench: true }),
  convCase([1, 20, 3, 33], [4, 2], 2, { strideY: 3 }),
  convCase([11385, 3, 4], [2, 3], 5),
  // Filters of a block of 16 and a part of one.
  convCase([2, 6, 5, 6], [2, 3], 20, { strideY: 2, padLeft: 1 }),
  convCase([3, 5, 6, 4], [3, 2], 28),
  // Images and filters of whole blocks of 16 channels.
  convCase([32, 16, 16, 32], [3, 3], 32, {
    padTop: 1,
    padBottom: 1,
    padLeft: 1,
    padRight: 1,
    bench: true,
  }),
  convCase([3, 9, 7, 16], [3, 3], 32, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1, flip: true }),
  convCase([2, 5, 7, 16], [1, 2], 48, { strideY: 3, strideX: 2, padLeft: 1 }),
  convCase([2, 5, 6, 16], [3, 3], 16),
  convCase([4, 7, 6, 24], [3, 3], 32),
  convCase([5, 6, 9, 32], [3, 3], 16, { padTop: 2, padBottom: 1, padLeft: 0, padRight: 2, flip: true }),
  convCase([2, 6, 7, 32], [3, 2], 16, { strideY: 2, strideX: 2, padTop: 1, padLeft: 2, flip: true }),
  // With gaps or groups: groups of whole vectors, of one channel (depthwise), and across vectors.
  convCase([2, 9, 8, 3], [3, 2], 5, { dilationY: 2, dilationX: 3 }),
  convCase([3, 9, 10], [3, 3], 6, { dilationY: 3, padTop: 2, padLeft: 1, flip: true }),
  convCase([2, 11, 12], [3, 2], 1, { dilationX: 4, strideY: 2, strideX: 3, padRight: 3 }),
  convCase([2, 7, 9, 16], [3, 3], 8, { groups: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }),
  convCase([1, 8, 7, 13], [3, 3], 13, { groups: 13, strideY: 2, padTop: 1, padLeft: 2, flip: true }),
  convCase([2, 6, 7, 5], [2, 3], 15, { groups: 5, dilationY: 2, strideX: 2, padBottom: 3 }),
  convCase([2, 6, 5, 6], [3, 3], 9, { groups: 3, padTop: 2, padBottom: 1, padRight: 1 }),
  convCase([3, 5, 12, 14], [1, 3], 2, { groups: 2, dilationX: 2, strideX: 2, padLeft: 3, padRight: 4 }),
  convCase([2, 8, 13, 24], [3, 3], 48, { groups: 2, strideX: 1 }),
  convCase([32, 16, 16, 32], [3, 3], 32, {
    groups: 32,
    padTop: 1,
    padBottom: 1,
    padLeft: 1,
    padRight: 1,
    bench: true,
  }),
  convCase([11385, 2, 2, 2], [2, 2], 2, { groups: 2, padTop: 1 }),
];
