/** Products, sums and shapes as ONNX nodes. */
import type { Node } from "../ir/node.ts";
import { TO_FIRST, type Translation, type WriteOp, type Written } from "./translation.ts";

/** Operators of the activations that ops have built in; none of `identity`. */
export const FUSED_OPERATORS: Readonly<Record<string, string | undefined>> = {
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

function linear(node: Node, to: Translation): Written {
  const [x, weights, bias] = node.inputs as [Node, Node, Node];
  const { activation, transposeWeights } = node.attrs as { activation: string; transposeWeights: boolean };
  const operator = FUSED_OPERATORS[activation], { label } = node;
  const inputs = [to.last(x), to.last(weights)];
  if (bias.op.name !== "zeros") inputs.push(to.last(bias));
  const like = operator === undefined ? label : `${label}/linear`;
  const name = to.graph.add("Gemm", inputs, like, transposeWeights ? { transB: 1 } : {});
  return { last: operator === undefined ? name : to.graph.add(operator, [name], label) };
}

function product(node: Node, to: Translation): Written {
  const { transposeA, transposeB } = node.attrs as { transposeA: boolean; transposeB: boolean };
  return {
    last: to.graph.add("Gemm", node.inputs.map(to.last), node.label, {
      ...(transposeA && { transA: 1 }),
      ...(transposeB && { transB: 1 }),
    }),
  };
}

const REDUCTIONS: Readonly<Record<string, string>> = {
  sum: "ReduceSum",
  mean: "ReduceMean",
  max: "ReduceMax",
  min: "ReduceMin",
};
const GLOBAL_POOLS: Readonly<Record<string, string>> = { mean: "GlobalAveragePool", max: "GlobalMaxPool" };

function reduce(node: Node, to: Translation): Written {
  const { kind, axes: text, keep } = node.attrs as { kind: string; axes: string; keep: string | false };
  const [x] = node.inputs as [Node], { graph } = to, { label } = node;
  const axes = text.split(",").map(Number), isFirst = to.isFirst(x), pool = GLOBAL_POOLS[kind];
  if (keep !== false && keep !== text) to.refuse(node, "some of the axes that it reduces stay");
  if (isFirst && text === "1,2" && pool !== undefined && keep === false) {
    const pixels = graph.add(pool, [to.first(x)], `${label}/pixels`);
    return { last: graph.add("Flatten", [pixels], label, { axis: 1 }) };
  }
  const staysFirst = isFirst && keep !== false, given = staysFirst ? to.first(x) : to.last(x);
  const own = staysFirst ? axes.map((axis) => TO_FIRST.indexOf(axis as 0 | 1 | 2 | 3)) : axes;
  const settings = { keepdims: keep === false ? 0 : 1 };
  const name = kind === "sum"
    ? graph.add("ReduceSum", [given, graph.whole(own)], label, settings)
    : graph.add(REDUCTIONS[kind]!, [given], label, { ...settings, axes: own });
  return staysFirst ? { first: name } : { last: name };
}

function reshape(node: Node, to: Translation): Written {
  const [x] = node.inputs as [Node], [first, ...row] = node.type.shape, { shape } = x.type;
  if (first! % to.batch !== 0 || row.some((size) => size % to.batch === 0)) {
    to.refuse(node, "it puts rows of a batch together");
  }
  // Of one channel, or one pixel, both orders are the same.
  const isPlain = shape.length === 4 && (shape[3] === 1 || shape[1]! * shape[2]! === 1);
  const given = isPlain && to.isFirst(x) ? to.first(x) : to.last(x);
  return { last: to.graph.add("Reshape", [given, to.graph.whole([-1, ...row])], node.label) };
}

/** A part of a value, zeros around it, and its axes in another order: a node for each that there is. */
function rearrange(node: Node, to: Translation): Written {
  const attrs = node.attrs as { axes: string; starts: string; sizes: string }, { graph } = to;
  const [axes, starts, sizes] = [attrs.axes, attrs.starts, attrs.sizes].map((text) =>
    text.split(",").map(Number)
  ) as [
    number[],
    number[],
    number[],
  ];
  const [x] = node.inputs as [Node], { shape } = x.type, isMoved = axes.some((axis, k) => axis !== k);
  const isFirst = to.isFirst(x) && !isMoved,
    place = (axis: number) => isFirst ? TO_FIRST.indexOf(axis as 0) : axis;
  let name = isFirst ? to.first(x) : to.last(x);
  const windows = axes.map((axis, k) => ({
    axis: place(axis),
    from: Math.max(0, starts[k]!),
    to: Math.min(shape[axis]!, starts[k]! + sizes[k]!),
    before: Math.max(0, -starts[k]!),
    after: Math.max(0, starts[k]! + sizes[k]! - shape[axis]!),
    size: shape[axis]!,
  }));
  const cut = windows.filter(({ from, to, size }) => from > 0 || to < size);
  const padded = windows.filter(({ before, after }) => before + after > 0);
  const isCutBatch = [...cut, ...padded].some(({ size }) => size % to.batch === 0);
  if (isCutBatch) to.refuse(node, "it takes a part of the batch");
  const label = (step: string, isLast: boolean) => isLast ? node.label : `${node.label}/${step}`;
  if (cut.length > 0) {
    const numbers = [cut.map(({ from }) => from), cut.map(({ to }) => to), cut.map(({ axis }) => axis)];
    name = graph.add(
      "Slice",
      [name, ...numbers.map(graph.whole)],
      label("cut", padded.length === 0 && !isMoved),
    );
  }
  if (padded.length > 0) {
    const side = (of: "before" | "after") =>
      shape.map((_size, axis) => padded.find((one) => one.axis === axis)?.[of] ?? 0);
    name = graph.add(
      "Pad",
      [name, graph.whole([...side("before"), ...side("after")]), graph.number(0)],
      label("padded", !isMoved),
    );
  }
  if (isMoved) name = graph.add("Transpose", [name], node.label, { perm: axes });
  return isFirst ? { first: name } : { last: name };
}

function concat(node: Node, to: Translation): Written {
  const { axis } = node.attrs as { axis: number }, isFirst = node.inputs.some(to.isFirst);
  const names = node.inputs.map(isFirst ? to.first : to.last),
    own = isFirst ? TO_FIRST.indexOf(axis as 0) : axis;
  const name = to.graph.add("Concat", names, node.label, { axis: own });
  return isFirst ? { first: name } : { last: name };
}

/** Indices are whole numbers in float32; ONNX has no row for one that is none. */
function embedding(node: Node, to: Translation): Written {
  const [indices, table] = node.inputs as [Node, Node];
  const whole = to.graph.add("Cast", [to.last(indices)], `${node.label}/indices`, { to: 7 });
  return { last: to.graph.add("Gather", [to.last(table), whole], node.label, { axis: 0 }) };
}

function softmax(node: Node, to: Translation): Written {
  return { last: to.graph.add("Softmax", [to.last(node.inputs[0]!)], node.label, { axis: -1 }) };
}

function add(node: Node, to: Translation): Written {
  const isFirst = node.inputs.some(to.isFirst);
  const name = to.graph.add("Add", node.inputs.map(isFirst ? to.first : to.last), node.label);
  return isFirst ? { first: name } : { last: name };
}

/** Writers by op. */
export const PRODUCT_OPS: readonly (readonly [string, WriteOp])[] = [
  ["linear", linear],
  ["matmul", product],
  ["reduce", reduce],
  ["reshape", reshape],
  ["rearrange", rearrange],
  ["concat", concat],
  ["embedding", embedding],
  ["softmax", softmax],
  ["add", add],
];
