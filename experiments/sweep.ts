/** `deno task q1`: five optimizers × four architectures, and the report's tables beside ours. */
import { UsageError } from "../src/core/errors.ts";
import { markdownTable, textTable, toCsv } from "../src/plot/table.ts";
import { toJson } from "../src/runs/json.ts";
import { readRun } from "../src/runs/read.ts";
import { createRun, type RunSummary, type RunWriter } from "../src/runs/run.ts";
import { ARCHITECTURES, PUBLISHED_TABLES, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { Q1_RECIPES, type Q1Settings } from "./q1.ts";
import { duration, type Screen } from "./screen.ts";
import { loadData, openExecutor, prepareRun, type RunOptions, trainRun } from "./train_run.ts";

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
export async function runSweep(
  screen: Screen,
  options: SweepOptions,
): Promise<{ readonly summary: { readonly cells: readonly Cell[] }; readonly interrupted: boolean }> {
  const cells = options.resume === undefined ? [] : await finishedCells(options.resume);
  const data = await loadData(options), choice = await openExecutor(options);
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
      ...(options.resume !== undefined && { resumed: options.resume }),
    },
  });
  const order = RUN_ORDER.filter((optimizer) => options.optimizers.includes(optimizer));
  const wanted = order.flatMap((optimizer) => ARCHITECTURES.map((arch) => ({ optimizer, arch })));
  const started = performance.now();
  let interrupted = false;
  try {
    await writeSummary(group, cells, options, started);
    for (const [i, { optimizer, arch }] of wanted.entries()) {
      if (cells.some((cell) => cell.optimizer === optimizer && cell.arch === arch.join())) continue;
      const settings = options.change({ ...Q1_RECIPES[optimizer].settings, arch });
      const prepared = prepareRun(`q1-${optimizer}`, settings, data);
      screen.say(`\n[${i + 1}/${wanted.length}] ${optimizer} ${arch.join("-")}`);
      const { summary, result } = await trainRun(prepared, choice, screen, { ...options, group: group.id });
      interrupted = result.stopped === "interrupted";
      if (interrupted) break;
      cells.push(cellOf(optimizer, arch, summary));
      screen.say(describeCell(cells.at(-1)!));
      await writeSummary(group, cells, options, started);
    }
    if (cells.length > 0) {
      const { sweepFigures } = await import("./sweep_figures.ts");
      const { writeFigures } = await import("./figures.ts");
      await writeFigures(group, await sweepFigures(cells, options.out));
    }
    await writeTables(group, cells);
    await group.finish(interrupted ? "interrupted" : "finished");
  } catch (error) {
    await group.finish("failed", { error: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    choice.executor.close();
  }
  screen.say(`\n${tables(cells, textTable)}\n\nRun folder  ${group.path}`);
  if (interrupted) screen.say(`Continue with: deno task q1 --resume ${group.path}`);
  return { summary: { cells }, interrupted };
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

/** The cells that an earlier sweep finished. */
async function finishedCells(path: string): Promise<Cell[]> {
  const { summary, error } = await readRun(path), cells = summary?.cells;
  if (!Array.isArray(cells)) {
    throw new UsageError(
      `--resume takes the folder of an earlier q1 run with a summary.json, ${path} is none${
        error ? ` (${error})` : ""
      }`,
    );
  }
  return cells as unknown as Cell[];
}

async function writeSummary(
  group: RunWriter,
  cells: readonly Cell[],
  { seed }: SweepOptions,
  started: number,
): Promise<void> {
  await group.writeJson("summary.json", {
    run: group.id,
    experiment: "q1",
    seed,
    seconds: (performance.now() - started) / 1000,
    epochs: cells.reduce((sum, { epochs }) => sum + epochs, 0),
    cells,
  });
}

/** Rows of one of the three tables: ours and the published number per optimizer. */
function tableRows(cells: readonly Cell[], key: typeof TABLES[number]["key"], digits: number): string[][] {
  return ARCHITECTURES.map((arch, a) => [
    `(${arch.join(", ")})`,
    ...Q1_OPTIMIZERS.flatMap((optimizer) => {
      const cell = cells.find((one) => one.optimizer === optimizer && one.arch === arch.join());
      return [
        cell === undefined ? "–" : cell[key].toFixed(digits),
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
