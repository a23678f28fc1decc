/** What people read before and after a training. */
import { formatShape } from "../src/core/tensor.ts";
import { BACKEND_TITLES, type Choice } from "../src/exec/choose.ts";
import { countParameters, type Model, summarizeModel } from "../src/nn/model.ts";
import { textTable } from "../src/plot/table.ts";
import type { RunSummary } from "../src/runs/run.ts";
import type { PublishedRun } from "./published.ts";
import { Q1_RECIPES } from "./q1.ts";
import { duration, type Screen } from "./screen.ts";
import type { PreparedRun } from "./train_run.ts";

/** `784-30-20-10-5`. */
export function networkName(model: Model): string {
  return [model.inputShape, ...model.layers.map(({ built }) => built.outputShape)].map((shape) =>
    shape.join("×")
  ).join("-");
}

/** Tells what is about to happen. */
export function introduce(
  screen: Screen,
  { name, settings, data, model, batch }: PreparedRun,
  choice: Choice,
): void {
  const { train, validation, test, source } = data;
  const count = (rows: number) => rows.toLocaleString("en");
  screen.say(`${name}: ${networkName(model)} with ${Q1_RECIPES[settings.optimizer].title}\n`);
  screen.say(
    `Backend   ${BACKEND_TITLES[choice.executor.name]}: ${choice.executor.description} (${choice.why})`,
  );
  screen.say(
    `Data      digits ${train.classes.join(" ")}: ${count(train.rows)} train, ${
      count(validation.rows)
    } validation, ` +
      `${count(test.rows)} test images, from ${source.from}${
        source.original ? " (the original MNIST)" : ""
      }, seed ${source.seed}`,
  );
  screen.say(
    `Training  batch ${batch}, learning rate ${settings.learningRate}, at most ${
      count(settings.epochs)
    } epochs; stops after ` +
      `${
        count(settings.patience)
      } epochs in which ${settings.monitor} does not improve by more than ${settings.minDelta}\n`,
  );
  const rows = summarizeModel(model).map((layer) => [
    layer.name,
    Object.entries(layer.config).map(([key, value]) => `${key} ${value}`).join(", "),
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

/** Tells how it ended: scores beside the published ones, and where the folder is. */
export function conclude(screen: Screen, summary: RunSummary, path: string): void {
  const published = summary.published as unknown as PublishedRun | null;
  const scoreNames = ["accuracy", "precision", "recall", "f1"] as const;
  screen.say(
    `Ended after ${summary.epochs} epoch${summary.epochs === 1 ? "" : "s"} in ${
      duration(summary.seconds)
    }: ${summary.stopped}` +
      `${published ? ` (published: ${published.epochs} epochs)` : ""}\n`,
  );
  const rows = (["train", "validation", "test"] as const).flatMap((split) => [
    [
      split,
      "ours",
      ...scoreNames.map((name) => summary[split][name].toFixed(4)),
      (summary[split].loss ?? NaN).toFixed(4),
    ],
    ...(published
      ? [["", "published", ...scoreNames.map((name) => published[split][name].toFixed(4)), ""]]
      : []),
  ]);
  screen.say(textTable({ columns: ["set", "", ...scoreNames, "loss"], rows }));
  screen.say(`\nRun folder  ${path}`);
}
