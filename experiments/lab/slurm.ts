/**
 * Runs on a cluster: an array job of Slurm whose tasks train the runs that are wanted into a shared folder, and a last
 * job that gathers. Scripts are text here; nothing is submitted.
 */
import { quote } from "../../src/cli/command.ts";
import { number, type Values, wholeNumber } from "../../src/cli/flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import type { PlannedCell } from "./cells.ts";

/** Seconds before the time limit at which a task is told to stop and come back. */
const WARNING_SECONDS = 90;
/** What Slurm takes where its configuration says nothing else; the largest index is one less. */
export const USUAL_ARRAY_SIZE = 1001;

/** A time as `sbatch --time` takes it: minutes, or `[days-]hours[:minutes[:seconds]]`. */
function slurmTime(text: string, flag: string): string {
  if (/^(\d+-)?\d+(:\d+){0,2}$/.test(text)) return text;
  throw new UsageError(
    `${flag} takes minutes, hours:minutes:seconds or days-hours, such as 02:00:00, got "${text}"`,
  );
}

/** One line of a script may hold no other. */
function oneLine(text: string, flag: string): string {
  if (/^[^\n\r]+$/.test(text)) return text;
  throw new UsageError(
    `${flag} takes options of sbatch on one line, got ${text === "" ? "nothing" : "several lines"}`,
  );
}

export const SLURM_FLAGS = {
  slurm: {
    help: "train on a cluster: submit an array job to Slurm, a run per task, and a last job that gathers",
  },
  "slurm-dry": { help: "print the scripts that --slurm would submit, and submit nothing" },
  "slurm-partition": { value: "NAME", help: "partition of the cluster", parse: oneLine },
  "slurm-time": {
    value: "TIME",
    help: "time limit of a task, as for sbatch --time (default 04:00:00)",
    parse: slurmTime,
  },
  "slurm-cpus": {
    value: "N",
    help: "cores of a task, which its run has as threads (default 1)",
    parse: wholeNumber(1, 64),
  },
  "slurm-memory": { value: "GB", help: "memory of a task in gigabytes (default 3)", parse: number(0, 4096) },
  "slurm-options": {
    value: "TEXT",
    help: 'further options of sbatch: "--account=x --qos=y"',
    parse: oneLine,
  },
} as const;

export type SlurmValues = Values<typeof SLURM_FLAGS>;

/** Cells that go on from one another: a task trains them in their order. */
export type Chain = readonly PlannedCell[];

/** Each cell that others go on from with those, the longest chains first. */
export function chainsOf(cells: readonly PlannedCell[]): readonly Chain[] {
  const keys = new Set(cells.map(({ key }) => key));
  const heads = cells.filter(({ from }) => from === undefined || !keys.has(from));
  const tail = (
    cell: PlannedCell,
  ): Chain => [cell, ...cells.filter(({ from }) => from === cell.key).flatMap(tail)];
  const minutes = (chain: Chain) => chain.reduce((sum, one) => sum + one.minutes, 0);
  return heads.map(tail).toSorted((a, b) => minutes(b) - minutes(a));
}

/** Chains of a task, of `tasks`: dealt out like cards, so that each has of the long ones and of the short. */
export function chainsOfTask(chains: readonly Chain[], task: number, tasks: number): readonly Chain[] {
  return chains.filter((_, i) => i % tasks === task);
}

export interface ScriptOptions {
  /** Folder of the scripts, the plan and the logs. */
  readonly folder: string;
  readonly name: string;
  readonly values: SlurmValues;
  /** Starts this program again, quoted for a shell. */
  readonly program: string;
}

/** The array job. A task whose time runs out, or that is to make room, ends what it does and comes back by itself. */
export function arrayScript(tasks: number, { folder, name, values, program }: ScriptOptions): string {
  const cpus = values["slurm-cpus"] ?? 1;
  return `#!/bin/bash
${
    directives(values, [
      `--job-name=descent-${name}`,
      `--array=0-${tasks - 1}`,
      `--output=${folder}/logs/task-%a.log`,
      "--open-mode=append",
      `--cpus-per-task=${cpus}`,
      `--mem=${Math.ceil((values["slurm-memory"] ?? 3) * 1024)}M`,
      `--time=${values["slurm-time"] ?? "04:00:00"}`,
      "--requeue",
      `--signal=B:USR1@${WARNING_SECONDS}`,
    ])
  }

# Shortly before its time is over this task stops its run and is queued again: this task, not the whole array.
again() {
  kill -TERM "$child" 2>/dev/null
  wait "$child"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
  exit 0
}
trap again USR1

${program} cells ${quote(folder)} --task "$SLURM_ARRAY_TASK_ID" --tasks ${tasks} &
child=$!
wait "$child"
`;
}

/** The job that waits for all tasks, however they ended, and gathers. */
export function gatherScript(
  words: readonly string[],
  { folder, name, values, program }: ScriptOptions,
): string {
  return `#!/bin/bash
${
    directives(values, [
      `--job-name=descent-${name}-gather`,
      `--output=${folder}/logs/gather.log`,
      "--open-mode=append",
      "--cpus-per-task=1",
      "--mem=4096M",
      "--time=01:00:00",
    ])
  }

${program} ${words.map(quote).join(" ")}
`;
}

function directives(values: SlurmValues, own: readonly string[]): string {
  const partition = values["slurm-partition"];
  const more = values["slurm-options"];
  return [
    ...own,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(more === undefined ? [] : [more]),
  ].map((line) => `#SBATCH ${line}`).join("\n");
}
