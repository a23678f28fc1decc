/** `deno task reproduce`: every run that the reports need, and a document with all that they print beside ours. */
import { join, resolve } from "node:path";
import { oneOf, path } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import type { Json } from "../../src/runs/json.ts";
import { parseObject } from "../../src/runs/json.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import { codeVersion } from "../lab/code_version.ts";
import { type Command, type CommandPlace, longCommand, withPlace } from "../lab/command.ts";
import { remainingCells, runWanted } from "../lab/group.ts";
import { JOBS_FLAG, jobsFor } from "../lab/jobs.ts";
import type { Cell } from "../lab/cells.ts";
import type { Place } from "../lab/place.ts";
import { goOnLine } from "../lab/tell.ts";
import { SLURM_FLAGS, type SlurmValues } from "../lab/slurm.ts";
import { CELL_WORKER } from "../registry.ts";
import { itemsOf } from "../reports/item.ts";
import { REPORTS } from "../reports/mod.ts";
import { publishedOf } from "../reports/published.ts";
import { quickSettings } from "../reports/wanted.ts";
import { cellsOf } from "../reports/wanted_cells.ts";
import { submit } from "./cluster.ts";
import { gather } from "./gather.ts";
import { type Asked, askedBy } from "./asked.ts";
import { SEEDS_FLAG } from "./section.ts";

/** What was asked, and how long it has taken so far: a file of the document's folder. */
const ASKED_FILE = "reproduction.json";
const DEFAULT_FOLDER = "reproduction";
const RUNS_FOLDER = "runs";

const REPORT_IDS = REPORTS.map(({ id }) => id);

/** What goes on from one call of the command to the next in the same folder. */
const KEPT_FLAGS = {
  report: { value: "a|b", help: "one report alone (default both)", parse: oneOf(REPORT_IDS) },
  only: {
    value: "ID,…",
    help: "items alone, by their names in the document: A-F1.9, A-T2.1, or of a task: q1, cnn",
    parse: (text: string) => text.split(","),
  },
  seeds: SEEDS_FLAG,
  quick: { help: "every figure and table within minutes: shortened trainings of one seed, marked as such" },
} as const;

const FLAGS = {
  ...KEPT_FLAGS,
  out: {
    value: "DIR",
    help: `folder of the document and of its runs (default ${DEFAULT_FOLDER})`,
    parse: path,
  },
  resume: {
    value: "DIR",
    help: "go on in the folder of an earlier call, with what was asked then",
    parse: path,
  },
  gather: { help: "train nothing: write the document from what has run" },
  jobs: JOBS_FLAG,
  ...SLURM_FLAGS,
} as const;

/** The runs that are needed. */
export function cellsAsked({ reports, seed, seeds, quick }: Asked): readonly Cell[] {
  const items = reports.flatMap(({ sections }) => sections.flatMap(itemsOf));
  return cellsOf(items, { seed, seeds, ...(quick && { changed: quickSettings }) });
}

export const reproduceCommand: Command = longCommand("reproduce", {
  about:
    "Both reports: all runs that they need, and a document with every number, figure and claim beside ours",
  flags: FLAGS,
  without: ["data", "digits", "max-seconds"],
}, async (given, place) => {
  const resume = given.resume as string | undefined;
  const folder = resume ?? (given.out as string | undefined) ?? DEFAULT_FOLDER;
  const before = await readAsked(folder, resume !== undefined);
  const values: Readonly<Record<string, unknown>> = {
    ...(resume === undefined ? {} : before.values),
    ...given,
  };
  const asked = askedBy(values);
  if (values.slurm === true || values["slurm-dry"] === true) {
    await toCluster(asked, folder, values, place);
    return { summary: { folder }, interrupted: false };
  }
  return await withPlace({ ...place, published: publishedOf }, async (open) => {
    const started = performance.now();
    const cells = cellsAsked(asked);
    const runs = join(folder, RUNS_FOLDER);
    const code = await codeVersion();
    const seconds = () => before.seconds + (performance.now() - started) / 1000;
    await writeAsked(folder, asked, before.seconds);
    const ended = values.gather === true
      ? { failed: [], interrupted: false }
      : await train(cells, { place: { ...open, out: runs }, jobs: values.jobs as number | undefined });
    await writeAsked(folder, asked, seconds());
    // What other code made is trained anew, unless nothing is to be trained.
    const facts = (await readFacts(runs)).filter((run) => values.gather === true || run.code === code);
    const { lines, summary } = await gather({
      asked,
      folder,
      runs,
      facts,
      seconds: seconds(),
      choice: open.choice,
      doing: open.screen.doing,
    });
    open.screen.say(lines.join("\n"));
    if (ended.interrupted || ended.failed.length > 0) {
      open.screen.say(goOnLine("reproduce", folder));
    }
    return { summary, interrupted: ended.interrupted, failed: ended.failed.length };
  });
});

async function train(
  cells: readonly Cell[],
  { place, jobs }: { readonly place: Place; readonly jobs: number | undefined },
) {
  const known = await readFacts(place.out);
  return await runWanted(cells, {
    place,
    known,
    worker: CELL_WORKER,
    jobs: jobsFor(place, jobs, cells.length),
  });
}

/** Submits what is not finished; the last job writes the document. */
async function toCluster(
  asked: Asked,
  folder: string,
  values: SlurmValues,
  { options, screen }: CommandPlace,
): Promise<void> {
  const runs = join(folder, RUNS_FOLDER);
  const cells = await remainingCells(cellsAsked(asked), await readFacts(runs), options);
  if (values["slurm-dry"] !== true) await writeAsked(folder, asked, 0);
  await submit({
    name: "reproduce",
    folder: join(folder, "slurm"),
    cells,
    options: { ...options, out: runs },
    values,
    gather: ["reproduce", "--resume", resolve(folder), "--gather"],
    screen,
  });
}

async function writeAsked(folder: string, { words }: Asked, seconds: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const content: Json = { arguments: words, seconds };
  await writeAtomically(join(folder, ASKED_FILE), `${JSON.stringify(content, null, 2)}\n`);
}

/** What was asked in a folder before, and the seconds that it took; nothing in a new folder. */
async function readAsked(folder: string, mustExist: boolean) {
  const text = await Deno.readTextFile(join(folder, ASKED_FILE)).catch(() => "");
  const words = parseObject(text)?.arguments;
  const seconds = parseObject(text)?.seconds;
  const isAsked = Array.isArray(words) && words.every((word) => typeof word === "string");
  if (mustExist && !isAsked) {
    throw new UsageError(
      `--resume takes the folder of an earlier reproduce, ${folder} is none: it has no ${ASKED_FILE}`,
    );
  }
  const seed = { value: "N", help: "", parse: (word: string) => Number(word) };
  return {
    values: isAsked ? parseFlags({ ...KEPT_FLAGS, seed }, words as readonly string[]) : {},
    seconds: typeof seconds === "number" ? seconds : 0,
  };
}
