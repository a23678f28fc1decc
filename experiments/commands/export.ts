/** `deno task export runs/<id> --tensorboard DIR`: a run in the forms that other programs read. */
import { type Flags, path } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { type Command, showHelp } from "../lab/command.ts";
import { RUN_FLAGS } from "../lab/options.ts";
import { exportTensorboard } from "./export_tensorboard.ts";

/** A form, asked for by the flag of its name: where it goes, and what writes a run so and gives what to say of it. */
interface Format {
  readonly value: string;
  readonly help: string;
  readonly write: (run: string, to: string) => Promise<string>;
}

const FORMATS: Readonly<Record<string, Format>> = {
  tensorboard: {
    value: "DIR",
    help: "event files that TensorBoard reads: curves, figures, settings",
    write: exportTensorboard,
  },
};

const FLAGS: Flags = {
  ...Object.fromEntries(
    Object.entries(FORMATS).map(([name, { value, help }]) => [name, { value, help, parse: path }]),
  ),
  help: RUN_FLAGS.help,
};

const ABOUT = "Write a run in the forms that other programs read: deno task export runs/ID --tensorboard DIR";

export const exportCommand: Command = {
  about: ABOUT,
  async run(args) {
    const { words, values } = parseFlags(FLAGS, args, { words: true });
    const given: Readonly<Record<string, unknown>> = values;
    if (values.help) return showHelp("export", ABOUT, FLAGS, " runs/ID");
    const [run, ...others] = words, asked = Object.entries(FORMATS).filter(([name]) => name in given);
    if (run === undefined || others.length > 0 || asked.length === 0) {
      throw new UsageError(
        `export takes the folder of one run and at least one of ${
          Object.keys(FORMATS).map((name) => `--${name}`).join(", ")
        }, got ${args.length === 0 ? "nothing" : `"${args.join(" ")}"`}`,
      );
    }
    for (const [name, { write }] of asked) console.log(await write(run, given[name] as string));
    return 0;
  },
};
