/** Geometries that the four pooling ops are tested with. */
import { formatShape, type Shape } from "../core/tensor.ts";
import { type PoolAttrs, poolAttrs, type PoolOptions, poolSizes } from "./_pool.ts";

/** A geometry that the four ops are tested with. */
export interface PoolCase {
  readonly x: Shape;
  readonly y: Shape;
  readonly attrs: PoolAttrs;
  readonly label: string;
  readonly bench: boolean;
  /** Also test it with equal values in a window. */
  readonly ties: boolean;
}

type CaseOptions = Omit<PoolOptions, "window" | "sharesTies" | "label"> & {
  readonly bench?: boolean;
  readonly ties?: boolean;
};

function poolCase(
  x: Shape,
  window: readonly [number, number],
  { stride = window, bench = false, ties = false, ...others }: CaseOptions = {},
): PoolCase {
  const attrs = poolAttrs({ window, stride, ...others }), { oh, ow } = poolSizes(x, attrs);
  const settings = Object.entries(others).map(([key, value]) => ` ${key} ${value}`).join("");
  const label = `${formatShape(x)} by ${window.join("×")} every ${stride.join("×")}${settings}`;
  return { x, y: [x[0]!, oh, ow, x[3]!], attrs, label, bench, ties };
}

export const POOL_CASES: readonly PoolCase[] = [
  poolCase([1, 1, 1, 1], [1, 1]),
  poolCase([128, 20, 20, 15], [2, 2], { bench: true }),
  poolCase([128, 6, 6, 20], [2, 2], { bench: true }),
  poolCase([3, 7, 9, 5], [2, 2], { ties: true }),
  poolCase([2, 5, 4, 1], [2, 2]),
  poolCase([5, 2, 2, 13], [2, 2]),
  poolCase([1, 6, 6, 17], [2, 2]),
  poolCase([3, 5, 6, 7], [1, 1]),
  poolCase([2, 9, 8, 3], [1, 1], { stride: [4, 3] }),
  poolCase([2, 6, 7, 5], [6, 7], { ties: true }),
  poolCase([1, 11, 11, 3], [11, 11]),
  poolCase([2, 13, 12, 2], [11, 11], { stride: [1, 1] }),
  poolCase([2, 9, 11, 6], [2, 3], { stride: [4, 5] }),
  poolCase([3, 9, 9, 11], [3, 3], { stride: [2, 2], ties: true }),
  poolCase([2, 6, 7, 5], [3, 3], { stride: [1, 1], ties: true }),
  poolCase([2, 5, 5, 4], [2, 2], { stride: [1, 1] }),
  poolCase([2, 6, 6, 4], [2, 2], { stride: [2, 3] }),
  poolCase([2, 8, 7, 9], [4, 2], { stride: [1, 3] }),
  poolCase([11385, 2, 3, 1], [2, 2]),
  poolCase([11385, 3, 3, 2], [2, 2], { stride: [1, 1] }),
  // Windows that lie in the padding or reach past the image.
  poolCase([2, 5, 6, 3], [2, 2], { padding: [1, 0, 1, 1], ties: true }),
  poolCase([2, 7, 6, 5], [3, 3], { stride: [2, 2], padding: [1, 1, 1, 1], ties: true }),
  poolCase([2, 7, 6, 5], [3, 3], { stride: [2, 2], padding: [1, 1, 1, 1], excludesPads: true }),
  poolCase([3, 5, 8, 2], [4, 3], { stride: [1, 3], padding: [0, 3, 2, 0], excludesPads: true }),
  poolCase([2, 5, 6, 7], [2, 2], { ceil: true, ties: true }),
  poolCase([1, 6, 8, 5], [3, 4], { stride: [2, 3], ceil: true }),
  poolCase([2, 6, 5, 4], [3, 3], { stride: [3, 4], padding: [1, 1, 1, 1], ceil: true }),
  poolCase([2, 6, 5, 4], [3, 3], { stride: [3, 4], padding: [1, 1, 1, 1], ceil: true, excludesPads: true }),
  poolCase([2, 1, 1, 6], [3, 2], { padding: [1, 1, 1, 0] }),
  poolCase([11385, 2, 2, 3], [2, 2], { padding: [1, 1, 0, 0], excludesPads: true }),
];
