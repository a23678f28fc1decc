/** The one maker of runs: a folder, the stages in order, what is measured once, the summary, the figures. */
import { quote } from "../../src/cli/command.ts";
import { DescentError, DeviceLostError, DivergedError } from "../../src/core/errors.ts";
import { chooseExecutor } from "../../src/exec/choose.ts";
import { isCutOff, STOPPED_BY_REQUEST } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { toJson } from "../../src/runs/json.ts";
import { createRun, reopenRun, type RunWriter } from "../../src/runs/run.ts";
import type { StopWatch } from "../../src/runs/stop_request.ts";
import { encodeModel } from "../../src/train/saved.ts";
import { writeFigures } from "../figures/write_figures.ts";
import { bindRun, type BoundRun, type MadeRun, type RunAsk } from "./bind.ts";
import { choiceFor } from "./chosen_backend.ts";
import type { Experiment } from "./experiment.ts";
import { networkName } from "./network_name.ts";
import type { Place } from "./place.ts";
import { writeTimedPlan } from "./plan_file.ts";
import { sessionOptions, startingWeights } from "./session_options.ts";
import { checkFirstStep } from "../../src/train/explain.ts";
import { askedRecord, CHECKPOINTS_FOLDER } from "./resume.ts";
import { dataRecord } from "./load_images.ts";
import { placeRecord, within } from "./run_folder.ts";
import { runStage } from "./run_stage.ts";
import { argumentsFor, nested } from "./settings.ts";
import { stopWatch } from "./stop_watch.ts";
import { type StageEnd, summarize } from "./summary.ts";
import { conclude, endedLine, introduce } from "./tell.ts";

/**
 * Makes a run, and first the one that it goes on from where none is given. On failure the folder keeps what was
 * recorded, if anything, and its error.
 */
export async function makeRun(experiment: Experiment, ask: RunAsk, asked: Place): Promise<MadeRun> {
  if (experiment.from && ask.from === undefined) {
    experiment.check?.(ask.settings);
    const settings = experiment.from.settings(ask.settings);
    const before = await makeRun(experiment.from.experiment, { settings, seed: ask.seed }, asked);
    asked.screen.say("");
    return before.interrupted ? before : await makeRun(experiment, { ...ask, from: before.path }, asked);
  }
  const bound = await bindRun(experiment, ask, asked);
  const place = { ...asked, choice: await choiceFor(bound, ask, asked) };
  introduce(place.screen, bound, place.choice);
  const { name } = experiment, { out } = place;
  const words = argumentsFor(experiment, bound.settings);
  const record = {
    ...await runRecord(bound, place),
    asked: askedRecord(place, { from: ask.from, out, words }),
  };
  // What is written of the metrics may be ahead of the checkpoint, or end in half a line: they are written again.
  const run = ask.resume === undefined
    ? await createRun(out, { name, seed: ask.seed, record })
    : await reopenRun(ask.resume, { fromStart: true });
  try {
    await using watch = await stopWatch(run, place);
    const { value, path, interrupted } = await within(
      run,
      () => runStages(run, bound, { ...place, signal: watch.signal }, watch),
    );
    const made: MadeRun = { ...value, path, interrupted };
    conclude(place.screen, made, { out, isKept: place.checkpoint !== 0 });
    return made;
  } catch (error) {
    if (error instanceof DeviceLostError && place.checkpoint !== 0 && ask.lost !== run.path) {
      return await onNewDevice(error, experiment, { ...ask, resume: run.path, lost: run.path }, asked);
    }
    throw error instanceof DescentError && await isThere(run.path)
      ? inItsFolder(error, run.path, name, place)
      : error;
  } finally {
    place.screen.doing?.("");
  }
}

/** Goes on from the last checkpoint on another device, once for each run. */
async function onNewDevice(
  error: DeviceLostError,
  experiment: Experiment,
  ask: RunAsk,
  place: Place,
): Promise<MadeRun> {
  place.screen.say(`\n${error.message}\n`);
  const choice = await chooseExecutor({ backend: "webgpu" });
  try {
    return await makeRun(experiment, ask, { ...place, choice });
  } finally {
    choice.executor.close();
  }
}

