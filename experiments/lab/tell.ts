/** What people read before and after a run. */
import { formatShape } from "../../src/core/tensor.ts";
import { BACKEND_TITLES, type Choice } from "../../src/exec/choose.ts";
import { countParameters, summarizeModel } from "../../src/nn/model.ts";
import { quote } from "../../src/cli/command.ts";
import { foldUnder } from "../../src/core/fold_text.ts";
import { type TableOptions, textTable } from "../../src/core/text_table.ts";
import { numberOf, objectOf } from "../../src/runs/facts.ts";
import { type RunSummary, SCORE_NAMES } from "../../src/runs/layout.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES } from "../../src/data/data_set.ts";
import type { StopOptions } from "../../src/train/stop.ts";
import type { SelectedImages } from "../images/select.ts";
import type { BoundRun, MadeRun } from "./bind.ts";
import { networkName } from "./network_name.ts";
import { DEFAULT_RUNS } from "./options.ts";
import { duration, shortNumber } from "./progress_text.ts";
import type { Screen } from "./screen.ts";

/** Settings that go without saying. */
const UNSAID: Readonly<Record<string, unknown>> = {
  strideY: 1,
  strideX: 1,
  padding: "valid",
  flipKernel: false,
};

/** Tells what is about to happen. */
export function introduce(screen: Screen, bound: BoundRun, { executor, why }: Choice): void {
  const { experiment, data, prepared, training } = bound;
  const { source } = data;
  const sets = SPLIT_NAMES.filter((split) => data[split].rows > 0)
    .map((split) => `${count(data[split].rows)} ${split}`);
  const from = `${source.from}${source.original ? " (the original MNIST)" : ""}`;
  const tell = (heading: string, text: string) => screen.say(foldUnder(heading, text, screen.columns));
  tell(
    `${experiment.name}: `,
    `${prepared.network ?? networkName(training.model)} with ${prepared.title}\n`,
  );
  tell("Backend   ", `${BACKEND_TITLES[executor.name]}: ${executor.description} (${why})`);
  tell(
    "Data      ",
    `${classesInWords(data)}: ${sets.join(", ")} images, from ${from}` +
      `${source.seed === undefined ? ", the first of its files" : `, seed ${source.seed}`}`,
  );
  tell("Training  ", `${trainingInWords(bound)}\n`);
  if (prepared.stages.length === 1) {
    screen.say(`${textTable(layerTable(bound), { width: screen.columns })}\n`);
  }
}

function trainingInWords({ training }: BoundRun): string {
  const { batch, dropLast, optimizer, epochs, stopping } = training;
  const { learningRate } = optimizer.options;
  return `batch ${batch}${dropLast ? " (a shorter last one is left out)" : ""}` +
    `${learningRate === undefined ? "" : `, learning rate ${learningRate}`}, ` +
    `${stopping ? "at most " : ""}${count(epochs)} epoch${epochs === 1 ? "" : "s"}${
      stopping ? `; stops after ${ruleInWords(stopping)}` : ""
    }`;
}

/** Settings whose values say by themselves what they are. */
const SAID_BY_VALUE = ["initializer"];

function layerTable({ training: { model, batch } }: BoundRun): TableOptions {
  const rows = summarizeModel(model).map((layer) => [
    layer.name,
    Object.entries(layer.config).filter(([key, value]) => UNSAID[key] !== value)
      .map(([key, value]) => SAID_BY_VALUE.includes(key) ? value : `${key} ${value}`).join(", "),
    formatShape([batch, ...layer.outputShape]),
    count(layer.parameters),
  ]);
  return {
    columns: ["layer", "settings", { label: "output", align: "right" }, {
      label: "parameters",
      align: "right",
    }],
    rows: [...rows, ["total", "", "", count(countParameters(model))]],
  };
}

function count(rows: number): string {
  return rows.toLocaleString("en");
}

function ruleInWords({ monitor = "val_loss", minDelta = 0, patience = 0 }: StopOptions): string {
  return `${count(patience)} epochs in which ${monitor} does not improve by more than ${minDelta}`;
}

