/** Every command by its name: the tasks in deno.json call these. */
import { parseFlags } from "../src/cli/parse_flags.ts";
import { cellsCommand } from "./commands/cluster.ts";
import { exportCommand } from "./commands/export.ts";
import { forensicsCommand } from "./commands/forensics.ts";
import { checkGradients } from "./commands/gradcheck.ts";
import { planCommand } from "./commands/plan.ts";
import { reproduceCommand } from "./commands/reproduce.ts";
import { sectionCommand } from "./commands/section.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { type Command, experimentCommand, showHelp } from "./lab/command.ts";
import { RUN_FLAGS } from "./lab/options.ts";
import { openScreen } from "./lab/screen.ts";
import { EXPERIMENTS } from "./registry.ts";
import { REPORTS } from "./reports/mod.ts";
import { publishedOf } from "./reports/published.ts";

const gradcheckCommand: Command = {
  about: "Compare the gradient of each op with central differences in float64",
  async run(args) {
    const flags = { help: RUN_FLAGS.help } as const;
    if (parseFlags(flags, args).help) return showHelp("gradcheck", gradcheckCommand.about, flags);
    return await checkGradients(openScreen({ json: false })) ? 0 : 1;
  },
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  ...Object.fromEntries(
    EXPERIMENTS.map((experiment) => [experiment.name, experimentCommand(experiment, publishedOf)]),
  ),
  ...Object.fromEntries(
    REPORTS.flatMap(({ sections }) => sections.map((section) => [section.task, sectionCommand(section)])),
  ),
  reproduce: reproduceCommand,
  sweep: sweepCommand(EXPERIMENTS),
  forensics: forensicsCommand,
  export: exportCommand,
  plan: planCommand(EXPERIMENTS),
  gradcheck: gradcheckCommand,
  cells: cellsCommand,
};
