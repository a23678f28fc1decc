/** One training of a run, with its progress on screen and a line per epoch in the run's metrics. */
import { DivergedError } from "../../src/core/errors.ts";
import type { SelectedImages } from "../images/select.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { RunWriter } from "../../src/runs/run.ts";
import { hasCheckpoint, readCheckpoint } from "../../src/train/checkpoint_file.ts";
import { type EpochRecord, fit } from "../../src/train/fit.ts";
import { firstBadCall } from "../../src/train/first_bad_call.ts";
import { Session } from "../../src/train/session.ts";
import { curveFacts } from "../measures/curve_facts.ts";
import type { Stage, Training } from "./experiment.ts";
import type { Place } from "./place.ts";
import { writePlan } from "./plan_file.ts";
import { checkpointPath } from "./resume.ts";
import { sessionOptions, type SessionPlace, startingWeights } from "./session_options.ts";
import type { StageEnd } from "./summary.ts";

/**
 * Trains as declared, from the stage's checkpoint on where there is one. Each line of the metrics carries the stage's
 * name, where it has one; those of the epochs before the checkpoint are written again.
 */
export async function runStage(
  run: RunWriter,
  training: Training,
  { stage: { name }, index, data, seed, place }: {
    readonly stage: Stage;
    /** Of the stage among all, from 0. */
    readonly index: number;
    readonly data: SelectedImages;
    readonly seed: number;
    readonly place: Place;
  },
): Promise<StageEnd> {
  const { choice: { executor }, screen, maxSeconds, signal, off, checkpoint: everySeconds } = place;
  const { model, batch, epochs, dropLast, measureTest, stopping } = training;
  const steps = dropLast ? Math.floor(data.train.rows / batch) : Math.ceil(data.train.rows / batch);
  const progress = screen.progress(training.expectedEpochs, steps);
  const lines: JsonObject[] = [];
  const session = { seed, ...(off && { off }) };
  const path = checkpointPath(run.path, index);
  const before = await hasCheckpoint(path) ? await readCheckpoint(path) : undefined;
  const tell = async (record: EpochRecord) => {
    const line = {
      ...(name !== null && { stage: name }),
      ...record,
      step: record.epoch * steps,
      ...training.metrics?.(record),
    };
    run.writeMetrics(line);
    lines.push(line);
    progress.epoch(record);
    // Not before: a training that fails at once leaves no folder.
    if (record.epoch === 1) {
      await writePlan(run, training, { data, executor, stage: name, ...session });
    }
  };
  try {
    for (const record of before?.history ?? []) await tell(record);
    const result = await fit(model, data, {
      ...sessionOptions(training, session),
      executor,
      epochs,
      weights: startingWeights(training, session),
      ...(stopping && { stopping }),
      ...(measureTest !== undefined && { measureTest }),
      ...(maxSeconds !== undefined && { maxSeconds }),
      ...(signal && { signal }),
      onSteps: (done) => progress.steps(done),
      onEpoch: tell,
      ...(everySeconds !== 0 && { checkpoint: { path, ...(everySeconds && { everySeconds }) } }),
      ...(before && { resume: path }),
    });
    return { result, curves: curveFacts(lines) };
  } catch (error) {
    if (!place.check || !(error instanceof DivergedError)) throw error;
    progress.stop();
    screen.say("Looking for the first call that went wrong");
    throw await withBadCall(error, training, { path, data, place, session, epochs: lines.length + 1 });
  } finally {
    progress.stop();
  }
}

/** The error with the first bad call, found by training once more from the last checkpoint on. */
async function withBadCall(
  error: DivergedError,
  training: Training,
  { path, data, place: { choice: { executor } }, session: place, epochs }: {
    readonly path: string;
    readonly data: SelectedImages;
    readonly place: Place;
    readonly session: SessionPlace;
    readonly epochs: number;
  },
): Promise<DivergedError> {
  const session = await Session.open(training.model, data, {
    ...sessionOptions(training, place),
    executor,
    weights: startingWeights(training, place),
  });
  try {
    if (await hasCheckpoint(path)) session.restore((await readCheckpoint(path)).state);
    const call = await firstBadCall(session, { epochs });
    return call === undefined ? error : new DivergedError(
      `${error.message}; the first call that went wrong is ${call.op} "${call.label}" in step ${call.step} of epoch ` +
        `${call.epoch}: ${call.problem}`,
    );
  } finally {
    session.close();
  }
}
