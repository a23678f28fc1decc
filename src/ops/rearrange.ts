/**
 * rearrange: a part of a tensor under its axes in another order, with zeros where it reaches past the tensor's ends. It is
 * slice, pad and transpose in one, and its own gradient: y[i] = x[j] with j[axes[k]] = i[k] + starts[k], else 0.
 * Shapes: x of 1 to 4 axes → y [sizes], of as many.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { columnsOf, formatShape, pitchOf, rowsOf, type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node, requireNode } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";

/** Lists of numbers, such as `1,0`, with a number for each axis of the result. */
type RearrangeAttrs = {
  /** Which axis of x each one is. */
  readonly axes: string;
  /** Where in x it starts; below 0 there are zeros in front. */
  readonly starts: string;
  readonly sizes: string;
};

const MOST_AXES = 4;

function numbersOf({ axes, starts, sizes }: RearrangeAttrs) {
  const [order, from, size] = [axes, starts, sizes].map((text) => text.split(",").map(Number));
  return { axes: order!, starts: from!, sizes: size! };
}

function isPermutation(axes: readonly number[], count: number): boolean {
  return axes.length === count && axes.toSorted((a, b) => a - b).every((axis, i) => axis === i);
}

/** Elements from one position along each axis to the next. */
function stridesOf(shape: Shape): readonly number[] {
  return shape.map((_size, axis) =>
    axis === shape.length - 1 ? 1 : sizeOf(shape.slice(axis + 1, -1)) * pitchOf(shape)
  );
}

/**
 * What the kernels need of each axis of the result, outermost of four first: its size, elements of x from one position to
 * the next, and where what lies in x begins and ends. `base` is where in x the result's first element would be.
 */
function layoutOf({ inputs: [x], output, attrs }: CallTypes<RearrangeAttrs>) {
  const { axes, starts } = numbersOf(attrs), strides = stridesOf(x!.shape);
  const own = output.shape.map((size, k) => {
    const start = starts[k]!, stride = strides[axes[k]!]!;
    return {
      size,
      stride,
      from: Math.max(0, -start),
      to: Math.min(size, x!.shape[axes[k]!]! - start),
      base: start * stride,
    };
  });
  const none = { size: 1, stride: 0, from: 0, to: 1, base: 0 };
  const all = [...Array.from({ length: MOST_AXES - own.length }, () => none), ...own];
  return { all, base: all.reduce((sum, { base }) => sum + base, 0) };
}

