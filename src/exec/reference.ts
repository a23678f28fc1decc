/** The reference executor: every op's definition in float64. Slow and plain; kernels are measured against it. */
import type { Step } from "../core/step.ts";
import { pitchOf, storageOf, toDense, toPadded } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";
import type { Plan, PlanBuffer, PlanCall, PlanOperand } from "../ir/plan.ts";
import {
  callAt,
  type Executor,
  feedsSetup,
  placeOf,
  type Program,
  routineOf,
  settle,
  SETUP_STEP,
} from "./executor.ts";

type Buffer = Float64Array | Uint32Array | Uint8Array;

function allocate({ dtype, elements }: PlanBuffer): Buffer {
  if (dtype === "f32") return new Float64Array(elements);
  return dtype === "u32" ? new Uint32Array(elements) : new Uint8Array(elements);
}

function viewOf(buffers: readonly Buffer[], { buffer, offset, type }: PlanOperand): View {
  const data = buffers[buffer]!.subarray(offset, offset + storageOf(type.shape));
  return { type, pitch: pitchOf(type.shape), data };
}

/** Runs one call on views given for its operands, in the order of the plan. */
function referenceCall({ op, attrs, writes }: PlanCall, views: readonly View[], step: Step): void {
  const inputs = op.updates === undefined ? views.slice(0, -1) : views;
  op.reference({ inputs, output: views[writes[0]!]!, attrs, step });
}

function load(plan: Plan): Program {
  const buffers = plan.buffers.map(allocate);
  let isSetUp = plan.setup.length === 0;
  const call = (one: PlanCall, step: Step) => {
    referenceCall(one, one.operands.map((operand) => viewOf(buffers, operand)), step);
  };
  const setUp = () => {
    if (!isSetUp) { for (const one of plan.setup) call(one, SETUP_STEP); }
    isSetUp = true;
  };
  const readPadded = (place: PlanOperand) => viewOf(buffers, place).data.slice();
  return {
    plan,
    write(value, dense) {
      const place = placeOf(plan, value);
      toPadded(place.type.shape, dense, viewOf(buffers, place).data);
      if (feedsSetup(plan, place)) isSetUp = false;
    },
    read: (value) =>
      settle(() => {
        const place = placeOf(plan, value);
        return toDense(place.type.shape, readPadded(place));
      }),
    readPadded: (place) => Promise.resolve(readPadded(place)),
    run: (routine, steps) =>
      settle(() => {
        const calls = routineOf(plan, routine);
        setUp();
        for (const step of steps) for (const one of calls) call(one, step);
      }),
    runCall: (routine, index, step, times = 1) =>
      settle(() => {
        const one = callAt(plan, routine, index);
        if (routine !== "setup") setUp();
        for (let i = 0; i < times; i++) call(one, step);
      }),
    // A typed array cannot be written past its end.
    checkGuards: () => Promise.resolve([]),
    close() {},
  };
}

/**
 * The executor that runs a plan by the ops' definitions, in float64 on one thread.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { referenceExecutor } from "./reference.ts";
 * import { compile } from "../ir/plan.ts";
 * import { leaf } from "../ir/leaf.ts";
 * import { add } from "../ops/add.ts";
 * const a = leaf("input", "a", [2]), b = leaf("input", "b", [2]), sum = add(a, b);
 * const program = await referenceExecutor().load(compile({ forward: [sum] }));
 * program.write(a, [1, 2]);
 * program.write(b, [10, 20]);
 * await program.run("forward", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
 * assert((await program.read(sum))[1] === 22);
 * ```
 */
export function referenceExecutor(): Executor {
  return {
    name: "reference",
    description: "float64 reference, 1 thread",
    load: (plan) => Promise.resolve(load(plan)),
    close() {},
  };
}
