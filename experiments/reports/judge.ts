/** The one judge: a report beside finished runs. What matches an item's settings and images answers it, nothing else. */
import type { ImageSelection } from "../images/select.ts";
import { isCutOff, type RunFacts } from "../../src/runs/facts.ts";
import type { Experiment } from "../lab/experiment.ts";
import {
  type ClaimItem,
  type FigureItem,
  type FindRuns,
  itemsOf,
  needsOf,
  type NumberItem,
  type Report,
  type Section,
  type Wanted,
} from "./item.ts";
import {
  type JudgedClaim,
  type JudgedFigure,
  type JudgedNumber,
  type JudgedPicture,
  type JudgedReport,
  type JudgedSection,
  type Verdict,
  type VerdictCounts,
  VERDICTS,
} from "./judged.ts";
import { together } from "./statistics.ts";
import { asPrinted, judgeNumber, oursInWords } from "./verdict.ts";
import { type Changed, differingSettings, wantedSettings } from "./wanted.ts";

/** What a report is judged by. */
export interface JudgeContext {
  readonly runs: readonly RunFacts[];
  /** Whether a run's images are those that the selection takes of the original MNIST. */
  isReportData(run: RunFacts, selection: ImageSelection): boolean;
  /** Names of the figures in a run's folder, without their endings. */
  picturesOf(run: RunFacts): readonly string[];
  /** Pictures of a figure that is drawn from several runs, of those that answer it; none where nobody drew it. */
  drawn(item: FigureItem, section: Section, runs: readonly RunFacts[]): readonly JudgedPicture[];
  /** What was changed in all runs, where they are shortened or of other settings; no verdict follows then. */
  readonly changed?: { readonly words: string; readonly settings: Changed };
}

/** Runs of other settings and images that are listed at most. */
const MAX_OTHERS = 40;

export function judgeReport(report: Report, context: JudgeContext): JudgedReport {
  const { id, title, subtitle, words, sections } = report;
  return {
    id,
    title,
    subtitle,
    words,
    ...(context.changed && { changed: context.changed.words }),
    sections: sections.map((section) => judgeSection(section, context, sections)),
  };
}

/** `all` are the sections that may share runs: what answers another of them is no stranger here. */
export function judgeSection(
  section: Section,
  context: JudgeContext,
  all: readonly Section[] = [section],
): JudgedSection {
  const { id, title, words, task, tables, figures, claims, inconsistencies } = section;
  const find = finderOf(context);
  return {
    id,
    title,
    words,
    command: `deno task ${task}`,
    inconsistencies,
    tables: tables.map((table) => ({
      ...table,
      rows: table.rows.map(({ label, cells }) => ({
        label,
        cells: cells.map((cell) => cell && judgedNumber(cell, find, context)),
      })),
    })),
    figures: figures.map((item) => judgedFigure(item, section, find, context)),
    claims: claims.map((item) => judgedClaim(item, find, context)),
    others: othersOf(section, { all, find, context }),
  };
}

