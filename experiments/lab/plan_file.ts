/** `plan.json` of a run: what a step of each of its trainings computes, and how long each call took. */
import type { SelectedImages } from "../images/select.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { timeCalls } from "../../src/exec/inspect.ts";
import { type PlanJson, planJson } from "../../src/ir/plan_json.ts";
import { toJson } from "../../src/runs/json.ts";
import { PLAN_FILE } from "../../src/runs/layout.ts";
import type { RunWriter } from "../../src/runs/run.ts";
import { planSession, sessionSizes } from "../../src/train/session_plan.ts";
import { Session } from "../../src/train/session.ts";
import type { Training } from "./experiment.ts";
import { sessionOptions, type SessionPlace, startingWeights } from "./session_options.ts";

/** The plan of one training. */
type StagePlan = PlanJson & {
  /** As in the lines of `metrics.jsonl`; null where a run is one training. */
  readonly stage: string | null;
  readonly backend: string;
  readonly batch: number;
  /** What its optimizer was asked. */
  readonly optimizer: Training["optimizer"]["options"];
};

interface PlanContext extends SessionPlace {
  readonly data: SelectedImages;
  readonly executor: Executor;
  readonly stage: string | null;
}

/** Plans that a run has so far: each training of it adds one. */
const plansOf = new WeakMap<RunWriter, readonly StagePlan[]>();

/** Adds the plan of a training to the run's `plan.json`. */
export async function writePlan(run: RunWriter, training: Training, context: PlanContext): Promise<void> {
  const { plan } = planSession(training.model, sessionSizes(context.data), {
    ...sessionOptions(training, context),
    backend: context.executor.name,
  });
  await writeStage(run, training, context, planJson(plan));
}

/**
 * Measures the calls of a step of training on a loaded plan of its own, and writes their times into the run's `plan.json`.
 * It takes some tenths of a second for a small network on WASM, and some seconds on a GPU.
 */
export async function writeTimedPlan(
  run: RunWriter,
  training: Training,
  context: PlanContext,
): Promise<void> {
  const { executor, seed, data } = context;
  const { model, batch, optimizer } = training;
  const session = await Session.open(model, data, {
    ...sessionOptions(training, context),
    executor,
    weights: startingWeights(training, context),
  });
  try {
    const step = { start: 0, count: batch, slot: 0, step: 0, seed, scalars: optimizer.scalars(0) };
    await session.program.run("train", [step]);
    const train = await timeCalls(session.program, "train", step, { repeats: 2, mostMs: 3000 });
    await writeStage(run, training, context, planJson(session.program.plan, { train }));
  } finally {
    session.close();
  }
}

async function writeStage(
  run: RunWriter,
  { batch, optimizer: { options: optimizer } }: Training,
  { stage, executor }: PlanContext,
  plan: PlanJson,
): Promise<void> {
  const own: StagePlan = { stage, backend: executor.name, batch, optimizer, ...plan };
  const plans = [...(plansOf.get(run) ?? []).filter((one) => one.stage !== own.stage), own];
  plansOf.set(run, plans);
  await run.writeJson(PLAN_FILE, toJson(plans));
}
