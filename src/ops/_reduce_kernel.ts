/** What `reduce` computes, its bound on errors and how its kernels are launched. */
import { columnsOf, pitchOf, type Shape, sizeOf, storageOf, tensorType } from "../core/tensor.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { fits, flatGrid, ROUNDING } from "./_support.ts";

/** Codes that the kernels know what is made of values by; a mean is a sum that is scaled. */
export const REDUCTION_CODE = { sum: 0, mean: 0, max: 1, min: 2 } as const;
export type Reduction = keyof typeof REDUCTION_CODE;

export type ReduceAttrs = {
  readonly kind: Reduction;
  /** Axes that are reduced, `0,2`. */
  readonly axes: string;
  /** Those of them that stay, with size 1. */
  readonly keep: string | false;
};

/** What two terms become, and what stands in the place of none. */
const add = (sum: number, term: number) => sum + term;
const JOINED = {
  sum: { join: add, first: 0 },
  mean: { join: add, first: 0 },
  max: { join: Math.max, first: -Infinity },
  min: { join: Math.min, first: Infinity },
} as const satisfies Record<Reduction, unknown>;

/** Whether a result is one of its terms. */
export function isExtreme(kind: Reduction): boolean {
  return kind === "max" || kind === "min";
}

export function axesOfReduction({ axes }: ReduceAttrs): readonly number[] {
  return axes.split(",").map(Number);
}

function resultShape(shape: Shape, attrs: ReduceAttrs): Shape {
  const axes = axesOfReduction(attrs), kept = attrs.keep === false ? [] : attrs.keep.split(",").map(Number);
  return shape.flatMap((size, axis) => !axes.includes(axis) ? [size] : kept.includes(axis) ? [1] : []);
}

/** An axis of rows: how many steps of how many elements. */
interface Walk {
  readonly size: number;
  readonly stride: number;
}

/** Rows of x as those of which each makes a result, and those that are put together: two axes each at most. */
interface ReduceLayout {
  readonly kept: readonly [outer: Walk, inner: Walk];
  readonly reduced: readonly [outer: Walk, inner: Walk];
  /** The last axis is reduced too. */
  readonly isLast: boolean;
}

const ONE: Walk = { size: 1, stride: 0 };

function layoutOf(shape: Shape, axes: readonly number[]): ReduceLayout {
  const found: { isReduced: boolean; size: number; stride: number }[] = [];
  let stride = pitchOf(shape);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    const size = shape[axis]!, isReduced = axes.includes(axis), inner = found[0];
    // Axes behind one another of which the same becomes are one.
    if (inner !== undefined && inner.isReduced === isReduced) inner.size *= size;
    else if (size > 1) found.unshift({ isReduced, size, stride });
    stride *= size;
  }
  const pair = (isReduced: boolean) => {
    const [inner = ONE, outer = ONE] = found.filter((one) => one.isReduced === isReduced).toReversed();
    return [outer, inner] as const;
  };
  return { kept: pair(false), reduced: pair(true), isLast: axes.includes(shape.length - 1) };
}

/** Where result number q (of those without pads) begins in x, as a row. */
function startOf({ kept: [outer, inner] }: ReduceLayout, q: number): number {
  return Math.floor(q / inner.size) * outer.stride + q % inner.size * inner.stride;
}

/** Puts together the terms of the result at `index` of its padded layout; `undefined` for a pad. */
function fold(
  { inputs: [x], output, attrs }: Pick<CallTypes<ReduceAttrs>, "attrs"> & {
    readonly inputs: readonly {
      readonly type: { readonly shape: Shape };
      readonly data: ArrayLike<number>;
    }[];
    readonly output: { readonly type: { readonly shape: Shape }; readonly pitch: number };
  },
  index: number,
  join: (sofar: number, term: number) => number,
  first: number,
): number | undefined {
  const { shape } = x!.type,
    layout = layoutOf(shape, axesOfReduction(attrs)),
    [outer, inner] = layout.reduced;
  const row = Math.floor(index / output.pitch), column = index % output.pitch;
  const columns = columnsOf(output.type.shape);
  if (column >= columns) return undefined;
  const start = layout.isLast ? startOf(layout, row * columns + column) : startOf(layout, row) + column;
  const terms = layout.isLast ? columnsOf(shape) : 1;
  let result = first;
  for (let i = 0; i < outer.size; i++) {
    for (let j = 0; j < inner.size; j++) {
      const from = start + i * outer.stride + j * inner.stride;
      for (let c = 0; c < terms; c++) result = join(result, x!.data[from + c]!);
    }
  }
  return result;
}

/** How many terms make one result. */
export function termsOf(shape: Shape, attrs: ReduceAttrs): number {
  return axesOfReduction(attrs).reduce((product, axis) => product * shape[axis]!, 1);
}

