/** What is asked of an experiment, bound to its images: ready to run, and nothing has been trained or written. */
import type { SelectedImages } from "../images/select.ts";
import { isCutOff, wordOf } from "../../src/runs/facts.ts";
import { readRun, type RunFolder } from "../../src/runs/read.ts";
import type { RunSummary } from "../../src/runs/run.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Experiment, Prepared, RunBefore, Training, Words } from "./experiment.ts";
import { checkSameImages } from "./go_on.ts";
import { loadImages } from "./load_images.ts";
import type { ImageOptions } from "./place.ts";
import { loadRunModel } from "./run_model.ts";

/** What is asked of an experiment. */
export interface RunAsk<S extends object = object> {
  readonly settings: S;
  readonly seed: number;
  /** Folder of the run that it goes on from; without it, that run is made first. */
  readonly from?: string;
  /** Folder of this very run, where it did not come to its end: it goes on there. */
  readonly resume?: string;
  /** The same folder, where the device under it was lost before: a second time it is given up. */
  readonly lost?: string;
}

/** What is left of a run in memory. */
export interface MadeRun {
  readonly summary: RunSummary;
  /** The folder. */
  readonly path: string;
  readonly results: readonly FitResult[];
  /** What was found, for people. */
  readonly words: readonly Words[];
  readonly interrupted: boolean;
}

/** An experiment bound to its images, and to the run that it goes on from. */
export interface BoundRun {
  readonly experiment: Experiment;
  readonly settings: object;
  readonly seed: number;
  readonly data: SelectedImages;
  readonly prepared: Prepared;
  /** Of the first stage. */
  readonly training: Training;
  /** Whether what it goes on from was cut off. */
  readonly isOfCutOff: boolean;
}

/** Reads the images and binds the settings to them; nothing is trained or written. */
export async function bindRun(
  experiment: Experiment,
  { settings: asked, seed, from }: RunAsk,
  images: ImageOptions,
): Promise<BoundRun> {
  experiment.check?.(asked);
  let before: RunFolder | undefined;
  let settings = asked;
  if (from !== undefined && experiment.from) {
    before = await readRun(from);
    settings = experiment.from.adopt(asked, before);
  }
  const data = await loadImages(experiment.images(settings), {
    seed,
    ...(images.data !== undefined && { data: images.data }),
    ...(images.digits && { digits: images.digits }),
  });
  if (before !== undefined) checkSameImages(before, data);
  const left: RunBefore | undefined = before && { run: before, model: await loadRunModel(before.path) };
  const prepared = await experiment.prepare(settings, data, { seed, ...(left && { from: left }) });
  const isOfCutOff = isCutOff(wordOf(before?.summary?.stopped));
  return {
    experiment,
    settings,
    seed,
    data,
    prepared,
    training: prepared.stages[0]!.training([]),
    isOfCutOff,
  };
}
