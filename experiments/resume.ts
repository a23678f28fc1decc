/** Going on with an interrupted group: which of its cells still count, and where their runs are. */
import { join } from "node:path";
import { DescentError, require, UsageError } from "../src/core/errors.ts";
import { isJsonObject, type Json, type JsonObject, parseObject, toJson } from "../src/runs/json.ts";
import { SUMMARY_FILE } from "../src/runs/layout.ts";
import { readRun, type RunFolder } from "../src/runs/read.ts";
import type { Cell, Group } from "./group.ts";

/**
 * The cells that the group in `path` finished. Throws when the folder is no such group or damaged, and when a cell was
 * trained on other images or with other settings than are wanted now: one table never mixes them.
 */
export async function finishedCells<C extends Cell>(
  path: string,
  wanted: Pick<Group<C>, "name" | "data" | "settings" | "kindOf" | "isCell">,
): Promise<readonly C[]> {
  const { info } = await readRun(path), cells = await readCells(path, wanted);
  if (info?.experiment !== wanted.name || cells === undefined) {
    throw new UsageError(
      `--resume takes the folder of an earlier ${wanted.name} run with its run.json and summary.json, ${path} is none or damaged`,
    );
  }
  // `from` may differ: the same files may lie elsewhere now.
  const { from: _, ...data } = wanted.data.source, { from: __, ...before } = objectOf(info.data);
  require(
    sameJson(toJson(data), before),
    `--resume: the runs in ${path} used other images; give the same --seed, --data and --digits`,
  );
  for (const kind of new Set(cells.map(wanted.kindOf))) {
    const now = wanted.settings[kind] ?? {}, then = objectOf(objectOf(info.settings)[kind]);
    const other = Object.entries(now).find(([key, value]) => !sameJson(value!, then[key]));
    require(
      other === undefined,
      () =>
        `--resume: the ${kind} runs in ${path} had ${other![0]} ${then[other![0]]}, not ${
          other![1]
        }; give the same options as then`,
    );
  }
  return cells;
}

/** The metrics of a cell's run; none when its folder is not there any more. */
export async function metricsOf(cell: Cell, folders: readonly string[]): Promise<readonly JsonObject[]> {
  return (await runOf(cell, folders))?.metrics ?? [];
}

/** The folder of a cell's run; `undefined` when it is not there any more. */
export async function runOf(cell: Cell, folders: readonly string[]): Promise<RunFolder | undefined> {
  for (const folder of folders) {
    try {
      const run = await readRun(join(folder, cell.run));
      // Ids are unique within a folder alone; no two runs take the same time to the nanosecond.
      if (run.summary?.seconds === cell.seconds) return run;
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
    }
  }
  return undefined;
}

async function readCells<C extends Cell>(
  path: string,
  { isCell }: Pick<Group<C>, "isCell">,
): Promise<readonly C[] | undefined> {
  const text = await Deno.readTextFile(join(path, SUMMARY_FILE)).catch(() => "");
  const cells = parseObject(text)?.cells;
  return Array.isArray(cells) && cells.every(isCell) ? cells : undefined;
}

function objectOf(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

/** Whether two values are the same JSON; the order of members counts, and ours is fixed. */
function sameJson(a: Json, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
