/** `deno task plan NAME`: the plan of any experiment that is one training. */
import { UsageError } from "../src/core/errors.ts";
import { type Command, runOptions, showHelp } from "./command.ts";
import { type Flag, parseFlags } from "../src/cli/flags.ts";
import { showPlan } from "./plan.ts";
import type { Experiment } from "./training.ts";

/** What does not change the plan, or where nothing is written or trained. */
const NOT_OF_A_PLAN = [
  "epochs",
  "patience",
  "min-delta",
  "monitor",
  "out",
  "max-seconds",
  "json",
] as const;

const TIME: Flag<unknown> = { help: "also measure the time of each call" };

/** The command, for the experiments whose plans it can show. */
export function planCommand(experiments: readonly Experiment[]): Command {
  const about = "Print the compiled plan of an experiment: calls, shapes, buffers, bytes";
  const names = experiments.map(({ name }) => name);
  return {
    about,
    async run([first, ...rest]) {
      if (first === "--help") {
        const all = Object.assign({}, ...experiments.toReversed().map(planFlags));
        return showHelp("plan", about, all, ` ${names.join("|")}`);
      }
      const experiment = experiments.find(({ name }) => name === first);
      if (experiment === undefined) {
        throw new UsageError(
          `plan takes the name of an experiment, one of ${names.join(", ")}, got ${
            first === undefined ? "none" : `"${first}"`
          }`,
        );
      }
      const flags = planFlags(experiment), values = parseFlags(flags, rest);
      if (values.help) return showHelp("plan", about, flags, ` ${experiment.name}`);
      const options = runOptions(values, new AbortController().signal);
      const training = await experiment.prepare(values, options);
      await showPlan(training, options, { time: values.time === true, check: values.check === true });
      return 0;
    },
  };
}

/** An experiment's flags that a plan depends on, and those of the command. */
function planFlags({ flags }: Experiment): Experiment["flags"] & { readonly time: Flag<unknown> } {
  const kept = Object.entries(flags).filter(([name]) => !NOT_OF_A_PLAN.some((other) => other === name));
  return { ...Object.fromEntries(kept) as Experiment["flags"], time: TIME };
}
