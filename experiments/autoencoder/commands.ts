/** The commands of Report A's chapters 2 to 4: one autoencoder each, and `q2`, `q3`, `q4` for all of a chapter. */
import { ACTIVATIONS } from "../../src/ops/_activation.ts";
import { CORRUPTIONS } from "../../src/ops/corrupt.ts";
import { type Command, longCommand } from "../command.ts";
import { number, oneOf, path, type Values, wholeNumber, widths } from "../../src/cli/flags.ts";
import { NETWORK_FLAGS, PLAN_FLAGS, positiveWhole, RUN_FLAGS, TRAIN_FLAGS } from "../options.ts";
import { checkFirstStep } from "../plan.ts";
import { loadData } from "../q1/prepare.ts";
import { introduce } from "../tell.ts";
import { openExecutor } from "../train_run.ts";
import type { Experiment } from "../training.ts";
import { type AutoencoderName, AUTOENCODERS, type AutoencoderSettings, RECIPES } from "./autoencoder.ts";
import { prepareAutoencoder } from "./prepare.ts";
import { runAutoencoder } from "./run.ts";
import { runChapter } from "./sweep.ts";

/** How the two networks are trained; the chapters' commands take these too. */
const SHARED_FLAGS = {
  epochs: { ...TRAIN_FLAGS.epochs, help: "at most this many epochs of the autoencoder" },
  lr: { ...TRAIN_FLAGS.lr, help: "learning rate of the autoencoder" },
  batch: NETWORK_FLAGS.batch,
  activation: {
    value: "NAME",
    help: `of the hidden layers, the code included: ${ACTIVATIONS.join(", ")}`,
    parse: oneOf(ACTIVATIONS),
  },
  "output-activation": {
    value: "NAME",
    help: "of the reconstruction: sigmoid or identity",
    parse: oneOf(["sigmoid", "identity"]),
  },
  patience: TRAIN_FLAGS.patience,
  "min-delta": TRAIN_FLAGS["min-delta"],
  monitor: {
    value: "NAME",
    help: "what early stopping of the autoencoder watches: loss or val_loss",
    parse: oneOf(["loss", "val_loss"]),
  },
  arch: { value: "A,B,C", help: "widths of the classifier's hidden layers", parse: widths },
  "classifier-epochs": {
    value: "N",
    help: "at most this many epochs of the classifier",
    parse: positiveWhole,
  },
  "last-weights": { help: "keep the weights of the classifier's last epoch (default: of its best)" },
  "fine-tune": { help: "train the encoder on with the classifier (default: it stays as it is)" },
} as const;

const NODES_FLAG = {
  nodes: { value: "N", help: "width of the code", parse: wholeNumber(1, 65536) },
} as const;

const CORRUPTION_FLAGS = {
  corruption: {
    value: "NAME",
    help: `what becomes of a pixel that is hit: ${CORRUPTIONS.join(", ")}`,
    parse: oneOf(CORRUPTIONS),
  },
  deviation: {
    value: "X",
    help: "standard deviation of gaussian noise",
    parse: number(0, 1000, { inclusive: true }),
  },
} as const;

const NOISE_FLAGS = {
  noise: {
    value: "X",
    help: "share of the pixels that get noise at each step, from 0 to 1",
    parse: number(0, 1, { inclusive: true }),
  },
  ...CORRUPTION_FLAGS,
} as const;

const PLAIN_FLAGS = { ...NODES_FLAG, ...SHARED_FLAGS, ...PLAN_FLAGS, ...RUN_FLAGS };
const ALL_FLAGS = { ...NODES_FLAG, ...NOISE_FLAGS, ...SHARED_FLAGS, ...PLAN_FLAGS, ...RUN_FLAGS };

/** The defaults with what the command line changes. */
function applyFlags(settings: AutoencoderSettings, values: Values<typeof ALL_FLAGS>): AutoencoderSettings {
  const { classifier } = settings;
  return {
    ...settings,
    ...(values.nodes !== undefined && { nodes: values.nodes }),
    ...(values.epochs !== undefined && { epochs: values.epochs }),
    ...(values.lr !== undefined && { learningRate: values.lr }),
    ...(values.batch !== undefined && { batch: values.batch }),
    ...(values.activation !== undefined && { activation: values.activation }),
    ...(values["output-activation"] !== undefined && { outputActivation: values["output-activation"] }),
    ...(values.patience !== undefined && { patience: values.patience }),
    ...(values["min-delta"] !== undefined && { minDelta: values["min-delta"] }),
    ...(values.monitor !== undefined && { monitor: values.monitor }),
    ...(values.noise !== undefined && { noise: values.noise }),
    ...(values.corruption !== undefined && { corruption: values.corruption }),
    ...(values.deviation !== undefined && { deviation: values.deviation }),
    classifier: {
      arch: values.arch ?? classifier.arch,
      epochs: values["classifier-epochs"] ?? classifier.epochs,
      fineTune: values["fine-tune"] ?? classifier.fineTune,
      restoreBest: values["last-weights"] === undefined ? classifier.restoreBest : !values["last-weights"],
    },
  };
}