/** The error with the folder of its run, and how to go on from there. */
function inItsFolder(error: DescentError, path: string, name: string, place: Place): DescentError {
  const resume = `; deno task ${name} --resume ${quote(path)}`;
  if (error instanceof DivergedError) {
    const way = place.check ? "" : `${resume} --check names the first call that went wrong`;
    return new DivergedError(`${error.message} (${path}${way})`);
  }
  // Who makes several runs says itself how they go on.
  const way = place.group !== undefined || place.checkpoint === 0 ? "" : `${resume} goes on`;
  return new DescentError(`${error.message} (${path}${way})`);
}

/** Whether a folder is there still: one in which nothing was recorded is removed. */
async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function runStages(run: RunWriter, bound: BoundRun, place: Place, watch: Pick<StopWatch, "isAsked">) {
  const { experiment, settings, seed, data, prepared, training: first } = bound;
  const { choice: { executor }, screen } = place;
  const session = { seed, ...(place.off && { off: place.off }) };
  const done: StageEnd[] = [];
  for (const [index, stage] of prepared.stages.entries()) {
    const training = done.length === 0 ? first : stage.training(done.map(({ result }) => result));
    if (stage.name !== null) screen.say(`${stage.name}: ${networkName(training.model)}`);
    if (place.check) {
      const weights = startingWeights(training, session);
      const said = await checkFirstStep(training.model, data, {
        ...sessionOptions(training, session),
        executor,
        weights,
      });
      screen.say(`${said}\n`);
    }
    const ended = await runStage(run, training, { stage, index, data, seed, place });
    done.push(ended);
    if (stage.name !== null) screen.say(endedLine(ended.result));
    if (ended.result.stopped === "interrupted") break;
  }
  const results = done.map(({ result }) => result), interrupted = results.at(-1)!.stopped === "interrupted";
  // What was cut off is set beside nothing that is printed.
  const published = bound.isOfCutOff || results.some(({ stopped }) => isCutOff(stopped))
    ? null
    : place.published({ experiment: experiment.name, settings, data: dataRecord(data) });
  const told = { done, published, backend: executor.name };
  if (interrupted) {
    // Whoever stops a run waits for nothing more: what was learned is in the checkpoint.
    const more = watch.isAsked ? { stopped: STOPPED_BY_REQUEST } : {};
    const summary = summarize(run, bound, { ...told, more });
    await run.writeJson("summary.json", summary);
    return { value: { summary, results, words: [] }, interrupted };
  }
  const { doing } = screen;
  doing?.("measuring what was learned");
  const measured = await prepared.measure(results, { seed, executor, published });
  const summary = summarize(run, bound, { ...told, more: measured.summary });
  for (const [file, model] of Object.entries(measured.models)) {
    await run.writeFile(file, encodeModel(model));
  }
  for (const [file, content] of Object.entries(measured.files ?? {})) await run.writeFile(file, content);
  await run.writeJson("summary.json", summary);
  const isStopped = () => place.signal?.aborted ?? false;
  if ((place.timed ?? true) && !isStopped() && prepared.stages.length === 1) {
    doing?.("timing the calls of the plan");
    await writeTimedPlan(run, first, { data, executor, stage: null, ...session });
  }
  if ((place.figures ?? true) && !isStopped()) {
    doing?.("drawing figures");
    await writeFigures(run, await measured.figures(), { signal: place.signal, doing, drawer: place.drawer });
  }
  // Stopped before its last figure it has not come to its end; then what it goes on from stays.
  if (!isStopped()) await run.remove(CHECKPOINTS_FOLDER);
  return { value: { summary, results, words: measured.words }, interrupted: isStopped() };
}

/** What `run.json` tells of a run besides the members of every run. */
async function runRecord(
  { experiment, settings, data, prepared, training }: BoundRun,
  { choice, group }: Place,
): Promise<JsonObject> {
  return {
    ...(group !== undefined && { group }),
    experiment: experiment.name,
    settings: nested(settings),
    network: prepared.network ?? networkName(training.model),
    optimizer: toJson(training.optimizer.options),
    expectedEpochs: training.expectedEpochs,
    data: dataRecord(data),
    ...await placeRecord(choice),
  };
}
