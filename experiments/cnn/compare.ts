/** `deno task cnn`: the three methods over several seeds, and who wins with what uncertainty. */
import { toJson } from "../../src/runs/json.ts";
import { type GroupRun, runGroup } from "../group.ts";
import { duration, type Screen } from "../screen.ts";
import type { RunOptions } from "../training.ts";
import { type CnnCell, cnnCellOf, isCnnCell } from "./cells.ts";
import { CNN_METHODS, CNN_RECIPES, type CnnMethod, type CnnSettings } from "./cnn.ts";
import { loadData, prepareCnn } from "./prepare.ts";
import { cnnTables, methodScores } from "./tables.ts";
import { allDifferences, judgements } from "./verdicts.ts";

/**
 * Seeds of each method, unless it is asked for more. Three is the fewest whose interval says something (with two,
 * Student's t is 12.7), and enough for differences of a percentage point at the spread that one seed has.
 */
export const DEFAULT_SEEDS = 3;

export interface CompareOptions extends RunOptions {
  readonly methods: readonly CnnMethod[];
  /** `seed`, `seed + 1`, …: so many. */
  readonly seeds: number;
  /** What the command line changes in every training. */
  change(settings: CnnSettings): CnnSettings;
  /** Folder of an interrupted comparison. */
  readonly resume?: string;
}

/** Runs the trainings that are not there yet, and compares. */
export async function compareMethods(screen: Screen, options: CompareOptions): Promise<GroupRun<CnnCell>> {
  const { methods, seeds, change } = options,
    chosen = CNN_METHODS.filter((method) => methods.includes(method));
  const settingsOf = (method: CnnMethod) => change(CNN_RECIPES[method].settings);
  const data = await loadData({ ...options, full: settingsOf("sgd").full });
  return await runGroup<CnnCell>(screen, {
    name: "cnn",
    title: `${chosen.length} method${chosen.length === 1 ? "" : "s"} × ${seeds} seed${
      seeds === 1 ? "" : "s"
    }`,
    data,
    settings: Object.fromEntries(CNN_METHODS.map((method) => [method, toJson(settingsOf(method))])),
    // All methods of a seed before the next: what is interrupted has whole pairs.
    planned: Array.from({ length: seeds }, (_, i) => options.seed + i).flatMap((seed) =>
      chosen.map((method) => ({
        title: `${CNN_RECIPES[method].name}, seed ${seed}`,
        seed,
        training: prepareCnn(settingsOf(method), data),
        isDone: (cell: CnnCell) => cell.method === method && cell.seed === seed,
        cellOf: (trained) => cnnCellOf(method, seed, trained),
      }))
    ),
    kindOf: ({ method }) => method,
    isCell: isCnnCell,
    describe: ({ testAccuracy, cost, epochs, seconds, stopped, run }) =>
      `${epochs} epochs in ${duration(seconds)} (${stopped}): test ${
        testAccuracy.toFixed(4)
      }, training cost ${cost.toExponential(2)} → ${run}`,
    async report(cells, folders) {
      const tables = cnnTables(cells);
      if (cells.length === 0) return { figures: [], ...tables };
      const { compareFigures } = await import("./compare_figures.ts");
      const summary = toJson({
        methods: methodScores(cells),
        differences: allDifferences(cells),
        claims: judgements(cells),
      });
      return { figures: await compareFigures(cells, folders), ...tables, summary };
    },
  }, options);
}
