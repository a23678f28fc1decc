/** `deno task plan NAME`: the plan of a training of any experiment. */
import { type Flag, type Flags, helpOf, wholeNumber } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { bindRun } from "../lab/bind.ts";
import { chosenExperiment, type Command, experimentFlags, runOptions, withPlace } from "../lab/command.ts";
import type { Experiment, Prepared, Training } from "../lab/experiment.ts";
import { RUN_FLAGS } from "../lab/options.ts";
import { showPlan } from "../lab/plan_print.ts";
import { openScreen } from "../lab/screen.ts";
import { settingsFrom } from "../lab/settings.ts";

/** What does not change the plan, or where nothing is written or trained. */
const NOT_OF_A_PLAN = [
  "epochs",
  "classifier-epochs",
  "patience",
  "min-delta",
  "monitor",
  "from",
  "out",
  "max-seconds",
  "json",
] as const;

const OWN_FLAGS = {
  time: { help: "also measure the time of each call" },
  stage: {
    value: "N",
    help: "which training of a run with several (default 1)",
    parse: wholeNumber(1, 64),
  },
} as const;

const ABOUT = "Print the compiled plan of an experiment: calls, shapes, buffers, bytes";

/** The command, for the experiments whose plans it can show. */
export function planCommand(experiments: readonly Experiment[]): Command {
  const names = experiments.map(({ name }) => name);
  return {
    about: ABOUT,
    async run([first, ...rest]) {
      if (first === "--help") {
        const all: Record<string, Flag<unknown>> = Object.assign(
          {},
          ...experiments.toReversed().map(planFlags),
        );
        return showHelp(all, ` ${names.join("|")}`);
      }
      const experiment = chosenExperiment("plan", first, experiments);
      const flags = planFlags(experiment);
      const values = parseFlags(flags, rest);
      if (values.help) return showHelp(flags, ` ${experiment.name}`);
      await printPlan(experiment, values);
      return 0;
    },
  };
}

function showHelp(flags: Flags, words: string): number {
  console.log(`${ABOUT}\n\nUsage: deno task plan${words} [options]\n\n${helpOf(flags)}`);
  return 0;
}

async function printPlan(experiment: Experiment, values: Readonly<Record<string, unknown>>): Promise<void> {
  const { seed = 1, stage = 1, time = false, check = false } = values as {
    readonly seed?: number;
    readonly stage?: number;
    readonly time?: boolean;
    readonly check?: boolean;
  };
  const options = runOptions(values);
  const settings = settingsFrom(experiment, values);
  const { data, prepared } = await bindRun(experiment, { settings, seed }, options);
  const { length } = prepared.stages;
  if (stage > length) {
    throw new UsageError(
      `--stage takes a training from 1 to ${length}, which ${experiment.name} has, got ${stage}`,
    );
  }
  const training = trainingOf(prepared, stage, seed);
  const screen = openScreen({ json: false });
  const place = { options, screen, signal: new AbortController().signal };
  await withPlace({ ...place, published: () => null }, async ({ choice: { executor } }) => {
    const { off } = options;
    const bound = { name: experiment.name, training, data };
    await showPlan(bound, executor, { time, check, width: screen.columns, seed, ...(off && { off }) });
  });
}

/** A training as it is planned: those before it have fresh weights. */
function trainingOf({ stages }: Prepared, wanted: number, seed: number): Training {
  const results: FitResult[] = [];
  for (const stage of stages.slice(0, wanted - 1)) {
    const { model, weights } = stage.training(results);
    results.push({
      model,
      weights: weights ?? initializeWeights(model, seed),
      history: [],
      stopped: "last epoch",
      seconds: 0,
      end: { state: { epoch: 0, done: 0, updates: 0, tensors: new Map() }, trained: [], rows: 0, batch: 0 },
      results: {},
    });
  }
  return stages[wanted - 1]!.training(results);
}

/** An experiment's flags that a plan depends on, and those of the command. */
function planFlags(experiment: Experiment): Flags {
  const all = { ...RUN_FLAGS, ...experimentFlags(experiment), ...OWN_FLAGS };
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !NOT_OF_A_PLAN.some((other) => other === name)),
  );
}
