/** Submitting runs to Slurm, and `cells`: what each task of the array runs. */
import { quote } from "../../src/cli/command.ts";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { wholeNumber } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { DescentError, UsageError } from "../../src/core/errors.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import { isJsonObject, parseObject } from "../../src/runs/json.ts";
import { readRun } from "../../src/runs/read.ts";
import { type Cell, finishedRun, planCells, type PlannedCell, unfinishedRun } from "../lab/cells.ts";
import { fixedBackend } from "../lab/chosen_backend.ts";
import { codeVersion } from "../lab/code_version.ts";
import { type Command, interruptible, showHelp, withPlace } from "../lab/command.ts";
import type { Place, RunOptions } from "../lab/place.ts";
import { progressLines, type Screen } from "../lab/screen.ts";
import { makeRun } from "../lab/run.ts";
import {
  arrayScript,
  type Chain,
  chainsOf,
  chainsOfTask,
  gatherScript,
  type SlurmValues,
  USUAL_ARRAY_SIZE,
} from "../lab/slurm.ts";
import { experimentNamed } from "../registry.ts";
import { publishedOf } from "../reports/published.ts";

const PLAN_FILE = "plan.json";
const JOB_FILE = "job.json";
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

/** What is submitted. */
export interface Submission {
  readonly name: string;
  /** Of scripts, plan and logs; on a file system that all machines of the cluster share. */
  readonly folder: string;
  /** Runs that no finished one stands for. */
  readonly cells: readonly PlannedCell[];
  readonly options: RunOptions;
  readonly values: SlurmValues;
  /** The command that gathers, as words. */
  readonly gather: readonly string[];
  readonly screen: Screen;
}

/** Writes plan and scripts, and submits them; with `--slurm-dry` prints the scripts alone. */
export async function submit(submission: Submission): Promise<void> {
  const { name, cells, options, values, gather, screen } = submission;
  const isDry = values["slurm-dry"] === true;
  const folder = resolve(submission.folder);
  const chains = chainsOf(cells);
  if (chains.length === 0) return screen.say("All runs are finished: nothing to submit");
  const largest = isDry ? USUAL_ARRAY_SIZE : await maxArraySize();
  const tasks = Math.min(chains.length, largest - 1);
  const script = { folder, name, values, program: programWords() };
  const array = arrayScript(tasks, script);
  const last = gatherScript(gather, script);
  if (isDry) return screen.say(`${array}\n${last}`);
  await refuseSecond(folder);
  await Deno.mkdir(join(folder, "logs"), { recursive: true });
  const plan = { options: { ...options, out: resolve(options.out) }, cells: cells.map(told) };
  await writeAtomically(join(folder, PLAN_FILE), `${JSON.stringify(plan, null, 1)}\n`);
  await writeAtomically(join(folder, "array.sh"), array);
  await writeAtomically(join(folder, "gather.sh"), last);
  const job = await sbatch(join(folder, "array.sh"), []);
  const gathering = await sbatch(join(folder, "gather.sh"), [`--dependency=afterany:${job}`]);
  await writeAtomically(join(folder, JOB_FILE), `${JSON.stringify({ job, gathering }, null, 1)}\n`);
  screen.say(
    `Submitted ${cells.length} runs in ${tasks} tasks as job ${job}; job ${gathering} gathers after them\n` +
      `Logs      ${join(folder, "logs")}\nWatch     squeue --jobs ${job},${gathering}\n` +
      "What fails or is taken away is sent again by the same command",
  );
}

/** What the plan tells of a cell. */
function told({ experiment, settings, seed, figures }: PlannedCell) {
  return { experiment: experiment.name, settings, seed, figures: figures ?? false };
}

/** How this program is started again, on another machine that has the same folders. */
function programWords(): string {
  const flags = Deno.env.get("DENO_V8_FLAGS");
  const words = [Deno.execPath(), "run", "--quiet", "--no-prompt", ...PERMISSIONS, MAIN].map(quote);
  return [...(flags ? [`DENO_V8_FLAGS=${quote(flags)}`] : []), ...words].join(" ");
}

