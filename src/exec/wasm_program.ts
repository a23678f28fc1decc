/** A loaded plan on threads that share one memory: many steps a post, nothing allocated per step. */
import { encodeStep, type Step, STEP_WORDS } from "../core/step.ts";
import { toDense, toPadded, type TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import {
  callAt,
  closedError,
  feedsSetup,
  placeOf,
  type Program,
  routineOf,
  settle,
  SETUP_STEP,
} from "./executor.ts";
import type { Prepared } from "./wasm_load.ts";
import { overrunBuffers, viewOf } from "./wasm_memory.ts";
import { CONTROL, CONTROL_AT, LEAVE, STEP_ROWS, STEPS_AT } from "./wasm_runner.ts";

/** What the main thread holds of a loaded plan. */
interface State {
  readonly prepared: Prepared;
  /** The step rows, as whole numbers and as floats. */
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  /** What is asked of the workers. */
  readonly control: Int32Array;
  isSetUp: boolean;
  isClosed: boolean;
}

/** The program: it posts lists of calls to the workers, and makes the main thread's share of each. */
export function wasmProgram(prepared: Prepared): Program {
  const { plan, memory } = prepared, { buffer } = memory.memory;
  const state: State = {
    prepared,
    words: new Uint32Array(buffer, STEPS_AT, STEP_ROWS * STEP_WORDS),
    floats: new Float32Array(buffer, STEPS_AT, STEP_ROWS * STEP_WORDS),
    control: new Int32Array(buffer, CONTROL_AT, 16),
    isSetUp: plan.setup.length === 0,
    isClosed: false,
  };
  return {
    plan,
    write: (value, dense) => write(state, value, dense),
    read: (value) => settle(() => read(state, value)),
    readPadded: (place) => settle(() => viewOf(memory, place).slice()),
    run: (routine, steps) => settle(() => run(state, routine, steps)),
    runCall: (routine, index, step, times = 1) => settle(() => runCall(state, routine, index, step, times)),
    checkGuards: () => Promise.resolve(overrunBuffers(memory)),
    close: () => close(state),
  };
}

function write(state: State, value: Node, dense: ArrayLike<number>): void {
  requireOpen(state);
  const { plan, memory } = state.prepared, place = placeOf(plan, value);
  toPadded(place.type.shape, dense, viewOf(memory, place));
  if (feedsSetup(plan, place)) state.isSetUp = false;
}

function read(state: State, value: Node): TypedArray {
  requireOpen(state);
  const { plan, memory } = state.prepared, place = placeOf(plan, value);
  return toDense(place.type.shape, viewOf(memory, place));
}

function run(state: State, routine: string, steps: readonly Step[]): void {
  requireOpen(state);
  routineOf(state.prepared.plan, routine);
  setUp(state);
  runList(state, state.prepared.listOf(routine), steps);
}

function runCall(state: State, routine: string, index: number, step: Step, times: number): void {
  requireOpen(state);
  const call = callAt(state.prepared.plan, routine, index);
  if (routine !== "setup") setUp(state);
  runList(state, state.prepared.listOfCall(call), Array.from({ length: times }, () => step));
}

function close(state: State): void {
  if (state.prepared.workers.length > 0 && !state.isClosed) post(state, LEAVE, 0);
  state.isClosed = true;
}

function requireOpen({ isClosed }: State): void {
  if (isClosed) throw closedError();
}

function setUp(state: State): void {
  if (!state.isSetUp) runList(state, state.prepared.listOf("setup"), [SETUP_STEP]);
  state.isSetUp = true;
}

function runList(state: State, list: number, steps: readonly Step[]): void {
  const { words, floats, prepared: { isShared, runThread } } = state;
  for (let first = 0; first < steps.length; first += STEP_ROWS) {
    const count = Math.min(STEP_ROWS, steps.length - first);
    for (let i = 0; i < count; i++) encodeStep(steps[first + i]!, words, floats, i);
    if (isShared[list]) post(state, list, count);
    runThread(list, count);
  }
}

/** Wakes the workers for a list of calls. */
function post({ control }: State, list: number, steps: number): void {
  Atomics.store(control, CONTROL.list, list);
  Atomics.store(control, CONTROL.steps, steps);
  Atomics.add(control, CONTROL.sequence, 1);
  Atomics.notify(control, CONTROL.sequence);
}
