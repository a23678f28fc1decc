/** Every command by its name: the tasks in deno.json call these. */
import { AUTOENCODER_COMMANDS, AUTOENCODER_EXPERIMENTS } from "./autoencoder/commands.ts";
import { type Command, showHelp, trainingCommand } from "./command.ts";
import { parseFlags } from "../src/cli/flags.ts";
import { checkGradients } from "./gradcheck.ts";
import { RUN_FLAGS } from "./options.ts";
import { planCommand } from "./plan_command.ts";
import { CNN_EXPERIMENTS, cnnCommand } from "./cnn/commands.ts";
import { Q1_EXPERIMENTS, q1Command } from "./q1/commands.ts";
import { SDAE_COMMANDS, SDAE_PLANS } from "./sdae/commands.ts";
import type { Experiment } from "./training.ts";

/** Every experiment that is one training. */
const EXPERIMENTS: readonly Experiment[] = [...Q1_EXPERIMENTS, ...CNN_EXPERIMENTS];

const gradcheckCommand: Command = {
  about: "Compare the gradient of each op with central differences in float64",
  async run(args) {
    const flags = { help: RUN_FLAGS.help } as const;
    if (parseFlags(flags, args).help) return showHelp("gradcheck", gradcheckCommand.about, flags);
    return await checkGradients() ? 0 : 1;
  },
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  ...Object.fromEntries(EXPERIMENTS.map((experiment) => [experiment.name, trainingCommand(experiment)])),
  ...AUTOENCODER_COMMANDS,
  q1: q1Command,
  cnn: cnnCommand,
  ...SDAE_COMMANDS,
  plan: planCommand([...EXPERIMENTS, ...AUTOENCODER_EXPERIMENTS, ...SDAE_PLANS]),
  gradcheck: gradcheckCommand,
};
