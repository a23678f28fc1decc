/** What commands are: flags that every one has, Ctrl-C, `--json`, and the executor around the work. */
import { type Flag, type Flags, helpOf, type Values } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { dirname } from "node:path";
import { UsageError } from "../../src/core/errors.ts";
import { nearestName } from "../../src/core/option_names.ts";
import { chooseExecutor } from "../../src/exec/choose.ts";
import { readRun } from "../../src/runs/read.ts";
import type { RewriteName } from "../../src/train/rewrites.ts";
import { openPngDrawer } from "../figures/png_drawer.ts";
import type { Experiment } from "./experiment.ts";
import { checkAsked } from "./go_on.ts";
import { DEFAULT_RUNS, PLAN_FLAGS, RUN_FLAGS } from "./options.ts";
import type { Place, PublishedOf, RunOptions } from "./place.ts";
import { makeRun } from "./run.ts";
import { readUnfinished } from "./resume.ts";
import { openScreen, printLine, type Screen } from "./screen.ts";
import { defaultsInWords, settingFlags, settingsFrom } from "./settings.ts";

export interface Command {
  readonly about: string;
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** What asks a program to stop, and what a shell reports of one that did: a closed terminal sends SIGHUP, a cluster SIGTERM. */
const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof STOP_SIGNALS;

/** Where and how to run, from the flags that every command has. */
export function runOptions(values: Values<typeof RUN_FLAGS & Pick<typeof PLAN_FLAGS, "off">>): RunOptions {
  const { backend = "auto", threads, data, digits, out = DEFAULT_RUNS, off, checkpoint } = values;
  const maxSeconds = values["max-seconds"];
  if (threads !== undefined && (backend === "webgpu" || backend === "reference")) {
    throw new UsageError(`--threads is for the WASM backend, not for --backend ${backend}`);
  }
  return {
    backend,
    out,
    ...(threads !== undefined && { threads }),
    ...(data !== undefined && { data }),
    ...(digits !== undefined && { digits }),
    ...(off !== undefined && { off: off as readonly RewriteName[] }),
    ...(maxSeconds !== undefined && { maxSeconds }),
    ...(checkpoint !== undefined && { checkpoint }),
  };
}

/** What work came to, and the code of the signal that stopped it. */
interface Stoppable<T> {
  readonly value: T;
  readonly stopCode: number | undefined;
}

/** Calls `work` with a signal that Ctrl-C and its kin abort; a second one ends the program at once. */
export async function interruptible<T>(
  { say }: Pick<Screen, "say">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Stoppable<T>> {
  const controller = new AbortController();
  let stopCode: number | undefined;
  const ignored = await ignoredSignals();
  const names = (Object.keys(STOP_SIGNALS) as StopSignal[]).filter((name) => !ignored.includes(name));
  const listeners = names.map((name) => {
    const listener = () => {
      if (stopCode !== undefined) Deno.exit(stopCode);
      stopCode = STOP_SIGNALS[name];
      say("\nStopping: finishing what is under way (Ctrl-C again ends at once)");
      controller.abort(new Error("interrupted"));
    };
    Deno.addSignalListener(name, listener);
    return [name, listener] as const;
  });
  try {
    return { value: await work(controller.signal), stopCode };
  } finally {
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  }
}

/** A program under `nohup` is told to ignore SIGHUP: to listen for it would undo that. */
async function ignoredSignals(): Promise<readonly StopSignal[]> {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)/m.exec(await Deno.readTextFile("/proc/self/status"))!;
    return (BigInt(`0x${mask}`) & 1n) === 1n ? ["SIGHUP"] : [];
  } catch {
    return [];
  }
}

/** Prints what a command is for and its options; gives its exit code. */
export function showHelp(name: string, about: string, flags: Flags, words = ""): number {
  console.log(`${about}\n\nUsage: deno task ${name}${words} [options]\n\n${helpOf(flags)}`);
  return 0;
}

/** What a long command leaves. */
export interface CommandEnd {
  /** For `--json`. */
  readonly summary: unknown;
  readonly interrupted: boolean;
  /** Runs that failed, of several. Default 0. */
  readonly failed?: number;
}

