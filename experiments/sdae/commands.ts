/** The commands of Report B, part B: `sdae-pretrain`, `sdae-classify`, `sdae-sparse`, and `sdae` for all of them. */
import { referenceExecutor } from "../../src/exec/reference.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { type LayerTraining, pretrainLayers } from "../../src/train/pretrain.ts";
import { type Command, longCommand } from "../command.ts";
import { number, oneOf, path, type Values, wholeNumber } from "../../src/cli/flags.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, PLAN_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "../options.ts";
import { openExecutor } from "../train_run.ts";
import type { Experiment } from "../training.ts";
import { classifyFrom, pretrainAndTell } from "./run.ts";
import { compareKinds } from "./compare.ts";
import {
  checkLayer,
  classifierTraining,
  layerTraining,
  loadData,
  pretrainOptions,
  stackFor,
} from "./prepare.ts";
import { checkSettings, SDAE_INITIALIZERS, SDAE_RECIPES, type SdaeKind, type SdaeSettings } from "./sdae.ts";

/** What every command of the chapter takes. */
const SHARED_FLAGS = {
  arch: { ...NETWORK_FLAGS.arch, help: "widths of the layers" },
  noise: {
    value: "X",
    help: "probability with which a value of a layer's input is masked",
    parse: number(0, 1, { inclusive: true }),
  },
  initializer: {
    value: "NAME",
    help: `of the layers' weights: ${SDAE_INITIALIZERS.join(", ")}`,
    parse: oneOf(SDAE_INITIALIZERS),
  },
  epochs: { ...TRAIN_FLAGS.epochs, help: "epochs of each training" },
  lr: TRAIN_FLAGS.lr,
  batch: NETWORK_FLAGS.batch,
  full: { help: "train on all 60,000 images and test on all 10,000" },
  "paper-quirks": {
    help:
      "as the report's listing: corruption stays on where nothing is trained, short last batches are dropped",
  },
  ...PLAN_FLAGS,
  ...RUN_FLAGS,
  digits: { ...RUN_FLAGS.digits, help: "labels to learn (default all ten)" },
} as const;

const SPARSITY_FLAGS = {
  ...MOMENTUM_FLAG,
  beta: {
    value: "X",
    help: "weight of the penalty for codes that are not sparse; 0 for none",
    parse: number(0, 1e6, { inclusive: true }),
  },
  rho: { value: "X", help: "wanted mean activation of every unit", parse: number(0, 0.999999) },
} as const;

const ALL_FLAGS = { ...SPARSITY_FLAGS, ...SHARED_FLAGS };

const FROM_FLAG = {
  value: "DIR",
  help: "folder of a pre-training run to go on from; without it the layers are trained first",
  parse: path,
} as const;

/** What the command line changes. */
function givenBy(values: Values<typeof ALL_FLAGS>): Partial<SdaeSettings> {
  return {
    ...(values.arch !== undefined && { arch: values.arch }),
    ...(values.noise !== undefined && { noise: values.noise }),
    ...(values.initializer !== undefined && { initializer: values.initializer }),
    ...(values.epochs !== undefined && { epochs: values.epochs }),
    ...(values.lr !== undefined && { learningRate: values.lr }),
    ...(values.momentum !== undefined && { momentum: values.momentum }),
    ...(values.batch !== undefined && { batch: values.batch }),
    ...(values.beta !== undefined && { beta: values.beta }),
    ...(values.rho !== undefined && { rho: values.rho }),
    ...(values.full !== undefined && { full: values.full }),
    ...(values["paper-quirks"] !== undefined && { paperQuirks: values["paper-quirks"] }),
  };
}

function defaultsOf({ settings }: typeof SDAE_RECIPES[SdaeKind], { hasSparsity = true } = {}): string {
  const { arch, noise, initializer, epochs, learningRate, batch, momentum, beta, rho } = settings;
  return [
    `--arch ${arch.join()}`,
    `--noise ${noise}`,
    `--initializer ${initializer}`,
    `--epochs ${epochs}`,
    `--lr ${learningRate}`,
    `--batch ${batch}`,
    `--momentum ${momentum}`,
    ...(hasSparsity ? [`--beta ${beta}`, `--rho ${rho}`] : []),
  ].join(", ");
}

const PRETRAIN_ABOUT = "Pre-train Report B's stacked denoising autoencoder, layer after layer (question 1)";

/** `deno task sdae-pretrain`. */
const pretrainCommand: Command = longCommand("sdae-pretrain", {
  about: PRETRAIN_ABOUT,
  flags: ALL_FLAGS,
  help: `${PRETRAIN_ABOUT}. Defaults: ${defaultsOf(SDAE_RECIPES.plain)}.`,
}, async (values, { options, screen }) => {
  const settings = { ...SDAE_RECIPES.plain.settings, ...givenBy(values) };
  const data = await loadData({ ...options, full: settings.full }), choice = await openExecutor(options);
  const { check = false } = values;
  const { summary, interrupted } = await pretrainAndTell(settings, data, { choice, screen, options, check });
  choice.executor.close();
  return { summary, interrupted };
});

