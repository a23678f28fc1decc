/**
 * reduce: sums, means, maxima or minima over chosen axes: y[k] = Σ x, (1/n) Σ x, max x or min x. Each result is put together in one
 * fixed order, whatever the number of threads.
 * Shapes: x of 1 to 4 axes → y of those that are not reduced; with `keepAxes`, those that are have size 1.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { type Node, node } from "../ir/node.ts";
import type { Reduction } from "./_reduce_kernel.ts";
import { reduceOp } from "./map.ts";

export { reduceOp };

/** Options of `reduceSum`, `reduceMean`, `reduceMax` and `reduceMin`. */
export interface ReduceOptions {
  /** Which axes go, counted from 0. */
  readonly axes: readonly number[];
  /** Leave them with size 1, so that the result fits what it was made of. Default false. */
  readonly keepAxes?: boolean;
  /** What a reader calls the value. Default `reduce`. */
  readonly label?: string;
}

function reduced(called: string, kind: Reduction, x: Node, options: ReduceOptions): Node {
  checkOptions(called, options, { axes: true, keepAxes: true, label: true });
  const { axes, keepAxes = false, label } = options;
  require(
    Array.isArray(axes) && axes.length > 0,
    () => `${called}() takes the axes that it reduces, such as { axes: [1] }, got ${shown(axes)}`,
  );
  const sorted = axes.toSorted((a, b) => a - b).join();
  return node(reduceOp, [x], { kind, axes: sorted, keep: keepAxes && sorted }, label);
}

/**
 * Node for the sums of `x` over `axes`. Throws `DescentError` where it does not have them.
 *
 * @example The length of each row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leaf, map, reduceSum } from "descent";
 * const x = leaf("input", "x", [32, 10]);
 * const squares = reduceSum(map([x], (value) => value.square()), { axes: [1] });
 * const lengths = map([squares], (sum) => sum.sqrt());
 * assertEquals(lengths.type.shape, [32]);
 * ```
 */
export function reduceSum(x: Node, options: ReduceOptions): Node {
  return reduced("reduceSum", "sum", x, options);
}

/**
 * Node for the means of `x` over `axes`; see `reduceSum`.
 *
 * @example Rows less their mean
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leaf, map, reduceMean } from "descent";
 * const x = leaf("input", "x", [32, 10]);
 * const means = reduceMean(x, { axes: [1], keepAxes: true }); // [32,1]
 * const centred = map([x, means], (value, mean) => value.sub(mean));
 * assertEquals(centred.type.shape, [32, 10]);
 * ```
 */
export function reduceMean(x: Node, options: ReduceOptions): Node {
  return reduced("reduceMean", "mean", x, options);
}

/**
 * Node for the largest of `x` over `axes`: NaN where one is. Equal ones share the gradient. See `reduceSum`.
 *
 * @example Exponentials that cannot overflow
 * ```ts
 * import { leaf, map, reduceMax } from "descent";
 * const logits = leaf("input", "logits", [32, 10]);
 * const largest = reduceMax(logits, { axes: [1], keepAxes: true }); // [32,1]
 * const shares = map([logits, largest], (z, most) => z.sub(most).exp());
 * ```
 */
export function reduceMax(x: Node, options: ReduceOptions): Node {
  return reduced("reduceMax", "max", x, options);
}

/**
 * Node for the smallest of `x` over `axes`: NaN where one is. Equal ones share the gradient. See `reduceSum`.
 *
 * @example Values from 0 to 1
 * ```ts
 * import { leaf, map, reduceMax, reduceMin } from "descent";
 * const x = leaf("input", "x", [32, 10]);
 * const least = reduceMin(x, { axes: [1], keepAxes: true }), most = reduceMax(x, { axes: [1], keepAxes: true });
 * const scaled = map([x, least, most], (value, low, high) => value.sub(low).div(high.sub(low)));
 * ```
 */
export function reduceMin(x: Node, options: ReduceOptions): Node {
  return reduced("reduceMin", "min", x, options);
}
