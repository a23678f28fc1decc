/** How many runs at once. */
import { wholeNumber } from "../../src/cli/flags.ts";
import type { Place } from "./place.ts";

export const JOBS_FLAG = {
  value: "N",
  help: "runs at once, each on one thread; 1 gives each run all threads (default one per core on WASM)",
  parse: wholeNumber(1, 256),
} as const;

/**
 * So many as were asked for; else, on WASM and where no number of threads was asked for, one per core: one thread each is
 * faster in sum than threads within. A GPU is one.
 */
export function jobsFor(
  { choice: { executor }, threads }: Pick<Place, "choice" | "threads">,
  asked: number | undefined,
  cells: number,
): number {
  const most = executor.name === "wasm" && threads === undefined ? navigator.hardwareConcurrency : 1;
  return Math.max(1, Math.min(asked ?? most, cells));
}
