/** Every op × every case × every executor against the float64 reference. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { columnsOf, pitchOf, sizeOf, toDense, type TypedArray } from "../../src/core/tensor.ts";
import { buildSuite, type CaseSuite, checkCase, runSuite, sameBits } from "../../src/exec/case.ts";
import { compareCall, compareWrites, describeDeviation } from "../../src/exec/deviation.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import type { Node } from "../../src/ir/node.ts";
import type { Op, OpCase } from "../../src/ir/op.ts";
import { addOp } from "../../src/ops/add.ts";
import { confusionOp } from "../../src/ops/confusion.ts";
import { linearOp } from "../../src/ops/linear.ts";
import { matmulOp } from "../../src/ops/matmul.ts";
import { OPS } from "../../src/ops/mod.ts";
import { softmaxCrossEntropyOp } from "../../src/ops/softmax_cross_entropy.ts";
import { sgdBytesOp } from "../../src/optim/sgd_bytes.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";
import { NOT_TESTED, webgpuOrSkip } from "../exec/adapter.ts";

const ALL_OPS = [...OPS, ...OPTIMIZER_OPS];
const oneThread = await wasmExecutor({ threads: 1 });
const threeThreads = await wasmExecutor({ threads: 3, parallelFlops: 0 });
const webgpu = await webgpuOrSkip();
const EXECUTORS: readonly (readonly [where: string, executor: Executor])[] = [
  ["WASM with one thread", oneThread],
  ["WASM with two threads", await wasmExecutor({ threads: 2, parallelFlops: 0 })],
  ...(webgpu ? [["WebGPU", webgpu] as const] : []),
];

type Results = readonly (readonly TypedArray[])[];

/** The cases of the op that is being tested: its reference runs once for all executors, one thread once for all tests. */
let current: { readonly suite: CaseSuite; readonly one: () => Promise<Results> } | undefined;
function casesOf(op: Op) {
  if (current?.suite.op !== op) {
    const suite = buildSuite(op);
    let results: Promise<Results> | undefined;
    current = { suite, one: () => results ??= runSuite(oneThread, suite) };
  }
  return current!;
}

/** One line for each case in which an executor is off by more than the tolerance. */
async function failuresOf(executor: Executor, op: Op): Promise<readonly string[]> {
  const { suite, one } = casesOf(op);
  const found = await (executor === oneThread ? one() : runSuite(executor, suite));
  return suite.cases.flatMap(({ label, expected }, i) => {
    const worst = compareWrites(expected(), found[i]!);
    return worst === undefined || worst.ratio <= 1 ? [] : [`${label}: ${describeDeviation(worst)}`];
  });
}

for (const op of ALL_OPS) {
  for (const [where, executor] of EXECUTORS) {
    Deno.test(`${op.name} on ${where} gives what the float64 reference gives`, async () => {
      assertEquals(await failuresOf(executor, op), []);
    });
  }

  Deno.test(`${op.name} on WASM gives the same bits with one thread and with three`, async () => {
    const { suite, one: resultsOfOne } = casesOf(op);
    const one = await resultsOfOne(), three = await runSuite(threeThreads, suite);
    const differing = suite.cases.filter((_case, i) =>
      one[i]!.some((data, at) => !sameBits(data, three[i]![at]!))
    );
    assertEquals(differing.map(({ label }) => label), []);
  });
}

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return value > 1;
}

/** What a list of sizes lacks of those that kernels go wrong at; `large` is what must be exceeded unevenly. */
function missingSizes(what: string, sizes: readonly number[], large?: number): readonly string[] {
  const needs: readonly (readonly [name: string, fits: (size: number) => boolean])[] = [
    ["1", (size) => size === 1],
    ["a prime above 4", (size) => size > 4 && isPrime(size)],
    ...(large === undefined ? [] : [
      [
        `more than ${large} and no multiple of 16`,
        (size: number) => size > large && size % 16 !== 0,
      ] as const,
    ]),
  ];
  return needs.filter(([, fits]) => !sizes.some(fits)).map(([name]) => `${what} of ${name}`);
}

/** Rows of the batch: those that an op makes, else those of its first operand. */
function batchOf({ inputs, attrs }: OpCase): number {
  return "rows" in attrs ? Number(attrs.rows) : inputs[0]!.shape[0]!;
}

for (const op of OPS.filter((one) => one !== addOp)) {
  Deno.test(`the cases of ${op.name} have batches of 1, of a prime and of 11385, and columns of 1 and of a prime`, () => {
    const batches = op.cases.map(batchOf);
    const columns = op.cases.flatMap(({ inputs }) => inputs[0]?.shape.slice(1) ?? []);
    assertEquals(missingSizes("batches", batches), []);
    assert(batches.includes(11385));
    if (columns.length > 0) assertEquals(missingSizes("columns", columns), []);
  });
}