/** Finds the runs for what is wanted: finished, not cut off, the newest of each seed, the lowest seed first. */
export function finderOf({ runs, isReportData, changed }: JudgeContext): FindRuns {
  const known = new Map<string, readonly RunFacts[]>();
  return (wanted) => {
    const key = JSON.stringify([wanted.experiment, wanted.change ?? {}]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const asked = wantedSettings(wanted, changed?.settings);
    const images = asked.experiment.images(asked.settings);
    const seeds = new Map<number, RunFacts>();
    const cutOff = cutOffIn(runs);
    for (const run of runs) {
      if (run.experiment !== wanted.experiment || !isWhole(run) || run.seed === null) continue;
      if (run.from !== null && cutOff.has(run.from)) continue;
      if (seeds.has(run.seed) || differingSettings(run, asked).length > 0) continue;
      if (isReportData(run, images)) seeds.set(run.seed, run);
    }
    const found = [...seeds.values()].sort((a, b) => a.seed! - b.seed!);
    known.set(key, found);
    return found;
  };
}

/** Ids of runs that were cut off: what goes on from one is not what the report trained. */
function cutOffIn(runs: readonly RunFacts[]): ReadonlySet<string> {
  return new Set(runs.filter(({ stopped }) => isCutOff(stopped)).map(({ id }) => id));
}

function isWhole({ state, stopped, isGroup }: RunFacts): boolean {
  return state === "finished" && !isGroup && !isCutOff(stopped);
}

function judgedNumber(item: NumberItem, find: FindRuns, { changed }: JudgeContext): JudgedNumber {
  const { id, place, words, doubt, number, scale = 1 } = item;
  const runs = find(item.ours).filter(({ numbers }) => numbers[number] !== undefined);
  const values = runs.map(({ numbers }) => numbers[number]! * scale);
  const judged = judgeNumber(item, values);
  const other = { verdict: "other settings", why: `Ours are of other settings: ${changed?.words}.` } as const;
  const isJudged = judged.verdict !== "none" && judged.verdict !== "not comparable";
  return {
    id,
    place,
    words,
    published: asPrinted(item),
    ...oursInWords(item, values),
    values,
    ...(changed && isJudged ? other : judged),
    ...(doubt !== undefined && { doubt }),
    runs: runs.map((run) => run.id),
  };
}

function judgedFigure(
  item: FigureItem,
  section: Section,
  find: FindRuns,
  context: JudgeContext,
): JudgedFigure {
  const { id, place, words, needs, figures, draw } = item;
  const found = needs.flatMap((wanted) => find(wanted));
  const common = { id, place, words };
  if (draw) {
    const pictures = context.drawn(item, section, found);
    // A group draws its own runs.
    const drawn = found.filter(({ group }) => pictures.some(({ run }) => run === null || run === group));
    return { ...common, pictures, runs: drawn.map((run) => run.id) };
  }
  const [wanted] = needs;
  const run = wanted && find(wanted).find((one) => pictured(context.picturesOf(one), figures).length > 0);
  if (run === undefined) return { ...common, pictures: [], runs: [] };
  const names = pictured(context.picturesOf(run), figures);
  return { ...common, pictures: names.map((name) => ({ name, run: run.id })), runs: [run.id] };
}

/** Those of the wanted figures that are there; a last `*` stands for any ending. */
function pictured(there: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.flatMap((name) =>
    there.filter((one) => name.endsWith("*") ? one.startsWith(name.slice(0, -1)) : one === name)
  );
}

function judgedClaim(item: ClaimItem, find: FindRuns, { changed }: JudgeContext): JudgedClaim {
  const { id, place, words, needs, judge, untestable } = item;
  const common = { id, place, words };
  if (judge === undefined) {
    return {
      ...common,
      verdict: "untestable",
      ...(untestable !== undefined && { why: untestable }),
      parts: [],
      runs: [],
    };
  }
  const parts = judge.call(item, find);
  const runs = [...new Set(needs.flatMap((wanted) => find(wanted)).map((run) => run.id))];
  if (changed === undefined) return { ...common, verdict: together(parts), parts, runs };
  const open = parts.map((part) =>
    part.verdict === "not run" ? part : { ...part, verdict: "undecided" as const }
  );
  return { ...common, verdict: "other settings", parts: open, runs };
}

/** Runs of the section's experiments that answer nothing, and why. */
function othersOf(
  section: Section,
  { all, find, context }: {
    readonly all: readonly Section[];
    readonly find: FindRuns;
    readonly context: JudgeContext;
  },
): JudgedSection["others"] {
  const wanted = itemsOf(section).flatMap(needsOf);
  const answers = all.flatMap(itemsOf).flatMap(needsOf).flatMap((one) => find(one));
  // What a run went on from is a part of it.
  const used = new Set(answers.flatMap(({ id, from }) => from === null ? [id] : [id, from]));
  const names = new Set(wanted.map(({ experiment }) => experiment));
  const rest = context.runs.filter(({ id, experiment, isGroup }) =>
    names.has(experiment) && !used.has(id) && !isGroup
  );
  return rest.slice(0, MAX_OTHERS).map((run) => ({ run: run.id, why: whyNot(run, wanted, context) }));
}

function whyNot(
  run: RunFacts,
  wanted: readonly Wanted[],
  { runs, changed, isReportData }: JudgeContext,
): string {
  if (run.state !== "finished") return `not finished: ${run.state}`;
  if (isCutOff(run.stopped)) return `cut off: ${run.stopped}`;
  if (run.from !== null && cutOffIn(runs).has(run.from)) return `goes on from ${run.from}, which was cut off`;
  const own = wanted.filter(({ experiment }) => experiment === run.experiment)
    .map((one) => wantedSettings(one, changed?.settings));
  const nearest = own.map((asked) => ({ asked, names: differingSettings(run, asked) }))
    .toSorted((a, b) => a.names.length - b.names.length)[0];
  if (nearest === undefined) return "nothing wants it";
  const { asked, names } = nearest;
  if (names.length > 0) {
    return `other settings: ${names.map((name) => `${name} ${run.settings[name] ?? "not told"}`).join(", ")}`;
  }
  const images = asked.experiment.images(asked.settings);
  return isReportData(run, images) ? "an older run of the same seed" : "other images";
}

/** How many printed numbers of a report have which verdict. */
export function countVerdicts({ sections }: Pick<JudgedReport, "sections">): VerdictCounts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { tables } of sections) {
    for (const cell of tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells))) {
      if (cell !== null) counts[cell.verdict]++;
    }
  }
  return counts;
}

/** The experiments that a section's runs are of. */
export function experimentsOf(section: Section): readonly Experiment[] {
  const names = new Set(itemsOf(section).flatMap(needsOf).map(({ experiment }) => experiment));
  return [...names].map((experiment) => wantedSettings({ experiment }).experiment);
}
