/** map and the reductions: how operands fit, gradients and what they cost, ops of a user's own, and what is refused. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { buildSuite, checkCase, gradcheckCase, runSuite } from "../../src/exec/case.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { type Node, node, reachable } from "../../src/ir/node.ts";
import type { Op } from "../../src/ir/op.ts";
import { compile } from "../../src/ir/plan.ts";
import { describeCall } from "../../src/ir/print.ts";
import { add } from "../../src/ops/add.ts";
import { assemble, op as code, whileLoop } from "../../src/ops/expression/assembler.ts";
import { abs, type Expr, maximum, sigmoid, tanh, where } from "../../src/ops/expression/expression.ts";
import { linear } from "../../src/ops/linear.ts";
import { map, mapOp } from "../../src/ops/map.ts";
import { reduceMax, reduceMean, reduceMin, reduceOp, reduceSum } from "../../src/ops/reduce.ts";
import { relative } from "../../src/ops/_support.ts";
import { everyExecutor, forward } from "./forward.ts";

const EXECUTORS = [...await everyExecutor(), await wasmExecutor({ threads: 2, parallelFlops: 0 })];
const input = (label: string, ...shape: readonly number[]) => leaf("input", label, shape);
const count = (size: number, from = 0) => Array.from({ length: size }, (_, i) => from + i);

for (const executor of EXECUTORS) {
  const on = `on ${executor.description}`;

  Deno.test(`map() ${on} repeats missing axes and axes of size 1, and puts vectors where axes say`, async () => {
    const x = input("x", 2, 3),
      row = input("row", 3),
      column = input("column", 2, 1),
      perRow = input("perRow", 2);
    const scalar = leaf("input", "scalar", []);
    const roots = [
      map([x, row], (a, b) => a.add(b)),
      map([x, column], (a, b) => a.add(b)),
      map([x, perRow], (a, b) => a.add(b), { axes: [undefined, [0]] }),
      map([x, scalar], (a, b) => a.add(b)),
      map([row, column], (a, b) => a.add(b)),
    ];
    const found = await forward(executor, roots, [
      [x, count(6)],
      [row, [10, 20, 30]],
      [column, [100, 200]],
      [perRow, [100, 200]],
      [scalar, [7]],
    ]);
    assertEquals(found.map((values) => [...values]), [
      [10, 21, 32, 13, 24, 35],
      [100, 101, 102, 203, 204, 205],
      [100, 101, 102, 203, 204, 205],
      [7, 8, 9, 10, 11, 12],
      [110, 120, 130, 210, 220, 230],
    ]);
  });

  Deno.test(`reductions ${on} are over the axes that are asked for, which stay with size 1 if asked to`, async () => {
    const x = input("x", 2, 3, 2);
    const roots = [
      reduceSum(x, { axes: [2] }),
      reduceSum(x, { axes: [0, 1] }),
      reduceMean(x, { axes: [2, 0], keepAxes: true }),
      reduceMax(x, { axes: [0, 1, 2] }),
      reduceMax(x, { axes: [1] }),
      reduceMin(x, { axes: [0, 1, 2] }),
      reduceMin(x, { axes: [1] }),
    ];
    assertEquals(roots.map(({ type }) => type.shape), [[2, 3], [2], [1, 3, 1], [], [2, 2], [], [2, 2]]);
    const values = [1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12];
    const found = await forward(executor, roots, [[x, values]]);
    assertEquals(found.map((one) => [...one]), [
      [-1, -1, -1, -1, -1, -1],
      [36, -42],
      [-0.5, -0.5, -0.5],
      [11],
      [5, -2, 11, -8],
      [-12],
      [1, -6, 7, -12],
    ]);
  });

  Deno.test(`the largest ${on} may be below the zeros of pads, or -∞, and is NaN where one is`, async () => {
    const x = input("x", 3, 5);
    const found = await forward(executor, [1, 0].map((axis) => reduceMax(x, { axes: [axis] })), [
      [x, [-5, -4, -3, -2, -9, ...new Array(5).fill(-Infinity), 1, 2, NaN, 4, 5]],
    ]);
    assertEquals([...found[0]!], [-2, -Infinity, NaN]);
    assertEquals([...found[1]!], [1, 2, NaN, 4, 5]);
  });

  Deno.test(`the smallest ${on} may be above the zeros of pads, or ∞, and is NaN where one is`, async () => {
    const x = input("x", 3, 5);
    const found = await forward(executor, [1, 0].map((axis) => reduceMin(x, { axes: [axis] })), [
      [x, [5, 4, 3, 2, 9, ...new Array(5).fill(Infinity), 1, 2, NaN, 4, 5]],
    ]);
    assertEquals([...found[0]!], [2, Infinity, NaN]);
    assertEquals([...found[1]!], [1, 2, NaN, 2, 5]);
  });

  Deno.test(`of equal maxima or minima ${on} each has an equal share of the gradient`, async () => {
    const x = input("x", 2, 3), y = reduceMax(x, { axes: [1] }), seed = input("seed", 2);
    const [dX] = gradients([{ value: y, seed }], [x], add);
    const [found] = await forward(executor, [dX!], [[x, [4, 1, 4, 2, 3, 1]], [seed, [10, 5]]]);
    assertEquals([...found!], [5, 0, 5, 0, 5, 0]);
    const [dLeast] = gradients([{ value: reduceMin(x, { axes: [1] }), seed }], [x], add);
    const [least] = await forward(executor, [dLeast!], [[x, [4, 1, 1, 2, 3, 1]], [seed, [10, 5]]]);
    assertEquals([...least!], [0, 5, 5, 0, 0, 5]);
  });

  Deno.test(`an op of one's own with its shader's text and its kernel's bytes runs ${on}`, async () => {
    for (const one of negateOp.cases) {
      const worst = await checkCase(executor, negateOp, one);
      assert(worst === undefined || worst.ratio <= 1, one.label);
    }
  });
}

/** What a program can write without a file of the library: an op with all that it takes. */
const negateOp: Op = {
  name: "my_negate",
  operands: ["x"],
  infer: ([x]) => x!,
  grad: (_value, dY) => [node(negateOp, [dY], {})],
  reference({ inputs: [x], output }) {
    output.data.forEach((_value, at) => output.data[at] = 0 - x!.data[at]!);
  },
  tolerance: relative(1),
  flops: ({ output }) => sizeOf(output.shape),
  wgsl: ({ output: { shape } }) => ({
    overrides: { VECTORS: Math.ceil(shape[1]! / 4) * shape[0]! },
    workgroups: [4, 1, 1],
    text: `
      override VECTORS: u32;
      @group(0) @binding(0) var<storage, read> x: array<vec4f>;
      @group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        for (var i = id.x; i < VECTORS; i += 256u) { y[i] = 0 - x[i]; }
      }`,
  }),
  wasm: ({ output: { shape } }) => ({ units: Math.ceil(shape[1]! / 4) * shape[0]!, args: [], code: NEGATE }),
  cases: [[1, 1], [7, 13], [300, 5]].map((shape) => (
    { label: `[${shape}]`, inputs: [{ shape, fill: "normal" }], attrs: {} }
  )),
};

