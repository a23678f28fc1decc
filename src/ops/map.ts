/**
 * map: y = f(a, b, …), element by element, where f is an expression: the setting `f`, as text. From it follow the float64
 * definition, the bound on errors, the gradient, the shader and the WASM kernel. With it comes reduce, since the gradient
 * of each takes the other.
 * Shapes: up to six operands of up to four axes; missing axes and axes of size 1 repeat → result.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import type { Shape } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node, requireNode } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { curvesIn, derivative, replaceParts } from "./expression/derivative.ts";
import { type Expr, type ExprLike, exprOf, inputExpr, isNumber, where } from "./expression/expression.ts";
import { formatExpression, INPUT_NAMES, partsOf } from "./expression/format.ts";
import { mapCases } from "./_map_cases.ts";
import {
  axesOf,
  axesText,
  expressionOf,
  fitOperands,
  type MapAttrs,
  mapKernel,
  type OperandAxes,
} from "./_map_kernel.ts";
import { axesOfReduction, isExtreme, type ReduceAttrs, reduceKernel, termsOf } from "./_reduce_kernel.ts";

export const mapOp: Op<MapAttrs> = {
  ...mapKernel(),
  grad: (value, dOutput) =>
    value.inputs.map((input, i) => gradientBy(value, dOutput, i, gradientLabel(input))),
  cases: mapCases(),
};

export const reduceOp: Op<ReduceAttrs> = {
  ...reduceKernel(),
  grad(value, dOutput) {
    const [x] = value.inputs as [Node], attrs = value.attrs as ReduceAttrs, label = gradientLabel(x);
    const { shape } = x.type, kept = shape.map((_size, axis) => axis);
    const reduced = axesOfReduction(attrs),
      left = attrs.keep === false ? [] : attrs.keep.split(",").map(Number);
    const axes = kept.filter((axis) => !reduced.includes(axis) || left.includes(axis));
    if (!isExtreme(attrs.kind)) {
      const share = attrs.kind === "mean" ? 1 / termsOf(shape, attrs) : 1;
      return [mapNode([dOutput], (dY) => dY.mul(share), { axes: [axes], shape, label })];
    }
    const isIt = mapNode([x, value], (a, y) => a.equal(y), { axes: [kept, axes] });
    const count = node(reduceOp, [isIt], { ...attrs, kind: "sum" });
    const share = mapNode([dOutput, count], (dY, n) => where(n, dY.div(n), 0));
    return [mapNode([isIt, share], (is, dY) => where(is, dY, 0), { axes: [kept, axes], label })];
  },
};

interface MapNodeOptions {
  readonly label?: string | undefined;
  readonly axes?: readonly OperandAxes[];
  readonly shape?: Shape | undefined;
}

function mapNode(
  inputs: readonly Node[],
  build: (...values: Expr[]) => ExprLike,
  { label, axes = [], shape }: MapNodeOptions = {},
): Node {
  const built = build(...inputs.map((_input, i) => inputExpr(i)));
  const found = fitOperands(inputs.map(({ type }) => type), inputs.map((_input, i) => axes[i]), shape);
  return node(mapOp, inputs, {
    f: formatExpression(exprOf(built)),
    // What follows from the shapes is not said, so that a plan stays short.
    axes: axes.some((own) => own !== undefined) ? axesText(found.axes) : false,
    shape: shape === undefined ? false : shape.join(),
  }, label);
}

/** The gradient by operand `at`: the derivative times that of the result, summed where the operand was repeated. */
function gradientBy(value: Node, dOutput: Node, at: number, label: string): Node | undefined {
  const attrs = value.attrs as MapAttrs, root = expressionOf(attrs), slope = derivative(root, at);
  if (slope === undefined) return undefined;
  const { shape } = value.type, input = value.inputs[at]!, count = value.inputs.length;
  const { axes } = fitOperands(value.inputs.map(({ type }) => type), axesOf(attrs, count), shape);
  const repeated = shape.flatMap((size, axis) => {
    const own = axes[at]!.indexOf(axis);
    return own < 0 || input.type.shape[own] !== size ? [axis] : [];
  });
  const keep = repeated.filter((axis) => axes[at]!.includes(axis));
  const sum = (of: Node) => {
    if (repeated.length === 0) return of;
    return node(
      reduceOp,
      [of],
      { kind: "sum", axes: repeated.join(), keep: keep.length > 0 && keep.join() },
      label,
    );
  };
  // What is the same everywhere is cheaper behind the sum.
  if (isNumber(slope)) {
    const summed = sum(dOutput);
    return isNumber(slope, 1) ? summed : mapNode([summed], (dY) => dY.mul(slope), { label });
  }
  const dY = inputExpr(count + 1), operands = [...value.inputs, value, dOutput];
  const usedBy = (product: Expr) =>
    operands.map((_operand, i) => i).filter((i) =>
      partsOf(product).some((part) => part.kind === "input" && part.value === i)
    );
  // The value itself is there: it need not be computed again.
  const reused = replaceParts(slope, new Map([[root, inputExpr(count)]])).mul(dY);
  const isLess = curvesIn(reused) < curvesIn(slope) ||
    curvesIn(reused) === curvesIn(slope) && partsOf(reused).length < partsOf(slope.mul(dY)).length &&
      usedBy(reused).length <= usedBy(slope.mul(dY)).length;
  const pays = isLess && usedBy(reused).length <= INPUT_NAMES.length;
  const product = pays ? reused : slope.mul(dY), used = usedBy(product);
  const renamed = (from: readonly Expr[]) => {
    const inputs = partsOf(product).filter(({ kind }) => kind === "input");
    return replaceParts(product, new Map(inputs.map((part) => [part, from[used.indexOf(part.value)]!])));
  };
  const full = shape.map((_size, axis) => axis), usedAxes = used.map((i) => axes[i] ?? full);
  return sum(mapNode(used.map((i) => operands[i]!), (...from) => renamed(from), { axes: usedAxes, label }));
}

