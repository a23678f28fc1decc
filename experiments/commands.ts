/** Every command by its name: the tasks in deno.json call these. */
import { type Command, showHelp, trainingCommand } from "./command.ts";
import { parseFlags } from "./flags.ts";
import { checkGradients } from "./gradcheck.ts";
import { RUN_FLAGS } from "./options.ts";
import { planCommand } from "./plan_command.ts";
import { Q1_EXPERIMENTS, q1Command } from "./q1/commands.ts";

/** Every experiment that is one training. */
const EXPERIMENTS = [...Q1_EXPERIMENTS];

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
  q1: q1Command,
  plan: planCommand(EXPERIMENTS),
  gradcheck: gradcheckCommand,
};