const [BEGIN, END, X, Y] = [0, 1, 2, 3] as const;
const at = (pointer: number) => [
  ...[
    ...code.localGet(pointer),
    ...code.localGet(BEGIN),
    ...code.i32Const(4),
    ...code.i32Shl,
    ...code.i32Add,
  ],
];
/** begin, end, x, y: as long as begin < end, the vector y[begin] is 0 - x[begin], and begin grows. */
const NEGATE = assemble({
  name: "my_negate",
  parameters: 4,
  locals: [],
  body: whileLoop([...code.localGet(BEGIN), ...code.localGet(END), ...code.i32LtU], [
    ...[...at(Y), ...code.number(0), ...at(X), ...code.load(0), ...code.sub, ...code.store(0)],
    ...[...code.localGet(BEGIN), ...code.i32Const(1), ...code.i32Add, ...code.localSet(BEGIN)],
  ]),
});

Deno.test("the gradient of an op of one's own agrees with central differences", async () => {
  for (const one of negateOp.cases) assert((await gradcheckCase(negateOp, one))! < 1e-6);
});

Deno.test("a kernel of one's own that is no WebAssembly is refused in a sentence that names the call", async () => {
  const broken: Op = {
    ...negateOp,
    wasm: (types) => ({ ...negateOp.wasm(types), code: Uint8Array.of(1, 2, 3) }),
  };
  const plan = compile({ run: [node(broken, [input("x", 2, 2)], {}, "mine")] });
  const wasm = await wasmExecutor({ threads: 1 });
  await assertRejects(() => wasm.load(plan), DescentError, 'Cannot compile the kernel of my_negate "mine": ');
});

/** Gradients of the sum of a value's elements. */
function gradientsOf(value: Node, wanted: readonly Node[]): readonly Node[] {
  return gradients([{ value, seed: input("seed", ...value.type.shape) }], wanted, add);
}

