/** Running sides in turn, each in a process of its own with a time limit, and gathering what they print. */
import { UsageError } from "../src/core/errors.ts";
import { textTable } from "../src/core/text_table.ts";
import type { Output } from "../src/cli/command.ts";
import type { Values } from "../src/cli/flags.ts";
import { type COMPARE_FLAGS, trainingImages } from "./options.ts";
import { type SideLine, writeSideData, writeSideImages, writeSideWeights } from "./peers/side.ts";
import { processor } from "./devices.ts";
import { trainPredictor } from "./predicting.ts";
import { checkAnswers, doubtsOf, ratiosOf, ratiosTable, type RoundLine, timesTable } from "./ratios.ts";
import { callTimesText, jsonNumbers, threeDigits } from "./report.ts";
import { shapeImages } from "./shapes.ts";
import { runSide, type Side } from "./sides.ts";

const SEED = 1;

export type CompareValues = Values<typeof COMPARE_FLAGS>;

/** The sides that `--only` leaves, Descent always; throws a `UsageError` on a name that is not `known`. */
export function chosen(only: readonly string[] | undefined, known: readonly string[]): readonly string[] {
  const wrong = only?.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(`--only takes ${known.join(", ")} with commas between, got "${wrong}"`);
  }
  return only ?? known;
}

/**
 * Times all sides, round after round and workload after workload, and prints their times and Descent's ratio to
 * each. What a side prints that is no JSON is dropped; a side that fails or is too slow is named and left out. Throws
 * when a side answers W11 otherwise than Descent.
 */
export async function compare(
  sides: readonly Side[],
  workloads: readonly string[],
  { rounds = 3, seconds = 2, data, json = false }: CompareValues,
  { print, note }: Output,
): Promise<void> {
  note(`${processor()}; Deno ${Deno.version.deno}`);
  const folder = await Deno.makeTempDir({ prefix: "descent-bench-" });
  let lines: readonly RoundLine[];
  try {
    const images = await trainingImages(data);
    await writeSideData(folder, images, SEED);
    if (workloads.includes("W9")) await writeSideImages(folder, "shapes", shapeImages());
    if (workloads.includes("W11")) {
      const trained = await trainPredictor(images);
      await writeSideWeights(folder, "predictor", trained.weights);
      for (const side of sides) await side.prepare?.(folder, trained);
    }
    const timing = { rounds, seconds, folder, json };
    lines = await measureSides(sides, workloads, timing, { print, note });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const ratios = ratiosOf(lines);
  doubtsOf(lines).forEach(note);
  if (json) {
    ratios.forEach((ratio) => print(JSON.stringify(ratio, jsonNumbers)));
    return;
  }
  print(`\n${textTable(timesTable(lines))}`);
  if (ratios.length > 0) print(`\n${textTable(ratiosTable(ratios))}`);
}

/**
 * Times all sides, round after round and workload after workload, with the data of `folder`, and says each line; resolves
 * to all of them. A side that fails or is too slow is named and left out.
 */
export async function measureSides(
  sides: readonly Side[],
  workloads: readonly string[],
  { rounds, seconds, folder, json }: {
    readonly rounds: number;
    readonly seconds: number;
    readonly folder: string;
    readonly json: boolean;
  },
  { print, note }: Output,
): Promise<readonly RoundLine[]> {
  const lines: RoundLine[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const workload of workloads) {
      for (const side of sides) {
        if (side.workloads?.includes(workload) === false) continue;
        const { found, problem } = await runSide(side, workload, { seconds, folder });
        for (const line of found) {
          lines.push({ round, ...line });
          if (json) print(JSON.stringify({ round, ...line }, jsonNumbers));
          else note(`round ${round} of ${rounds}: ${describe(line)}`);
        }
        checkAnswers(lines);
        if (problem !== undefined) {
          note(`round ${round} of ${rounds}: ${side.name} ${workload}: ${problem}`);
        }
      }
    }
  }
  return lines;
}

function describe(line: SideLine): string {
  const { peer, variant, threads, workload, msPerStep } = line;
  const on = threads === 0 ? "" : `, ${threads} thread${threads === 1 ? "" : "s"}`;
  const times = [`${threeDigits(msPerStep)} ms`, ...callTimesText(line)].join(", ");
  return `${workload} ${peer} ${variant}${on}: ${times}`;
}
