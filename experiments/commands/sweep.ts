/** `deno task sweep q1-adam --lr 1e-4,1e-3 --seeds 5`: any settings of an experiment as lists, every combination. */
import { basename, join, resolve } from "node:path";
import { type Flag, type Flags, helpOf, path } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { textOf } from "../../src/runs/facts.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import type { Cell } from "../lab/cells.ts";
import {
  chosenExperiment,
  type Command,
  type CommandEnd,
  digitsOfExperiment,
  longCommand,
  runOptions,
  withPlace,
} from "../lab/command.ts";
import type { Experiment } from "../lab/experiment.ts";
import { argumentsOf, type Group, openGroup, remainingCells, runGroup } from "../lab/group.ts";
import { JOBS_FLAG, jobsFor } from "../lab/jobs.ts";
import { GROUP_FLAGS, PLAN_FLAGS, RUN_FLAGS } from "../lab/options.ts";
import { settingFlags, settingsFrom } from "../lab/settings.ts";
import { optionsOf, type Place } from "../lab/place.ts";
import { SLURM_FLAGS, type SlurmValues } from "../lab/slurm.ts";
import { sweepReport } from "../lab/sweep_report.ts";
import { CELL_WORKER } from "../registry.ts";
import { publishedOf } from "../reports/published.ts";
import { submit } from "./cluster.ts";
import { SEEDS_FLAG } from "./section.ts";

const ABOUT = "Train an experiment with every combination of listed settings, and compare";
/** More than anyone would wait for is a slip of the pen. */
const MAX_CELLS = 10_000;

/** A setting's flag that takes several values: with commas between, or semicolons where a value has commas itself. */
function listFlag({ value, help, parse }: Flag<unknown>, flag: string): Flag<readonly unknown[]> {
  return {
    value: value?.includes(",") ? `${value};…` : `${value},…`,
    help,
    parse: (text) => splitList(text, value).map((part) => parse!(part, `--${flag}`)),
  };
}

function splitList(text: string, value: string | undefined): readonly string[] {
  const mark = value?.includes(",") ? ";" : ",";
  const parts = text.split(mark).map((part) => part.trim());
  const twice = parts.find((part, i) => parts.indexOf(part) !== i);
  if (twice !== undefined) throw new UsageError(`A list has "${twice}" twice: give each value once`);
  return parts;
}

/** The flags of a sweep over an experiment: each setting as a list; switches as `--full on,off`. */
function sweepFlags(experiment: Experiment): Flags {
  const lists = Object.entries(settingFlags(experiment)).map(([flag, one]) => [
    flag,
    one.parse === undefined ? switchFlag(one) : listFlag(one, flag),
  ]);
  return {
    ...Object.fromEntries(lists),
    seeds: SEEDS_FLAG,
    resume: {
      value: "DIR",
      help: "go on in the folder of an earlier sweep: what is finished is kept",
      parse: path,
    },
    jobs: JOBS_FLAG,
    figures: { help: "draw the figures of each run too, which take as long as a small training" },
    gather: { help: "train nothing: write table and figures from what has run (with --resume)" },
    ...SLURM_FLAGS,
    off: PLAN_FLAGS.off,
    digits: digitsOfExperiment(experiment),
  };
}

function switchFlag({ help }: Flag<unknown>): Flag<readonly unknown[]> {
  return {
    value: "on,off",
    help,
    parse: (text, flag) =>
      splitList(text, undefined).map((word) => {
        if (word !== "on" && word !== "off") {
          throw new UsageError(`${flag} takes on, off or both, got "${text}"`);
        }
        // A switch that is off is one that was not given.
        return word === "on" ? true : undefined;
      }),
  };
}

/** Every combination of the listed values, the last list going round first. */
function combinations(
  lists: readonly (readonly [string, readonly unknown[]])[],
): readonly Record<string, unknown>[] {
  return lists.reduce<readonly Record<string, unknown>[]>(
    (all, [flag, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [flag]: value }))),
    [{}],
  );
}

export function sweepCommand(experiments: readonly Experiment[]): Command {
  const names = experiments.map(({ name }) => name);
  return {
    about: ABOUT,
    async run([first, ...rest]) {
      if (first === "--help" || first === undefined) {
        const flags = { ...sweepFlags(experiments[0]!), ...RUN_FLAGS };
        console.log(
          `${ABOUT}\n\nUsage: deno task sweep ${names.join("|")} [options], such as these of ${
            names[0]
          }:\n\n${helpOf(flags)}`,
        );
        return first === undefined ? 2 : 0;
      }
      return await sweepOf(chosenExperiment("sweep", first, experiments)).run(rest);
    },
  };
}

