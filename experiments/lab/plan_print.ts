/** `deno task plan`: what a step of an experiment is made of, how long each part takes, and whether it is right. */
import { DescentError } from "../../src/core/errors.ts";
import type { Step } from "../../src/core/step.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { checkStep, timeCalls } from "../../src/exec/inspect.ts";
import type { Plan } from "../../src/ir/plan.ts";
import {
  BUFFER_COLUMNS,
  CALL_COLUMNS,
  callBytes,
  callFlops,
  describeBuffers,
  describeCall,
  formatBytes,
} from "../../src/ir/print.ts";
import { textTable } from "../../src/plot/table.ts";
import type { SelectedImages } from "../images/select.ts";
import { planSession, sessionSizes } from "../../src/train/session_plan.ts";
import { Session } from "../../src/train/session.ts";
import type { Training } from "./experiment.ts";
import { sessionOptions, type SessionPlace, startingWeights } from "./session_options.ts";

/** A training on its images. */
export interface Bound {
  readonly name: string;
  readonly training: Training;
  readonly data: SelectedImages;
}

/** Prints the plan of an experiment as its backend runs it; with `time` or `check`, loads it and runs a step. */
export async function showPlan(
  bound: Bound,
  executor: Executor,
  { time, check, ...place }: SessionPlace & { readonly time: boolean; readonly check: boolean },
): Promise<void> {
  const { name, training, data } = bound;
  const { plan } = planSession(training.model, sessionSizes(data), {
    ...sessionOptions(training, place),
    backend: executor.name,
  });
  const times = time ? await timed(bound, executor, place) : undefined;
  console.log(`Plan of ${name}, batch ${training.batch}, on ${executor.description}`);
  for (const [name, calls] of Object.entries({ setup: plan.setup, ...plan.routines })) {
    if (calls.length > 0) printRoutine(name, calls, name === "train" ? times : undefined);
  }
  console.log("\nBuffers\n" + textTable({ columns: BUFFER_COLUMNS, rows: describeBuffers(plan) }));
  console.log(
    `Total ${
      formatBytes(plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0))
    } in ${plan.buffers.length} buffers`,
  );
  if (check) console.log(`\n${await checkFirstStep(bound, executor, place)}`);
}

function printRoutine(name: string, calls: Plan["setup"], times: readonly number[] | undefined): void {
  const flops = calls.reduce((sum, call) => sum + callFlops(call), 0);
  console.log(
    `\nRoutine ${name}: ${calls.length} calls, ${
      flops.toLocaleString("en")
    } floating-point operations (dense)`,
  );
  const rows = calls.map((
    call,
    i,
  ) => [...describeCall(call, i), ...(times ? timing(times[i]!, callFlops(call), callBytes(call)) : [])]);
  const columns = [...CALL_COLUMNS, ...(times ? ["ms", "GFLOP/s", "GB/s"] : [])];
  console.log(textTable({ columns, rows }));
  if (times) console.log(`Sum of the calls ${times.reduce((sum, ms) => sum + ms, 0).toFixed(4)} ms`);
}

function timing(ms: number, flops: number, bytes: number): readonly string[] {
  return [ms.toFixed(4), (flops / ms / 1e6).toFixed(2), (bytes / ms / 1e6).toFixed(2)];
}

async function timed(
  bound: Pick<Bound, "training" | "data">,
  executor: Executor,
  place: SessionPlace,
): Promise<readonly number[]> {
  return await withSession(bound, executor, place, async (session, step) => {
    await session.trainEpoch(0); // warms up, and fills every buffer with real values
    return await timeCalls(session.program, "train", step);
  });
}

/** Replays the first training step call by call on the reference; says so, or throws naming the first bad call. */
export async function checkFirstStep(
  bound: Pick<Bound, "training" | "data">,
  executor: Executor,
  place: SessionPlace,
): Promise<string> {
  return await withSession(bound, executor, place, async ({ program }, step) => {
    const bad = await checkStep(program, "train", step), { length } = program.plan.routines.train!;
    if (bad === undefined) {
      return `Check     all ${length} calls of the first step agree with the float64 reference`;
    }
    throw new DescentError(
      `Call ${bad.index} of the first step's ${bad.routine} routine (${bad.op} "${bad.label}") is wrong on ${executor.description}: ${bad.problem}`,
    );
  });
}

/** A session with fresh weights, and the first step of its training. */
async function withSession<T>(
  bound: Pick<Bound, "training" | "data">,
  executor: Executor,
  place: SessionPlace,
  work: (session: Session, step: Step) => Promise<T>,
): Promise<T> {
  const { training, data } = bound;
  const { batch, optimizer, model } = training;
  const { seed } = place;
  const session = await Session.open(model, data, {
    ...sessionOptions(training, place),
    executor,
    weights: startingWeights(training, place),
  });
  try {
    return await work(session, {
      start: 0,
      count: batch,
      slot: 0,
      step: 0,
      seed,
      scalars: optimizer.scalars(0),
    });
  } finally {
    session.close();
  }
}
