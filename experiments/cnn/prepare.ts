/** Report B, part A: from settings and images to a training. */
import { require } from "../../src/core/errors.ts";
import { mnist, REPORT_B, type Splits } from "../../src/data/mnist.ts";
import { toJson } from "../../src/runs/json.ts";
import { checkBatch } from "../train_run.ts";
import type { RunOptions, Training } from "../training.ts";
import { CNN_RECIPES, cnnModel, type CnnSettings, isPublishedSetting } from "./cnn.ts";
import { cnnFindings } from "./findings.ts";

const FULL = { first: { train: 60_000, test: 10_000 } } as const;

/** Reads the first images of MNIST, or of a folder: as many as are wanted, or as are there. */
export async function loadData(
  { data, digits, full }: Pick<RunOptions, "data" | "digits"> & Pick<CnnSettings, "full">,
): Promise<Splits> {
  const own = { ...(data !== undefined && { data, shrink: true }), ...(digits && { digits, shrink: true }) };
  return await mnist({ ...(full ? FULL : REPORT_B), ...own });
}

/** Binds the settings to the images, before anything is written; throws when they do not fit. */
export function prepareCnn(settings: CnnSettings, data: Splits): Training {
  const { test, train, source } = data, { method, paperQuirks, epochs } = settings;
  require(
    test.rows > 0,
    () => `${source.from} has no test images of these digits: give it some in its t10k files`,
  );
  const { title, name: methodName, build, published } = CNN_RECIPES[method];
  const batch = checkBatch(settings.batch, data), updates = Math.floor(train.rows / batch);
  // Its list of costs begins with a zero, which its mean counts.
  const costFactor = paperQuirks ? updates / (updates + 1) : 1;
  return {
    name: `cnn-${method}`,
    title,
    settings: toJson(settings),
    model: cnnModel(train.imageShape, train.classes.length),
    data,
    batch,
    dropLast: paperQuirks,
    optimizer: build(settings),
    epochs,
    expectedEpochs: epochs,
    measureTest: true,
    published: isPublishedSetting(settings) && isPublishedData(data) ? published : null,
    ...(paperQuirks && { metrics: ({ loss }) => ({ reportedCost: loss * costFactor }) }),
    findings: (result, context) => cnnFindings(result, data, context),
    async figures(result, context) {
      const { cnnFigures } = await import("./figures.ts");
      return await cnnFigures(result, data, context, { method: methodName, costFactor });
    },
  };
}

/** Whether these are the images of MNIST that the report takes. */
function isPublishedData({ source, train, test }: Splits): boolean {
  return source.original && train.classes.length === 10 &&
    train.rows === REPORT_B.first.train && test.rows === REPORT_B.first.test;
}
