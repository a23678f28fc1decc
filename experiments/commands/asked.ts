/** What a reproduction was asked for. */
import { UsageError } from "../../src/core/errors.ts";
import type { Report } from "../reports/item.ts";
import { REPORTS } from "../reports/mod.ts";
import { selectItems } from "../reports/select.ts";
import { DEFAULT_SEEDS } from "../reports/wanted_cells.ts";

/** What is asked for. */
export interface Asked {
  readonly reports: readonly Report[];
  readonly seed: number;
  readonly seeds: number;
  readonly quick: boolean;
  /** The words of the command line that ask for it again. */
  readonly words: readonly string[];
}

export function askedBy(values: Readonly<Record<string, unknown>>): Asked {
  const { report, only, seeds, quick = false, seed = 1 } = values as {
    readonly report?: string;
    readonly only?: readonly string[];
    readonly seeds?: number;
    readonly quick?: boolean;
    readonly seed?: number;
  };
  if (quick && seeds !== undefined) {
    throw new UsageError("--quick trains one seed: leave --seeds out");
  }
  const reports = REPORTS.filter(({ id }) => report === undefined || id === report);
  return {
    reports: only === undefined ? reports : selectItems(reports, only),
    seed,
    seeds: quick ? 1 : seeds ?? DEFAULT_SEEDS,
    quick,
    words: [
      ...(report === undefined ? [] : ["--report", report]),
      ...(only === undefined ? [] : ["--only", only.join()]),
      ...(seeds === undefined ? [] : ["--seeds", String(seeds)]),
      ...(quick ? ["--quick"] : []),
      ...(seed === 1 ? [] : ["--seed", String(seed)]),
    ],
  };
}
