/** `deno task q1`, `q2`, `q3`, `q4`, `cnn`, `sdae`: all runs behind a section of a report, and what follows from them. */
import { type Flags, path, wholeNumber } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { type RunFacts, textOf } from "../../src/runs/facts.ts";
import { toJson } from "../../src/runs/json.ts";
import type { Cell } from "../lab/cells.ts";
import { type Command, longCommand, runOptions, settingsGiven, withPlace } from "../lab/command.ts";
import type { Experiment } from "../lab/experiment.ts";
import { argumentsOf, type GroupReport, runGroup } from "../lab/group.ts";
import { JOBS_FLAG, jobsFor } from "../lab/jobs.ts";
import { GROUP_FLAGS, PLAN_FLAGS } from "../lab/options.ts";
import type { ImageOptions } from "../lab/place.ts";
import { settingFlags } from "../lab/settings.ts";
import { CELL_WORKER } from "../registry.ts";
import { foundIn } from "../reports/found.ts";
import { itemsOf, needsOf, type Section } from "../reports/item.ts";
import { experimentsOf, finderOf, type JudgeContext, judgeSection } from "../reports/judge.ts";
import { publishedOf } from "../reports/published.ts";
import { reportImages } from "../reports/report_images.ts";
import { sectionFiles, sectionText } from "../reports/tables.ts";
import type { Changed } from "../reports/wanted.ts";
import { cellsOf, DEFAULT_SEEDS } from "../reports/wanted_cells.ts";

export const SEEDS_FLAG = {
  value: "N",
  help: `runs of each kind, with seeds from --seed on (default ${DEFAULT_SEEDS})`,
  parse: wholeNumber(1, 1000),
} as const;

/** Flags of the settings that the section's items do not vary themselves, in the experiment whose they are. */
function sharedFlags(section: Section, experiments: readonly Experiment[]): Flags {
  const wanted = itemsOf(section).flatMap(needsOf);
  const all = experiments.map((experiment) => {
    const own = wanted.filter((one) => one.experiment === experiment.name);
    const varied = new Set(own.flatMap(({ change }) => Object.keys(change ?? {})));
    const kept = Object.entries(experiment.defaults).filter(([name]) => !varied.has(name));
    return settingFlags({ table: experiment.table, defaults: Object.fromEntries(kept) });
  });
  return Object.assign({}, ...all.toReversed());
}

/** What the command line changes, of each experiment that has the setting. */
export function changedBy(values: Readonly<Record<string, unknown>>): Changed {
  return (experiment) => settingsGiven(experiment, values);
}

/** The words by which `--only` may name a cell: its experiment, `adam` of `q1-adam`, and the settings that vary. */
function wordsOf({ experiment, settings }: Cell, varied: readonly string[]): readonly string[] {
  const values = settings as Readonly<Record<string, never>>;
  const { name } = experiment;
  return [
    name,
    name.slice(name.indexOf("-") + 1),
    ...varied.flatMap((key) => values[key] === undefined ? [] : [textOf(values[key]).replaceAll(", ", "-")]),
  ];
}

/** The cells that `--only` names; throws when it names none of them. */
export function onlyCells(
  cells: readonly Cell[],
  only: readonly string[] | undefined,
  varied: readonly string[],
): readonly Cell[] {
  if (only === undefined) return cells;
  const known = new Set(cells.flatMap((cell) => wordsOf(cell, varied)));
  const wrong = only.find((word) => !known.has(word));
  if (wrong !== undefined) {
    throw new UsageError(`--only takes some of ${[...known].join(", ")} with commas between, got "${wrong}"`);
  }
  return cells.filter((cell) => wordsOf(cell, varied).some((word) => only.includes(word)));
}