function defaultsOf(settings: AutoencoderSettings): string {
  const { nodes, noise, corruption, activation, outputActivation, learningRate, batch, epochs } = settings;
  const { monitor, minDelta, patience, classifier } = settings;
  return [
    `--nodes ${nodes}`,
    ...(noise > 0 ? [`--noise ${noise}, --corruption ${corruption}, --deviation ${settings.deviation}`] : []),
    `--activation ${activation}, --output-activation ${outputActivation}, --lr ${learningRate}, --batch ${batch}`,
    `--epochs ${epochs}, --monitor ${monitor}, --min-delta ${minDelta}, --patience ${patience}`,
    `--arch ${classifier.arch.join()}, --classifier-epochs ${classifier.epochs}`,
  ].join(", ");
}

/** One autoencoder as an experiment: what `deno task plan` shows of it is the autoencoder's training. */
function experimentOf(name: AutoencoderName): Experiment<typeof PLAIN_FLAGS> {
  const { title, chapter, settings } = RECIPES[name];
  return {
    name,
    about: `Train Report A's autoencoder with ${title}, then a classifier of its codes (chapter ${chapter})`,
    flags: settings.noise > 0 ? ALL_FLAGS : PLAIN_FLAGS,
    defaults: defaultsOf(settings),
    async prepare(values, options) {
      return prepareAutoencoder(applyFlags(settings, values), await loadData(options)).autoencoder;
    },
  };
}

export const AUTOENCODER_EXPERIMENTS = AUTOENCODERS.map(experimentOf);

function commandOf(name: AutoencoderName): Command {
  const { about, flags, defaults } = experimentOf(name);
  return longCommand(
    name,
    { about, flags, help: `${about}. Defaults: ${defaults}.` },
    async (values, { options, screen }) => {
      const prepared = prepareAutoencoder(
        applyFlags(RECIPES[name].settings, values),
        await loadData(options),
      );
      const choice = await openExecutor(options), { autoencoder } = prepared;
      introduce(screen, autoencoder, choice);
      if (values.check) screen.say(`${await checkFirstStep(autoencoder, choice.executor, options)}\n`);
      const { summary, path, interrupted, table } = await runAutoencoder(prepared, choice, screen, options);
      screen.say(`\n${table}\n\nRun folder  ${path}`);
      choice.executor.close();
      return { summary, interrupted };
    },
  );
}

const CHAPTER_FLAGS = {
  ...SHARED_FLAGS,
  resume: {
    value: "DIR",
    help: "continue an interrupted run of this command: what is finished is kept",
    parse: path,
  },
  off: PLAN_FLAGS.off,
  ...RUN_FLAGS,
} as const;

const WIDTHS_FLAGS = {
  only: { value: "A,B", help: "widths to run (default all of the report's table)", parse: widths },
  ...CHAPTER_FLAGS,
} as const;

/** `deno task q2` and `q3`. */
function widthsCommand(name: AutoencoderName, table: string): Command {
  const { group, title, settings } = RECIPES[name];
  return longCommand(group, {
    about: `Autoencoders with ${title} of every width, and PCA: ${table} of Report A beside ours`,
    flags: WIDTHS_FLAGS,
  }, (values, { options, screen }) =>
    runChapter(screen, name, {
      ...options,
      settings: applyFlags(settings, values),
      ...(values.only !== undefined && { widths: values.only }),
      ...(values.resume !== undefined && { resume: values.resume }),
    }));
}

const NOISE_CHAPTER_FLAGS = { ...NODES_FLAG, ...CORRUPTION_FLAGS, ...CHAPTER_FLAGS } as const;

/** `deno task q4`. */
function noiseCommand(name: AutoencoderName): Command {
  const { group, chapter, title, settings } = RECIPES[name];
  return longCommand(group, {
    about: `Autoencoders with ${title}: none, 20% and 40% (chapter ${chapter} of Report A)`,
    flags: NOISE_CHAPTER_FLAGS,
  }, (values, { options, screen }) =>
    runChapter(screen, name, {
      ...options,
      settings: applyFlags(settings, values),
      ...(values.resume !== undefined && { resume: values.resume }),
    }));
}

function chapterCommand(name: AutoencoderName): Command {
  const { table } = RECIPES[name];
  return table === undefined ? noiseCommand(name) : widthsCommand(name, table.name);
}

export const AUTOENCODER_COMMANDS: Readonly<Record<string, Command>> = {
  ...Object.fromEntries(AUTOENCODERS.map((name) => [name, commandOf(name)])),
  ...Object.fromEntries(AUTOENCODERS.map((name) => [RECIPES[name].group, chapterCommand(name)])),
};
