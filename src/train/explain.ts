/** What a training comes to before it runs: the plan of its step as text, timed and checked if asked. */
import { DescentError, require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Step } from "../core/step.ts";
import { textTable } from "../core/text_table.ts";
import { checkSplits } from "../data/check_splits.ts";
import { countRows, type Splits } from "../data/data_set.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor } from "../exec/executor.ts";
import { checkStep, timeCalls } from "../exec/inspect.ts";
import type { Plan } from "../ir/plan.ts";
import {
  BUFFER_COLUMNS,
  CALL_COLUMNS,
  callBytes,
  callFlops,
  describeBuffers,
  describeCall,
  formatBytes,
} from "../ir/print.ts";
import { initializeWeights, type Model, type Weights } from "../nn/model.ts";
import { adam } from "../optim/adam.ts";
import type { FitOptions } from "./fit_options.ts";
import { Session } from "./session.ts";
import { planSession, type SessionOptions, sessionSizes } from "./session_plan.ts";

/** The options of `fit` on which the plan depends, and what else is asked. */
export interface ExplainOptions extends
  Pick<
    FitOptions,
    "optimizer" | "clip" | "batch" | "loss" | "encoder" | "frozen" | "seed" | "weights" | "off" | "executor"
  > {
  /** Measure how long each call of a step takes. Default false. */
  readonly time?: boolean;
  /** Make each call of a step on the float64 reference too, with the operands that it really had, and compare. Default false. */
  readonly check?: boolean;
}

/**
 * The plan of a training as text: the calls of a step with shapes and settings, the buffers, and what they take; with
 * `time` how long each call takes, with `check` whether each is right.
 *
 * Throws as `fit` does, and with `check` where a call is wrong, naming the first.
 *
 * @example
 * ```ts
 * import { dense, explainTraining, meanSquaredError, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Float32Array.of(1, 3, 5, 7) };
 * const model = sequential(1, [dense(8, { activation: "gelu" }), dense(1)]);
 * console.log(await explainTraining(model, { train }, { loss: meanSquaredError(), check: true }));
 * ```
 */
export async function explainTraining(
  model: Model,
  data: Splits,
  options: ExplainOptions = {},
): Promise<string> {
  checkOptions("explainTraining", options, {
    optimizer: true,
    clip: true,
    batch: true,
    loss: true,
    encoder: true,
    frozen: true,
    seed: true,
    weights: true,
    off: true,
    executor: true,
    time: true,
    check: true,
  });
  checkSplits(data);
  const {
    time = false,
    check = false,
    executor: given,
    weights,
    optimizer = adam(),
    batch = 32,
    seed = 1,
    ...rest
  } = options;
  const executor = given ?? (await chooseExecutor()).executor;
  try {
    return await trainingText(model, data, {
      ...rest,
      optimizer,
      batch: Math.min(batch, countRows(data.train)),
      seed,
      executor,
      weights: weights ?? initializeWeights(model, seed),
      time,
      check,
    });
  } finally {
    if (given === undefined) executor.close();
  }
}

interface TextOptions extends SessionOptions {
  readonly executor: Executor;
  readonly weights: Weights;
  readonly time: boolean;
  readonly check: boolean;
  /** Of the terminal that its tables should fit. */
  readonly width?: number | undefined;
}

/** The same of what a session is made of. */
export async function trainingText(
  model: Model,
  data: Splits,
  { time, check, width, executor, weights, ...options }: TextOptions,
): Promise<string> {
  const { plan } = planSession(model, sessionSizes(data), { ...options, backend: executor.name });
  const inSession = <T>(work: (session: Session, step: Step) => Promise<T>) =>
    withSession(model, data, { ...options, executor, weights }, work);
  const times = time
    ? await inSession(async (session, step) => {
      await session.trainEpoch(0); // warms up, and fills every buffer with real values
      return await timeCalls(session.program, "train", step);
    })
    : undefined;
  const parts: string[] = [];
  for (const [name, calls] of Object.entries({ setup: plan.setup, ...plan.routines })) {
    if (calls.length === 0) continue;
    const dispatches = options.off?.includes("merge") ? undefined : await executor.dispatches?.(calls);
    parts.push(routineText(name, calls, { dispatches, width, times: name === "train" ? times : undefined }));
  }
  const bytes = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  parts.push(`Buffers\n${textTable({ columns: BUFFER_COLUMNS, rows: describeBuffers(plan) }, { width })}`);
  parts.push(`Total ${formatBytes(bytes)} in ${plan.buffers.length} buffers`);
  if (check) parts.push(await checkFirstStep(model, data, { ...options, executor, weights }));
  return parts.join("\n\n");
}

function routineText(
  name: string,
  calls: Plan["setup"],
  { dispatches, times, width }: {
    readonly dispatches: number | undefined;
    readonly times: readonly number[] | undefined;
    readonly width: number | undefined;
  },
): string {
  const flops = calls.reduce((sum, call) => sum + callFlops(call), 0);
  const rows = calls.map((call, i) => [
    ...describeCall(call, i),
    ...(times ? timing(times[i]!, callFlops(call), callBytes(call)) : []),
  ]);
  const columns = [...CALL_COLUMNS, ...(times ? ["ms", "GFLOP/s", "GB/s"] : [])];
  return [
    `Routine ${name}: ${calls.length} calls${
      dispatches === undefined ? "" : ` in ${dispatches} dispatches`
    }, ${flops.toLocaleString("en")} floating-point operations (dense)`,
    textTable({ columns, rows }, { width }),
    ...(times ? [`Sum of the calls ${times.reduce((sum, ms) => sum + ms, 0).toFixed(4)} ms`] : []),
  ].join("\n");
}

function timing(ms: number, flops: number, bytes: number): readonly string[] {
  return [ms.toFixed(4), (flops / ms / 1e6).toFixed(2), (bytes / ms / 1e6).toFixed(2)];
}

/** Says that all calls of the first step are right, beside the float64 reference; throws naming the first that is not. */
export async function checkFirstStep(
  model: Model,
  data: Splits,
  options: SessionOptions & { readonly executor: Executor; readonly weights: Weights },
): Promise<string> {
  return await withSession(model, data, options, async ({ program }, step) => {
    const bad = await checkStep(program, "train", step), { length } = program.plan.routines.train!;
    if (bad === undefined) {
      return `Check     all ${length} calls of the first step agree with the float64 reference`;
    }
    const { description } = options.executor;
    throw new DescentError(
      `Call ${bad.index} of the first step's ${bad.routine} routine (${bad.op} "${bad.label}") is wrong on ${description}: ${bad.problem}`,
    );
  });
}

/** A session, and the first step of its training. */
async function withSession<T>(
  model: Model,
  data: Splits,
  options: SessionOptions & { readonly executor: Executor; readonly weights: Weights },
  work: (session: Session, step: Step) => Promise<T>,
): Promise<T> {
  require(options.batch > 0, () => `The batch size must be a positive whole number, got ${options.batch}`);
  const session = await Session.open(model, data, options);
  try {
    const { batch, seed, optimizer } = options;
    return await work(session, {
      start: 0,
      count: batch,
      slot: 0,
      step: 0,
      seed,
      scalars: optimizer.scalars(0),
    });
  } finally {
    await session.close();
  }
}