/** Most operands of a `map`: with its result and their gradient, as many as a WebGPU kernel may have. */
const MAX_OPERANDS = INPUT_NAMES.length - 1;

/** Options of `map`. */
export interface MapOptions {
  /** What a reader calls the value. Default: `map`. */
  readonly label?: string;
  /**
   * For each operand, which axes of the result its axes are: `[[0, 1], [0]]` puts a vector [M] beside the rows of a
   * matrix [M,N]. Default, also for an operand whose entry is `undefined`: the result's last ones.
   */
  readonly axes?: readonly (readonly number[] | undefined)[];
}

/**
 * Node for an expression of up to six values, element by element: one call on every executor, with its gradient. `build`
 * is called once, with a symbol for each value; it makes what it returns with the symbols' methods and with functions
 * such as `exp`, `where` and `maximum`, which also take numbers. Values of several shapes fit as in NumPy: the last axes
 * meet, missing axes and axes of size 1 repeat.
 *
 * NaN and infinities go through as float32 has it, but for comparisons, which are 0 beside a NaN, and `where`, which
 * gives what it chose; the compilers of shaders may also take 0·x for 0. Numbers below the least normal float32 may count
 * as 0. Throws `DescentError` where shapes do not fit.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { abs, chooseExecutor, compile, leaf, map, where } from "descent";
 * const y = leaf("input", "y", [2, 3]), t = leaf("input", "t", [3]);
 * const huber = map([y, t], (a, b) => {
 *   const d = abs(a.sub(b));
 *   return where(d.less(1), d.square().mul(0.5), d.sub(0.5));
 * }, { label: "huber" });
 *
 * const { executor } = await chooseExecutor({ backend: "reference" });
 * const program = await executor.load(compile({ run: [huber] }));
 * program.write(y, [0, 1, 2, 3, 4, 5]);
 * program.write(t, [0, 0, 0]);
 * await program.run("run", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
 * assertEquals([...await program.read(huber)], [0, 0.5, 1.5, 2.5, 3.5, 4.5]);
 * ```
 */
export function map(
  inputs: readonly Node[],
  build: (...values: Expr[]) => ExprLike,
  options: MapOptions = {},
): Node {
  checkOptions("map", options, { label: true, axes: true });
  require(
    Array.isArray(inputs) && inputs.length > 0 && inputs.length <= MAX_OPERANDS,
    () =>
      `map() takes a list of 1 to ${MAX_OPERANDS} values, got ${
        Array.isArray(inputs) ? inputs.length : shown(inputs)
      }`,
  );
  inputs.forEach(requireNode);
  require(
    typeof build === "function",
    () => `map() takes a function of ${inputs.length} values, got ${shown(build)}`,
  );
  return mapNode(inputs, build, options);
}
