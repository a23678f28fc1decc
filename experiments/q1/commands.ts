/** The commands of Report A's first chapter: `q1-sgd` … `q1-adam`, and `q1` for all of them. */
import { DescentError, UsageError } from "../../src/core/errors.ts";
import { type Command, longCommand } from "../command.ts";
import { listOf, path, type Values } from "../../src/cli/flags.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "../options.ts";
import type { Experiment } from "../training.ts";
import { loadData, prepareRun } from "./prepare.ts";
import { PUBLISHED_RUNS, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { Q1_RECIPES, type Q1Settings } from "./q1.ts";
import { runSweep } from "./sweep.ts";

const PLAIN_FLAGS = { ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...RUN_FLAGS };
const ALL_FLAGS = { ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...MOMENTUM_FLAG, ...RUN_FLAGS };

/** The defaults with what the command line changes. */
function applyFlags(settings: Q1Settings, values: Values<typeof ALL_FLAGS>): Q1Settings {
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

function defaultsOf({ optimizer: _, ...settings }: Q1Settings): string {
  const flagOf: Readonly<Record<string, string>> = { learningRate: "lr", minDelta: "min-delta" };
  return Object.entries(settings).map(([key, value]) =>
    `--${flagOf[key] ?? key} ${Array.isArray(value) ? value.join(",") : value}`
  ).join(", ");
}

/** One optimizer's experiment; it has momentum only where there is one. */
function experimentOf(optimizer: Q1Optimizer): Experiment<typeof PLAIN_FLAGS> {
  const { settings, title } = Q1_RECIPES[optimizer], name = `q1-${optimizer}`;
  return {
    name,
    about: `Train Report A's network with ${title} (section ${PUBLISHED_RUNS[optimizer].section})`,
    flags: settings.momentum === undefined ? PLAIN_FLAGS : ALL_FLAGS,
    defaults: defaultsOf(settings),
    async prepare(values, options) {
      const changed = applyFlags(settings, values);
      checkSettings(changed);
      return prepareRun(name, changed, await loadData(options));
    },
  };
}

export const Q1_EXPERIMENTS = Q1_OPTIMIZERS.map(experimentOf);

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

/** `deno task q1`. */
export const q1Command: Command = longCommand("q1", {
  about: "All five optimizers on all four architectures: tables 1.2.2 to 1.2.4 of Report A beside ours",
  flags: SWEEP_FLAGS,
}, (values, { options, screen }) =>
  runSweep(screen, {
    ...options,
    optimizers: values.only ?? Q1_OPTIMIZERS,
    change: (settings) => applyFlags(settings, values),
    ...(values.resume !== undefined && { resume: values.resume }),
  }));
