/** One training as a run: data in, a run folder out. */
import { require, UsageError } from "../src/core/errors.ts";
import { sizeOf } from "../src/core/tensor.ts";
import { mnist, REPORT_A, type Splits } from "../src/data/mnist.ts";
import { type Backend, type Choice, chooseExecutor } from "../src/exec/choose.ts";
import type { Executor } from "../src/exec/executor.ts";
import { countParameters, initializeWeights, type Model } from "../src/nn/model.ts";
import { toJson } from "../src/runs/json.ts";
import { createRun, type RunSummary, type RunWriter } from "../src/runs/run.ts";
import { fit, type FitResult } from "../src/train/fit.ts";
import type { RewriteName } from "../src/train/rewrites.ts";
import { encodeModel } from "../src/train/saved.ts";
import { SPLIT_NAMES, type SplitName } from "../src/train/session.ts";
import { expectedEpochs, isPublishedSetting, Q1_RECIPES, q1Model, type Q1Settings } from "./q1.ts";
import { ARCHITECTURES, PUBLISHED_RUNS } from "./published.ts";
import type { Screen } from "./screen.ts";
import { networkName } from "./tell.ts";

/** Where and how to run. */
export interface RunOptions {
  readonly seed: number;
  readonly backend: Backend;
  readonly threads?: number;
  /** Folder of IDX files; the original MNIST without it. */
  readonly data?: string;
  /** Labels to learn; the report's 0, 2, 4, 6, 7 without it. */
  readonly digits?: readonly number[];
  readonly out: string;
  readonly maxSeconds?: number;
  /** Rewrites of the plan to leave out. */
  readonly off?: readonly RewriteName[];
  readonly signal?: AbortSignal;
}

/** What a run is made from. */
export interface PreparedRun {
  readonly name: string;
  readonly settings: Q1Settings;
  readonly data: Splits;
  readonly model: Model;
  readonly batch: number;
}

/** Reads the images of Report A: from MNIST its 60/20/20 choice, from another folder the same share of what is there. */
export async function loadData(
  { seed, data, digits }: Pick<RunOptions, "seed" | "data" | "digits">,
): Promise<Splits> {
  const own = { ...(data !== undefined && { data, shrink: true }), ...(digits && { digits, shrink: true }) };
  return await mnist({ ...REPORT_A, seed, ...own });
}

/** Some 16 million: more would take minutes to draw, and gigabytes. */
const MAX_PARAMETERS = 2 ** 24;

/** Binds the settings to the data, before anything is written; throws when they do not fit. */
export function prepareRun(name: string, settings: Q1Settings, data: Splits): PreparedRun {
  const { batch } = settings, { rows } = data.train;
  const empty = SPLIT_NAMES.find((split) => data[split].rows === 0);
  require(
    empty === undefined,
    () => `${data.source.from} leaves no ${empty} images: give at least 5 images of each digit`,
  );
  if (batch !== "all" && batch > rows) {
    throw new UsageError(
      `A batch of ${batch.toLocaleString("en")} is more than the ${
        rows.toLocaleString("en")
      } training images: choose a smaller --batch, or all`,
    );
  }
  const model = q1Model(settings, {
    pixels: sizeOf(data.train.imageShape),
    classes: data.train.classes.length,
  });
  const parameters = countParameters(model);
  if (parameters > MAX_PARAMETERS) {
    throw new UsageError(
      `--arch ${settings.arch.join()} makes ${parameters.toLocaleString("en")} parameters, at most ${
        MAX_PARAMETERS.toLocaleString("en")
      } can be trained here: choose narrower layers`,
    );
  }
  return { name, settings, data, model, batch: batch === "all" ? rows : batch };
}

