/** What `map` computes, its bound on errors and its kernels, from the text of its expression. */
import { DescentError } from "../core/errors.ts";
import {
  columnsOf,
  formatShape,
  rowsOf,
  type Shape,
  sizeOf,
  type TensorType,
  tensorType,
} from "../core/tensor.ts";
import type { CallTypes, Op, ReferenceCall } from "../ir/op.ts";
import { fitAxes, type Layout, layoutOf, rowOffset } from "./expression/broadcast.ts";
import { type Evaluator, evaluatorOf, keepsZero } from "./expression/evaluate.ts";
import type { Expr } from "./expression/expression.ts";
import { INPUT_NAMES, parseExpression, partsOf } from "./expression/format.ts";
import { isCurve } from "./expression/meaning.ts";
import { shaderOverrides, shaderText } from "./expression/shader.ts";
import { kernelArgs, kernelBytes } from "./expression/simd_kernel.ts";
import { fits, flatGrid } from "./_support.ts";

export type MapAttrs = {
  /** The expression, as `formatExpression` writes it. */
  readonly f: string;
  /** Axes of the result that each operand's are, `0,1;0`; false: their last ones. */
  readonly axes: string | false;
  /** Shape of the result where it is more than the operands say, `32,10`. */
  readonly shape: string | false;
};

/** Which axes of the result an operand's axes are; `undefined`: the last ones. */
export type OperandAxes = readonly number[] | undefined;

const MAX_RANK = 4;

export function axesText(axes: readonly (readonly number[])[]): string {
  return axes.map((own) => own.join()).join(";");
}

function numbersOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(",").map(Number);
}

export function axesOf({ axes }: MapAttrs, operands: number): readonly OperandAxes[] {
  return axes === false ? new Array(operands).fill(undefined) : axes.split(";").map(numbersOf);
}

/** The result's shape, and the axes of each operand in it. Throws when they do not fit. */
export function fitOperands(
  inputs: readonly TensorType[],
  axes: readonly OperandAxes[],
  shape?: Shape,
): { readonly shape: Shape; readonly axes: readonly (readonly number[])[] } {
  fits(inputs.every(({ dtype }) => dtype === "f32"), "map", inputs, "values must be f32");
  const result = shape ?? joinShapes(inputs.map((input) => input.shape), axes);
  fits(result.length <= MAX_RANK, "map", inputs, `a result has at most ${MAX_RANK} axes`);
  const found = inputs.map((input, i) => {
    const own = fitAxes(input.shape, result, axes[i]);
    if (own !== undefined) return own;
    const as = axes[i] === undefined ? "" : ` as axes [${axes[i]}]`;
    const why = `${formatShape(input.shape)} does not fit ${
      formatShape(result)
    }${as}, where sizes must be equal or 1`;
    throw new DescentError(`Cannot map ${inputs.map((one) => formatShape(one.shape)).join(" and ")}: ${why}`);
  });
  return { shape: result, axes: found };
}

/** The shape of as many axes as the operands have, each of the size that is not 1. */
function joinShapes(shapes: readonly Shape[], axes: readonly OperandAxes[]): Shape {
  const rank = Math.max(
    0,
    ...shapes.map((shape, i) => Math.max(shape.length, ...(axes[i] ?? []).map((axis) => axis + 1))),
  );
  const sizes = new Array<number>(rank).fill(1);
  shapes.forEach((shape, i) =>
    shape.forEach((size, at) => {
      const axis = axes[i]?.[at] ?? rank - shape.length + at;
      if (sizes[axis] === 1) sizes[axis] = size;
    })
  );
  return sizes;
}

/** Remembers what was made for the last keys. */
function memory<T>(): (key: string, make: () => T) => T {
  const known = new Map<string, T>();
  return (key, make) => {
    const found = known.get(key) ?? make();
    known.delete(key);
    known.set(key, found);
    if (known.size > 256) known.delete(known.keys().next().value!);
    return found;
  };
}

const expressions = memory<Expr>(),
  evaluators = memory<Evaluator>(),
  kernels = memory<Uint8Array<ArrayBuffer>>();

