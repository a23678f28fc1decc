/** Every command by its name: the tasks in deno.json call these. */
import { DescentError, UsageError } from "../src/core/errors.ts";
import { type Flag, helpOf, listOf, parseFlags, path, type Values } from "./flags.ts";
import { checkGradients } from "./gradcheck.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "./options.ts";
import { checkFirstStep, showPlan } from "./plan.ts";
import { PUBLISHED_RUNS, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { Q1_RECIPES, type Q1Settings } from "./q1.ts";
import { openScreen } from "./screen.ts";
import { runSweep } from "./sweep.ts";
import { loadData, openExecutor, prepareRun, type RunOptions, trainRun } from "./train_run.ts";
import { conclude, introduce } from "./tell.ts";

export interface Command {
  readonly about: string;
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const ALL_FLAGS = { ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...MOMENTUM_FLAG, ...RUN_FLAGS };
type AllValues = Values<typeof ALL_FLAGS>;

/** Flags of one optimizer's experiment: momentum only where there is one. */
function flagsOf(optimizer: Q1Optimizer) {
  const { momentum: _, ...plain } = ALL_FLAGS;
  return Q1_RECIPES[optimizer].settings.momentum === undefined ? plain : ALL_FLAGS;
}

/** The defaults with what the command line changes. */
function applyFlags(settings: Q1Settings, values: AllValues): Q1Settings {
  return {
    ...settings,
    ...(values.lr !== undefined && { learningRate: values.lr }),
    ...(values.epochs !== undefined && { epochs: values.epochs }),
    ...(values.batch !== undefined && { batch: values.batch }),
    ...(values.arch !== undefined && { arch: values.arch }),
    ...(values.activation !== undefined && { activation: values.activation }),
    ...(values.monitor !== undefined && { monitor: values.monitor }),
    ...(values.patience !== undefined && { patience: values.patience }),
    ...(values["min-delta"] !== undefined && { minDelta: values["min-delta"] }),
    ...(values.momentum !== undefined && { momentum: values.momentum }),
  };
}

/** Refuses settings that the optimizer cannot take, before anything is read. */
function checkSettings(settings: Q1Settings): void {
  try {
    Q1_RECIPES[settings.optimizer].build(settings);
  } catch (error) {
    throw error instanceof DescentError ? new UsageError(error.message) : error;
  }
}

function runOptions(
  values: Values<typeof RUN_FLAGS> & Pick<AllValues, "off">,
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

function showHelp(
  name: string,
  about: string,
  flags: Readonly<Record<string, Flag<unknown>>>,
  words = "",
): number {
  console.log(`${about}\n\nUsage: deno task ${name}${words} [options]\n\n${helpOf(flags)}`);
  return 0;
}

function q1Command(optimizer: Q1Optimizer): Command {
  const recipe = Q1_RECIPES[optimizer], name = `q1-${optimizer}`;
  const about = `Train Report A's network with ${recipe.title} (section ${
    PUBLISHED_RUNS[optimizer].section
  })`;
  return {
    about,
    async run(args) {
      const flags = flagsOf(optimizer), values: AllValues = parseFlags(flags, args);
      if (values.help) return showHelp(name, `${about}. ${defaultsOf(recipe.settings)}`, flags);
      return await interruptible(async (signal) => {
        const options = runOptions(values, signal), screen = openScreen({ json: values.json ?? false });
        const settings = applyFlags(recipe.settings, values);
        checkSettings(settings);
        const prepared = prepareRun(name, settings, await loadData(options));
        const choice = await openExecutor(options);
        introduce(screen, prepared, choice);
        if (values.check) screen.say(`${await checkFirstStep(prepared, choice.executor, options)}\n`);
        const { summary, path, result } = await trainRun(prepared, choice, screen, options);
        conclude(screen, summary, path);
        choice.executor.close();
        if (values.json) console.log(JSON.stringify(summary));
        return result.stopped === "interrupted" ? INTERRUPTED : 0;
      });
    },
  };
}

function defaultsOf({ optimizer: _, ...settings }: Q1Settings): string {
  const flagOf: Readonly<Record<string, string>> = { learningRate: "lr", minDelta: "min-delta" };
  const text = Object.entries(settings).map(([key, value]) =>
    `--${flagOf[key] ?? key} ${Array.isArray(value) ? value.join(",") : value}`
  );
  return `Defaults: ${text.join(", ")}.`;
}

const SWEEP_FLAGS = {
  ...TRAIN_FLAGS,
  only: {
    value: "A,B",
    help: `optimizers to run, of ${Q1_OPTIMIZERS.join(",")} (default all)`,
    parse: listOf(Q1_OPTIMIZERS),
  },
  resume: {
    value: "DIR",
    help: "continue an interrupted run of this command: finished cells are kept",
    parse: path,
  },
  ...RUN_FLAGS,
} as const;

const sweepCommand: Command = {
  about: "All five optimizers on all four architectures: tables 1.2.2 to 1.2.4 of Report A beside ours",
  async run(args) {
    const values = parseFlags(SWEEP_FLAGS, args);
    if (values.help) return showHelp("q1", sweepCommand.about, SWEEP_FLAGS);
    return await interruptible(async (signal) => {
      const screen = openScreen({ json: values.json ?? false });
      const { summary, interrupted } = await runSweep(screen, {
        ...runOptions(values, signal),
        optimizers: values.only ?? Q1_OPTIMIZERS,
        change: (settings) => applyFlags(settings, values),
        ...(values.resume !== undefined && { resume: values.resume }),
      });
      if (values.json) console.log(JSON.stringify(summary));
      return interrupted ? INTERRUPTED : 0;
    });
  },
};

const planFlags = {
  ...NETWORK_FLAGS,
  ...TRAIN_FLAGS,
  ...MOMENTUM_FLAG,
  time: { help: "also measure the time of each call" },
  ...RUN_FLAGS,
} as const;

const planCommand: Command = {
  about: "Print the compiled plan of an experiment: calls, shapes, buffers, bytes",
  async run([first, ...rest]) {
    const names = Q1_OPTIMIZERS.map((optimizer) => `q1-${optimizer}`);
    const {
      epochs: _e,
      patience: _p,
      "min-delta": _d,
      monitor: _m,
      out: _o,
      "max-seconds": _s,
      json: _j,
      ...flags
    } = planFlags;
    if (first === "--help") return showHelp("plan", planCommand.about, flags, ` ${names.join("|")}`);
    const optimizer = Q1_OPTIMIZERS.find((known) => `q1-${known}` === first);
    if (optimizer === undefined) {
      throw new UsageError(
        `plan takes the name of an experiment, one of ${names.join(", ")}, got ${
          first === undefined ? "none" : `"${first}"`
        }`,
      );
    }
    const values = parseFlags(flags, rest);
    if (values.help) return showHelp("plan", planCommand.about, flags, ` ${names.join("|")}`);
    const settings = applyFlags(Q1_RECIPES[optimizer].settings, values);
    checkSettings(settings);
    const options = runOptions(values, new AbortController().signal);
    const prepared = prepareRun(`q1-${optimizer}`, settings, await loadData(options));
    await showPlan(prepared, options, { time: values.time ?? false, check: values.check ?? false });
    return 0;
  },
};

const gradcheckCommand: Command = {
  about: "Compare the gradient of each op with central differences in float64",
  async run(args) {
    const flags = { help: RUN_FLAGS.help } as const;
    if (parseFlags(flags, args).help) return showHelp("gradcheck", gradcheckCommand.about, flags);
    return await checkGradients() ? 0 : 1;
  },
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  ...Object.fromEntries(Q1_OPTIMIZERS.map((optimizer) => [`q1-${optimizer}`, q1Command(optimizer)])),
  q1: sweepCommand,
  plan: planCommand,
  gradcheck: gradcheckCommand,
};
