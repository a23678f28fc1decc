/** The tables of `deno task q2`, `q3` and `q4`: ours beside the published ones, and the claims. */
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/plot/table.ts";
import { wilsonInterval } from "../../src/train/metrics.ts";
import type { GroupReport } from "../group.ts";
import { type AutoencoderCell, noiseTitle } from "./cells.ts";
import { CHAPTER_4, type PublishedRow } from "./published.ts";
import type { Judgement, Sizes } from "./verdicts.ts";

interface Table extends TableOptions {
  /** File name of the CSV without its ending. */
  readonly name: string;
  readonly title: string;
}

const right = (label: string) => ({ label, align: "right" as const });

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? "–" : value.toFixed(digits);
}

/** `23`, or `>100` for a training that did not end by itself. */
function epochs(count: number, stopped: string): string {
  return `${stopped === "early stopping" ? "" : ">"}${count}`;
}

function interval(accuracy: number, images: number): string {
  const { low, high } = wilsonInterval(Math.round(accuracy * images), images);
  return `${low.toFixed(4)}–${high.toFixed(4)}`;
}

/** Table 2.1 or 3.1, with PCA of as many components beside it. */
export function widthTable(
  title: string,
  cells: readonly AutoencoderCell[],
  published: readonly PublishedRow[],
  sizes: Sizes,
): Table {
  const widths = [...new Set([...published, ...cells].map(({ nodes }) => nodes))].sort((a, b) => a - b);
  return {
    name: "widths",
    title,
    columns: [
      right("nodes"),
      ...["MSE train", "publ.", "MSE validation", "publ.", "MSE test", "PCA validation", "PCA test"].map(
        right,
      ),
      ...["accuracy test", "publ.", "95% interval", "epochs", "classifier epochs", "publ."].map(right),
    ],
    rows: widths.map((nodes) => {
      const cell = cells.find((one) => one.nodes === nodes),
        row = published.find((one) => one.nodes === nodes);
      return [
        nodes,
        fixed(cell?.mse.train, 5),
        fixed(row?.train, 5),
        fixed(cell?.mse.validation, 5),
        fixed(row?.validation, 5),
        fixed(cell?.mse.test, 5),
        fixed(cell?.pca.validation, 5),
        fixed(cell?.pca.test, 5),
        fixed(cell?.accuracy.test, 4),
        fixed(row?.testAccuracy, 4),
        cell === undefined ? "–" : interval(cell.accuracy.test, sizes.test),
        cell === undefined ? "–" : epochs(cell.autoencoderEpochs, cell.autoencoderStopped),
        cell === undefined ? "–" : epochs(cell.classifierEpochs, cell.stopped),
        fixed(row?.epochs, 0),
      ];
    }),
  };
}

/** Chapter 4: errors and accuracies by the share of pixels that get noise. */
export function noiseTable(title: string, cells: readonly AutoencoderCell[], sizes: Sizes): Table {
  return {
    name: "noise",
    title,
    columns: [
      "images",
      ...["MSE validation", "MSE test", "from clean images", "corrupted images", "PCA test"].map(right),
      ...["accuracy train", "publ.", "accuracy validation", "publ.", "95% interval", "accuracy test"].map(
        right,
      ),
      ...["epochs", "classifier epochs"].map(right),
    ],
    rows: cells.map((cell) => {
      const row = CHAPTER_4.find(({ noise }) => noise === cell.noise);
      return [
        noiseTitle(cell.noise),
        fixed(cell.mse.validation, 5),
        fixed(cell.mse.test, 5),
        fixed(cell.cleanMse.test, 5),
        fixed(cell.noise === 0 ? undefined : cell.corruptionMse, 5),
        fixed(cell.pca.test, 5),
        fixed(cell.accuracy.train, 4),
        fixed(row?.trainAccuracy, 3),
        fixed(cell.accuracy.validation, 4),
        fixed(row?.validationAccuracy, 3),
        interval(cell.accuracy.validation, sizes.validation),
        fixed(cell.accuracy.test, 4),
        epochs(cell.autoencoderEpochs, cell.autoencoderStopped),
        epochs(cell.classifierEpochs, cell.stopped),
      ];
    }),
  };
}

function claimTable(judgements: readonly Judgement[]): Table {
  return {
    name: "claims",
    title: "Claims of the report",
    columns: ["claim", "in words", "measured", "verdict"],
    rows: judgements.map(({ claim, words, measured, verdict }) => [claim, words, measured, verdict]),
  };
}

/** The tables as text, as Markdown and as CSV. */
export function chapterTables(
  main: Table,
  judgements: readonly Judgement[],
): Pick<GroupReport, "files" | "text"> {
  const tables = [main, claimTable(judgements)].filter(({ rows }) => rows.length > 0);
  const written = (format: typeof textTable) =>
    tables.map((table) => `${table.title}\n\n${format(table)}`).join("\n\n");
  const csv = tables.map(({ name, columns, rows }) => [
    `figures/table_${name}.csv`,
    toCsv([headings(columns), ...rows]),
  ]);
  return {
    files: { "tables.md": `${written(markdownTable)}\n`, ...Object.fromEntries(csv) },
    text: written(textTable),
  };
}

/** Headings of a CSV: a published number is named after what it stands beside. */
function headings(columns: TableOptions["columns"]): readonly string[] {
  const labels = columns.map((column) => typeof column === "string" ? column : column.label);
  return labels.map((label, i) => label === "publ." ? `${labels[i - 1]} published` : label);
}
