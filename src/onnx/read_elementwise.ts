/** Elementwise nodes of ONNX: expressions of values and numbers, which become layers where something else asks for them. */
import { sameShape, type Shape, sizeOf } from "../core/tensor.ts";
import { constant, type Expr, exprOf, inputExpr, maximum, minimum } from "../ops/expression/expression.ts";
import { partsOf } from "../ops/expression/format.ts";
import { replaceParts } from "../ops/expression/derivative.ts";
import { standardizeFromConfig } from "../nn/standardize.ts";
import {
  ACTIVATION_OPERATORS,
  ANGLE_OPERATORS,
  ARITHMETIC_OPERATORS,
  CONDITION_OPERATORS,
  type Elementwise,
} from "./elementwise.ts";
import type { OnnxNode } from "./messages.ts";
import type { Known, Reader, ReadNode } from "./reader.ts";
import {
  asMade,
  asTheyLie,
  channelsLast,
  flat,
  type Given,
  isMade,
  orderOf,
  plain,
  type Rows,
  rowsOf,
} from "./rows.ts";
import { numberOf, type Numbers, refuseNode } from "./tensors.ts";

/** Values of an expression, and its parts: where there are more, the values that it is made of are made first. */
const MOST_VALUES = 6, MOST_PARTS = 64;

/** The rows whose shape the result has: of the most axes, and of these of the most values. */
function largestOf(all: readonly Rows[]): Rows {
  const rank = ({ shape }: Rows) => shape.length, size = ({ shape }: Rows) => sizeOf(shape);
  return all.reduce((a, b) => rank(b) > rank(a) || rank(b) === rank(a) && size(b) > size(a) ? b : a);
}

/** Rows of several values that lie alike, or of which one is the last axes of the other. */
function together(node: OnnxNode, all: readonly Rows[]): readonly Rows[] {
  const largest = largestOf(all);
  const isSame = all.every(({ shape }) => sameShape(shape, largest.shape));
  if (isSame && all.every((one) => orderOf(one) === orderOf(largest) && sameShape(one.lies, largest.lies))) {
    return all;
  }
  if (isSame && all.every((one) => orderOf(one) === orderOf(all[0]!))) {
    return all.map((one) => ({ ...rowsOf(flat(one), one.shape), channels: one.channels }));
  }
  if (isSame) return all.map((one) => rowsOf(plain(one)));
  // As in NumPy: missing axes and axes of size 1 repeat. Of images one value for each channel, or the last axes.
  const { shape } = largest, isImage = shape.length > 1;
  const perChannel = ({ shape: own }: Rows) =>
    isImage && own.length === shape.length && own[0] === shape[0] && own.slice(1).every((size) => size === 1);
  const isWhole = (one: Rows) => sameShape(one.shape, shape);
  if (all.every((one) => isWhole(one) || perChannel(one))) {
    return all.map((one) =>
      isWhole(one) ? rowsOf(channelsLast(one), shape, shape[0]) : rowsOf(flat(one), one.shape)
    );
  }
  return all.map((one) => {
    if (isWhole(one)) return rowsOf(plain(one));
    const from = one.shape.findIndex((size) => size > 1),
      kept = one.shape.slice(from < 0 ? one.shape.length - 1 : from);
    if (!sameShape(kept, shape.slice(shape.length - kept.length))) {
      refuseNode(
        node,
        `joins rows of the shapes [${one.shape}] and [${shape}], of which one is not the last axes of the other`,
      );
    }
    return rowsOf(plain({ ...one, shape: kept }));
  });
}

/** An expression of values, each an expression itself. */
function combined(node: OnnxNode, given: readonly Rows[], build: (values: readonly Expr[]) => Expr): Rows {
  let all = together(node, given);
  const isMuch = new Set(all.flatMap((one) => one.of)).size > MOST_VALUES ||
    all.reduce((sum, { f }) => sum + partsOf(f).length, 0) > MOST_PARTS;
  if (isMuch) all = all.map((one) => isMade(one) ? one : asMade(one));
  const of = [...new Set(all.flatMap((one) => one.of))];
  if (of.length > MOST_VALUES) {
    refuseNode(node, `joins ${of.length} values, and elementwise() up to ${MOST_VALUES}`);
  }
  const largest = largestOf(all);
  const f = build(all.map((one) => {
    const inputs = partsOf(one.f).filter(({ kind }) => kind === "input");
    return replaceParts(
      one.f,
      new Map(inputs.map((part) => [part, inputExpr(of.indexOf(one.of[part.value]!))])),
    );
  }));
  return { ...largest, of, f };
}

/** What is done with each row's values, as (x − mean)·scale. */
type Affine = (numbers: Float32Array) => { readonly mean: Float32Array; readonly scale: Float32Array };

const filled = ({ length }: Float32Array, value: number) => new Float32Array(length).fill(value);
const AFFINE: Readonly<Record<string, Affine>> = {
  "Add": (c) => ({ mean: c.map((value) => -value), scale: filled(c, 1) }),
  "Add reversed": (c) => ({ mean: c.map((value) => -value), scale: filled(c, 1) }),
  "Sub": (c) => ({ mean: c, scale: filled(c, 1) }),
  "Sub reversed": (c) => ({ mean: c, scale: filled(c, -1) }),
  "Mul": (c) => ({ mean: filled(c, 0), scale: c }),
  "Mul reversed": (c) => ({ mean: filled(c, 0), scale: c }),
  "Div": (c) => ({ mean: filled(c, 0), scale: c.map((value) => 1 / value) }),
};

