/** A run of a declared experiment in a browser: the same stages and measures as on the command line, kept in memory. */
import type { Choice } from "../../src/exec/choose.ts";
import type { Figure } from "../../src/plot/mod.ts";
import { factsOf, isCutOff, type RunFacts } from "../../src/runs/facts.ts";
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import { MODEL_FILE, type RunInfo } from "../../src/runs/layout.ts";
import type { RunFolder } from "../../src/runs/read.ts";
import { fasterFor } from "../../src/train/faster.ts";
import { type EpochRecord, fit } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import type { PackedImages } from "../images/image_pack.ts";
import type { SelectedImages } from "../images/select.ts";
import type { PlannedCell } from "../lab/cells.ts";
import type { RunBefore, Training } from "../lab/experiment.ts";
import { dataRecord } from "../lab/load_images.ts";
import { networkName } from "../lab/network_name.ts";
import { sessionOptions, startingWeights } from "../lab/session_options.ts";
import { nested } from "../lab/settings.ts";
import { type StageEnd, summarize } from "../lab/summary.ts";
import { curveFacts } from "../measures/curve_facts.ts";
import { publishedOf } from "../reports/published.ts";

/** A finished run. */
export interface RecomputedRun {
  readonly facts: RunFacts;
  /** Lines as of `metrics.jsonl`. */
  readonly metrics: readonly JsonObject[];
  readonly data: SelectedImages;
  /** The model that it left, and what its folder would say. */
  readonly left: RunBefore;
  /** Drawn where the cell wants them. */
  readonly figures: readonly Figure[];
  /** `WASM SIMD, 1 thread`. */
  readonly place: string;
}

/** A training under way. */
export interface TrainingNews {
  /** `classifier` of a run of several trainings. */
  readonly stage: string | null;
  /** Of all trainings of the run, about. */
  readonly share: number;
  readonly history: readonly EpochRecord[];
}

export interface RunPlace {
  readonly images: Pick<PackedImages, "select">;
  readonly choice: Choice;
  /** Whether WASM is taken where it is faster than the GPU of the choice. */
  readonly isOpen: boolean;
  readonly signal: AbortSignal;
  /** After every epoch, and from time to time within. */
  onNews(news: TrainingNews): void;
}

/** Trains and measures a cell; undefined where the signal ended it. `before` is the run that it goes on from. */
export async function recomputeRun(
  { experiment, settings, seed, figures: wantsFigures, title }: PlannedCell,
  { images, choice, isOpen, signal, onNews }: RunPlace,
  before?: RunBefore,
): Promise<RecomputedRun | undefined> {
  experiment.check?.(settings);
  const data = await images.select({ ...experiment.images(settings), seed });
  const prepared = await experiment.prepare(settings, data, { seed, ...(before && { from: before }) });
  const { stages } = prepared, first = stages[0]!.training([]);
  const { executor } = isOpen ? await faster(choice, first, data, seed) : choice;
  const done: StageEnd[] = [], metrics: JsonObject[] = [];
  for (const [i, { name, training: trainingOf }] of stages.entries()) {
    const training = i === 0 ? first : trainingOf(done.map(({ result }) => result));
    const lines: JsonObject[] = [], history: EpochRecord[] = [];
    const shareAt = (epochs: number) => (i + Math.min(1, epochs / training.expectedEpochs)) / stages.length;
    const result = await fit(training.model, data, {
      ...sessionOptions(training, { seed }),
      executor,
      signal,
      epochs: training.epochs,
      weights: startingWeights(training, { seed }),
      ...(training.stopping && { stopping: training.stopping }),
      ...(training.measureTest !== undefined && { measureTest: training.measureTest }),
      onSteps: (step, steps) =>
        onNews({ stage: name, share: shareAt(history.length + step / steps), history }),
      onEpoch(record) {
        lines.push({ ...(name !== null && { stage: name }), ...record, ...training.metrics?.(record) });
        history.push(record);
        onNews({ stage: name, share: shareAt(history.length), history });
      },
    });
    if (isCutOff(result.stopped)) return undefined;
    done.push({ result, curves: curveFacts(lines) });
    metrics.push(...lines);
  }
  const published = publishedOf({ experiment: experiment.name, settings, data: dataRecord(data) });
  const results = done.map(({ result }) => result);
  const measured = await prepared.measure(results, { seed, executor, published });
  const summary = summarize({ id: title }, { experiment, seed, prepared }, {
    done,
    published,
    backend: executor.name,
    more: measured.summary,
  });
  const info: RunInfo = {
    id: title,
    name: experiment.name,
    seed,
    state: "finished",
    startedAt: "",
    pid: 0,
    experiment: experiment.name,
    settings: nested(settings),
    network: prepared.network ?? networkName(first.model),
    optimizer: toJson(first.optimizer.options),
    data: dataRecord(data),
  };
  const folder: RunFolder = {
    path: title,
    id: title,
    state: "finished",
    info,
    summary,
    metrics,
    skippedLines: 0,
    figures: [],
  };
  const model: Trained = measured.models[MODEL_FILE]!;
  return {
    facts: factsOf(folder),
    metrics,
    data,
    left: { run: folder, model: { model: model.model, weights: model.weights } },
    figures: wantsFigures && !signal.aborted ? await measured.figures() : [],
    place: executor.description,
  };
}

/** What the run is made on: by its first training, where there is a GPU. */
async function faster(open: Choice, training: Training, data: SelectedImages, seed: number): Promise<Choice> {
  return await fasterFor(open, {
    model: training.model,
    data,
    options: sessionOptions(training, { seed }),
    weights: startingWeights(training, { seed }),
    epochs: training.epochs,
  });
}
