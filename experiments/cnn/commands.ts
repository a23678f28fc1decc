/** The commands of Report B, part A: `cnn-sgd`, `cnn-momentum`, `cnn-rmsprop`, and `cnn` for all of them. */
import { type Command, longCommand } from "../command.ts";
import { listOf, number, path, type Values, wholeNumber } from "../../src/cli/flags.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, PLAN_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "../options.ts";
import type { Experiment } from "../training.ts";
import { CNN_METHODS, CNN_RECIPES, type CnnMethod, type CnnSettings } from "./cnn.ts";
import { compareMethods, DEFAULT_SEEDS } from "./compare.ts";
import { loadData, prepareCnn } from "./prepare.ts";

const IMAGE_FLAGS = {
  ...RUN_FLAGS,
  digits: { ...RUN_FLAGS.digits, help: "labels to learn (default all ten)" },
};

/** What one training and the comparison of all can both be told. */
const SHARED_FLAGS = {
  epochs: TRAIN_FLAGS.epochs,
  batch: NETWORK_FLAGS.batch,
  decay: {
    value: "X",
    help: "weight decay, of weights and biases",
    parse: number(0, 1000, { inclusive: true }),
  },
  full: { help: "train on all 60,000 images and test on all 10,000" },
  "paper-quirks": {
    help: "as the report's listing: drop the short last batch, log the cost times n/(n+1) of n batches",
  },
} as const;

const PLAIN_FLAGS = { lr: TRAIN_FLAGS.lr, ...SHARED_FLAGS, ...PLAN_FLAGS, ...IMAGE_FLAGS };
const ALL_FLAGS = { ...MOMENTUM_FLAG, ...PLAIN_FLAGS };

/** The defaults with what the command line changes. */
function applyFlags(settings: CnnSettings, values: Values<typeof ALL_FLAGS>): CnnSettings {
  return {
    ...settings,
    ...(values.lr !== undefined && { learningRate: values.lr }),
    ...(values.epochs !== undefined && { epochs: values.epochs }),
    ...(values.batch !== undefined && { batch: values.batch }),
    ...(values.decay !== undefined && { decay: values.decay }),
    ...(values.momentum !== undefined && { momentum: values.momentum }),
    full: values.full ?? settings.full,
    paperQuirks: values["paper-quirks"] ?? settings.paperQuirks,
  };
}

/** One method's experiment; it has momentum only where there is one. */
function experimentOf(method: CnnMethod): Experiment<typeof PLAIN_FLAGS> {
  const { settings, title, published } = CNN_RECIPES[method],
    { learningRate, momentum, decay, batch, epochs } = settings;
  return {
    name: `cnn-${method}`,
    about: `Train Report B's convolutional network with ${title} (section ${published.section})`,
    flags: momentum === undefined ? PLAIN_FLAGS : ALL_FLAGS,
    defaults:
      `--lr ${learningRate}, ${momentum === undefined ? "" : `--momentum ${momentum}, `}--decay ${decay}, ` +
      `--batch ${batch}, --epochs ${epochs}`,
    async prepare(values, options) {
      const changed = applyFlags(settings, values);
      return prepareCnn(changed, await loadData({ ...options, full: changed.full }));
    },
  };
}

export const CNN_EXPERIMENTS = CNN_METHODS.map(experimentOf);

const COMPARE_FLAGS = {
  seeds: {
    value: "N",
    help: `trainings of each method, with seeds from --seed on (default ${DEFAULT_SEEDS})`,
    parse: wholeNumber(1, 1000),
  },
  only: {
    value: "A,B",
    help: `methods to run, of ${CNN_METHODS.join(",")} (default all)`,
    parse: listOf(CNN_METHODS),
  },
  resume: {
    value: "DIR",
    help: "continue an interrupted run of this command: finished trainings are kept",
    parse: path,
  },
  ...SHARED_FLAGS,
  off: PLAN_FLAGS.off,
  ...IMAGE_FLAGS,
} as const;

/** `deno task cnn`. */
export const cnnCommand: Command = longCommand("cnn", {
  about:
    "Report B's convolutional network by all three methods, several seeds each: figures 16 and 17, and who wins",
  flags: COMPARE_FLAGS,
}, (values, { options, screen }) =>
  compareMethods(screen, {
    ...options,
    methods: values.only ?? CNN_METHODS,
    seeds: values.seeds ?? DEFAULT_SEEDS,
    change: (settings) => applyFlags(settings, values),
    ...(values.resume !== undefined && { resume: values.resume }),
  }));