/** What the work of a long command is given. */
export interface CommandPlace {
  readonly options: RunOptions;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/**
 * A command that may take long: it has the flags of every run, can be interrupted, and with `--json` prints its
 * summary alone on standard output.
 */
export function longCommand(
  name: string,
  { about, flags, help = about, without = [] }: {
    readonly about: string;
    readonly flags: Flags;
    readonly help?: string;
    /** Flags of every run that mean nothing to this command. */
    readonly without?: readonly (keyof typeof RUN_FLAGS)[];
  },
  work: (values: Readonly<Record<string, unknown>>, place: CommandPlace) => Promise<CommandEnd>,
): Command {
  return {
    about,
    async run(args) {
      // Its own words for a flag of every run come first.
      const common = Object.entries(RUN_FLAGS).filter(([name]) => !without.some((one) => one === name));
      const all: Flags = { ...flags, ...Object.fromEntries(common), ...flags };
      const values = parseFlags(all, args);
      const given = values as Values<typeof RUN_FLAGS & typeof PLAN_FLAGS>;
      if (given.help) return showHelp(name, help, all);
      const screen = openScreen({ json: given.json ?? false });
      const { value: end, stopCode } = await interruptible(
        screen,
        (signal) => work(values, { options: runOptions(given), screen, signal }),
      );
      if (given.json) printLine(JSON.stringify(end.summary));
      return end.interrupted ? stopCode ?? STOP_SIGNALS.SIGINT : (end.failed ?? 0) > 0 ? 1 : 0;
    },
  };
}

/** The experiment that a command's first word names; else says which was probably meant, or which there are. */
export function chosenExperiment(
  command: string,
  word: string | undefined,
  experiments: readonly Experiment[],
): Experiment {
  const names = experiments.map(({ name }) => name), chosen = experiments.find(({ name }) => name === word);
  if (chosen !== undefined) return chosen;
  const near = word === undefined ? undefined : nearestName(word, names);
  throw new UsageError(
    `${command} takes the name of an experiment, ` +
      (near === undefined
        ? `one of ${names.join(", ")}, got ${word === undefined ? "none" : `"${word}"`}`
        : `got "${word}": did you mean ${near}?`),
  );
}

/** `--digits` with the labels that an experiment learns where nothing is given. */
export function digitsOfExperiment(experiment: Experiment): Flag<readonly number[]> {
  const { digits } = experiment.images(experiment.defaults);
  return { ...RUN_FLAGS.digits, help: `labels to learn (default ${digits?.join() ?? "all ten"})` };
}

const FROM_FLAG = {
  value: "DIR",
  help: "folder of the run to go on from; without it, that run is made first",
  parse: RUN_FLAGS.out.parse,
} as const;

/** The flags of an experiment's own command. */
export function experimentFlags(experiment: Experiment): Flags {
  return {
    ...(experiment.from && { from: FROM_FLAG }),
    resume: {
      value: "DIR",
      help: "go on in the folder of a run that did not come to its end, with what it was asked",
      parse: RUN_FLAGS.out.parse,
    },
    ...settingFlags(experiment),
    ...PLAN_FLAGS,
    digits: digitsOfExperiment(experiment),
  };
}

/** The command that makes a run of an experiment. */
export function experimentCommand(experiment: Experiment, published: PublishedOf): Command {
  const { name, about } = experiment;
  const defaults = defaultsInWords(experiment);
  return longCommand(
    name,
    { about, flags: experimentFlags(experiment), help: `${about}. Defaults: ${defaults}.` },
    async (values, { options, screen, signal }) => {
      const { seed = 1, check = false, from, resume } = values as {
        readonly seed?: number;
        readonly check?: boolean;
        readonly from?: string;
        readonly resume?: string;
      };
      if (resume !== undefined) {
        const before = await readUnfinished(experiment, resume);
        refuseBesideResume(experiment, values);
        const again = { ...options, ...before.options, out: dirname(resume), backend: before.backend, check };
        return await withPlace(
          { options: again, screen, signal, published, draws: true },
          (place) => makeRun(experiment, before.ask, place),
        );
      }
      const settings = settingsFrom(experiment, values);
      experiment.check?.(settings);
      if (from !== undefined && experiment.from) {
        const given = settingsGiven(experiment, values);
        checkAsked(await readRun(from), given, { flag: "--from", keys: experiment.from.keeps });
      }
      const own = { options: { ...options, check }, screen, signal, published, draws: true };
      return await withPlace(own, async (place) => {
        const ask = { settings, seed, ...(from !== undefined && { from }) };
        const { summary, interrupted } = await makeRun(experiment, ask, place);
        return { summary, interrupted };
      });
    },
  );
}

/** A run goes on with what it was asked: to ask for something else is a mistake. */
function refuseBesideResume(experiment: Experiment, values: Readonly<Record<string, unknown>>): void {
  const own = Object.keys(settingFlags(experiment));
  const others = [...own, "from", "seed", "data", "digits", "off", "out", "backend", "max-seconds"];
  const wrong = others.find((name) => values[name] !== undefined);
  if (wrong !== undefined) {
    throw new UsageError(`--resume goes on with what the run was asked: leave out --${wrong}`);
  }
}

/** The settings that the command line names, by their names. */
export function settingsGiven(
  experiment: Experiment,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const settings = Object.entries(settingsFrom(experiment, values));
  const table = experiment.table as Readonly<Record<string, { readonly flag: string } | undefined>>;
  return Object.fromEntries(
    settings.filter(([key]) => table[key] !== undefined && values[table[key].flag] !== undefined),
  );
}

/** Opens the executor, and closes it after the work. */
export async function withPlace<T>(
  { options, screen, signal, published, draws = false }: CommandPlace & {
    readonly published: PublishedOf;
    /** Whether a thread gets ready to draw figures, while the executor is opened and all that follows. Default false. */
    readonly draws?: boolean;
  },
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const { backend, threads } = options;
  using drawer = draws ? openPngDrawer() : undefined;
  const choice = await chooseExecutor({ backend, ...(threads !== undefined && { threads }) });
  try {
    return await work({ ...options, choice, screen, signal, published, ...(drawer && { drawer }) });
  } finally {
    choice.executor.close();
  }
}
