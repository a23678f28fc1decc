/** The options that experiments share, as one table: it parses, checks, and makes `--help`. */
import { BACKENDS } from "../../src/exec/choose.ts";
import { ACTIVATIONS } from "../../src/ops/_activation.ts";
import { REWRITE_NAMES } from "../../src/train/rewrites.ts";
import { MONITORS } from "../../src/train/stop.ts";
import { labels, listOf, number, oneOf, path, wholeNumber, widths } from "../../src/cli/flags.ts";

/** Counts of epochs or images. */
/** Where run folders go, and where the dashboard looks for them, if nothing else is said. */
export const DEFAULT_RUNS = "runs";

export const positiveWhole = wholeNumber(1, 1_000_000_000);

/** Where and how to run; every experiment has these. */
export const RUN_FLAGS = {
  seed: {
    value: "N",
    help: "chooses the images, the initial weights and the shuffles (default 1)",
    parse: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  },
  backend: {
    value: "NAME",
    help: `${BACKENDS.join(", ")} (default auto: WASM, or a real GPU where that is faster)`,
    parse: oneOf(BACKENDS),
  },
  threads: {
    value: "N",
    help: "threads of the WASM backend, which auto then takes (default one per core, at most 8)",
    parse: wholeNumber(1, 64),
  },
  data: {
    value: "DIR",
    help: "folder with four IDX or IDX.gz files (default: the original MNIST)",
    parse: path,
  },
  digits: { value: "A,B,C", help: "labels to learn (default 0,2,4,6,7)", parse: labels },
  out: { value: "DIR", help: `where run folders go (default ${DEFAULT_RUNS})`, parse: path },
  "max-seconds": {
    value: "S",
    help: "stop each training after the epoch in which this time runs out",
    parse: number(0, 1e9),
  },
  checkpoint: {
    value: "SECONDS|off",
    help: "how often what was learned is kept on the disk, for --resume (default 30)",
    parse: (text: string, flag: string): number => text === "off" ? 0 : number(0, 1e9)(text, flag),
  },
  json: { help: "print the summary as JSON as the last line of standard output, all else on standard error" },
  help: { help: "show this" },
} as const;

/** How to train a classifier. */
export const TRAIN_FLAGS = {
  epochs: { value: "N", help: "at most this many epochs", parse: positiveWhole },
  lr: { value: "X", help: "learning rate", parse: number(0, 1000) },
  activation: {
    value: "NAME",
    help: `of the hidden layers: ${ACTIVATIONS.filter((a) => a !== "identity").join(", ")}`,
    parse: oneOf(["relu", "tanh", "sigmoid"]),
  },
  patience: {
    value: "N",
    help: "epochs without improvement before training stops",
    parse: wholeNumber(0, 1_000_000_000),
  },
  "min-delta": {
    value: "X",
    help: "smallest change that counts as an improvement",
    parse: number(0, 1e9, { inclusive: true }),
  },
  monitor: {
    value: "NAME",
    help: `what early stopping watches: ${MONITORS.join(", ")}`,
    parse: oneOf(MONITORS),
  },
} as const;

/** How the plan is compiled and checked; every experiment has these. */
export const PLAN_FLAGS = {
  off: {
    value: "A,B",
    help: `rewrites of the plan to leave out, of ${REWRITE_NAMES.join(",")}: the numbers stay the same`,
    parse: listOf(REWRITE_NAMES),
  },
  check: { help: "replay each call of the first step on the float64 reference first" },
} as const;

/** One network of fully connected layers. */
export const NETWORK_FLAGS = {
  arch: { value: "A,B,C", help: "widths of the hidden layers", parse: widths },
  batch: {
    value: "N",
    help: 'images per step, or "all"',
    parse: (
      text: string,
      flag: string,
    ): number | "all" => (text === "all" ? "all" : positiveWhole(text, flag)),
  },
  ...PLAN_FLAGS,
} as const;

export const MOMENTUM_FLAG = {
  momentum: {
    value: "X",
    help: "momentum, from 0 to below 1",
    parse: number(0, 0.999999, { inclusive: true }),
  },
} as const;

/** Whether each epoch has an order of its own. */
export const SHUFFLE_SETTING = {
  flag: "no-shuffle",
  help: "keep the order of the images in every epoch",
  on: false,
} as const;

/** Of the flags of every run, those that decide which runs a group is of: it goes on with the same. */
export const GROUP_FLAGS = {
  seed: RUN_FLAGS.seed,
  data: RUN_FLAGS.data,
  digits: RUN_FLAGS.digits,
  "max-seconds": RUN_FLAGS["max-seconds"],
} as const;