const expressionsOf = (roots: readonly Node[]) =>
  reachable(roots).filter(({ op }) => op === mapOp || op === reduceOp).map(({ op, attrs }) =>
    String(op === mapOp ? attrs.f : attrs.axes)
  );

Deno.test("only operands that need a gradient cost one, and it reads what it needs", () => {
  const x = input("x", 4, 3), scale = input("scale", 3), shift = input("shift", 3);
  const y = map([x, scale, shift], (a, s, c) => a.mul(s).add(c));
  assertEquals(expressionsOf(gradientsOf(y, [shift])), ["0"]);
  assertEquals(expressionsOf(gradientsOf(y, [x])), ["a * b"]);
  assertEquals(expressionsOf(gradientsOf(y, [scale])), ["a * b", "0"]);
  const sum = map([x, shift], (a, c) => a.add(c));
  assertEquals(gradientsOf(sum, [x])[0]!.label, "seed");
});

Deno.test("the gradient of a curve reads its value instead of computing it again", () => {
  const x = input("x", 4, 3);
  for (const [curve, f] of [[tanh, "(1 - a * a) * b"], [sigmoid, "a * (1 - a) * b"]] as const) {
    const y = map([x], curve), [dX] = gradientsOf(y, [x]);
    assertEquals([dX!.inputs[0] === y, dX!.attrs.f], [true, f]);
  }
});

Deno.test("the gradient of six operands has as many as a WebGPU kernel may, so it does without the value", () => {
  const inputs = count(6).map((i) => input(`x${i}`, 4, 3));
  const powerOf = (x: Expr, ...others: readonly Expr[]) =>
    others.reduce((product, one) => product.mul(one), x.square()).exp();
  const dX = (y: Node, x: Node) => gradientsOf(y, [x])[0]!.inputs;
  const six = map(inputs, powerOf), five = map(inputs.slice(1), powerOf);
  assertEquals([dX(six, inputs[0]!).length, dX(six, inputs[0]!).includes(six)], [7, false]);
  assertEquals([dX(five, inputs[1]!).length, dX(five, inputs[1]!).includes(five)], [7, true]);
});

Deno.test("layer norm of maps and reductions has the gradient that central differences find", async () => {
  const build = ([x, gain]: readonly Node[]) => {
    const mean = reduceMean(x!, { axes: [1], keepAxes: true });
    const centered = map([x!, mean], (a, m) => a.sub(m));
    const variance = reduceMean(map([centered], (a) => a.square()), { axes: [1] });
    return map([centered, variance, gain!], (a, v, g) => a.div(v.add(1e-3).sqrt()).mul(g), {
      axes: [undefined, [0]],
    });
  };
  const x = input("x", 3, 5), gain = input("gain", 5), y = build([x, gain]), seed = input("seed", 3, 5);
  const grads = gradients([{ value: y, seed }], [x, gain], add), [reference] = EXECUTORS;
  const seeds = count(15).map((i) => Math.sin(i)),
    point = [count(15).map((i) => Math.cos(3 * i)), count(5, 1)];
  const given = (at: readonly (readonly number[])[]) => [[x, at[0]!], [gain, at[1]!]] as const;
  const found = await forward(reference!, grads, [...given(point), [seed, seeds]]);
  for (const [i, values] of point.entries()) {
    for (const at of values.keys()) {
      const objective = async (change: number) => {
        const moved = point.map((one, j) =>
          one.map((value, k) => i === j && k === at ? value + change : value)
        );
        const [result] = await forward(reference!, [y], given(moved));
        return result!.reduce((sum, value, k) => sum + value * seeds[k]!, 0);
      };
      const slope = (await objective(1e-5) - await objective(-1e-5)) / 2e-5;
      assert(Math.abs(slope - found[i]![at]!) < 1e-7, `${i} ${at}: ${slope} and ${found[i]![at]}`);
    }
  }
});

Deno.test("a plan shows the expression, and calls of other expressions or axes are other calls", () => {
  const x = input("x", 3, 3), m = input("m", 3);
  const shown = (y: Node) => describeCall(compile({ run: [y] }).routines.run![0]!, 0).slice(1, 5);
  assertEquals(shown(map([x, m], (a, b) => a.sub(b).mul(2))), ["map", "map", "f32[3,3]", "f=2 * (a - b)"]);
  const others = [
    map([x, m], (a, b) => a.sub(b)),
    map([x, m], (a, b) => b.sub(a)),
    map([x, m], (a, b) => a.sub(b), { axes: [undefined, [0]] }),
  ];
  assertEquals(new Set(others.map(({ attrs }) => JSON.stringify(attrs))).size, 3);
});