/** The command of a section. */
export function sectionCommand(section: Section): Command {
  const { task, title } = section;
  const experiments = experimentsOf(section);
  const varied = [
    ...new Set(itemsOf(section).flatMap(needsOf).flatMap(({ change }) => Object.keys(change ?? {}))),
  ];
  const flags: Flags = {
    seeds: SEEDS_FLAG,
    only: {
      value: "A,B",
      help: `runs of these alone: of ${experiments.map(({ name }) => name).join(", ")}${
        varied.length === 0 ? "" : `, or with this ${varied.join(" or ")}`
      }`,
      parse: (text: string) => text.split(","),
    },
    resume: {
      value: "DIR",
      help: "go on in the folder of an earlier run of this command: what is finished is kept",
      parse: path,
    },
    jobs: JOBS_FLAG,
    ...sharedFlags(section, experiments),
    off: PLAN_FLAGS.off,
  };
  return longCommand(task, {
    about: `All runs behind "${title}": its tables, figures and claims beside ours`,
    flags,
  }, async (given, place) => {
    const resume = given.resume as string | undefined;
    const asked = { ...GROUP_FLAGS, ...flags };
    const before = resume === undefined ? {} : parseFlags(asked, await argumentsOf(resume, task));
    const values: Readonly<Record<string, unknown>> = { ...before, ...given };
    const options = runOptions(values);
    const { seed = 1, seeds = DEFAULT_SEEDS, only } = values as {
      readonly seed?: number;
      readonly seeds?: number;
      readonly only?: readonly string[];
    };
    for (const experiment of experiments) {
      experiment.check?.({ ...experiment.defaults, ...settingsGiven(experiment, values) });
    }
    const changed = changedBy(values);
    const cells = onlyCells(cellsOf(itemsOf(section), { seed, seeds, changed }), only, varied);
    return await withPlace({ ...place, options, published: publishedOf }, async (open) => {
      const jobs = jobsFor(open, values.jobs as number | undefined, cells.length);
      return await runGroup({
        name: task,
        task,
        title: `${title}; ${seeds} seed${seeds === 1 ? "" : "s"}`,
        cells,
        seed,
        arguments: wordsGiven(values, asked),
        columns: columnsOf(section),
        report: (runs) =>
          reportOn(section, runs, { folder: options.out, images: options, values, experiments }),
      }, { place: open, jobs, worker: CELL_WORKER, ...(resume !== undefined && { resume }) });
    });
  });
}

/** Numbers of the section's tables that its runs are listed with. */
function columnsOf(section: Section): readonly string[] {
  const numbers = section.tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells))
    .flatMap((cell) => cell === null || cell.rule === "time" ? [] : [cell.number]);
  return [...new Set(numbers)].slice(0, 8);
}

/** The flags that were given, as words: what an interrupted group goes on with. */
function wordsGiven(values: Readonly<Record<string, unknown>>, flags: Flags): readonly string[] {
  return Object.entries(flags).flatMap(([name, { parse }]) => {
    const value = values[name];
    if (value === undefined || name === "resume" || name === "jobs") return [];
    return parse === undefined
      ? [`--${name}`]
      : [`--${name}`, Array.isArray(value) ? value.join() : String(value)];
  });
}

/** The section judged by a group's runs, as tables, claims and figures. */
async function reportOn(
  section: Section,
  runs: readonly RunFacts[],
  { folder, images, values, experiments }: {
    readonly folder: string;
    readonly images: ImageOptions;
    readonly values: Readonly<Record<string, unknown>>;
    readonly experiments: readonly Experiment[];
  },
): Promise<GroupReport> {
  const settings = changedBy(values);
  const words = experiments.flatMap((experiment) => Object.entries(settings(experiment)))
    .map(([name, value]) => `${name} ${textOf(value as never)}`);
  const others = [
    ...new Set(words),
    ...(images.data === undefined ? [] : [`images of ${images.data}`]),
    ...(images.digits === undefined ? [] : [`digits ${images.digits.join()}`]),
  ];
  const isOther = others.length > 0;
  const context: JudgeContext = {
    runs,
    // Where other images were asked for, all runs of the group have them, and no verdict follows.
    isReportData: images.data !== undefined || images.digits !== undefined
      ? () => true
      : await reportImages(),
    picturesOf: () => [],
    drawn: () => [],
    ...(isOther && { changed: { words: others.join(", "), settings } }),
  };
  const judged = judgeSection(section, context);
  const found = foundIn(folder, finderOf(context), { images, changed: context.changed?.words });
  const drawn = await Promise.all(section.figures.map((item) => item.draw?.(found) ?? Promise.resolve([])));
  const overview = await section.overview?.(found) ?? [];
  const figures = new Map([...drawn.flat(), ...overview].map((figure) => [figure.name, figure]));
  return {
    figures: [...figures.values()],
    files: sectionFiles(judged, context.changed?.words),
    text: (width) => sectionText(judged, { changed: context.changed?.words, width }),
    summary: { claims: toJson({ list: judged.claims }).list },
  };
}
