/** Elementwise maths as ONNX nodes: one or a few for each part of an expression. */
import { axesOf, expressionOf, fitOperands, type MapAttrs } from "../ops/_map_kernel.ts";
import type { Shape } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { ACTIVATION_EXPRESSIONS } from "../ops/expression/activations.ts";
import { type Expr, inputExpr, isNumber } from "../ops/expression/expression.ts";
import { formatExpression, partsOf } from "../ops/expression/format.ts";
import { isComparison } from "../ops/expression/meaning.ts";
import type { GraphWriter, Settings } from "./graph_writer.ts";
import { permuted, TO_FIRST, type Translation, type Written } from "./translation.ts";
import { normalization } from "./write_normalization.ts";

/** Operators of the functions that have one. */
const OPERATORS: Readonly<Partial<Record<Expr["kind"], string>>> = {
  neg: "Neg",
  abs: "Abs",
  sign: "Sign",
  sqrt: "Sqrt",
  exp: "Exp",
  log: "Log",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  erf: "Erf",
  floor: "Floor",
  ceil: "Ceil",
  round: "Round",
  sin: "Sin",
  cos: "Cos",
  atan: "Atan",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  max: "Max",
  min: "Min",
  pow: "Pow",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
  equal: "Equal",
};

const textOf = (name: keyof typeof ACTIVATION_EXPRESSIONS) =>
  formatExpression(ACTIVATION_EXPRESSIONS[name](inputExpr(0)));

/** Expressions of one value that are an operator as a whole. */
const WHOLE: ReadonlyMap<string, readonly [operator: string, settings?: Settings]> = new Map([
  [textOf("leakyRelu"), ["LeakyRelu", { alpha: { float: 0.01 } }]],
  [textOf("elu"), ["Elu", { alpha: { float: 1 } }]],
  [textOf("selu"), ["Selu"]],
  [textOf("softplus"), ["Softplus"]],
]);

/** The nodes of a `map`. */
export function writeMap(node: Node, to: Translation): Written {
  const known = normalization(node, to);
  if (known !== undefined) return known;
  const attrs = node.attrs as MapAttrs, { shape } = node.type;
  const types = node.inputs.map(({ type }) => type);
  const { axes } = fitOperands(types, axesOf(attrs, types.length), shape);
  if (attrs.shape !== false) to.refuse(node, "its values are repeated along axes that none of them has");
  const isFirst = shape.length === 4 && node.inputs.some((input) => to.isFirst(input));
  const operands = node.inputs.map((input, i) => operandName(input, { own: axes[i]!, shape, isFirst }, to));
  const name = writeExpression(to.graph, expressionOf(attrs), operands, node.label);
  return isFirst ? { first: name } : { last: name };
}

/** The name of an operand that fits the result as in NumPy. */
function operandName(
  input: Node,
  { own, shape, isFirst }: {
    readonly own: readonly number[];
    readonly shape: Shape;
    readonly isFirst: boolean;
  },
  to: Translation,
): string {
  const rank = shape.length, constant = to.constant(input);
  const isLastAxes = own.every((axis, i) => axis === rank - own.length + i);
  if (constant !== undefined) {
    const sizes = shape.map((_size, axis) => own.includes(axis) ? constant.shape[own.indexOf(axis)]! : 1);
    const full = isFirst
      ? permuted({ shape: sizes, data: constant.data }, TO_FIRST)
      : { ...constant, shape: sizes };
    const from = full.shape.findIndex((size) => size > 1), kept = from < 0 ? [] : full.shape.slice(from);
    return to.graph.tensor(input.label, kept, full.data);
  }
  if (own.length === rank) return isFirst ? to.first(input) : to.last(input);
  if (isLastAxes && !isFirst) return to.last(input);
  const missing = shape.map((_size, axis) => axis).filter((axis) => !own.includes(axis));
  const axes = isFirst && own.at(-1) === 3 && own.length === 2 && own[0] === 0 ? [2, 3] : missing;
  const wide = to.graph.add("Unsqueeze", [to.last(input), to.graph.whole(axes)], `${input.label}/axes`);
  if (!isFirst || axes !== missing) return wide;
  return to.graph.add("Transpose", [wide], `${input.label}/channels_first`, { perm: TO_FIRST });
}

/** The nodes of an expression of values with these names; gives the name of the last. */
export function writeExpression(
  graph: GraphWriter,
  root: Expr,
  operands: readonly string[],
  label: string,
): string {
  const whole = operands.length === 1 ? WHOLE.get(formatExpression(root)) : undefined;
  if (whole !== undefined) return graph.add(whole[0], operands, label, whole[1]);
  const names = new Map<Expr, string>(), conditions = new Map<Expr, string>();
  const parts = partsOf(root);
  const nameOf = (part: Expr): string => {
    const known = names.get(part);
    if (known !== undefined) return known;
    if (part.kind === "number") return graph.number(part.value);
    // A comparison is 1 or 0 where a number is wanted.
    const made = graph.add("Cast", [conditions.get(part)!], `${label}/number`, { to: 1 });
    names.set(part, made);
    return made;
  };
  const conditionOf = (part: Expr): string => {
    const known = conditions.get(part);
    if (known !== undefined) return known;
    const isZero = graph.add("Equal", [nameOf(part), graph.number(0)], `${label}/is_zero`);
    const made = graph.add("Not", [isZero], `${label}/condition`);
    conditions.set(part, made);
    return made;
  };
  for (const part of parts) {
    const { kind, args, value } = part, like = part === root ? label : `${label}/${kind}`;
    const given = () => args.map(nameOf);
    if (kind === "number") continue;
    if (kind === "input") names.set(part, operands[value]!);
    else if (kind === "where") {
      names.set(part, graph.add("Where", [conditionOf(args[0]!), ...args.slice(1).map(nameOf)], like));
    } else if (kind === "max" && args.some((arg) => isNumber(arg, 0))) {
      names.set(part, graph.add("Relu", [nameOf(args.find((arg) => !isNumber(arg, 0)) ?? args[0]!)], like));
    } else if (kind === "log1p") {
      const sum = graph.add("Add", [...given(), graph.number(1)], `${label}/add`);
      names.set(part, graph.add("Log", [sum], like));
    } else if (kind === "notEqual") {
      const isEqual = graph.add("Equal", given(), `${label}/equal`);
      conditions.set(part, graph.add("Not", [isEqual], `${label}/condition`));
    } else if (isComparison(kind)) {
      conditions.set(part, graph.add(OPERATORS[kind]!, given(), `${label}/condition`));
    } else names.set(part, graph.add(OPERATORS[kind]!, given(), like));
  }
  return nameOf(root);
}
