/** Runs an op's cases: on an executor against the float64 reference, and by finite differences. */
import { normal, permutation, randomWords, STREAM, uniform } from "../core/random.ts";
import type { Step } from "../core/step.ts";
import { sizeOf, storageOf, type TensorType, toPadded, type TypedArray } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import { type Node, node } from "../ir/node.ts";
import type { CaseInput, Op, OpCase } from "../ir/op.ts";
import { compile, type Plan, type PlanCall } from "../ir/plan.ts";
import {
  compareWrites,
  type Deviation,
  type Expectation,
  expectCall,
  operandName,
  readOperands,
} from "./deviation.ts";
import type { Executor } from "./executor.ts";
import { referenceExecutor } from "./reference.ts";

export { compareCall, describeDeviation, type Deviation, readOperands } from "./deviation.ts";

/** A case as a graph with the values of its inputs, rounded to float32 so that every executor gets the same. */
export interface BuiltCase {
  readonly inputs: readonly Node[];
  readonly values: readonly TypedArray[];
  readonly output: Node;
  readonly step: Step;
}

const SEED = 20;

/** Values of a case's input; `lane` tells the inputs of one case apart. */
export function fillValues({ shape, fill }: CaseInput, lane: number): TypedArray {
  const count = sizeOf(shape), place = { seed: SEED, stream: STREAM.test, lane };
  const words = () => randomWords(count, { ...place, step: 1 });
  if (typeof fill === "object" && "make" in fill) return fill.make();
  if (fill === "normal") return Float32Array.from(normal(count, place));
  if (fill === "positive") return Float32Array.from(uniform(count, place));
  if (fill === "zeros") return new Float32Array(count);
  if (fill === "permutation") return permutation(count, place);
  if (fill === "bytes") return Uint8Array.from(words(), (word) => word % 5 === 0 ? word >>> 24 : 0);
  if (fill === "sparse") {
    const chosen = words();
    return Float32Array.from(normal(count, place), (value, i) => chosen[i]! % 5 === 0 ? value : 0);
  }
  return words().map((word) => word % fill.below);
}

/** Builds the graph of a case: a leaf per input and the op's node on them. */
export function buildCase(op: Op, { inputs, attrs, step }: OpCase): BuiltCase {
  const leaves = inputs.map(({ shape, dtype = "f32" }, i) =>
    leaf("input", op.operands[i] ?? `in${i}`, shape, dtype)
  );
  return {
    inputs: leaves,
    values: inputs.map(fillValues),
    output: node(op, leaves, attrs),
    step: { start: 0, count: 1, slot: 0, step: 0, seed: SEED, scalars: [], ...step },
  };
}

/** Cases of an op as routines of one plan: loaded once per executor, and the reference runs once for all. */
export interface CaseSuite {
  readonly op: Op;
  readonly plan: Plan;
  readonly cases: readonly SuiteCase[];
}

interface SuiteCase extends BuiltCase {
  readonly label: string;
  readonly call: PlanCall;
  /** The operands before the call, padded. */
  readonly before: readonly TypedArray[];
  /** Computed when first asked for. */
  expected(): Expectation;
}

/** What the output holds before the call, so that an element that is not written, or is added to, shows. */
const STALE = 777;

export function buildSuite(op: Op, cases: readonly OpCase[] = op.cases): CaseSuite {
  const built = cases.map((opCase) => buildCase(op, opCase));
  const plan = compile(Object.fromEntries(built.map(({ output }, i) => [`${i}`, [output]])), {
    hoist: false,
  });
  return {
    op,
    plan,
    cases: built.map((one, i) => {
      const call = plan.routines[`${i}`]![0]!;
      const dense = op.updates === undefined ? [...one.values, staleValues(one.output)] : one.values;
      const before = dense.map((values, at) => padded(call.operands[at]!.type, values));
      let expected: Expectation | undefined;
      const { label } = cases[i]!;
      return { ...one, label, call, before, expected: () => expected ??= expectCall(call, before, one.step) };
    }),
  };
}

function staleValues({ type }: Node): TypedArray {
  return new Float32Array(sizeOf(type.shape)).fill(STALE);
}

function padded({ dtype, shape }: TensorType, dense: TypedArray): TypedArray {
  const count = storageOf(shape);
  const values = dtype === "f32"
    ? new Float32Array(count)
    : dtype === "u32"
    ? new Uint32Array(count)
    : new Uint8Array(count);
  toPadded(shape, dense, values);
  return values;
}

