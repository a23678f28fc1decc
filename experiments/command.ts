/** What commands are, and how an experiment becomes one. */
import { UsageError } from "../src/core/errors.ts";
import { type Flag, type Flags, helpOf, parseFlags, type Values } from "../src/cli/flags.ts";
import type { CommonFlags, RUN_FLAGS } from "./options.ts";
import { checkFirstStep } from "./plan.ts";
import { openScreen, type Screen } from "./screen.ts";
import { conclude, introduce } from "./tell.ts";
import { openExecutor, trainRun } from "./train_run.ts";
import type { Experiment, RunOptions } from "./training.ts";

export interface Command {
  readonly about: string;
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** The options of a run, from the flags that every experiment has. */
export function runOptions(
  values: Values<typeof RUN_FLAGS> & Pick<RunOptions, "off">,
  signal: AbortSignal,
): RunOptions {
  const { seed = 1, backend = "auto", threads, data, digits, out = "runs" } = values;
  if (threads !== undefined && (backend === "webgpu" || backend === "reference")) {
    throw new UsageError(`--threads is for the WASM backend, not for --backend ${backend}`);
  }
  return {
    seed,
    backend,
    out,
    signal,
    ...(threads !== undefined && { threads }),
    ...(data !== undefined && { data }),
    ...(digits !== undefined && { digits }),
    ...(values.off !== undefined && { off: values.off }),
    ...(values["max-seconds"] !== undefined && { maxSeconds: values["max-seconds"] }),
  };
}

/** Calls `work` with a signal that Ctrl-C aborts; a second Ctrl-C ends the program at once. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) Deno.exit(INTERRUPTED);
    console.error("\nStopping: finishing what is under way (Ctrl-C again ends at once)");
    controller.abort(new Error("interrupted"));
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

/** Prints what a command is for and its options; gives its exit code. */
export function showHelp(
  name: string,
  about: string,
  flags: Readonly<Record<string, Flag<unknown>>>,
  words = "",
): number {
  console.log(`${about}\n\nUsage: deno task ${name}${words} [options]\n\n${helpOf(flags)}`);
  return 0;
}

/** The command that trains an experiment. */
export function trainingCommand(experiment: Experiment): Command {
  const { name, about, flags, defaults } = experiment;
  return longCommand(
    name,
    { about, flags, help: `${about}. Defaults: ${defaults}.` },
    async (values, run) => {
      const { options, screen } = run, training = await experiment.prepare(values, options);
      const choice = await openExecutor(options);
      introduce(screen, training, choice);
      if (values.check) screen.say(`${await checkFirstStep(training, choice.executor, options)}\n`);
      const { summary, path, words, result } = await trainRun(training, choice, screen, options);
      conclude(screen, { summary, path, words });
      choice.executor.close();
      return { summary, interrupted: result.stopped === "interrupted" };
    },
  );
}

/**
 * A command that may take long: it has the flags of every run, can be interrupted, and with `--json` prints its
 * summary alone on standard output.
 */
export function longCommand<F extends Flags & Pick<CommonFlags, keyof typeof RUN_FLAGS>>(
  name: string,
  { about, flags, help = about }: { readonly about: string; readonly flags: F; readonly help?: string },
  work: (
    values: Values<F>,
    run: { readonly options: RunOptions; readonly screen: Screen },
  ) => Promise<{ readonly summary: unknown; readonly interrupted: boolean }>,
): Command {
  return {
    about,
    async run(args) {
      const values: Values<F> = parseFlags(flags, args);
      const common = values as Values<typeof RUN_FLAGS>;
      if (common.help) return showHelp(name, help, flags);
      return await interruptible(async (signal) => {
        const screen = openScreen({ json: common.json ?? false });
        const { summary, interrupted } = await work(values, { options: runOptions(common, signal), screen });
        if (common.json) console.log(JSON.stringify(summary));
        return interrupted ? INTERRUPTED : 0;
      });
    },
  };
}