export function expressionOf({ f }: MapAttrs): Expr {
  return expressions(f, () => parseExpression(f));
}

interface Prepared {
  readonly expression: Expr;
  readonly layout: Layout;
  /** Pads would not stay zero by themselves. */
  readonly isMasked: boolean;
}

function prepare({ inputs, output, attrs }: CallTypes<MapAttrs>): Prepared {
  const expression = expressionOf(attrs),
    { axes } = fitOperands(inputs, axesOf(attrs, inputs.length), output.shape);
  const keeps = (isFull: readonly boolean[]) =>
    columnsOf(output.shape) % 4 === 0 || keepsZero(expression, isFull);
  const operands = inputs.map(({ shape }, i) => ({ shape, axes: axes[i]! }));
  const layout = layoutOf(output.shape, operands, keeps);
  return { expression, layout, isMasked: !keeps(layout.operands.map(({ isFull }) => isFull)) };
}

/** Calls `visit` with the values of the inputs at a position of the result, given as row and column. */
function visitor(
  { inputs, output, attrs }: ReferenceCall<MapAttrs>,
): (row: number, column: number) => Float64Array {
  const types = { inputs: inputs.map(({ type }) => type), output: output.type, attrs };
  const { axes } = fitOperands(types.inputs, axesOf(attrs, inputs.length), output.type.shape);
  const operands = inputs.map(({ type }, i) => ({ shape: type.shape, axes: axes[i]! }));
  const layout = layoutOf(output.type.shape, operands, () => false), values = new Float64Array(inputs.length);
  let current = -1;
  const offsets = new Array<number>(inputs.length).fill(0);
  return (row, column) => {
    layout.operands.forEach((operand, i) => {
      if (row !== current) offsets[i] = rowOffset(operand, layout.rows, row);
      values[i] = inputs[i]!.data[offsets[i]! + (operand.isFull ? column : 0)]!;
    });
    current = row;
    return values;
  };
}

/** All of the op but its gradient. */
export function mapKernel(): Omit<Op<MapAttrs>, "grad" | "cases"> {
  return {
    name: "map",
    operands: INPUT_NAMES,
    infer(inputs, attrs) {
      const shape = attrs.shape === false ? undefined : numbersOf(attrs.shape);
      return tensorType("f32", fitOperands(inputs, axesOf(attrs, inputs.length), shape).shape);
    },
    reference(call) {
      const { value } = evaluators(call.attrs.f, () => evaluatorOf(expressionOf(call.attrs)));
      const at = visitor(call), { output } = call, { shape } = output.type;
      const rows = rowsOf(shape), columns = columnsOf(shape);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) output.data[r * output.pitch + c] = value(at(r, c));
      }
    },
    tolerance(call) {
      const { error } = evaluators(call.attrs.f, () => evaluatorOf(expressionOf(call.attrs)));
      const at = visitor(call), { pitch } = call.output;
      return (index) => error(at(Math.floor(index / pitch), index % pitch));
    },
    flops({ output, attrs }) {
      const cost = ({ kind }: Expr) => isCurve(kind) ? 10 : kind === "input" || kind === "number" ? 0 : 1;
      return sizeOf(output.shape) * partsOf(expressionOf(attrs)).reduce((sum, part) => sum + cost(part), 0);
    },
    wgsl(types) {
      const { expression, layout, isMasked } = prepare(types), overrides = shaderOverrides(layout);
      return {
        overrides,
        workgroups: flatGrid(overrides.COUNT!),
        text: shaderText(expression, layout, isMasked),
      };
    },
    wasm(types) {
      const { expression, layout, isMasked } = prepare(types);
      const kinds = layout.operands.map(({ isFull }) => isFull ? "full" : "one").join();
      const code = kernels(
        `${types.attrs.f} ${layout.rows.length} ${kinds} ${isMasked}`,
        () => kernelBytes("map", expression, layout, isMasked),
      );
      const units = layout.vectors * layout.rows.reduce((product, size) => product * size, 1);
      return { units, args: kernelArgs(layout), code };
    },
  };
}