async function slurm(command: string, args: readonly string[]): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
    const text = new TextDecoder();
    if (success) return text.decode(stdout);
    throw new DescentError(`${command} failed: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  } catch (error) {
    if (error instanceof DescentError) throw error;
    throw new DescentError(
      `Cannot start ${command}: Slurm is not on this machine; run this where its commands are, or leave --slurm out`,
    );
  }
}

async function maxArraySize(): Promise<number> {
  const size = /MaxArraySize\s*=\s*(\d+)/.exec(await slurm("scontrol", ["show", "config"]))?.[1];
  return size === undefined ? USUAL_ARRAY_SIZE : Number(size);
}

async function sbatch(script: string, options: readonly string[]): Promise<string> {
  const answer = await slurm("sbatch", ["--parsable", ...options, script]);
  return answer.trim().split(";")[0]!;
}

/** Refuses to send runs that an earlier job may still be at. */
async function refuseSecond(folder: string): Promise<void> {
  const job = parseObject(await Deno.readTextFile(join(folder, JOB_FILE)).catch(() => ""))?.job;
  if (typeof job !== "string") return;
  const queued = await slurm("squeue", ["--noheader", "--format=%i", "--jobs", job]).catch(() => "");
  if (queued.trim() === "") return;
  throw new UsageError(`Job ${job} is still at work on these runs: wait for it, or end it by scancel ${job}`);
}

const CELLS_FLAGS = {
  task: { value: "N", help: "which share of the runs, from 0", parse: wholeNumber(0, 1e6) },
  tasks: { value: "N", help: "how many shares there are", parse: wholeNumber(1, 1e6) },
  help: { help: "show this" },
} as const;

/** `cells DIR --task N --tasks M`: trains a share of the runs of a plan; tasks of an array job call it. */
export const cellsCommand: Command = {
  about: "Train a share of the runs that --slurm planned: what a task of a cluster's job does",
  async run([folder, ...rest]) {
    if (folder === undefined || folder === "--help") {
      showHelp("lab cells", cellsCommand.about, CELLS_FLAGS, " DIR");
      return folder === "--help" ? 0 : 2;
    }
    if (folder.startsWith("--")) {
      throw new UsageError(`cells takes the folder of a submission first, got "${folder}", see --help`);
    }
    const { task = 0, tasks = 1 } = parseFlags(CELLS_FLAGS, rest);
    const { cells, options } = await readPlan(folder);
    const chains = chainsOfTask(chainsOf(planCells(cells)), task, tasks);
    const cpus = Number(Deno.env.get("SLURM_CPUS_PER_TASK") ?? 1);
    const own: RunOptions = {
      ...options,
      threads: Number.isInteger(cpus) && cpus > 0 ? cpus : 1,
      timed: false,
    };
    const screen: Screen = { say: (text) => console.log(text), progress: () => NO_PROGRESS };
    const { value } = await interruptible(screen, async (signal) => {
      return await withPlace({ options: own, screen, signal, published: publishedOf }, async (place) => {
        let failed = 0;
        for (const chain of chains) {
          if (signal.aborted) break;
          if (!await runChain(chain, place, folder)) failed++;
        }
        console.log(`${chains.length - failed} of ${chains.length} shares are done`);
        return failed === 0 && !signal.aborted ? 0 : 1;
      });
    });
    return value;
  },
};

const NO_PROGRESS = { steps() {}, epoch() {}, stop() {} } as const;

/** Trains the cells of a chain that are not finished; a failure ends this chain and no other. */
async function runChain(chain: Chain, place: Place, folder: string): Promise<boolean> {
  const code = await codeVersion();
  const keys = new Map<string, string>();
  let before: string | undefined;
  for (const cell of chain) {
    const facts = await readFacts(place.out);
    const match = {
      code,
      keyOfRun: (id: string) => keys.get(id),
      ...(place.data !== undefined && { data: place.data }),
      ...(place.digits && { digits: place.digits }),
    };
    const known = await finishedRun(cell, facts, match);
    let id = known?.id;
    if (id === undefined) {
      const log = await openLog(join(folder, "logs"), cell);
      try {
        const from = cell.from === undefined ? undefined : before;
        const backend = fixedBackend(place);
        const left = await unfinishedRun(cell, facts, {
          ...match,
          ...(backend && { backend }),
        });
        const ask = {
          settings: cell.settings,
          seed: cell.seed,
          ...(from !== undefined && { from }),
          ...(left && { resume: join(place.out, left.id) }),
        };
        const figures = cell.figures ?? false;
        const made = await makeRun(cell.experiment, ask, { ...place, screen: log, figures });
        if (made.interrupted) return false;
        id = factsOf(await readRun(made.path)).id;
        console.log(`${cell.title} → ${id}`);
      } catch (error) {
        if (!(error instanceof DescentError)) throw error;
        log.say(`descent: ${error.message}`);
        console.error(`${cell.title} failed: ${error.message}`);
        return false;
      }
    }
    keys.set(id, cell.key);
    // Others of the chain go on from its first.
    if (cell.from === undefined) before = join(place.out, id);
  }
  return true;
}

/** A file for what a run says: each has its own. */
async function openLog(folder: string, { title }: PlannedCell): Promise<Screen> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${title.replaceAll(/[^\w.-]+/g, "_")}.log`);
  const say = (text: string) => Deno.writeTextFileSync(path, `${text}\n`, { append: true });
  return { say, progress: (expected) => progressLines(expected, say) };
}

async function readPlan(
  folder: string,
): Promise<{ readonly cells: readonly Cell[]; readonly options: RunOptions }> {
  const plan = parseObject(await Deno.readTextFile(join(folder, PLAN_FILE)).catch(() => ""));
  const { cells, options } = plan ?? {};
  if (!Array.isArray(cells) || !isJsonObject(options) || !cells.every(isToldCell)) {
    throw new UsageError(`cells takes the folder of a submission, ${folder} is none: it has no ${PLAN_FILE}`);
  }
  return {
    options: options as unknown as RunOptions,
    cells: cells.map((cell) => ({ ...cell, experiment: experimentNamed(cell.experiment) })),
  };
}

interface ToldCell {
  readonly experiment: string;
  readonly settings: object;
  readonly seed: number;
  readonly figures: boolean;
}

function isToldCell(value: unknown): value is ToldCell {
  return isJsonObject(value) && typeof value.experiment === "string" && isJsonObject(value.settings) &&
    typeof value.seed === "number" && typeof value.figures === "boolean";
}
