/** Values joined element by element, by an expression that is saved with the model. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, sameShape, type Shape } from "../core/tensor.ts";
import { type Expr, type ExprLike, exprOf, inputExpr } from "../ops/expression/expression.ts";
import { formatExpression, parseExpression } from "../ops/expression/format.ts";
import { map } from "../ops/map.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { isValue, type Part, through, type Value } from "./network.ts";

/** How many operands `map` takes. */
const MOST_VALUES = 6;

/**
 * A value that is made of up to six others element by element: `build` is called once, with a symbol for each. All have
 * one shape, or end in that shape.
 *
 * Throws when there are more, or their shapes do not fit.
 *
 * @example
 * ```ts
 * import { dense, elementwise, input, modelOf } from "descent";
 * const x = input(8), gate = x.pipe(dense(8, { activation: "sigmoid" }));
 * const model = modelOf({ x }, elementwise([x, gate], (value, open) => value.mul(open)));
 * console.log(model.outputShape); // [ 8 ]
 * ```
 */
export function elementwise(values: readonly Value[], build: (...values: Expr[]) => ExprLike): Value {
  require(
    Array.isArray(values) && values.length > 0 && values.length <= MOST_VALUES && values.every(isValue),
    () => `elementwise() joins a list of 1 to ${MOST_VALUES} values of a network, got ${shown(values)}`,
  );
  const built = build(...values.map((_, i) => inputExpr(i)));
  return through(elementwiseFromConfig({ f: formatExpression(exprOf(built)) }), values);
}

/** The sum of values of one shape, such as what a layer gives and what it was given. */
export function addValues(values: readonly Value[]): Value {
  return elementwise(values, (...terms) => terms.reduce((sum, term) => sum.add(term)));
}

/** Settings of `residual`. */
export interface ResidualOptions {
  /** What the input goes through before it is added. Default nothing. */
  readonly shortcut?: readonly Part[];
}

/**
 * A part of a network beside which its input goes by, and is added: y = x + f(x). Where f gives another shape, `shortcut`
 * makes x of that shape.
 *
 * Throws, when the network is put together, where the shapes differ.
 * Source: He et al., "Deep residual learning for image recognition" (2016).
 *
 * @example
 * ```ts
 * import { activation, batchNorm, conv2d, residual, sequential } from "descent";
 * const convolution = () => conv2d(16, 3, { padding: "same", activation: "identity" });
 * const model = sequential([8, 8, 16], [
 *   residual([convolution(), batchNorm(), activation("relu"), convolution(), batchNorm()]),
 *   activation("relu"),
 * ]);
 * console.log(model.outputShape); // [ 8, 8, 16 ]
 * ```
 */
export function residual(
  parts: readonly Part[],
  { shortcut = [] }: ResidualOptions = {},
): (x: Value) => Value {
  return (x) => addValues([x.pipe(...shortcut), x.pipe(...parts)]);
}

/** The layer by its saved expression. */
export function elementwiseFromConfig(config: Layer["config"]): Layer {
  const expression = parseExpression(String(config.f));
  return {
    kind: "elementwise",
    config: { f: formatExpression(expression) },
    build(name, inputShape, _position, _before, inputShapes = [inputShape]) {
      const outputShape = inputShapes.reduce((a, b) => b.length > a.length ? b : a);
      const other = inputShapes.find((shape) => !isEndOf(shape, outputShape));
      if (other !== undefined) {
        refuseShape(name, "elementwise", other, `rows of one shape, here ${formatShape(outputShape)}`);
      }
      const axes = inputShapes.map((
        shape,
      ) => [0, ...shape.map((_, i) => 1 + outputShape.length - shape.length + i)]);
      return {
        outputShape,
        parameters: [],
        apply: (x, _options, others = []) => map([x, ...others], () => expression, { label: name, axes }),
      };
    },
  };
}

function isEndOf(shape: Shape, whole: Shape): boolean {
  return sameShape(shape, whole.slice(whole.length - shape.length));
}
