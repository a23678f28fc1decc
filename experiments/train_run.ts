/** A declared training as a run: from the data to a run folder. */
import { UsageError } from "../src/core/errors.ts";
import { type Choice, chooseExecutor } from "../src/exec/choose.ts";
import type { Executor } from "../src/exec/executor.ts";
import type { Splits } from "../src/data/mnist.ts";
import { countParameters, initializeWeights, type Model } from "../src/nn/model.ts";
import { type JsonObject, toJson } from "../src/runs/json.ts";
import type { RunSummary, RunWriter, SplitScores } from "../src/runs/run.ts";
import { fit, type FitResult, type SplitResult } from "../src/train/fit.ts";
import { encodeModel } from "../src/train/saved.ts";
import { SPLIT_NAMES, type SplitName } from "../src/train/session.ts";
import { writePlan, writeTimedPlan } from "./plan_file.ts";
import { inRun, placeRecord } from "./run_folder.ts";
import type { Screen } from "./screen.ts";
import { networkName } from "./tell.ts";
import type { Findings, RunOptions, Training } from "./training.ts";

/** What is left of a run in memory. */
export interface TrainedRun {
  readonly summary: RunSummary;
  /** The folder. */
  readonly path: string;
  readonly result: FitResult;
  /** What the experiment found, for people. */
  readonly words: readonly string[];
}

/** Trains, evaluates and writes the run folder. On failure the folder keeps what was recorded, if anything, and its error. */
export async function trainRun(
  training: Training,
  choice: Choice,
  screen: Screen,
  options: RunOptions & { readonly group?: string },
): Promise<TrainedRun> {
  const { name } = training, { seed, group } = options, { executor } = choice;
  const record = await runRecord(training, choice, group);
  const { value, path } = await inRun(options.out, { name, seed, record }, async (run) => {
    const result = await trainStage(training, { run, executor, screen, options });
    const context = { seed, executor }, findings = await training.findings?.(result, context);
    const summary = summarize(run, training, { executor, result, seed, findings });
    await run.writeFile("model.safetensors", encodeModel(result, { run: run.id, experiment: name }));
    await run.writeJson("summary.json", summary);
    // A group has many runs with one plan: its cells go without the times.
    const isWhole = group === undefined && result.stopped !== "interrupted";
    if (isWhole) {
      await writeTimedPlan(run, training, { executor, seed, ...(options.off && { off: options.off }) });
    }
    // Loaded only now: drawing takes a moment to start, and training should not wait for it.
    const { writeFigures } = await import("./figures.ts");
    await writeFigures(run, await training.figures(result, context));
    const value = { summary, result, words: findings?.words ?? [] };
    return { value, interrupted: result.stopped === "interrupted" };
  });
  return { ...value, path };
}

/** What `run.json` tells of a run, that of a group's cell included; of a run of several trainings, the first is asked. */
export async function runRecord(
  { name, model, data, optimizer, settings, batch, expectedEpochs }: Training,
  choice: Choice,
  group?: string,
): Promise<JsonObject> {
  const { backend, versions } = await placeRecord(choice);
  return {
    ...(group !== undefined && { group }),
    experiment: name,
    settings: { ...settings, batch },
    network: networkName(model),
    optimizer: { ...optimizer.options },
    expectedEpochs,
    backend,
    data: toJson({ ...data.source, digits: data.train.classes }),
    versions,
  };
}

/**
 * Trains as declared, with the progress on screen and a line per epoch in the run's metrics. A run of several
 * trainings names each by `stage`, which its lines then carry.
 */