/** All of the op but its gradient. */
export function reduceKernel(): Omit<Op<ReduceAttrs>, "grad"> {
  const scaleOf = (shape: Shape, attrs: ReduceAttrs) => attrs.kind === "mean" ? 1 / termsOf(shape, attrs) : 1;
  return {
    name: "reduce",
    operands: ["x"],
    infer(inputs, attrs) {
      const { shape, dtype } = inputs[0]!, axes = axesOfReduction(attrs), rank = shape.length;
      fits(dtype === "f32" && rank >= 1 && rank <= 4, "reduce", inputs, "it must be f32 of 1 to 4 axes");
      const fit = axes.every((axis, i) =>
        Number.isInteger(axis) && axis < rank && axis > (axes[i - 1] ?? -1)
      );
      fits(
        fit,
        "reduce",
        inputs,
        `axes [${axes}] must be of its axes 0 to ${rank - 1}, each once and in order`,
      );
      return tensorType("f32", resultShape(shape, attrs));
    },
    reference(call) {
      const { output, attrs, inputs } = call, { join, first } = JOINED[attrs.kind];
      const scale = scaleOf(inputs[0]!.type.shape, attrs);
      for (let index = 0; index < output.data.length; index++) {
        const found = fold(call, index, join, first);
        if (found !== undefined) output.data[index] = scale * found;
      }
    },
    tolerance(call) {
      const { attrs, inputs } = call, { shape } = inputs[0]!.type;
      if (isExtreme(attrs.kind)) return () => 0;
      const roundings = 2 * (termsOf(shape, attrs) + 2) * ROUNDING * scaleOf(shape, attrs);
      return (index) => roundings * (fold(call, index, (sum, term) => sum + Math.abs(term), 0) ?? 0);
    },
    flops: ({ inputs: [x] }) => sizeOf(x!.shape),
    // As many threads of a workgroup for each result, or four columns of it, as have something to do.
    wgsl({ inputs: [x], output, attrs }) {
      const { shape } = x!, layout = layoutOf(shape, axesOfReduction(attrs));
      const { kept: [, k1], reduced: [r0, r1], isLast } = layout, [k0] = layout.kept;
      const vectors = pitchOf(shape) / 4, terms = r0.size * r1.size * (isLast ? vectors : 1);
      const threads = Math.min(256, 2 ** Math.ceil(Math.log2(Math.ceil(terms / 4))));
      const units = isLast ? storageOf(output.shape) : storageOf(output.shape) / 4;
      const steps = { K1: k1.size, K0_STEP: k0.stride / 4, K1_STEP: k1.stride / 4 };
      return {
        overrides: {
          ...{
            KIND: REDUCTION_CODE[attrs.kind],
            LAST: isLast ? 1 : 0,
            SCALE: scaleOf(shape, attrs),
            UNITS: units,
          },
          ...{ COLUMNS: columnsOf(shape), RESULTS: columnsOf(output.shape), ...steps },
          ...{ R0: r0.size, R1: r1.size, R0_STEP: r0.stride / 4, R1_STEP: r1.stride / 4, THREADS: threads },
        },
        workgroups: flatGrid(units * threads),
      };
    },
    wasm({ inputs: [x], output, attrs }) {
      const { shape } = x!, { kept, reduced, isLast } = layoutOf(shape, axesOfReduction(attrs));
      const [k0, k1] = kept, [r0, r1] = reduced;
      const walks = [k1.size, k0.stride, k1.stride, r0.size, r0.stride, r1.size, r1.stride];
      return {
        units: storageOf(output.shape) / 4,
        args: [
          ...[REDUCTION_CODE[attrs.kind], isLast ? 1 : 0, columnsOf(shape), columnsOf(output.shape)],
          ...[...walks, scaleOf(shape, attrs)],
        ],
      };
    },
    cases: [
      ...(["sum", "mean", "max", "min"] as const).flatMap((kind) => [
        reduceCase(kind, [1, 1], "1"),
        reduceCase(kind, [7, 13], "1"),
        reduceCase(kind, [7, 13], "0"),
        reduceCase(kind, [5, 13], "0,1"),
        reduceCase(kind, [13], "0"),
        reduceCase(kind, [3, 5, 2, 7], "1,3"),
        reduceCase(kind, [3, 5, 2, 7], "0,2", "0"),
        reduceCase(kind, [3, 5, 7], "1"),
        reduceCase(kind, [3, 5, 7], "2", "2"),
        reduceCase(kind, [3, 5, 2, 7], "0,2,3"),
        reduceCase(kind, [3, 5, 2, 6], "1,2"),
      ]),
      reduceCase("sum", [1, 67], "0", "0"),
      reduceCase("sum", [300, 129], "0"),
      reduceCase("mean", [300, 129], "1"),
      reduceCase("max", [2, 300, 3], "0,1"),
      reduceCase("sum", [2, 300, 9], "0,2"),
      reduceCase("sum", [11385, 29], "1"),
      reduceCase("max", [11385, 29], "0"),
      reduceCase("min", [11385, 29], "1"),
      reduceCase("sum", [128, 784], "1", false, true),
      reduceCase("sum", [128, 784], "0", false, true),
      reduceCase("max", [128, 784], "1", false, true),
      reduceCase("mean", [128, 14, 14, 32], "0,1,2", false, true),
    ],
  };
}

function reduceCase(
  kind: Reduction,
  shape: Shape,
  axes: string,
  keep: string | false = false,
  bench = false,
): OpCase<ReduceAttrs> {
  const label = `${kind} of [${shape}] over ${axes}${keep ? `, keeping ${keep}` : ""}`;
  return { label, inputs: [{ shape, fill: "normal" }], attrs: { kind, axes, keep }, bench };
}
