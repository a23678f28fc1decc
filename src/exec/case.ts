/** Runs an op's cases: on an executor against the float64 reference, and by finite differences. */
import { normal, permutation, randomWords, STREAM, uniform } from "../core/random.ts";
import type { Step } from "../core/step.ts";
import { pitchOf, sizeOf, type TypedArray } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import { type Node, node } from "../ir/node.ts";
import type { CaseInput, Op, OpCase, View } from "../ir/op.ts";
import { type Call, compile } from "../ir/plan.ts";
import { type Executor, type Program } from "./executor.ts";
import { referenceExecutor } from "./reference.ts";

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

/** How far a written operand was from the reference. */
export interface Deviation {
  readonly operand: string;
  readonly index: number;
  readonly expected: number;
  readonly found: number;
  /** Error divided by the tolerance; above 1 is a failure, NaN too. */
  readonly ratio: number;
}

/**
 * Largest deviation, relative to the op's tolerance, of what a call wrote (`found`, per operand) from the
 * reference run on the values that the operands had before the call.
 */
export function compareCall(
  call: Call,
  before: readonly TypedArray[],
  found: readonly TypedArray[],
  step: Step,
): Deviation | undefined {
  const asView = (data: TypedArray, i: number): View => {
    const { type } = call.operands[i]!;
    return {
      type,
      pitch: pitchOf(type.shape),
      data: data instanceof Float32Array ? Float64Array.from(data) : data as View["data"],
    };
  };
  const { op, attrs, writes } = call;
  const expected = before.map(asView), old = before.map(asView);
  const inputsOf = (views: readonly View[]) => op.updates === undefined ? views.slice(0, -1) : views;
  const output = expected[writes[0]!]!;
  op.reference({ inputs: inputsOf(expected), output, attrs, step });
  let worst: Deviation | undefined;
  for (const at of writes) {
    const view = expected[at]!,
      tolerance = op.tolerance({ inputs: inputsOf(old), output, attrs, step }, view);
    const columns = view.type.shape.at(-1) ?? 1;
    for (let index = 0; index < view.data.length; index++) {
      const isPad = index % view.pitch >= columns;
      const want = isPad ? 0 : view.data[index]!, got = found[at]![index]!;
      if (want === got) continue;
      const error = Math.abs(want - got), allowed = isPad ? 0 : tolerance(index);
      const ratio = error / allowed;
      if (worst === undefined || !(ratio <= worst.ratio)) {
        worst = { operand: operandName(op, at), index, expected: want, found: got, ratio };
      }
    }
  }
  return worst;
}

function operandName(op: Op, at: number): string {
  return op.operands[at] ?? "output";
}

/** Runs a case on an executor and compares everything it wrote with the reference. */
export async function checkCase(executor: Executor, op: Op, opCase: OpCase): Promise<Deviation | undefined> {
  const { inputs, values, output, step } = buildCase(op, opCase);
  const plan = compile({ once: [output] }, { hoist: false });
  const program = await executor.load(plan, { guards: true });
  try {
    inputs.forEach((input, i) => program.write(input, values[i]!));
    const call = plan.routines.once![0]!;
    const before = await readOperands(program, call);
    await program.run("once", [step]);
    const overrun = await program.checkGuards();
    if (overrun.length > 0) {
      throw new Error(`${op.name} ${opCase.label} wrote past the end of ${overrun.join(", ")}`);
    }
    return compareCall(call, before, await readOperands(program, call), step);
  } finally {
    program.close();
  }
}

export function readOperands(program: Program, { operands }: Call): Promise<readonly TypedArray[]> {
  return Promise.all(operands.map((operand) => program.readPadded(operand)));
}

/** One line that says what differs: for messages of checks and tests. */
export function describeDeviation({ operand, index, expected, found, ratio }: Deviation): string {
  return `${operand}[${index}] is ${found}, expected ${expected} (${
    ratio.toPrecision(3)
  } times the tolerance)`;
}

/** Worst relative error of an op's gradient by central differences in float64, over its float inputs. */
export async function gradcheckCase(op: Op, opCase: OpCase): Promise<number | undefined> {
  if (op.grad === undefined) return undefined;
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
    const scale = Math.max(1e-3, ...analytic.map(Math.abs));
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