/** Which digits, or where the classes have names of their own, those. */
function classesInWords({ train: { classNames }, source: { digits } }: SelectedImages): string {
  return classNames.join() === digits.join()
    ? `digits ${digits.join(" ")}`
    : `classes ${classNames.join(", ")}`;
}

/** `23 epochs in 3.4 s (early stopping): loss 0.0100`: how a stage ended. */
export function endedLine({ history, seconds, stopped, results }: FitResult): string {
  const { length } = history;
  const last = history.at(-1);
  const scores = SPLIT_NAMES.flatMap((split) => {
    const { accuracy } = results[split] ?? {};
    return accuracy === undefined || split === "train" ? [] : [`${split} accuracy ${accuracy.toFixed(4)}`];
  });
  const loss = last === undefined ? [] : [`loss ${shortNumber(last.loss)}`];
  const penalty = last?.penalty === undefined ? [] : [`penalty ${shortNumber(last.penalty)}`];
  return `${length} epoch${length === 1 ? "" : "s"} in ${duration(seconds)} (${stopped})${
    last === undefined ? "" : `: ${[...loss, ...penalty, ...scores].join(", ")}`
  }\n`;
}

/** The command that shows the runs of a folder. */
export function dashboardCommand(runs: string): string {
  return `deno task dashboard${runs === DEFAULT_RUNS ? "" : ` --runs ${quote(runs)}`}`;
}

/** The last line of what did not come to its end. */
export function goOnLine(task: string, folder: string): string {
  return `Go on with it: deno task ${task} --resume ${quote(folder)}`;
}

/** Where a run or several are, and how to look at them. */
export function folderLines(path: string, runs: string): string {
  return `Run folder  ${path}\nLook at it  ${dashboardCommand(runs)}`;
}

/** Tells how it ended: scores beside the published ones, what was found, where the folder is, and how to look at it. */
export function conclude(
  screen: Screen,
  { summary, path, words, interrupted }: MadeRun,
  { out, isKept }: { readonly out: string; readonly isKept: boolean },
): void {
  const published = objectOf(summary.published ?? null);
  const epochs = numberOf(published.epochs);
  screen.say(
    `Ended after ${summary.epochs} epoch${summary.epochs === 1 ? "" : "s"} in ${
      duration(summary.seconds)
    }: ${summary.stopped}${epochs === null ? "" : ` (published: ${count(epochs)} epochs)`}\n`,
  );
  const width = screen.columns, table = scoreTable(summary);
  if (table !== undefined) screen.say(`${textTable(table, { width })}\n`);
  for (const one of words) {
    screen.say(typeof one === "string" ? foldUnder("", one, width) : textTable(one, { width }));
  }
  if (words.length > 0) screen.say("");
  screen.say(folderLines(path, out));
  if (interrupted && isKept) screen.say(goOnLine(summary.experiment, path));
}

/** Scores of a run of one training on its sets, the published ones under them. */
function scoreTable(summary: RunSummary): TableOptions | undefined {
  const published = objectOf(summary.published ?? null);
  const splits = SPLIT_NAMES.filter((split) => summary[split]);
  if (splits.length === 0) return undefined;
  const names = SCORE_NAMES.filter((name) => splits.some((split) => summary[split]![name] !== undefined));
  const number = (value: number | null | undefined) => value === undefined ? "" : (value ?? NaN).toFixed(4);
  const rows = splits.flatMap((split) => {
    const ours = summary[split]!;
    const theirs = objectOf(published[split]);
    const printed = names.map((name) => numberOf(theirs[name]));
    return [
      [split, "ours", ...names.map((name) => number(ours[name])), number(ours.loss)],
      ...(printed.some((value) => value !== null)
        ? [["", "published", ...printed.map((value) => value === null ? "" : number(value)), ""]]
        : []),
    ];
  });
  return { columns: ["set", "", ...names, "loss"], rows };
}
