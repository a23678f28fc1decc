/** Report A, chapter 1: from settings and images to a training. */
import { require } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { mnist, REPORT_A, type Splits } from "../../src/data/mnist.ts";
import { toJson } from "../../src/runs/json.ts";
import { SPLIT_NAMES } from "../../src/train/session.ts";
import { networkName } from "../tell.ts";
import { checkBatch, checkParameters } from "../train_run.ts";
import type { RunOptions, Training } from "../training.ts";
import { ARCHITECTURES, PUBLISHED_RUNS } from "./published.ts";
import { expectedEpochs, isPublishedSetting, Q1_RECIPES, q1Model, type Q1Settings } from "./q1.ts";

/** Reads the images of Report A: from MNIST its 60/20/20 choice, from another folder the same share of what is there. */
export async function loadData(
  { seed, data, digits }: Pick<RunOptions, "seed" | "data" | "digits">,
): Promise<Splits> {
  const own = { ...(data !== undefined && { data, shrink: true }), ...(digits && { digits, shrink: true }) };
  return await mnist({ ...REPORT_A, seed, ...own });
}

/** Binds the settings to the data, before anything is written; throws when they do not fit. */
export function prepareRun(name: string, settings: Q1Settings, data: Splits): Training {
  const empty = SPLIT_NAMES.find((split) => data[split].rows === 0);
  require(
    empty === undefined,
    () => `${data.source.from} leaves no ${empty} images: give at least 5 images of each digit`,
  );
  const { title, build } = Q1_RECIPES[settings.optimizer], { monitor, minDelta, patience } = settings;
  const batch = checkBatch(settings.batch, data);
  const model = q1Model(settings, {
    pixels: sizeOf(data.train.imageShape),
    classes: data.train.classes.length,
  });
  checkParameters(model, `--arch ${settings.arch.join()}`);
  const isPublished = isPublishedArchitecture(settings) && isPublishedData(data);
  return {
    name,
    title,
    settings: toJson(settings),
    model,
    data,
    batch,
    optimizer: build(settings),
    epochs: settings.epochs,
    expectedEpochs: expectedEpochs(settings),
    stopping: { monitor, minDelta, patience },
    published: isPublished ? PUBLISHED_RUNS[settings.optimizer] : null,
    async figures(result, { seed }) {
      const { trainingFigures } = await import("../figures.ts");
      return trainingFigures(result, { network: `${networkName(model)}, ${name}`, seed, monitor });
    },
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