/** The command that fine-tunes a classifier, on plain or on sparse layers. */
function classifyCommand(kind: SdaeKind, about: string): Command {
  const recipe = SDAE_RECIPES[kind],
    flags = kind === "sparse" ? ALL_FLAGS : { ...MOMENTUM_FLAG, ...SHARED_FLAGS };
  return longCommand(recipe.classify, {
    about,
    flags: { from: FROM_FLAG, ...flags },
    help: `${about}. Defaults: ${defaultsOf(recipe, { hasSparsity: kind === "sparse" })}.`,
  }, async (values, { options, screen }) => {
    const given = givenBy(values),
      settings = { ...recipe.settings, ...given },
      { from, check = false } = values;
    checkSettings(kind, settings);
    const run = { kind, settings, given, check, options, screen, ...(from !== undefined && { from }) };
    const choice = await openExecutor(options), { summary, interrupted } = await classifyFrom(run, choice);
    choice.executor.close();
    return { summary, interrupted };
  });
}

const COMPARE_FLAGS = {
  from: { ...FROM_FLAG, help: "folder of a pre-training without penalty to go on from" },
  "from-sparse": { ...FROM_FLAG, help: "folder of a pre-training with penalty to go on from" },
  momentum: { ...MOMENTUM_FLAG.momentum, help: "momentum of the trainings with penalty, from 0 to below 1" },
  beta: SPARSITY_FLAGS.beta,
  rho: SPARSITY_FLAGS.rho,
  ...SHARED_FLAGS,
} as const;

const COMPARE_ABOUT =
  "Report B's stacked autoencoder without and with sparsity, and both classifiers: the comparisons of questions 1 to 3";

/** `deno task sdae`. */
const compareCommand: Command = longCommand("sdae", {
  about: COMPARE_ABOUT,
  flags: COMPARE_FLAGS,
  help: `${COMPARE_ABOUT}. Defaults: ${defaultsOf(SDAE_RECIPES.sparse)}.`,
}, (values, { options, screen }) => {
  const { from, "from-sparse": fromSparse, check = false } = values;
  return compareKinds({
    given: givenBy(values),
    check,
    options,
    screen,
    from: { plain: from, sparse: fromSparse },
  });
});

export const SDAE_COMMANDS: Readonly<Record<string, Command>> = {
  "sdae-pretrain": pretrainCommand,
  "sdae-classify": classifyCommand(
    "plain",
    "Fine-tune a classifier that starts from Report B's pre-trained layers (question 2)",
  ),
  "sdae-sparse": classifyCommand(
    "sparse",
    "Pre-train with momentum and a penalty for codes that are not sparse, then fine-tune (question 3)",
  ),
  sdae: compareCommand,
};

const LAYER_FLAG = {
  layer: { value: "N", help: "layer whose training is shown (default 1)", parse: wholeNumber(1, 32) },
} as const;

/** The training of one layer as a plan shows it: those below have fresh weights. */
function layerPlan(kind: SdaeKind, name: string): Experiment<typeof ALL_FLAGS & typeof LAYER_FLAG> {
  return {
    name,
    about: PRETRAIN_ABOUT,
    flags: { ...LAYER_FLAG, ...ALL_FLAGS },
    defaults: defaultsOf(SDAE_RECIPES[kind]),
    async prepare(values, options) {
      const settings = { ...SDAE_RECIPES[kind].settings, ...givenBy(values) }, { layer = 1 } = values;
      checkLayer(layer, settings);
      const data = await loadData({ ...options, full: settings.full }), tasks: LayerTraining[] = [];
      await pretrainLayers(stackFor(settings, data), data, {
        ...pretrainOptions(settings, data, options.seed),
        executor: referenceExecutor(),
        train(task) {
          tasks.push(task);
          const { model, options: { weights } } = task;
          return Promise.resolve({
            model,
            weights: weights!,
            history: [],
            stopped: "last epoch",
            seconds: 0,
            results: {},
          });
        },
      });
      return { ...layerTraining(settings, data, tasks[layer - 1]!), name };
    },
  };
}

const classifierPlan: Experiment<typeof ALL_FLAGS> = {
  name: "sdae-classify",
  about: "Fine-tune a classifier that starts from Report B's pre-trained layers",
  flags: ALL_FLAGS,
  defaults: defaultsOf(SDAE_RECIPES.plain),
  async prepare(values, options) {
    const settings = { ...SDAE_RECIPES.plain.settings, ...givenBy(values) };
    const data = await loadData({ ...options, full: settings.full }), model = stackFor(settings, data);
    const encoder = { model, weights: initializeWeights(model, options.seed) };
    return {
      ...classifierTraining(settings, data, { encoder, seed: options.seed }),
      figures: () => Promise.resolve([]),
    };
  },
};

/** What `deno task plan` can show of the chapter. */
export const SDAE_PLANS: readonly Experiment[] = [
  layerPlan("plain", "sdae-pretrain"),
  classifierPlan,
  layerPlan("sparse", "sdae-sparse"),
];
