/** What models, trainings and evaluations show of themselves in a notebook; src/core/display.ts calls these by name. */
import type { DisplayName, MediaBundle } from "../core/display.ts";
import { formatShape } from "../core/tensor.ts";
import { textTable } from "../core/text_table.ts";
import { SPLIT_NAMES } from "../data/data_set.ts";
import { countParameters, summarizeModel, summary } from "../nn/model.ts";
import type { Model } from "../nn/network.ts";
import { confusionMatrix } from "../plot/confusion.ts";
import { escapeXml } from "../plot/dom.ts";
import type { Figure } from "../plot/figure.ts";
import { learningCurves } from "../plot/learning_curves.ts";
import { INK, SIZE } from "../plot/theme.ts";
import type { FitResult, SplitResult } from "../train/fit_result.ts";
import type { ClassificationReport, ConfusionMatrix } from "../train/metrics.ts";

/** More classes than this make a picture that no page has room for, and rows that nobody reads. */
const MOST_DRAWN_CLASSES = 20, MOST_LISTED_CLASSES = 50;
/** Between figures beside each other. */
const GAP = 24;

/** The layers of a model as a table. */
export function showModel(model: Model): MediaBundle {
  const rows = summarizeModel(model).map(({ name, from, outputShape, parameters }) => [
    name,
    from.join(", "),
    formatShape(outputShape),
    parameters.toLocaleString("en"),
  ]);
  const foot = ["", "", "", countParameters(model).toLocaleString("en")];
  return {
    "text/html": htmlTable(["layer", "takes", "gives", "parameters"], rows, foot),
    "text/plain": summary(model),
  };
}

/** The curves of a training, with what came of it. */
export function showTraining(result: FitResult): MediaBundle {
  const { history, results, seconds, stopped, restoredEpoch } = result;
  const count = history.length, epochs = `${count} epoch${count === 1 ? "" : "s"}`;
  const why = [
    ...(stopped === "last epoch" ? [] : [stopped]),
    ...(restoredEpoch === undefined ? [] : [`weights of epoch ${restoredEpoch}`]),
  ].join(", ");
  const ended = `${epochs} in ${seconds.toFixed(1)} s${why && ` (${why})`}`;
  const subtitle = (member: "loss" | "accuracy") => {
    const values = ending(results, member);
    return `${member === "loss" ? ended : epochs}${values && `; ${values}`}`;
  };
  const hasAccuracy = count > 0 && history.every(({ accuracy }) => accuracy !== undefined);
  const measures = hasAccuracy ? ["loss", "accuracy"] as const : ["loss"] as const;
  const figures = measures.map((measure) => learningCurves(result, { measure, subtitle: subtitle(measure) }));
  const said = measures.flatMap((measure) => {
    const values = ending(results, measure);
    return values ? [`${measure}: ${values}`] : [];
  });
  return { "image/svg+xml": sideBySide(figures), "text/plain": [ended, ...said].join("; ") };
}

/** `validation 0.9210, test 0.9140`. */
function ending(results: FitResult["results"], member: "loss" | "accuracy"): string {
  return SPLIT_NAMES.flatMap((name) => {
    const value = results[name]?.[member];
    return value === undefined ? [] : [`${name} ${formatScore(value)}`];
  }).join(", ");
}

/** The scores of an evaluation, of each class and on average, and its confusion matrix. */
export function showEvaluation(evaluation: (ClassificationReport & Paired) | SplitResult): MediaBundle {
  const { confusion } = evaluation;
  const report = "report" in evaluation
    ? evaluation.report
    : "averages" in evaluation
    ? evaluation
    : undefined;
  const loss = "loss" in evaluation ? evaluation.loss : undefined;
  const said = [
    ...(loss === undefined ? [] : [`loss ${formatScore(loss)}`]),
    ...(evaluation.accuracy === undefined ? [] : [`accuracy ${formatScore(evaluation.accuracy)}`]),
    ...(report ? [`F1 ${formatScore(report.f1)}, ${report.support.toLocaleString("en")} rows`] : []),
  ].join(", ");
  if (report === undefined) return { "text/plain": said };
  const columns = ["class", "precision", "recall", "F1", "rows"];
  const classes = report.classes.length > MOST_LISTED_CLASSES ? [] : report.classes;
  const rows = classes.map(({ name, support, ...scores }) => scoresRow(name, scores, support));
  const foot = scoresRow(`${report.averaging} mean`, report, report.support);
  const drawn = confusion !== undefined && confusion.classes.length <= MOST_DRAWN_CLASSES
    ? confusionMatrix(confusion, { title: "Confusion matrix", subtitle: said }).svg
    : `<p>${escapeXml(said)}</p>`;
  return {
    "text/html": `<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:center"><div>${drawn}</div>` +
      `<div>${htmlTable(columns, rows, foot)}</div></div>`,
    "text/plain": `${said}\n${textTable({ columns, rows: [...rows, foot] })}`,
  };
}

interface Paired {
  readonly confusion?: ConfusionMatrix;
}

function scoresRow(
  name: string,
  { precision, recall, f1 }: Pick<ClassificationReport, "precision" | "recall" | "f1">,
  support: number,
): readonly string[] {
  return [name, ...[precision, recall, f1].map((score) => score.toFixed(3)), support.toLocaleString("en")];
}

/** Four decimals, or as many digits of what is smaller. */
function formatScore(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(3) : value.toFixed(4);
}

/** Figures beside each other, as one picture. */
function sideBySide(figures: readonly Figure[]): string {
  if (figures.length === 1) return figures[0]!.svg;
  const heights = figures.map(({ svg }) => Number(/ height="([\d.]+)"/.exec(svg)![1]));
  const step = SIZE.width + GAP, width = step * figures.length - GAP, height = Math.max(...heights);
  const parts = figures.map(({ svg }, i) => svg.replace("<svg", `<svg x="${i * step}"`));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="${INK.paper}"/>` +
    `${parts.join("")}</svg>`;
}

/** A table in the notebook's own font and colours, light or dark: numbers to the right. */
function htmlTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly string[],
): string {
  const line = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${
      cells.map((cell, c) => {
        const align = c > 0 && /^[\d,.]+$/.test(foot[c]!) ? "right" : "left";
        return `<${tag} style="text-align:${align}">${escapeXml(cell)}</${tag}>`;
      }).join("")
    }</tr>`;
  return `<table><thead>${line(columns, "th")}</thead><tbody>${
    rows.map((row) => line(row, "td")).join("")
  }</tbody><tfoot>${line(foot, "th")}</tfoot></table>`;
}

({ showModel, showTraining, showEvaluation }) satisfies Readonly<Record<DisplayName, unknown>>;
