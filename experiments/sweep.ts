/** `deno task q1`: five optimizers × four architectures, and the report's tables beside ours. */
import { markdownTable, textTable, toCsv } from "../src/plot/table.ts";
import { toJson } from "../src/runs/json.ts";
import { createRun, type RunSummary, type RunWriter } from "../src/runs/run.ts";
import { ARCHITECTURES, PUBLISHED_TABLES, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { Q1_RECIPES, type Q1Settings } from "./q1.ts";
import { type Cell, cellFolders, finishedCells, type SweepRecord } from "./resume.ts";
import { duration, type Screen } from "./screen.ts";
import { loadData, openExecutor, prepareRun, type RunOptions, trainRun } from "./train_run.ts";

export interface SweepOptions extends RunOptions {
  readonly optimizers: readonly Q1Optimizer[];
  /** What the command line changes in every cell. */
  change(settings: Q1Settings): Q1Settings;
  /** Folder of an interrupted sweep. */
  readonly resume?: string;
}

/** `summary.json` of a sweep. */
export type SweepSummary = {
  readonly run: string;
  readonly experiment: "q1";
  readonly seed: number;
  readonly seconds: number;
  /** Of all cells together. */
  readonly epochs: number;
  readonly cells: readonly Cell[];
};

/** Cheap ones first: what is interrupted has most of its table. */
const RUN_ORDER: readonly Q1Optimizer[] = ["adam", "sgd", "rmsprop", "nag", "vgd"];

const TABLES = [
  { key: "trainAccuracy", title: "Table 1.2.2: training accuracy", digits: 4 },
  { key: "validationAccuracy", title: "Table 1.2.3: validation accuracy", digits: 4 },
  { key: "epochs", title: "Table 1.2.4: epochs to convergence", digits: 0 },
] as const;

/** Runs the cells that are not there yet, and shows the tables. */
export async function runSweep(
  screen: Screen,
  options: SweepOptions,
): Promise<{ readonly summary: SweepSummary; readonly path: string; readonly interrupted: boolean }> {
  const data = await loadData(options), settings = sweepSettings(options);
  const cells = options.resume === undefined
    ? []
    : [...await finishedCells(options.resume, { settings, data: data.source })];
  const order = RUN_ORDER.filter((optimizer) => options.optimizers.includes(optimizer));
  const wanted = order.flatMap((optimizer) =>
    ARCHITECTURES.map((arch) => ({
      optimizer,
      arch,
      prepared: prepareRun(`q1-${optimizer}`, { ...settings[optimizer], arch }, data),
    }))
  );
  const choice = await openExecutor(options);
  screen.say(
    `q1: ${options.optimizers.length} optimizers × ${ARCHITECTURES.length} architectures on ${choice.executor.description} (${choice.why})`,
  );
  const group = await createRun(options.out, {
    name: "q1",
    seed: options.seed,
    record: {
      experiment: "q1",
      backend: choice.executor.description,
      data: toJson(data.source),
      settings: toJson(settings),
      ...(options.resume !== undefined && { resumed: options.resume }),
    },
  });
  const started = performance.now();
  const summarize = (): SweepSummary => ({
    run: group.id,
    experiment: "q1",
    seed: options.seed,
    seconds: (performance.now() - started) / 1000,
    epochs: cells.reduce((sum, { epochs }) => sum + epochs, 0),
    cells: [...cells],
  });
  let interrupted = false, summary = summarize();
  try {
    await group.writeJson("summary.json", summary);
    for (const [i, { optimizer, arch, prepared }] of wanted.entries()) {
      if (cells.some((cell) => cell.optimizer === optimizer && cell.arch === arch.join())) continue;
      screen.say(`\n[${i + 1}/${wanted.length}] ${optimizer} ${arch.join("-")}`);
      const { result, summary: scores } = await trainRun(prepared, choice, screen, {
        ...options,
        group: group.id,
      });
      interrupted = result.stopped === "interrupted";
      if (interrupted) break;
      cells.push(cellOf(optimizer, arch, scores));
      screen.say(describeCell(cells.at(-1)!));
      await group.writeJson("summary.json", summarize());
    }
    if (cells.length > 0) {
      const { sweepFigures } = await import("./sweep_figures.ts");
      const { writeFigures } = await import("./figures.ts");
      const folders = cellFolders(options.out, options.resume);
      await writeFigures(group, await sweepFigures(cells, { folders, data }));
    }
    await writeTables(group, cells);
    summary = summarize();
    await group.writeJson("summary.json", summary);
    await group.finish(interrupted ? "interrupted" : "finished");
  } catch (error) {
    await group.finish("failed", { error: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    choice.executor.close();
  }
  screen.say(`\n${tables(cells, textTable)}\n\nRun folder  ${group.path}`);
  if (interrupted) screen.say(`Continue with the same options and --resume ${group.path}`);
  return { summary, path: group.path, interrupted };
}

/** What every cell of an optimizer is trained with, but for the architecture. */
function sweepSettings({ change }: SweepOptions): SweepRecord["settings"] {
  const settingsOf = (optimizer: Q1Optimizer) => {
    const { arch: _, ...settings } = change(Q1_RECIPES[optimizer].settings);
    return settings;
  };
  return {
    sgd: settingsOf("sgd"),
    vgd: settingsOf("vgd"),
    nag: settingsOf("nag"),
    rmsprop: settingsOf("rmsprop"),
    adam: settingsOf("adam"),
  };
}

function cellOf(optimizer: Q1Optimizer, arch: readonly number[], summary: RunSummary): Cell {
  const { run, epochs, seconds, stopped, train, validation, test } = summary;
  return {
    optimizer,
    arch: arch.join(),
    run,
    epochs,
    seconds,
    stopped,
    trainAccuracy: train.accuracy,
    validationAccuracy: validation.accuracy,
    testAccuracy: test.accuracy,
  };
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

async function writeTables(group: RunWriter, cells: readonly Cell[]): Promise<void> {
  await group.writeFile("tables.md", `${tables(cells, markdownTable)}\n`);
  for (const { key, digits } of TABLES) {
    const header = TABLE_COLUMNS.map(({ label }, i) =>
      label === "publ." ? `${Q1_OPTIMIZERS[i / 2 - 1]} published` : label
    );
    await group.writeFile(`figures/table_${key}.csv`, toCsv([header, ...tableRows(cells, key, digits)]));
  }
}