/**
 * Runs the cases on an executor; resolves to all operands of each after its call, pads included. Throws when a
 * call wrote past the end of a buffer, or changed an operand that it only reads.
 */
export async function runSuite(
  executor: Executor,
  { op, plan, cases }: CaseSuite,
): Promise<readonly (readonly TypedArray[])[]> {
  const program = await executor.load(plan, { guards: true }), results: (readonly TypedArray[])[] = [];
  try {
    for (const [i, { label, inputs, values, output, step, call, before }] of cases.entries()) {
      inputs.forEach((input, at) => program.write(input, values[at]!));
      if (op.updates === undefined) program.write(output, staleValues(output));
      await program.run(`${i}`, [step]);
      const overrun = await program.checkGuards();
      if (overrun.length > 0) {
        throw new Error(`${op.name} ${label} wrote past the end of ${overrun.join(", ")}`);
      }
      const after = await readOperands(program, call);
      after.forEach((data, at) => {
        if (call.writes.includes(at) || sameBits(data, before[at]!)) return;
        throw new Error(`${op.name} ${label} changed its input ${operandName(call, at)}`);
      });
      results.push(after);
    }
  } finally {
    program.close();
  }
  return results;
}

/** Whether two arrays hold the same numbers: of one kind, bit by bit. */
export function sameBits(a: TypedArray, b: TypedArray): boolean {
  if (a.length !== b.length) return false;
  // The reference's numbers have 64 bits.
  if (a.BYTES_PER_ELEMENT !== b.BYTES_PER_ELEMENT) return a.every((value, i) => Object.is(value, b[i]));
  const left = wordsOf(a), right = wordsOf(b);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: TypedArray) {
  return BYTES_PER_ELEMENT % 4 === 0
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength);
}

/** Runs a case on an executor and compares everything it wrote with the reference. */
export async function checkCase(executor: Executor, op: Op, opCase: OpCase): Promise<Deviation | undefined> {
  const suite = buildSuite(op, [opCase]);
  const [found] = await runSuite(executor, suite);
  return compareWrites(suite.cases[0]!.expected(), found!);
}

/**
 * Worst relative error of an op's gradient by central differences in float64, over its float inputs; `undefined` where
 * there is no gradient, or the case is not smooth.
 */
export async function gradcheckCase(op: Op, opCase: OpCase): Promise<number | undefined> {
  if (op.grad === undefined || opCase.notSmooth) return undefined;
  const { inputs, values, output, step } = buildCase(op, opCase);
  const dOutput = leaf("input", "dOutput", output.type.shape);
  const grads = op.grad(output, dOutput);
  const roots = grads.filter((grad) => grad !== undefined);
  const program = await referenceExecutor().load(compile({ forward: [output], backward: roots }));
  const seeds = normal(sizeOf(output.type.shape), { seed: SEED, stream: STREAM.test, lane: 99 });
  inputs.forEach((input, i) => program.write(input, values[i]!));
  program.write(dOutput, seeds);
  await program.run("backward", [step]);
  const objective = async () => {
    await program.run("forward", [step]);
    return dot(await program.read(output), seeds);
  };
  let worst = 0;
  for (const [i, grad] of grads.entries()) {
    if (grad === undefined) continue;
    const analytic = await program.read(grad), input = inputs[i]!, dense = Float64Array.from(values[i]!);
    // A spread of a large array overflows the stack.
    const scale = Array.from(analytic, Math.abs).reduce((a, b) => Math.max(a, b), 1e-3);
    for (const at of sample(dense.length)) {
      const kept = dense[at]!, width = 1e-5 * Math.max(1, Math.abs(kept));
      const objectiveAt = async (value: number) => {
        dense[at] = value;
        program.write(input, dense);
        return await objective();
      };
      const high = await objectiveAt(kept + width), low = await objectiveAt(kept - width);
      await objectiveAt(kept);
      worst = Math.max(worst, Math.abs((high - low) / (2 * width) - analytic[at]!) / scale);
    }
  }
  program.close();
  return worst;
}

/** Up to 24 positions spread over an input. */
function sample(count: number): readonly number[] {
  const wanted = Math.min(count, 24);
  return Array.from({ length: wanted }, (_, i) => Math.floor((i + 0.5) * count / wanted));
}

function dot(a: TypedArray, b: TypedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