/** Trains, evaluates and writes the run folder. On failure the folder keeps what was recorded, if anything, and its error. */
export async function trainRun(
  prepared: PreparedRun,
  { executor, why }: Choice,
  screen: Screen,
  options: RunOptions & { readonly group?: string },
): Promise<{ readonly summary: RunSummary; readonly path: string; readonly result: FitResult }> {
  const { name, settings, data, model, batch } = prepared;
  const { seed, maxSeconds, signal, group, off } = options;
  const run = await createRun(options.out, {
    name,
    seed,
    record: {
      ...(group !== undefined && { group }),
      experiment: name,
      settings: { ...settings, batch },
      network: networkName(model),
      optimizer: { ...Q1_RECIPES[settings.optimizer].build(settings).options },
      backend: { name: executor.name, description: executor.description, why },
      data: toJson({ ...data.source, digits: data.train.classes }),
      versions: { descent: await ownVersion(), deno: Deno.version.deno, v8: Deno.version.v8 },
    },
  });
  const progress = screen.progress(expectedEpochs(settings), Math.ceil(data.train.rows / batch));
  try {
    const result = await fit(model, data, {
      executor,
      optimizer: Q1_RECIPES[settings.optimizer].build(settings),
      batch,
      epochs: settings.epochs,
      seed,
      weights: initializeWeights(model, seed),
      stopping: { monitor: settings.monitor, minDelta: settings.minDelta, patience: settings.patience },
      ...(maxSeconds !== undefined && { maxSeconds }),
      ...(signal && { signal }),
      ...(off && { off }),
      onSteps: (done) => progress.steps(done),
      onEpoch(record) {
        run.writeMetrics({ ...record });
        progress.epoch(record);
      },
    });
    progress.stop();
    const summary = summarize(run, prepared, executor, result, seed);
    await run.writeFile("model.safetensors", encodeModel(result, { run: run.id, experiment: name }));
    await run.writeJson("summary.json", summary);
    // Loaded only now: drawing takes a moment to start, and training should not wait for it.
    const { trainingFigures, writeFigures } = await import("./figures.ts");
    await writeFigures(
      run,
      trainingFigures(result, { network: `${networkName(model)}, ${name}`, seed, monitor: settings.monitor }),
    );
    await run.finish(result.stopped === "interrupted" ? "interrupted" : "finished");
    return { summary, path: run.path, result };
  } catch (error) {
    progress.stop();
    // A folder is left only where there is something in it to keep.
    if (!await run.discard()) {
      await run.finish("failed", { error: error instanceof Error ? error.message : String(error) });
    }
    throw error;
  }
}

function summarize(
  run: RunWriter,
  { name, settings, model, data }: PreparedRun,
  executor: Executor,
  { history, results, seconds, stopped }: FitResult,
  seed: number,
): RunSummary {
  const scores = (split: SplitName) => {
    const { loss, accuracy, report: { precision, recall, f1, averages } } = results[split]!;
    return { loss, accuracy, precision, recall, f1, macro: { ...averages.macro } };
  };
  const last = history.at(-1);
  return {
    run: run.id,
    experiment: name,
    epochs: history.length,
    seconds,
    stopped,
    train: scores("train"),
    validation: scores("validation"),
    test: scores("test"),
    // Means over the last epoch while it trained, before each update: what Keras prints.
    ...(last && { running: { loss: last.loss, accuracy: last.accuracy } }),
    backend: executor.name,
    seed,
    parameters: countParameters(model),
    published: isPublishedArchitecture(settings) && isPublishedData(data)
      ? toJson(PUBLISHED_RUNS[settings.optimizer])
      : null,
  };
}

/** Whether the report has a section with these settings: its best architecture, nothing else changed. */
function isPublishedArchitecture(settings: Q1Settings): boolean {
  return isPublishedSetting(settings) && settings.arch.join() === ARCHITECTURES[0].join();
}

/** Whether these are images of MNIST chosen as the report's. */
function isPublishedData({ source, train }: Splits): boolean {
  return source.original && train.classes.join() === REPORT_A.digits.join();
}

async function ownVersion(): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  return config.version;
}

/** The executor for the options, opened and tested. */
export async function openExecutor(
  { backend, threads }: Pick<RunOptions, "backend" | "threads">,
): Promise<Choice> {
  return await chooseExecutor({ backend, ...(threads !== undefined && { threads }) });
}
