/** Going on with an interrupted `deno task q1`: which of its cells still count. */
import { dirname, join } from "node:path";
import { DescentError, require, UsageError } from "../src/core/errors.ts";
import type { DataSource } from "../src/data/mnist.ts";
import { isJsonObject, type Json, parseObject, toJson } from "../src/runs/json.ts";
import { SUMMARY_FILE } from "../src/runs/layout.ts";
import { readRun } from "../src/runs/read.ts";
import { Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import type { Q1Settings } from "./q1.ts";

/** One finished cell: a type and not an interface, so that it is JSON. */
export type Cell = {
  readonly optimizer: Q1Optimizer;
  readonly arch: string;
  readonly run: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly stopped: string;
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
};

/** What makes cells of two sweeps comparable; part of a sweep's `run.json`. */
export interface SweepRecord {
  /** Of each optimizer, but for the architecture. */
  readonly settings: { readonly [optimizer in Q1Optimizer]: Omit<Q1Settings, "arch"> };
  readonly data: DataSource;
}

/**
 * The cells that the sweep in `path` finished. Throws when the folder is no sweep or damaged, and when a cell was
 * trained on other images or with other settings than are wanted now: one table never mixes them.
 */
export async function finishedCells(path: string, wanted: SweepRecord): Promise<readonly Cell[]> {
  const { info } = await readRun(path), cells = await readCells(path);
  if (info?.experiment !== "q1" || cells === undefined) {
    throw new UsageError(
      `--resume takes the folder of an earlier q1 run with its run.json and summary.json, ${path} is none or damaged`,
    );
  }
  // `from` may differ: the same files may lie elsewhere now.
  const { from: _, ...data } = wanted.data, { from: __, ...before } = objectOf(info.data);
  require(
    sameJson(toJson(data), before),
    `--resume: the runs in ${path} used other images; give the same --seed, --data and --digits`,
  );
  for (const { optimizer } of cells) {
    const now = wanted.settings[optimizer], then = objectOf(objectOf(info.settings)[optimizer]);
    const other = Object.entries(toJson(now)).find(([key, value]) => !sameJson(value!, then[key]));
    require(
      other === undefined,
      () =>
        `--resume: the ${optimizer} runs in ${path} had ${other![0]} ${then[other![0]]}, not ${
          other![1]
        }; give the same options as then`,
    );
  }
  return cells;
}

/** Where the run of a cell is: in `out`, or beside the sweep that was resumed. */
export function cellFolders(out: string, resume: string | undefined): readonly string[] {
  return [out, ...(resume === undefined ? [] : [dirname(resume)])];
}

/** The metrics of a cell's run; none when its folder is not there any more. */
export async function metricsOf(cell: Cell, folders: readonly string[]) {
  for (const folder of folders) {
    try {
      const { metrics, summary } = await readRun(join(folder, cell.run));
      // Ids are unique within a folder alone; no two runs take the same time to the nanosecond.
      if (summary?.seconds === cell.seconds) return metrics;
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
    }
  }
  return [];
}

async function readCells(path: string): Promise<readonly Cell[] | undefined> {
  const text = await Deno.readTextFile(join(path, SUMMARY_FILE)).catch(() => "");
  const cells = parseObject(text)?.cells;
  return Array.isArray(cells) && cells.every(isCell) ? cells : undefined;
}

function isCell(value: Json): value is Cell {
  if (!isJsonObject(value)) return false;
  const { optimizer, arch, run, stopped, ...numbers } = value;
  const { epochs, seconds, trainAccuracy, validationAccuracy, testAccuracy } = numbers;
  return Q1_OPTIMIZERS.some((known) => known === optimizer) &&
    [arch, run, stopped].every((text) => typeof text === "string") &&
    [epochs, seconds, trainAccuracy, validationAccuracy, testAccuracy].every((n) => typeof n === "number");
}

function objectOf(value: Json | undefined) {
  return value !== undefined && isJsonObject(value) ? value : {};
}

/** Whether two values are the same JSON; the order of members counts, and ours is fixed. */
function sameJson(a: Json, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
