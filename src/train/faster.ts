/** Whether a training is faster on the GPU that is there or on WASM: a few steps of it are made on both. */
import { DescentError } from "../core/errors.ts";
import { countRows, type DataSet, type Splits, takeRows } from "../data/data_set.ts";
import { isStreamed, type StreamedSplits } from "../data/stream.ts";
import type { BackendName, Executor } from "../exec/executor.ts";
import type { Choice } from "../exec/choose.ts";
import { openWasm } from "../exec/open.ts";
import { type Model, modelLeaves, type Weights } from "../nn/model.ts";
import { Session } from "./session.ts";
import { planSession, type SessionOptions, sessionSizes } from "./session_plan.ts";

/** A training that has not begun. */
export interface TriedTraining {
  readonly model: Model;
  readonly data: Splits | StreamedSplits;
  readonly options: SessionOptions;
  readonly weights: Weights;
  /** At most. */
  readonly epochs: number;
}

/** What trying a training came to, in milliseconds. */
export interface TrialTimes {
  /** Of a step on the GPU. */
  readonly dispatches: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly wasmStepMs: number;
  /** Where it was tried too: a step, and a wait for a result, of which each epoch has one. */
  readonly gpu?: { readonly stepMs: number; readonly waitMs: number };
}

/** What the host takes for a dispatch on a GPU at least. */
const LEAST_DISPATCH_MS = 1e-3;
/** Trying a training on a GPU takes about as long. */
const TRIAL_MS = 200;
/** How long the steps are to take that are timed. */
const AIM_MS = 40;
const MOST_STEPS = 16384;
/** And how many waits, where a wait is long. */
const WAITS = 5;
/** Rows that are trained on meanwhile. */
const LEAST_ROWS = 256, BATCHES = 4;

/** Which of the two is faster, and half a sentence why; undefined where the GPU has to be tried first. */
export function fasterBackend(
  { dispatches, stepsPerEpoch, epochs, wasmStepMs, gpu }: TrialTimes,
): { readonly backend: BackendName; readonly why: string } | undefined {
  const wasmMs = stepsPerEpoch * wasmStepMs;
  if (gpu !== undefined) {
    const gpuMs = stepsPerEpoch * gpu.stepMs + gpu.waitMs;
    return gpuMs < wasmMs
      ? { backend: "webgpu", why: `tried: an epoch takes ${text(gpuMs)} on the GPU, ${text(wasmMs)} on WASM` }
      : { backend: "wasm", why: `tried: an epoch takes ${text(wasmMs)} on WASM, ${text(gpuMs)} on the GPU` };
  }
  const leastMs = dispatches * LEAST_DISPATCH_MS;
  if (wasmStepMs <= leastMs) {
    return {
      backend: "wasm",
      why: `tried: a step takes ${text(wasmStepMs)} on WASM, its ${dispatches} dispatches over ${
        text(leastMs)
      } on a GPU`,
    };
  }
  if (epochs * wasmMs > TRIAL_MS) return undefined;
  return { backend: "wasm", why: `tried: all ${epochs} epochs take ${text(epochs * wasmMs)} on WASM` };
}

/** `2.5 µs`, `11 ms`, `1.3 s`. */
function text(ms: number): string {
  const [value, unit] = ms < 0.1 ? [1000 * ms, "µs"] : ms < 1000 ? [ms, "ms"] : [ms / 1000, "s"];
  return `${Number(value.toPrecision(2))} ${unit}`;
}

/** Makes so many steps, waits for them, and resolves to the time that it took in ms. */
type Run = (steps: number) => Promise<number>;

/**
 * What `auto` comes to for a training: the GPU of `choice`, or WASM where that is faster. It takes some tenths of a second,
 * and nothing where `choice` is no GPU. A stream is not tried: its rows come when it is trained on. The GPU stays open.
 */
export async function fasterFor(
  choice: Choice,
  { model, data, options, weights, epochs }: TriedTraining,
  { open = openWasm, now = () => performance.now() }: {
    readonly open?: () => Promise<Executor>;
    readonly now?: () => number;
  } = {},
): Promise<Choice> {
  if (choice.executor.name !== "webgpu" || isStreamed(data)) return choice;
  const tried: Splits = { train: sampleOf(data.train, options.batch) };
  const timed = async <T>(executor: Executor, time: (run: Run) => Promise<T>): Promise<T> => {
    const session = await Session.open(model, tried, { ...options, executor, weights });
    try {
      const { program } = session, step = session.nextStep(), written = modelLeaves(model).at(-1)!;
      return await time(async (count) => {
        const steps = new Array(count).fill(step), started = now();
        await program.run("train", steps);
        await program.read(written);
        return now() - started;
      });
    } finally {
      await session.close();
    }
  };
  const wasm = await open(), wasmStepMs = await timed(wasm, timeSteps);
  const { plan } = planSession(model, sessionSizes(tried), { ...options, backend: "webgpu" });
  const calls = plan.routines.train!, dispatches = await choice.executor.dispatches?.(calls);
  const times: TrialTimes = {
    dispatches: dispatches ?? calls.length,
    stepsPerEpoch: Math.ceil(countRows(data.train) / options.batch),
    epochs,
    wasmStepMs,
  };
  try {
    const { backend, why } = fasterBackend(times) ??
      fasterBackend({ ...times, gpu: await timed(choice.executor, (run) => timeGpuSteps(run, wasmStepMs)) })!;
    return backend === "webgpu" ? { ...choice, why } : { executor: wasm, why };
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    return { executor: wasm, why: `the GPU is not used: ${error.message}` };
  }
}

/** Rows of a few batches; all where the batch is the whole set, whose plan is another. */
function sampleOf(train: DataSet, batch: number): DataSet {
  const rows = countRows(train), few = Math.max(LEAST_ROWS, BATCHES * batch);
  return batch >= rows || few >= rows ? train : takeRows(train, Array.from({ length: few }, (_, i) => i));
}

/** Time of a step, by more and more of them: the first are those of an engine that has not compiled them well yet. */
async function timeSteps(run: Run): Promise<number> {
  for (let steps = 1;; steps *= 2) {
    const ms = await run(steps);
    if (ms >= AIM_MS || steps >= MOST_STEPS) return ms / steps;
  }
}

/** The same where waiting takes long: as many steps as WASM makes meanwhile, fewer where a few show that it is slower. */
async function timeGpuSteps(run: Run, wasmStepMs: number): Promise<NonNullable<TrialTimes["gpu"]>> {
  await run(1); // compiles
  const once = await run(1);
  const all = Math.max(2, Math.min(MOST_STEPS, Math.ceil(Math.max(AIM_MS, WAITS * once) / wasmStepMs)));
  let steps = Math.max(2, Math.ceil(all / 8)), ms = await run(steps);
  if (ms - once < all * wasmStepMs && steps < all) ms = await run(steps = all);
  const stepMs = Math.max(0, ms - once) / (steps - 1);
  return { stepMs, waitMs: Math.max(0, once - stepMs) };
}
