/** `deno task q1`: five optimizers × four architectures, and the report's tables beside ours. */
import { markdownTable, textTable, toCsv } from "../../src/plot/table.ts";
import { isJsonObject, type Json, type JsonObject, toJson } from "../../src/runs/json.ts";
import {
  type Cell as CommonCell,
  commonCell,
  type GroupReport,
  type GroupRun,
  isCommonCell,
  runGroup,
} from "../group.ts";
import { duration, type Screen } from "../screen.ts";
import type { RunOptions } from "../training.ts";
import { loadData, prepareRun } from "./prepare.ts";
import { ARCHITECTURES, PUBLISHED_TABLES, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { Q1_RECIPES, type Q1Settings } from "./q1.ts";

/** One finished training. */
export type Cell = {
  readonly optimizer: Q1Optimizer;
  readonly arch: string;
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
} & CommonCell;

export interface SweepOptions extends RunOptions {
  readonly optimizers: readonly Q1Optimizer[];
  /** What the command line changes in every cell. */
  change(settings: Q1Settings): Q1Settings;
  /** Folder of an interrupted sweep. */
  readonly resume?: string;
}

/** Cheap ones first: what is interrupted has most of its table. */
const RUN_ORDER: readonly Q1Optimizer[] = ["adam", "sgd", "rmsprop", "nag", "vgd"];

const TABLES = [
  { key: "trainAccuracy", title: "Table 1.2.2: training accuracy", digits: 4 },
  { key: "validationAccuracy", title: "Table 1.2.3: validation accuracy", digits: 4 },
  { key: "epochs", title: "Table 1.2.4: epochs to convergence", digits: 0 },
] as const;

/** Runs the cells that are not there yet, and shows the tables. */
export async function runSweep(screen: Screen, options: SweepOptions): Promise<GroupRun<Cell>> {
  const data = await loadData(options), { optimizers, change } = options;
  const order = RUN_ORDER.filter((optimizer) => optimizers.includes(optimizer));
  return await runGroup<Cell>(screen, {
    name: "q1",
    title: `${optimizers.length} optimizers × ${ARCHITECTURES.length} architectures`,
    data,
    settings: Object.fromEntries(
      Q1_OPTIMIZERS.map((optimizer) => [optimizer, sharedSettings(change(Q1_RECIPES[optimizer].settings))]),
    ),
    planned: order.flatMap((optimizer) =>
      ARCHITECTURES.map((arch) => ({
        title: `${optimizer} ${arch.join("-")}`,
        training: prepareRun(`q1-${optimizer}`, { ...change(Q1_RECIPES[optimizer].settings), arch }, data),
        isDone: (cell: Cell) => cell.optimizer === optimizer && cell.arch === arch.join(),
        cellOf: ({ summary, result: { results } }): Cell => ({
          optimizer,
          arch: arch.join(),
          ...commonCell(summary),
          trainAccuracy: results.train!.accuracy!,
          validationAccuracy: results.validation!.accuracy!,
          testAccuracy: results.test!.accuracy!,
        }),
      }))
    ),
    kindOf: ({ optimizer }) => optimizer,
    isCell,
    describe: describeCell,
    async report(cells, folders) {
      if (cells.length === 0) return { figures: [], ...tablesOf(cells) };
      const { sweepFigures } = await import("./sweep_figures.ts");
      return { figures: await sweepFigures(cells, { folders, data }), ...tablesOf(cells) };
    },
  }, options);
}

/** What every cell of an optimizer is trained with: all but the architecture. */
function sharedSettings({ arch: _, ...settings }: Q1Settings): JsonObject {
  return toJson(settings);
}

function isCell(value: Json): value is Cell {
  if (!isJsonObject(value) || !isCommonCell(value)) return false;
  const { optimizer, arch, trainAccuracy, validationAccuracy, testAccuracy } = value;
  return Q1_OPTIMIZERS.some((known) => known === optimizer) && typeof arch === "string" &&
    [trainAccuracy, validationAccuracy, testAccuracy].every((n) => typeof n === "number");
}

function describeCell({ epochs, seconds, stopped, trainAccuracy, validationAccuracy, run }: Cell): string {
  return `${epochs} epochs in ${duration(seconds)} (${stopped}): train ${
    trainAccuracy.toFixed(4)
  }, validation ${validationAccuracy.toFixed(4)} → ${run}`;
}

/** A cell's number; `>4` for the epochs of a training that did not end by itself. */
function shownCell(cell: Cell, key: typeof TABLES[number]["key"], digits: number): string {
  const unfinished = key === "epochs" && cell.stopped !== "early stopping";
  return `${unfinished ? ">" : ""}${cell[key].toFixed(digits)}`;
}

/** Rows of one of the three tables: ours and the published number per optimizer. */
function tableRows(cells: readonly Cell[], key: typeof TABLES[number]["key"], digits: number): string[][] {
  return ARCHITECTURES.map((arch, a) => [
    `(${arch.join(", ")})`,
    ...Q1_OPTIMIZERS.flatMap((optimizer) => {
      const cell = cells.find((one) => one.optimizer === optimizer && one.arch === arch.join());
      return [
        cell === undefined ? "–" : shownCell(cell, key, digits),
        PUBLISHED_TABLES[key][optimizer][a]!.toFixed(digits),
      ];
    }),
  ]);
}

const TABLE_COLUMNS = ["architecture", ...Q1_OPTIMIZERS.flatMap((name) => [name, "publ."])]
  .map((label, i) => ({ label, align: i === 0 ? "left" as const : "right" as const }));

function tables(cells: readonly Cell[], format: typeof textTable): string {
  return TABLES.map(({ key, title, digits }) =>
    `${title}\n\n${format({ columns: TABLE_COLUMNS, rows: tableRows(cells, key, digits) })}`
  ).join("\n\n");
}

function tablesOf(cells: readonly Cell[]): Pick<GroupReport, "files" | "text"> {
  const header = TABLE_COLUMNS.map(({ label }, i) =>
    label === "publ." ? `${Q1_OPTIMIZERS[i / 2 - 1]} published` : label
  );
  const csv = TABLES.map(({ key, digits }) => [
    `figures/table_${key}.csv`,
    toCsv([header, ...tableRows(cells, key, digits)]),
  ]);
  return {
    files: { "tables.md": `${tables(cells, markdownTable)}\n`, ...Object.fromEntries(csv) },
    text: tables(cells, textTable),
  };
}