export const rearrangeOp: Op<RearrangeAttrs> = {
  name: "rearrange",
  operands: ["x"],
  infer([x], attrs) {
    const { axes, starts, sizes } = numbersOf(attrs), { dtype, shape } = x!;
    fits(
      dtype === "f32" && shape.length >= 1 && shape.length <= MOST_AXES,
      "rearrange",
      [x!],
      "it must be f32 values of 1 to 4 axes",
    );
    fits(
      isPermutation(axes, shape.length) && sizes.length === shape.length && starts.length === shape.length,
      "rearrange",
      [x!],
      `the axes ${formatShape(axes)} are not its axes in some order`,
    );
    return tensorType("f32", sizes);
  },
  grad({ inputs: [x], attrs }, dOutput) {
    const { axes, starts } = numbersOf(attrs as RearrangeAttrs), { shape } = x!.type;
    const back = shape.map((_size, axis) => axes.indexOf(axis));
    return [rearranged(dOutput, {
      axes: back,
      starts: back.map((k) => -starts[k]!),
      sizes: shape,
      label: gradientLabel(x!),
    })];
  },
  reference({ inputs: [x], output, attrs }) {
    const { axes, starts, sizes } = numbersOf(attrs), shape = x!.type.shape, strides = stridesOf(shape);
    const index = new Array<number>(sizes.length).fill(0), count = sizeOf(sizes), columns = columnsOf(sizes);
    for (let i = 0; i < count; i++) {
      let at = 0, isInside = true;
      for (let k = sizes.length - 1, rest = i; k >= 0; k--) {
        index[k] = rest % sizes[k]!;
        rest = Math.floor(rest / sizes[k]!);
        const j = index[k]! + starts[k]!;
        isInside &&= j >= 0 && j < shape[axes[k]!]!;
        at += j * strides[axes[k]!]!;
      }
      output.data[Math.floor(i / columns) * output.pitch + i % columns] = isInside ? x!.data[at]! : 0;
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl(types) {
    const { all, base } = layoutOf(types);
    return {
      overrides: {
        ROWS: rowsOf(types.output.shape),
        BASE: base,
        ...Object.fromEntries(
          all.flatMap(({ size, stride, from, to }, k) => [
            [`SIZE_${k}`, size],
            [`STRIDE_${k}`, stride],
            [`FROM_${k}`, from],
            [`TO_${k}`, to],
          ]),
        ),
      },
      workgroups: flatGrid(vectorsOf(types.output)),
    };
  },
  wasm(types) {
    const { all, base } = layoutOf(types);
    return {
      units: rowsOf(types.output.shape),
      args: [...all.flatMap(({ size, stride, from, to }) => [size, stride, from, to]), base],
    };
  },
  cases: [
    rearrangeCase([1, 1], [0, 1], [0, 0], [1, 1]),
    rearrangeCase([13], [0], [5], [7]),
    rearrangeCase([7], [0], [-3], [13]),
    rearrangeCase([7, 13], [0, 1], [2, 3], [4, 7]),
    rearrangeCase([7, 13], [0, 1], [-2, -5], [11, 23]),
    rearrangeCase([7, 13], [0, 1], [-2, 6], [5, 13]),
    rearrangeCase([7, 13], [1, 0], [0, 0], [13, 7]),
    rearrangeCase([128, 784], [1, 0], [0, 0], [784, 128], true),
    rearrangeCase([128, 784], [0, 1], [0, 5], [128, 390], true),
    rearrangeCase([3, 5, 7], [2, 0, 1], [0, 0, 0], [7, 3, 5]),
    rearrangeCase([3, 5, 7], [1, 2, 0], [1, -2, 0], [3, 11, 3]),
    rearrangeCase([2, 3, 5, 7], [0, 3, 1, 2], [0, 0, 0, 0], [2, 7, 3, 5]),
    rearrangeCase([2, 3, 5, 7], [3, 2, 1, 0], [0, 0, 0, 0], [7, 5, 3, 2]),
    rearrangeCase([2, 3, 5, 6], [0, 1, 2, 3], [0, -1, 1, 2], [2, 5, 3, 3]),
    rearrangeCase([11385, 5], [0, 1], [0, 1], [11385, 3]),
    rearrangeCase([11385, 3], [1, 0], [0, 7], [3, 11371]),
  ],
};

function rearrangeCase(
  shape: Shape,
  axes: readonly number[],
  starts: readonly number[],
  sizes: Shape,
  bench = false,
): OpCase<RearrangeAttrs> {
  return {
    label: `${formatShape(sizes)} of ${formatShape(shape)} from ${starts}, axes ${axes}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { axes: axes.join(), starts: starts.join(), sizes: sizes.join() },
    bench,
  };
}

interface Rearranged {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly sizes: Shape;
  readonly label?: string | undefined;
}

/** `x` itself where nothing would change. */
function rearranged(x: Node, { axes, starts, sizes, label }: Rearranged): Node {
  const { shape } = x.type;
  const isSame = axes.every((axis, k) => axis === k && starts[k] === 0 && sizes[k] === shape[k]);
  if (isSame) return x;
  return node(rearrangeOp, [x], { axes: axes.join(), starts: starts.join(), sizes: sizes.join() }, label);
}

/** Settings of `slice`. */
export interface SliceOptions {
  /** Which axis is cut, counted from 0. Default the last. */
  readonly axis?: number;
  /** The first position that stays. Default 0. */
  readonly start?: number;
  /** How many stay. Default all from `start`. */
  readonly size?: number;
}

/** Settings of `pad`. */
export interface PadOptions {
  /** Which axis grows, counted from 0. Default the last. */
  readonly axis?: number;
  /** Zeros in front. Default 0. */
  readonly before?: number;
  /** Zeros behind. Default 0. */
  readonly after?: number;
}

/** The axis of an option; throws where the shape has none of it. */
export function chosenAxis(called: string, shape: Shape, axis: number | undefined): number {
  const chosen = axis ?? shape.length - 1;
  require(
    Number.isInteger(chosen) && chosen >= 0 && chosen < shape.length,
    () => `The axis of ${called}() is counted from 0, and ${formatShape(shape)} has no axis ${shown(axis)}`,
  );
  return chosen;
}

/** What a slice of this shape starts with and how long it is; throws where it reaches past the end. */
export function sliceOf(shape: Shape, options: SliceOptions): Required<SliceOptions> {
  checkOptions("slice", options, { axis: true, start: true, size: true });
  const axis = chosenAxis("slice", shape, options.axis), length = shape[axis]!;
  const { start = 0, size = length - start } = options;
  require(
    Number.isInteger(start) && Number.isInteger(size) && start >= 0 && size >= 1 && start + size <= length,
    () =>
      `Cannot slice ${shown(size)} from ${shown(start)} on out of axis ${axis} of ${
        formatShape(shape)
      }, which has ${length}`,
  );
  return { axis, start, size };
}

/** What is put around a tensor of this shape. */
export function padOf(shape: Shape, options: PadOptions): Required<PadOptions> {
  checkOptions("pad", options, { axis: true, before: true, after: true });
  const axis = chosenAxis("pad", shape, options.axis), { before = 0, after = 0 } = options;
  require(
    [before, after].every((count) => Number.isInteger(count) && count >= 0),
    () => `pad() puts 0 or more zeros before and after, got ${shown(before)} and ${shown(after)}`,
  );
  return { axis, before, after };
}

/** The shape of a window along one axis. */
export function resized(shape: Shape, axis: number, size: number): Shape {
  return shape.map((old, at) => at === axis ? size : old);
}

/** Node for the positions from `start` on along an axis of `x`, or with zeros where they reach past its ends. */
export function windowNode(
  x: Node,
  { axis, start, size, label }: {
    readonly axis: number;
    readonly start: number;
    readonly size: number;
    readonly label?: string;
  },
): Node {
  requireNode(x);
  const { shape } = x.type;
  return rearranged(x, {
    axes: shape.map((_size, at) => at),
    starts: shape.map((_size, at) => at === axis ? start : 0),
    sizes: resized(shape, axis, size),
    label,
  });
}

/** The shape under axes in another order; throws where they are not all of them. */
export function transposedShape(shape: Shape, axes: readonly number[]): Shape {
  require(
    Array.isArray(axes) && isPermutation(axes, shape.length),
    () =>
      `transpose() takes all axes of ${formatShape(shape)} in the order that they shall have, such as [${
        shape.map((_size, axis) => axis).reverse()
      }], got ${shown(axes)}`,
  );
  return axes.map((axis) => shape[axis]!);
}

/** Node for `x` under its axes in another order. */
export function transposeNode(x: Node, axes: readonly number[], label?: string): Node {
  requireNode(x);
  const sizes = transposedShape(x.type.shape, axes);
  return rearranged(x, { axes, starts: axes.map(() => 0), sizes, label });
}
