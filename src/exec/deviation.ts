/** Comparing what a call wrote with the float64 reference. */
import type { Step } from "../core/step.ts";
import { columnsOf, pitchOf, type TypedArray } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";
import type { PlanCall } from "../ir/plan.ts";
import type { Program } from "./executor.ts";

/** How far a written operand was from the reference. */
export interface Deviation {
  readonly operand: string;
  readonly index: number;
  readonly expected: number;
  readonly found: number;
  /** Error divided by the tolerance; above 1 is a failure. Infinity where one is a number and the other is not. */
  readonly ratio: number;
}

/** What the reference writes in a call, once computed, to compare any number of executors with. */
export interface Expectation {
  readonly call: PlanCall;
  readonly writes: readonly {
    readonly at: number;
    readonly view: View;
    readonly tolerance: (index: number) => number;
  }[];
}

/** Runs the reference on the values that a call's operands had before it. */
export function expectCall(call: PlanCall, before: readonly TypedArray[], step: Step): Expectation {
  const { op, attrs, operands, writes } = call;
  const viewOf = (at: number): View => {
    const { type } = operands[at]!;
    return { type, pitch: pitchOf(type.shape), data: copyForReference(before[at]!) };
  };
  const expected = before.map((_data, at) => viewOf(at));
  const old = expected.map((view, at) => writes.includes(at) ? viewOf(at) : view);
  const inputsOf = (views: readonly View[]) => op.updates === undefined ? views.slice(0, -1) : views;
  const output = expected[writes[0]!]!;
  op.reference({ inputs: inputsOf(expected), output, attrs, step });
  return {
    call,
    writes: writes.map((at) => {
      const view = expected[at]!;
      const tolerance = op.tolerance({ inputs: inputsOf(old), output, attrs, step }, view);
      return { at, view, tolerance: remember(tolerance, view.data.length) };
    }),
  };
}

function copyForReference(data: TypedArray): View["data"] {
  return data instanceof Float32Array ? Float64Array.from(data) : data.slice();
}

/** A tolerance costs as much as the element itself: each is computed once, when it is asked for. */
function remember(tolerance: (index: number) => number, length: number): (index: number) => number {
  const known = new Float64Array(length).fill(-1);
  return (index) => {
    if (known[index] === -1) known[index] = tolerance(index);
    return known[index]!;
  };
}

/** Largest deviation, relative to the op's tolerance, of what a call wrote (`found`, per operand). */
export function compareWrites(
  { call, writes }: Expectation,
  found: readonly TypedArray[],
): Deviation | undefined {
  let worst: Deviation | undefined;
  for (const { at, view, tolerance } of writes) {
    const columns = columnsOf(view.type.shape);
    for (let index = 0; index < view.data.length; index++) {
      const isPad = index % view.pitch >= columns;
      const want = isPad ? 0 : view.data[index]!, got = found[at]![index]!;
      if (want === got || (Number.isNaN(want) && Number.isNaN(got))) continue;
      const ratio = Math.abs(want - got) / (isPad ? 0 : tolerance(index));
      if (worst !== undefined && ratio <= worst.ratio) continue;
      worst = {
        operand: operandName(call, at),
        index,
        expected: want,
        found: got,
        // NaN would compare as false with every later deviation.
        ratio: Number.isNaN(ratio) ? Infinity : ratio,
      };
    }
  }
  return worst;
}

/** `compareWrites` with the reference run on the values that the operands had before the call. */
export function compareCall(
  call: PlanCall,
  before: readonly TypedArray[],
  found: readonly TypedArray[],
  step: Step,
): Deviation | undefined {
  return compareWrites(expectCall(call, before, step), found);
}

/** Name of operand `at` of a call, for messages. */
export function operandName({ op, operands }: PlanCall, at: number): string {
  const isOutput = op.updates === undefined && at === operands.length - 1;
  return isOutput ? "output" : op.operands[at] ?? `in${at}`;
}

/** Values of all operands of a call, pads included. */
export function readOperands(program: Program, { operands }: PlanCall): Promise<readonly TypedArray[]> {
  return Promise.all(operands.map((operand) => program.readPadded(operand)));
}

/** One line that says what differs: for messages of checks and tests. */
export function describeDeviation({ operand, index, expected, found, ratio }: Deviation): string {
  return `${operand}[${index}] is ${found}, expected ${expected} (${
    ratio.toPrecision(3)
  } times the tolerance)`;
}