Deno.test("tanh and sigmoid of map() on WASM are the bits of a layer's activation", async () => {
  const x = input("x", 999, 1),
    w = input("w", 1, 1),
    b = input("b", 1),
    wasm = await wasmExecutor({ threads: 1 });
  const values = Float32Array.from({ length: 999 }, (_, i) => 30 * Math.sin(i) ** 3);
  for (const [activation, curve] of [["tanh", tanh], ["sigmoid", sigmoid]] as const) {
    const roots = [map([x], curve), linear(x, w, b, { activation })];
    const [found, expected] = await forward(wasm, roots, [[x, values], [w, [1]], [b, [0]]]);
    assertEquals(found, expected);
  }
});

Deno.test("one kernel serves every size of an expression, and another expression has another", () => {
  const kernelOf = (shape: readonly number[], build: (x: Expr) => Expr) => {
    const { type, attrs } = map([input("x", ...shape)], build);
    return mapOp.wasm({ inputs: [type], output: type, attrs: attrs as never }).code;
  };
  const small = kernelOf([4, 8], (x) => abs(x)), large = kernelOf([40, 80], (x) => abs(x));
  assert(small !== undefined && small === large);
  assert(kernelOf([4, 8], (x) => x.neg()) !== small);
});

Deno.test("reduce traps on WASM and gives NaN on WebGPU at a kind that it does not know", async () => {
  const known = reduceOp as Op;
  const unknown: Op = {
    ...known,
    wasm: (types) => ({ ...known.wasm(types), args: [3, ...known.wasm(types).args.slice(1)] }),
    wgsl: (types) => ({ ...known.wgsl(types), overrides: { ...known.wgsl(types).overrides, KIND: 3 } }),
  };
  const suite = buildSuite(unknown, known.cases.slice(1, 2));
  const [, wasm] = EXECUTORS, webgpu = EXECUTORS.find(({ name }) => name === "webgpu");
  await assertRejects(() => runSuite(wasm!, suite), WebAssembly.RuntimeError, "unreachable");
  if (webgpu !== undefined) assert((await runSuite(webgpu, suite))[0]!.at(-1)!.some(Number.isNaN));
});

Deno.test("map() and the reductions refuse what does not fit, with the shapes", () => {
  const x = input("x", 4, 3), y = input("y", 4), labels = leaf("input", "labels", [4], "u32");
  const of = (...inputs: readonly Node[]) => () => map(inputs, (...values) => values[0]!);
  const sentences: readonly (readonly [() => unknown, string])[] = [
    [of(x, y), "Cannot map [4,3] and [4]: [4] does not fit [4,3], where sizes must be equal or 1"],
    [() => map([x, y], (a) => a, { axes: [undefined, [1]] }), "[4] does not fit [4,3] as axes [1]"],
    [() => map([x, y], (a) => a, { axes: [[1, 0]] }), "[4,3] does not fit [3,4] as axes [1,0]"],
    [of(labels), "Cannot map u32[4]: values must be f32"],
    [of(input("deep", 1, 2, 3, 4, 5)), "a result has at most 4 axes"],
    [of(), "map() takes a list of 1 to 6 values, got 0"],
    [of(...new Array(7).fill(x)), "map() takes a list of 1 to 6 values, got 7"],
    [() => map([x], 3 as never), "map() takes a function of 1 values, got 3"],
    [
      () => map([x], () => y as never),
      "An expression is made of values and finite float32 numbers, got an object",
    ],
    [() => map([x], maximum as never, { label: "top" }), "An expression is made of values"],
    [() => map([x], (a) => a, { axis: 1 } as never), 'map() has no option "axis": did you mean axes?'],
    [() => map([3 as never], (a) => where(a, 1, 2)), "A graph is made of nodes"],
    [() => reduceSum(x, { axes: [2] }), "Cannot reduce f32[4,3]: axes [2] must be of its axes 0 to 1"],
    [() => reduceMax(x, { axes: [0, 0] }), "axes [0,0] must be of its axes 0 to 1, each once and in order"],
    [
      () => reduceMean(x, { axes: [] }),
      "reduceMean() takes the axes that it reduces, such as { axes: [1] }, got []",
    ],
    [() => reduceSum(labels, { axes: [0] }), "Cannot reduce u32[4]: it must be f32 of 1 to 4 axes"],
  ];
  for (const [call, sentence] of sentences) assertThrows(call, DescentError, sentence);
});