Deno.test("the cases of add have one element, and rows that are no multiple of four", () => {
  const shapes = addOp.cases.map(({ inputs }) => inputs[0]!.shape);
  assert(shapes.some((shape) => sizeOf(shape) === 1));
  assert(shapes.some((shape) => shape.length === 2 && columnsOf(shape) % 4 !== 0));
});

for (const op of OPTIMIZER_OPS.filter((one) => one !== sgdBytesOp)) {
  Deno.test(`the cases of ${op.name} have arenas of one vector and of a prime number of vectors`, () => {
    const vectors = op.cases.map(({ inputs }) => inputs[0]!.shape[0]! / 4);
    assertEquals(missingSizes("vectors", vectors, 256), []);
  });
}

/** [M,K]·[K,N] of a case of linear or matmul. */
function productOf({ inputs, attrs }: OpCase): readonly [m: number, k: number, n: number] {
  const [a, b] = inputs.map(({ shape }) => shape);
  const [m, k] = attrs.transposeA ? [a![1]!, a![0]!] : [a![0]!, a![1]!];
  return [m, k, attrs.transposeB || attrs.transposeWeights ? b![0]! : b![1]!];
}

for (const op of [linearOp, matmulOp]) {
  Deno.test(`the cases of ${op.name} have sizes of 1, primes, and more than a tile in each of M, K and N`, () => {
    const products = op.cases.map(productOf);
    const missing = ["M", "K", "N"].flatMap((axis, i) =>
      missingSizes(axis, products.map((sizes) => sizes[i]!), 64)
    );
    assertEquals(missing, []);
  });
}

Deno.test("the cases of matmul have narrow and wide results for each way of transposing", () => {
  const found = new Set(
    matmulOp.cases.map((one) => `${one.attrs.transposeA} ${one.attrs.transposeB} ${productOf(one)[2] > 64}`),
  );
  assertEquals(found.size, 8);
});

Deno.test("the cases of linear have every activation in narrow and in wide layers", () => {
  const found = new Set(linearOp.cases.map((one) => `${one.attrs.activation} ${productOf(one)[2] > 64}`));
  assertEquals(found.size, 8);
});

/** A suite of one case, with NaN in place of one element of an input. */
function suiteWithNaN(op: Op, { label, operand, row, column }: NaNPlace): CaseSuite {
  const suite = buildSuite(op, op.cases.filter((one) => one.label === label));
  const [one] = suite.cases, { shape } = one!.inputs[operand]!.type;
  one!.values[operand]![row * columnsOf(shape) + column] = NaN;
  one!.before[operand]![row * pitchOf(shape) + column] = NaN;
  return suite;
}

interface NaNPlace {
  readonly label: string;
  readonly operand: number;
  readonly row: number;
  readonly column: number;
}

const NAN_PLACES: readonly (readonly [Op, NaNPlace])[] = [
  [addOp, { label: "[7,13]", operand: 0, row: 3, column: 12 }],
  [addOp, { label: "[7,13]", operand: 1, row: 6, column: 0 }],
  ...[
    "[3,5]·[5,64] relu",
    "[7,13]·[13,5] sigmoid",
    "[17,31]·[31,29] tanh",
    "[33,100]·[100,67] identity",
    "[5,7]·[7,67] relu",
  ]
    .flatMap((label) =>
      [[0, 1, 4], [1, 2, 3], [2, 0, 1]].map(([operand, row, column]) =>
        [linearOp as Op, { label, operand: operand!, row: row!, column: column! }] as const
      )
    ),
  ...[
    "A·B 13×17·17×19",
    "A·Bᵀ 13×17·17×19",
    "Aᵀ·B 13×17·17×19",
    "Aᵀ·Bᵀ 13×17·17×19",
    "A·B 7×11·11×67",
    "Aᵀ·B 67×13·13×131",
  ]
    .flatMap((label) =>
      [0, 1].map((operand) => [matmulOp as Op, { label, operand, row: 5, column: 6 }] as const)
    ),
  [linearOp as Op, { label: "[741,19]·[19,739] sigmoid", operand: 0, row: 740, column: 18 }],
  [matmulOp as Op, { label: "A·Bᵀ 741×19·19×739", operand: 1, row: 738, column: 18 }],
  [softmaxCrossEntropyOp, { label: "[7,10]", operand: 0, row: 6, column: 9 }],
  [softmaxCrossEntropyOp, { label: "[7,10]", operand: 0, row: 0, column: 0 }],
];

for (const [where, executor] of EXECUTORS) {
  Deno.test(`a NaN that goes into an op on ${where} comes out where the reference says, and nowhere else`, async () => {
    for (const [op, place] of NAN_PLACES) {
      const suite = suiteWithNaN(op, place), [one] = suite.cases, { shape } = one!.output.type;
      const [written] = one!.expected().writes, found = (await runSuite(executor, suite))[0]!.at(-1)!;
      // Pads are left out: beside a row that is NaN from end to end they may be NaN as well.
      const expected = placesOfNaN(toDense(shape, written!.view.data));
      assert(expected.length > 0);
      assertEquals(placesOfNaN(toDense(shape, found)), expected, `${op.name} ${JSON.stringify(place)}`);
    }
  });
}

