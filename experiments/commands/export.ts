/** `deno task export runs/ID --onnx`: what a run made, in the forms of other programs. */
import { path, type Values } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { readRun } from "../../src/runs/read.ts";
import { type Command, showHelp } from "../lab/command.ts";
import { RUN_FLAGS } from "../lab/options.ts";
import { exportOnnx } from "./export_onnx.ts";
import { exportTensorboard } from "./export_tensorboard.ts";

/** The flags of the forms, and of how they are written. */
const FLAGS = {
  onnx: { help: "each model of the run as an .onnx file, which ONNX Runtime and others run" },
  bytes: { help: "with --onnx: the files take bytes, which they scale themselves, instead of numbers" },
  out: { value: "DIR", help: "where the .onnx files go (default: into the run's folder)", parse: path },
  tensorboard: {
    value: "DIR",
    help: "event files in DIR that TensorBoard reads: curves, figures, settings",
    parse: path,
  },
  help: RUN_FLAGS.help,
} as const;

type ExportValues = Values<typeof FLAGS>;

/** Writes the run of a folder in a form; gives what to say of it, a line each. */
type ExportForm = (folder: string, values: ExportValues) => Promise<readonly string[]>;

/** By the flags that ask for them. */
const FORMS: Readonly<Partial<Record<keyof typeof FLAGS, ExportForm>>> = {
  onnx: async (folder, { out = folder, bytes = false }) =>
    await exportOnnx(await readRun(folder), { out, bytes }),
  tensorboard: async (folder, { tensorboard }) => [await exportTensorboard(folder, tensorboard!)],
};

const ABOUT = "Write a run for other programs: deno task export runs/ID --onnx, --tensorboard DIR";

export const exportCommand: Command = {
  about: ABOUT,
  async run(args) {
    const { words, values } = parseFlags(FLAGS, args, { words: true });
    if (values.help) return showHelp("export", ABOUT, FLAGS, " runs/ID");
    const asked = Object.entries(FORMS).filter(([flag]) => values[flag as keyof ExportValues] !== undefined);
    const [folder] = words, flags = Object.keys(FORMS).map((flag) => `--${flag}`);
    if (folder === undefined || words.length > 1) {
      const given = folder === undefined ? "none" : `${words.length}: ${words.join(", ")}`;
      throw new UsageError(
        `export takes the folder of one run, as in deno task export runs/ID --onnx, got ${given}`,
      );
    }
    if (asked.length === 0) throw new UsageError(`export needs a form: add ${flags.join(" or ")}`);
    for (const [, write] of asked) for (const line of await write(folder, values)) console.log(line);
    return 0;
  },
};
