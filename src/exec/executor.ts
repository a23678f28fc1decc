/** What an executor is: the place where a plan becomes a program that runs. */
import { DescentError } from "../core/errors.ts";
import type { Step } from "../core/step.ts";
import type { TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { Plan, PlanCall, PlanOperand } from "../ir/plan.ts";

/** The executors: WebGPU, WebAssembly, and the definition in float64 that both are measured against. */
export type BackendName = "webgpu" | "wasm" | "reference";

/** What a plan becomes a program on. One on WebGPU holds a device: close it when done. */
export interface Executor {
  /** Which of them it is. */
  readonly name: BackendName;
  /** What it runs on, for people: `WASM SIMD, 2 threads`, `WebGPU on NVIDIA H100`. */
  readonly description: string;
  /** Allocates all buffers (zeroed) and prepares all calls. Nothing is allocated after this. */
  load(plan: Plan, options?: LoadOptions): Promise<Program>;
  /** How many dispatches a GPU makes these calls in; elsewhere there are none. */
  dispatches?(calls: readonly PlanCall[]): Promise<number>;
  /** Lets go of the GPU, and of all programs on it; on the others nothing is held. */
  close(): void;
}

/** Settings of `Executor.load`. */
export interface LoadOptions {
  /** Put a guard region after every buffer, for `checkGuards`. Default false. */
  readonly guards?: boolean;
  /**
   * On WebGPU, make calls that do not need each other in one dispatch, small ones that do one after another in one
   * workgroup, and elementwise ones where the result is stored that they go over: the same numbers. Default true, but for
   * software, which takes longer to compile them than it saves.
   */
  readonly merge?: boolean;
}

/** A loaded plan. Its calls are made in the order of the plan, and its methods in the order they are called. */
export interface Program {
  /** What it was loaded from. */
  readonly plan: Plan;
  /** Writes dense values to a leaf or arena member. After a write to constant data, the plan's setup runs again. */
  write(value: Node, dense: ArrayLike<number>): void;
  /**
   * Dense values of a leaf, arena or computed node, as the runs before this call leave them: a copy; float64 on the
   * reference executor. On a GPU a read is a long wait: ask for all that is wanted before the first `await`.
   */
  read(value: Node): Promise<TypedArray>;
  /** Values of a place in the padded layout, pads included. */
  readPadded(place: PlanOperand): Promise<TypedArray>;
  /**
   * Runs a routine once per step. Resolves when the steps are submitted or done; a later `read` waits for them.
   */
  run(routine: string, steps: readonly Step[]): Promise<void>;
  /** Runs one call of a routine (or of `setup`) alone, once or several `times`. Resolves when it is done. */
  runCall(routine: string, index: number, step: Step, times?: number): Promise<void>;
  /** Names of buffers past whose end something was written; empty without `guards`. */
  checkGuards(): Promise<readonly string[]>;
  /** Lets go of its memory and threads; the executor stays open. */
  close(): void;
}

/** The place of a node in a plan; throws when the plan does not hold it. */
export function placeOf(plan: Plan, value: Node): PlanOperand {
  const place = plan.place(value);
  if (place === undefined) {
    throw new DescentError(
      `The plan does not hold "${value.label}": it is not reached from any routine's roots`,
    );
  }
  return place;
}

/** The calls of a routine; throws with the known names when there is none of that name. */
export function routineOf(plan: Plan, name: string): Plan["setup"] {
  const calls = name === "setup" ? plan.setup : plan.routines[name];
  if (calls === undefined) {
    throw new DescentError(
      `The plan has no routine "${name}"; it has ${Object.keys(plan.routines).join(", ")}`,
    );
  }
  return calls;
}

/** One call of a routine; throws when the routine has fewer. */
export function callAt(plan: Plan, routine: string, index: number): Plan["setup"][number] {
  const call = routineOf(plan, routine)[index];
  if (call === undefined) throw new DescentError(`Routine "${routine}" has no call ${index}`);
  return call;
}

/** Does the work at once; what it throws is a rejection, as callers of a `Promise` expect. */
export function settle<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** What a closed program answers. */
export function closedError(): DescentError {
  return new DescentError("This program is closed: load the plan again");
}

/** The step that setup calls run with: they do not depend on it. */
export const SETUP_STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

/** Whether a write to this leaf makes the results of the plan's setup stale. */
export function feedsSetup(plan: Plan, place: PlanOperand): boolean {
  return plan.setup.some((call) =>
    call.operands.some((operand, i) => operand.buffer === place.buffer && !call.writes.includes(i))
  );
}