/** Numbers for each value of a row: as many as the row has, in the order in which the file sees it. */
function spread(node: OnnxNode, { shape, data }: Numbers, row: Shape): Float32Array {
  const own = shape.length > row.length ? shape.slice(shape.length - row.length) : shape;
  const sizes = [...row.map(() => 1).slice(own.length), ...own];
  if (sizeOf(own) !== data.length || sizes.some((size, axis) => size !== 1 && size !== row[axis])) {
    refuseNode(node, `has numbers of shape [${shape}] for rows of shape [${row}]`);
  }
  const steps = sizes.map((size, axis) => size === 1 ? 0 : sizeOf(sizes.slice(axis + 1)));
  return Float32Array.from({ length: sizeOf(row) }, (_, i) => {
    let at = 0, rest = i;
    for (let axis = row.length - 1; axis >= 0; axis--) {
      at += rest % row[axis]! * steps[axis]!;
      rest = Math.floor(rest / row[axis]!);
    }
    return data[at]!;
  });
}

/** Numbers beside rows: for each channel or column, else for each value. It is the work of `standardize`. */
function withNumbers(node: OnnxNode, x: Rows, numbers: Numbers, isReversed: boolean, from: Reader): Rows {
  const affine = AFFINE[`${node.operator}${isReversed ? " reversed" : ""}`];
  if (affine === undefined) {
    refuseNode(node, "joins a value and several numbers in a way that no layer here does");
  }
  const { shape } = x, axis = numbers.shape.length - 1 - (shape.length - 1);
  const isPerChannel = shape.length === 3 && numbers.data.length === shape[0] &&
    numbers.shape[axis] === shape[0];
  const isPerColumn = shape.length === 3 && numbers.data.length === shape[2] &&
    numbers.shape.at(-1) === shape[2];
  const behind = (given: Given, values: Float32Array): Given => {
    const next = from.next(node), other = next?.operator === "Mul" ? from.known(next, 1) : undefined;
    const isPair = node.operator === "Sub" && !isReversed && other?.kind === "numbers" &&
      sameShape(other.shape, numbers.shape) && next!.inputs![0] === node.outputs![0];
    if (isPair) from.absorb(node, next!);
    const scale = isPair ? inOrder(other) : undefined,
      key = `${node.inputs} ${isPair ? next!.inputs : ""} ${orderOf(x)}`;
    return from.layer(node, key, given, () => {
      const made = affine(values);
      return { layer: standardizeFromConfig(), values: { ...made, ...(scale && { scale }) } };
    });
  };
  const inOrder = (one: Numbers): Float32Array => {
    if (isPerChannel || isPerColumn) return one.data;
    from.claim(node, sizeOf(shape));
    return asTheyLie(spread(node, one, shape), orderOf(x));
  };
  if (isPerChannel) return rowsOf(behind(channelsLast(x), inOrder(numbers)), shape, shape[0]);
  if (isPerColumn) return rowsOf(behind(plain(x), inOrder(numbers)));
  return { ...rowsOf(behind(flat(x), inOrder(numbers)), shape), channels: x.channels };
}

const isOneNumber = (known: Known): known is Numbers => known.kind === "numbers" && known.data.length === 1;

const elementwise = (build: Elementwise): ReadNode => (node, from) => {
  const all = (node.inputs ?? []).map((_name, i) => from.known(node, i));
  const attribute = (name: string, otherwise: number) => numberOf(node, name, otherwise);
  const rows = all.filter((one): one is Rows => one.kind === "rows");
  if (rows.length === 0) {
    refuseNode(node, "works on values that depend on no input: export the model with constants folded");
  }
  const numbers = all.find((one): one is Numbers => one.kind === "numbers" && one.data.length !== 1);
  if (numbers !== undefined) {
    if (all.length !== 2) {
      refuseNode(node, "joins a value and several numbers in a way that no layer here does");
    }
    return withNumbers(node, rows[0]!, numbers, all[0] === numbers, from);
  }
  return combined(node, rows, (values) => {
    let at = 0;
    const operands = all.map((one, i) =>
      isOneNumber(one)
        ? constant(one.data[0]!)
        : one.kind === "rows"
        ? values[at++]!
        : constant(from.whole(node, i)[0]!)
    );
    return exprOf(build(operands, attribute));
  });
};

/** Between two numbers, which were settings before opset 11. */
const clip: ReadNode = (node, from) => {
  const bound = (input: number, name: string) => {
    const value = from.has(node, input) ? from.numbers(node, input).data[0]! : numberOf(node, name, NaN);
    return Math.abs(value) < 3e38 ? value : undefined;
  };
  const low = bound(1, "min"), high = bound(2, "max");
  return combined(node, [from.rows(node)], ([x]) => {
    const above = low === undefined ? x! : maximum(low, x!);
    return high === undefined ? above : minimum(high, above);
  });
};

/** Readers by operator. */
export const ELEMENTWISE_READERS: Readonly<Record<string, ReadNode>> = {
  ...Object.fromEntries(
    Object.entries({
      ...ACTIVATION_OPERATORS,
      ...ARITHMETIC_OPERATORS,
      ...CONDITION_OPERATORS,
      ...ANGLE_OPERATORS,
    })
      .map(([operator, build]) => [operator, elementwise(build)]),
  ),
  Clip: clip,
};