function placesOfNaN(values: TypedArray): readonly number[] {
  return [...values.keys()].filter((at) => Number.isNaN(values[at]));
}

/** What a call of `add` with rows of 13 reads and writes, right but for what `spoil` does to the written rows. */
function deviationOfSpoiled(spoil: (written: Float32Array) => void) {
  const suite = buildSuite(addOp, addOp.cases.filter(({ label }) => label === "[7,13]"));
  const [{ call, before, step }] = suite.cases as [CaseSuite["cases"][number]];
  const written = Float32Array.from(before[0]!, (value, i) => value + before[1]![i]!);
  spoil(written);
  return compareCall(call, before, [before[0]!, before[1]!, written], step);
}

Deno.test("compareCall() accepts the reference's values", () => {
  const deviation = deviationOfSpoiled(() => {});
  assert(deviation === undefined || deviation.ratio <= 1);
});

Deno.test("compareCall() reports a wrong value with its place", () => {
  const deviation = deviationOfSpoiled((written) => written[2 * 16 + 5]! += 1e-3);
  assert(deviation !== undefined && deviation.ratio > 100);
  assertEquals([deviation?.operand, deviation?.index], ["output", 2 * 16 + 5]);
});

Deno.test("compareCall() reports a pad that is not zero, however small it is", () => {
  const deviation = deviationOfSpoiled((written) => written[3 * 16 + 13] = 1e-30);
  assertEquals([deviation?.index, deviation?.expected, deviation?.ratio], [3 * 16 + 13, 0, Infinity]);
});

Deno.test("compareCall() reports a NaN, whatever else differs after it", () => {
  const deviation = deviationOfSpoiled((written) => {
    written[4] = NaN;
    written[90]! *= 1 + 2 ** -23;
  });
  assertEquals([deviation?.index, deviation?.ratio], [4, Infinity]);
});

Deno.test("compareCall() leaves the operands that it is given as they were", () => {
  const [{ call, before, step }] = buildSuite(confusionOp, confusionOp.cases.slice(1, 2)).cases as [
    CaseSuite["cases"][number],
  ];
  const kept = before.map((data) => data.slice());
  compareCall(call, before, before, step);
  assertEquals(before, kept);
});

for (const [where, executor] of EXECUTORS) {
  Deno.test(`checkCase() on ${where} reports a kernel that writes past the end of its output`, async () => {
    const tooFar: Op = {
      ...addOp,
      wasm: (types) => ({ ...addOp.wasm(types), units: addOp.wasm(types).units + 1 }),
      wgsl: (types) => ({ ...addOp.wgsl(types), overrides: { VECTORS: addOp.wasm(types).units + 1 } }),
    };
    await assertRejects(
      () => checkCase(executor, tooFar, addOp.cases[2]!),
      Error,
      "add [7,13] wrote past the end of add",
    );
  });

  Deno.test(`checkCase() on ${where} reports a kernel that leaves a part of its output as it was`, async () => {
    const tooShort: Op = {
      ...addOp,
      wasm: (types) => ({ ...addOp.wasm(types), units: addOp.wasm(types).units - 1 }),
      wgsl: (types) => ({ ...addOp.wgsl(types), overrides: { VECTORS: addOp.wasm(types).units - 1 } }),
    };
    const deviation = await checkCase(executor, tooShort, addOp.cases[2]!);
    assert(deviation !== undefined && deviation.ratio > 1000);
    // The last vector holds one element and three pads.
    assertEquals([deviation?.index, deviation?.found], [6 * 16 + 12, 777]);
  });
}

Deno.test("checkCase() reports a call that changes an operand that it only reads", async () => {
  const real = referenceExecutor();
  const careless: Executor = {
    ...real,
    async load(plan, options) {
      const program = await real.load(plan, options), written: Node[] = [];
      return {
        ...program,
        write(value, dense) {
          written.push(value);
          program.write(value, dense);
        },
        async run(routine, steps) {
          await program.run(routine, steps);
          program.write(written[1]!, [0]);
        },
      };
    },
  };
  await assertRejects(
    () => checkCase(careless, addOp, addOp.cases[0]!),
    Error,
    "add [1] changed its input b",
  );
});

Deno.test("webgpuOrSkip() says in one line what is not tested without an adapter, or throws where it is required", async () => {
  const said: string[] = [], say = (line: string) => void said.push(line);
  const find = () => Promise.resolve({ kind: "none", name: "", why: "" } as const);
  assertEquals(await webgpuOrSkip({ find, required: false, say }), undefined);
  assertEquals(said, [NOT_TESTED]);
  await assertRejects(() => webgpuOrSkip({ find, required: true, say }), Error, NOT_TESTED);
});
