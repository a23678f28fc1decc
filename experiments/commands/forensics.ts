/** `deno task forensics`: which settings explain what the reports print, where they do not say. */
import { join } from "node:path";
import { listOf, path } from "../../src/cli/flags.ts";
import { foldUnder } from "../../src/core/fold_text.ts";
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/core/text_table.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import { type Command, longCommand, withPlace } from "../lab/command.ts";
import { runWanted } from "../lab/group.ts";
import { JOBS_FLAG, jobsFor } from "../lab/jobs.ts";
import { type Cell, keyOf } from "../lab/cells.ts";
import { dashboardCommand } from "../lab/tell.ts";
import { CELL_WORKER } from "../registry.ts";
import { explain } from "../reports/explain.ts";
import { numbersToExplain, type Question, QUESTIONS } from "../reports/hypotheses.ts";
import { publishedOf } from "../reports/published.ts";
import { quickSettings, wantedSettings } from "../reports/wanted.ts";
import { DEFAULT_SEEDS } from "../reports/wanted_cells.ts";
import { SEEDS_FLAG } from "./section.ts";

const FLAGS = {
  only: {
    value: "A,B",
    help: `questions alone, of ${QUESTIONS.map(({ id }) => id).join(", ")} (default all)`,
    parse: listOf(QUESTIONS.map(({ id }) => id)),
  },
  seeds: SEEDS_FLAG,
  quick: { help: "shortened trainings of one seed: a look at the tables, no evidence" },
  out: { value: "DIR", help: "folder of the tables and of the runs (default forensics)", parse: path },
  jobs: JOBS_FLAG,
} as const;

export const forensicsCommand: Command = longCommand("forensics", {
  about:
    "What the reports leave open, decided by runs: hypotheses ranked by how well they explain the printed numbers",
  flags: FLAGS,
  without: ["data", "digits", "max-seconds"],
}, async (values, place) => {
  const { seed = 1, quick = false, only, out = "forensics" } = values as {
    readonly seed?: number;
    readonly quick?: boolean;
    readonly only?: readonly string[];
    readonly out?: string;
  };
  const seeds = quick ? 1 : (values.seeds as number | undefined) ?? DEFAULT_SEEDS;
  const questions = QUESTIONS.filter(({ id }) => only === undefined || only.includes(id));
  const cellOf = (wanted: Question["hypotheses"][number]["wanted"], at: number): Cell => {
    const { experiment, settings } = wantedSettings(wanted);
    return {
      experiment,
      settings: quick ? { ...settings, ...quickSettings(experiment) } : settings,
      seed: seed + at,
    };
  };
  const each = Array.from({ length: seeds }, (_, at) => at);
  const cells = questions.flatMap(({ hypotheses }) =>
    hypotheses.flatMap(({ wanted }) => each.map((at) => cellOf(wanted, at)))
  );
  return await withPlace({ ...place, published: publishedOf }, async (open) => {
    const runs = join(out, "runs");
    const end = await runWanted(cells, {
      place: { ...open, out: runs },
      jobs: jobsFor(open, values.jobs as number | undefined, cells.length),
      worker: CELL_WORKER,
      known: await readFacts(runs),
    });
    const runsOf = (wanted: Question["hypotheses"][number]["wanted"]) =>
      each.flatMap((at) => end.done.get(keyOf(cellOf(wanted, at))) ?? []);
    const tables = questions.map((question) => ({ question, table: rankingOf(question, runsOf) }));
    const text = (format: (table: TableOptions) => string, width?: number) =>
      tables.map(({ question, table }) => `${foldUnder("", question.words, width)}\n\n${format(table)}`)
        .join("\n\n");
    const note = quick ? "Shortened trainings: no evidence\n\n" : "";
    await writeAtomically(join(out, "forensics.md"), `${note}${text(markdownTable)}\n`);
    for (const { question, table } of tables) {
      const head = table.columns.map((column) => typeof column === "string" ? column : column.label);
      await writeAtomically(join(out, `${question.id}.csv`), toCsv([head, ...table.rows]));
    }
    const { say, columns: width } = open.screen;
    say(`\n${note}${text((table) => textTable(table, { width }), width)}\n`);
    say(`Tables  ${join(out, "forensics.md")}\nRuns    ${dashboardCommand(runs)}`);
    return {
      summary: { folder: out, runs: cells.length },
      interrupted: end.interrupted,
      failed: end.failed.length,
    };
  });
});

/** Hypotheses in the order in which they explain the numbers, the best first; means of ours beside what is printed. */
export function rankingOf(
  question: Question,
  runsOf: (wanted: Question["hypotheses"][number]["wanted"]) => readonly RunFacts[],
): TableOptions {
  const numbers = numbersToExplain(question);
  const right = (label: string) => ({ label, align: "right" as const });
  const shown = numbers.filter(({ number }) => !/precision|recall|f1/.test(number)).slice(0, 5);
  const ranked = question.hypotheses.map(({ words, wanted }) => {
    const runs = runsOf(wanted);
    return {
      words,
      runs,
      told: explain(numbers, runs),
      means: shown.map((item) => explain([item], runs)?.means[0]),
    };
  }).toSorted((a, b) => (b.told?.logLikelihood ?? -Infinity) - (a.told?.logLikelihood ?? -Infinity));
  return {
    columns: [
      "hypothesis",
      right("seeds"),
      right("log-likelihood"),
      right("off by (sd)"),
      right("within 2 sd"),
      ...shown.map(({ number }) => right(number)),
    ],
    rows: [
      ["printed", "", "", "", "", ...shown.map(({ published }) => published)],
      ...ranked.map(({ words, runs, told, means }) => [
        words,
        runs.length,
        told?.logLikelihood.toFixed(1) ?? "–",
        told?.off.toFixed(1) ?? "–",
        told === undefined ? "–" : `${told.within} of ${told.of}`,
        ...means.map((mean, i) => mean?.toFixed(Math.max(1, shown[i]!.digits)) ?? "–"),
      ]),
    ],
  };
}