export async function trainStage(
  declared: Training,
  { run, executor, screen, options, stage }: {
    readonly run: RunWriter;
    readonly executor: Executor;
    readonly screen: Screen;
    readonly options: Pick<RunOptions, "seed" | "maxSeconds" | "signal" | "off">;
    readonly stage?: string;
  },
): Promise<FitResult> {
  const { seed, maxSeconds, signal, off } = options;
  const { model, data, batch, optimizer, epochs, metrics, ...training } = declared;
  const { dropLast, measureTest, loss, encoder, stopping, weights = initializeWeights(model, seed) } =
    training;
  const steps = dropLast ? Math.floor(data.train.rows / batch) : Math.ceil(data.train.rows / batch);
  const progress = screen.progress(training.expectedEpochs, steps);
  try {
    return await fit(model, data, {
      executor,
      optimizer,
      batch,
      epochs,
      seed,
      weights,
      ...(loss && { loss }),
      ...(encoder && { encoder }),
      ...(stopping && { stopping }),
      ...(dropLast !== undefined && { dropLast }),
      ...(measureTest !== undefined && { measureTest }),
      ...(maxSeconds !== undefined && { maxSeconds }),
      ...(signal && { signal }),
      ...(off && { off }),
      onSteps: (done) => progress.steps(done),
      async onEpoch(record) {
        run.writeMetrics({ ...(stage !== undefined && { stage }), ...record, ...metrics?.(record) });
        progress.epoch(record);
        // Not before: a training that fails at once leaves no folder.
        if (record.epoch === 1) {
          await writePlan(run, declared, { executor, seed, ...(off && { off }), ...(stage && { stage }) });
        }
      },
    });
  } finally {
    progress.stop();
  }
}

/** The scores of one set, as `summary.json` has them. */
export function scoresOf({ loss, accuracy, report }: SplitResult): SplitScores {
  if (accuracy === undefined || report === undefined) return { loss };
  const { precision, recall, f1, averages } = report;
  return { loss, accuracy, precision, recall, f1, macro: { ...averages.macro } };
}

function summarize(
  run: RunWriter,
  { name, model, published }: Training,
  { executor, result, seed, findings }: {
    readonly executor: Executor;
    readonly result: FitResult;
    readonly seed: number;
    readonly findings: Findings | undefined;
  },
): RunSummary {
  const { history, results, seconds, stopped } = result, last = history.at(-1);
  const scores: Partial<Record<SplitName, SplitScores>> = {};
  for (const split of SPLIT_NAMES) if (results[split]) scores[split] = scoresOf(results[split]);
  return {
    run: run.id,
    experiment: name,
    epochs: history.length,
    seconds,
    stopped,
    ...scores,
    // Means over the last epoch while it trained, before each update: what Keras prints.
    ...(last && { running: { loss: last.loss, accuracy: last.accuracy } }),
    backend: executor.name,
    seed,
    parameters: countParameters(model),
    published: published && toJson(published),
    ...findings?.summary,
  };
}

/** Some 16 million: more would take minutes to draw, and gigabytes. */
const MAX_PARAMETERS = 2 ** 24;

/** Refuses a model that is too large to train here; `asked` is what made it, such as `--arch 9,9`. */
export function checkParameters(model: Model, asked: string): void {
  const parameters = countParameters(model);
  if (parameters <= MAX_PARAMETERS) return;
  throw new UsageError(
    `${asked} makes ${parameters.toLocaleString("en")} parameters, at most ${
      MAX_PARAMETERS.toLocaleString("en")
    } can be trained here: choose narrower layers`,
  );
}

/** The batch as a number of images; throws when there are not so many. */
export function checkBatch(batch: number | "all", { train }: Splits): number {
  if (batch === "all") return train.rows;
  if (batch <= train.rows) return batch;
  throw new UsageError(
    `A batch of ${batch.toLocaleString("en")} is more than the ${
      train.rows.toLocaleString("en")
    } training images: choose a smaller --batch, or all`,
  );
}

/** The executor for the options, opened and tested. */
export async function openExecutor(
  { backend, threads }: Pick<RunOptions, "backend" | "threads">,
): Promise<Choice> {
  return await chooseExecutor({ backend, ...(threads !== undefined && { threads }) });
}