function sweepOf(experiment: Experiment): Command {
  const flags = sweepFlags(experiment);
  const name = `sweep-${experiment.name}`;
  return longCommand(name, { about: `${ABOUT}: ${experiment.name}`, flags }, async (given, place) => {
    const resume = given.resume as string | undefined;
    const asked = { ...GROUP_FLAGS, ...flags };
    const before = resume === undefined ? {} : parseFlags(asked, await argumentsOf(resume, name));
    const values: Readonly<Record<string, unknown>> = { ...before, ...given };
    const options = runOptions(values);
    const { seed = 1, seeds = 1, figures = false } = values as {
      readonly seed?: number;
      readonly seeds?: number;
      readonly figures?: boolean;
    };
    const cells = sweepCells(experiment, values, { seed, seeds, figures });
    return await withPlace({ ...place, options, published: publishedOf }, async (open) => {
      const jobs = jobsFor(open, values.jobs as number | undefined, cells.length);
      const varied = variedSettings(experiment, values);
      const group: Group = {
        name,
        task: `sweep ${experiment.name}`,
        title: `${cells.length / seeds} settings × ${seeds} seed${seeds === 1 ? "" : "s"}`,
        cells,
        seed,
        arguments: wordsOf(experiment, values),
        columns: [],
        report: (runs) => sweepReport(experiment, runs, { varied }),
      };
      if (values.slurm === true || values["slurm-dry"] === true) {
        return await toCluster(group, { values, place: open, ...(resume !== undefined && { resume }) });
      }
      const only = values.gather === true;
      return await runGroup(group, {
        place: open,
        jobs,
        worker: CELL_WORKER,
        ...(resume !== undefined && { resume }),
        ...(only && { gather: true }),
      });
    });
  });
}

/** Makes the group's folder and submits what is not finished; the last job fills the folder. */
async function toCluster(
  group: Group,
  { values, place, resume }: {
    readonly values: SlurmValues;
    readonly place: Place;
    readonly resume?: string;
  },
): Promise<CommandEnd> {
  const isDry = values["slurm-dry"] === true;
  const folder = resume ?? (isDry ? join(place.out, group.name) : await openGroup(group, place));
  const known = await readFacts(place.out);
  await submit({
    name: group.name,
    folder: join(folder, "slurm"),
    cells: await remainingCells(group.cells, known.filter((run) => run.group === basename(folder)), place),
    options: { ...optionsOf(place), group: basename(folder) },
    values,
    gather: [
      ...group.task.split(" "),
      "--resume",
      resolve(folder),
      "--out",
      resolve(place.out),
      "--gather",
    ],
    screen: place.screen,
  });
  return { summary: { folder }, interrupted: false };
}

/** The cells of a sweep. Throws for settings that the experiment refuses, and for more runs than anyone meant. */
export function sweepCells(
  experiment: Experiment,
  values: Readonly<Record<string, unknown>>,
  { seed, seeds, figures = false }: {
    readonly seed: number;
    readonly seeds: number;
    /** Whether each run draws its own. Default false. */
    readonly figures?: boolean;
  },
): readonly Cell[] {
  const lists = Object.keys(settingFlags(experiment))
    .flatMap((flag) =>
      values[flag] === undefined ? [] : [[flag, values[flag] as readonly unknown[]] as const]
    );
  const all = combinations(lists);
  if (all.length * seeds > MAX_CELLS) {
    throw new UsageError(
      `That is ${(all.length * seeds).toLocaleString("en")} runs, at most ${
        MAX_CELLS.toLocaleString("en")
      } can be asked for: give fewer values or seeds`,
    );
  }
  return Array.from({ length: seeds }, (_, i) => seed + i).flatMap((one) =>
    all.map((combination) => {
      const settings = settingsFrom(experiment, combination);
      experiment.check?.(settings);
      return { experiment, settings, seed: one, figures };
    })
  );
}

/** Names of the settings that have more than one value. */
function variedSettings(
  experiment: Experiment,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  const table = Object.entries(experiment.table) as readonly (readonly [string, { readonly flag: string }])[];
  return table.filter(([, { flag }]) => ((values[flag] as readonly unknown[] | undefined)?.length ?? 0) > 1)
    .map(([name]) => name);
}

/** What was asked for, as words that ask for it again. */
function wordsOf(experiment: Experiment, values: Readonly<Record<string, unknown>>): readonly string[] {
  const settings = settingFlags(experiment);
  const words = Object.entries(settings).flatMap(([flag, { value, parse }]) => {
    const list = values[flag] as readonly unknown[] | undefined;
    if (list === undefined) return [];
    const texts = list.map((one) =>
      parse === undefined ? (one === true ? "on" : "off") : Array.isArray(one) ? one.join() : String(one)
    );
    return [`--${flag}`, texts.join(value?.includes(",") ? ";" : ",")];
  });
  const kept = ["seeds", ...Object.keys(GROUP_FLAGS)].flatMap((flag) =>
    values[flag] === undefined ? [] : [`--${flag}`, textOf(values[flag] as never).replaceAll(", ", ",")]
  );
  return [...words, ...kept, ...(values.figures === true ? ["--figures"] : [])];
}
