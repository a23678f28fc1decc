/** What people read before and after a training. */
import { formatShape, sameShape } from "../src/core/tensor.ts";
import { BACKEND_TITLES, type Choice } from "../src/exec/choose.ts";
import { countParameters, type Model, summarizeModel } from "../src/nn/model.ts";
import { textTable } from "../src/plot/table.ts";
import { SCORE_NAMES } from "../src/runs/layout.ts";
import { SPLIT_NAMES } from "../src/train/session.ts";
import type { StopOptions } from "../src/train/stop.ts";
import { duration, type Screen } from "./screen.ts";
import type { TrainedRun } from "./train_run.ts";
import type { Published, Training } from "./training.ts";

/** `784-30-20-10-5`. */
export function networkName(model: Model): string {
  const shapes = [model.inputShape, ...model.layers.map(({ built }) => built.outputShape)];
  // Noise and the like have no parameters and leave the shape as it is.
  return shapes.filter((shape, i) =>
    i === 0 || model.layers[i - 1]!.built.parameters.length > 0 || !sameShape(shape, shapes[i - 1]!)
  ).map((shape) => shape.join("×")).join("-");
}

/** Settings that go without saying. */
const UNSAID: Readonly<Record<string, unknown>> = {
  strideY: 1,
  strideX: 1,
  padding: "valid",
  flipKernel: false,
};

/** Tells what is about to happen. */
export function introduce(screen: Screen, training: Training, { executor, why }: Choice): void {
  const { name, title, data, model, batch, optimizer, stopping } = training, { source } = data;
  const sets = SPLIT_NAMES.filter((split) => data[split].rows > 0)
    .map((split) => `${count(data[split].rows)} ${split}`);
  const from = `${source.from}${source.original ? " (the original MNIST)" : ""}`;
  screen.say(`${name}: ${networkName(model)} with ${title}\n`);
  screen.say(`Backend   ${BACKEND_TITLES[executor.name]}: ${executor.description} (${why})`);
  screen.say(
    `Data      digits ${data.train.classes.join(" ")}: ${sets.join(", ")} images, from ${from}` +
      `${source.seed === undefined ? ", the first of its files" : `, seed ${source.seed}`}`,
  );
  const { learningRate } = optimizer.options;
  screen.say(
    `Training  batch ${batch}${training.dropLast ? " (a shorter last one is left out)" : ""}` +
      `${learningRate === undefined ? "" : `, learning rate ${learningRate}`}, ` +
      `${stopping ? "at most " : ""}${count(training.epochs)} epoch${training.epochs === 1 ? "" : "s"}${
        stopping ? `; stops after ${ruleInWords(stopping)}` : ""
      }\n`,
  );
  const rows = summarizeModel(model).map((layer) => [
    layer.name,
    Object.entries(layer.config).filter(([key, value]) => UNSAID[key] !== value)
      .map(([key, value]) => `${key} ${value}`).join(", "),
    formatShape([batch, ...layer.outputShape]),
    count(layer.parameters),
  ]);
  screen.say(textTable({
    columns: ["layer", "settings", { label: "output", align: "right" }, {
      label: "parameters",
      align: "right",
    }],
    rows: [...rows, ["total", "", "", count(countParameters(model))]],
  }));
  screen.say("");
}

function count(rows: number): string {
  return rows.toLocaleString("en");
}

function ruleInWords({ monitor = "val_loss", minDelta = 0, patience = 0 }: StopOptions): string {
  return `${count(patience)} epochs in which ${monitor} does not improve by more than ${minDelta}`;
}

/** Tells how it ended: scores beside the published ones, what was found, and where the folder is. */
export function conclude(
  screen: Screen,
  { summary, path, words }: Pick<TrainedRun, "summary" | "path" | "words">,
): void {
  const published = summary.published as unknown as Published | null;
  screen.say(
    `Ended after ${summary.epochs} epoch${summary.epochs === 1 ? "" : "s"} in ${
      duration(summary.seconds)
    }: ${summary.stopped}` +
      `${published?.epochs ? ` (published: ${published.epochs} epochs)` : ""}\n`,
  );
  const splits = SPLIT_NAMES.filter((split) => summary[split]);
  const names = SCORE_NAMES.filter((name) => splits.some((split) => summary[split]![name] !== undefined));
  const number = (value: number | null | undefined) => value === undefined ? "" : (value ?? NaN).toFixed(4);
  const rows = splits.flatMap((split) => {
    const ours = summary[split]!, theirs = published?.[split];
    return [
      [split, "ours", ...names.map((name) => number(ours[name])), number(ours.loss)],
      ...(theirs ? [["", "published", ...names.map((name) => number(theirs[name])), ""]] : []),
    ];
  });
  screen.say(textTable({ columns: ["set", "", ...names, "loss"], rows }));
  const said = [...(published?.words ? [`Published: ${published.words}`] : []), ...words];
  if (said.length > 0) screen.say(`\n${said.join("\n")}`);
  screen.say(`\nRun folder  ${path}`);
}
