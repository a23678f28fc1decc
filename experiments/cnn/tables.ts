/** The tables of `deno task cnn`. */
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/plot/table.ts";
import { meanAndInterval } from "../../src/train/metrics.ts";
import type { GroupReport } from "../group.ts";
import type { CnnCell } from "./cells.ts";
import { CNN_RECIPES, type CnnMethod } from "./cnn.ts";
import { allDifferences, differenceInWords, judgements, methodsIn } from "./verdicts.ts";

interface Table extends TableOptions {
  /** File name of the CSV without its ending. */
  readonly name: string;
  readonly title: string;
}

/** What a method comes to over its seeds. */
export interface MethodScores {
  readonly method: CnnMethod;
  readonly seeds: number;
  /** Of the last epoch. */
  readonly last: ReturnType<typeof meanAndInterval>;
  /** Of the last ten epochs. */
  readonly level: ReturnType<typeof meanAndInterval>;
  /** Of the seeds that reached it; `reached` of them did. */
  readonly epochsTo96: number;
  readonly reached: number;
  /** Geometric mean. */
  readonly cost: number;
}

export function methodScores(cells: readonly CnnCell[]): readonly MethodScores[] {
  return methodsIn(cells).map((method) => {
    const own = cells.filter((cell) => cell.method === method),
      mean = (values: readonly number[]) => meanAndInterval(values);
    const epochs = own.flatMap(({ epochsTo96 }) => epochsTo96 ?? []);
    return {
      method,
      seeds: own.length,
      last: mean(own.map(({ testAccuracy }) => testAccuracy)),
      level: mean(own.map(({ levelAccuracy }) => levelAccuracy)),
      epochsTo96: epochs.length === 0 ? NaN : mean(epochs).mean,
      reached: epochs.length,
      cost: Math.exp(mean(own.map(({ cost }) => Math.log(cost))).mean),
    };
  });
}

function fixed(value: number, digits = 4): string {
  return Number.isNaN(value) ? "–" : value.toFixed(digits);
}

function methodTable(cells: readonly CnnCell[]): Table {
  const right = (label: string) => ({ label, align: "right" as const });
  return {
    name: "methods",
    title: "Test accuracy by method",
    columns: [
      "method",
      right("seeds"),
      right("last epoch"),
      right("sd"),
      right("last ten epochs"),
      right("sd"),
      right("95% interval"),
      right("epochs to 0.96"),
      right("training cost"),
    ],
    rows: methodScores(cells).map(({ method, seeds, last, level, epochsTo96, reached, cost }) => [
      CNN_RECIPES[method].name,
      seeds,
      fixed(last.mean),
      fixed(last.sd),
      fixed(level.mean),
      fixed(level.sd),
      `${fixed(level.low)} to ${fixed(level.high)}`,
      `${fixed(epochsTo96, 1)}${reached < seeds ? ` (${reached} of ${seeds})` : ""}`,
      cost.toExponential(2),
    ]),
  };
}

function differenceTable(cells: readonly CnnCell[]): Table {
  const measures = {
    accuracy: "test accuracy, last ten epochs: higher by",
    epochsTo96: "epochs to 0.96: earlier by",
    cost: "training cost: lower by a factor of",
  };
  return {
    name: "differences",
    title: "Differences between methods, paired by seed (mean and 95% interval)",
    columns: ["", "of", "against", "difference", { label: "seeds", align: "right" }],
    rows: allDifferences(cells).filter(({ seeds }) => seeds > 0).map((difference) => [
      measures[difference.measure],
      CNN_RECIPES[difference.better].name,
      CNN_RECIPES[difference.than].name,
      differenceInWords(difference),
      difference.seeds,
    ]),
  };
}

function claimTable(cells: readonly CnnCell[]): Table {
  return {
    name: "claims",
    title: "Claims of the report",
    columns: ["claim", "in words", "measured", "verdict"],
    rows: judgements(cells).map(({ claim, words, measured, verdict }) => [claim, words, measured, verdict]),
  };
}

/** Every number that the tables rest on, a row per training. */
function cellTable(cells: readonly CnnCell[]): Table {
  const columns = [
    "method",
    "seed",
    "epochs",
    "seconds",
    "trainAccuracy",
    "testAccuracy",
    "levelAccuracy",
    "cost",
    "epochsTo96",
    "deadC1",
    "deadC2",
    "run",
  ] as const;
  return {
    name: "cells",
    title: "",
    columns,
    rows: cells.map((cell) => columns.map((column) => cell[column])),
  };
}

/** The tables as text, as Markdown and as CSV. */
export function cnnTables(cells: readonly CnnCell[]): Pick<GroupReport, "files" | "text"> {
  if (cells.length === 0) return { files: { "tables.md": "" }, text: "No training was finished" };
  const tables = [methodTable(cells), differenceTable(cells), claimTable(cells)];
  const written = (format: typeof textTable) =>
    tables.filter(({ rows }) => rows.length > 0).map((table) => `${table.title}\n\n${format(table)}`).join(
      "\n\n",
    );
  const csv = [...tables, cellTable(cells)].map(({ name, columns, rows }) => [
    `figures/table_${name}.csv`,
    toCsv([columns.map((column) => typeof column === "string" ? column : column.label), ...rows]),
  ]);
  return {
    files: { "tables.md": `${written(markdownTable)}\n`, ...Object.fromEntries(csv) },
    text: written(textTable),
  };
}
