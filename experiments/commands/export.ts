/** `deno task export runs/ID --onnx`: what a run made, in the formats of other programs. */
import { helpOf, parseFlags, type Values } from "../../src/cli/flags.ts";
import { UsageError } from "../../src/core/errors.ts";
import { readRun, type RunFolder } from "../../src/runs/read.ts";
import type { Command } from "../lab/command.ts";
import { RUN_FLAGS } from "../lab/options.ts";
import { exportOnnx } from "./export_onnx.ts";

/** The flags of the formats, and of how they are written. */
const FLAGS = {
  onnx: { help: "each model of the run as an .onnx file, which ONNX Runtime and others run" },
  bytes: { help: "with --onnx: the files take bytes, which they scale themselves, instead of numbers" },
  out: {
    value: "DIR",
    help: "where the files go (default: into the run's folder)",
    parse: RUN_FLAGS.out.parse,
  },
  help: RUN_FLAGS.help,
} as const;

type ExportValues = Values<typeof FLAGS>;

/** Writes a run in a format; gives a line for each file. */
type ExportFormat = (run: RunFolder, values: ExportValues) => Promise<readonly string[]>;

/** By the flags that ask for them. */
const FORMATS: Readonly<Partial<Record<keyof typeof FLAGS, ExportFormat>>> = {
  onnx: (run, { out = run.path, bytes = false }) => exportOnnx(run, { out, bytes }),
};

const ABOUT = "Write a run's models for other programs";
const USAGE = "deno task export runs/ID --onnx";

export const exportCommand: Command = {
  about: ABOUT,
  async run(args) {
    const { words, values } = parseFlags(FLAGS, args, { words: true });
    if (values.help) {
      console.log(`${ABOUT}\n\nUsage: ${USAGE} [options]\n\n${helpOf(FLAGS)}`);
      return 0;
    }
    const asked = Object.entries(FORMATS).filter(([flag]) =>
      values[flag as keyof ExportValues] !== undefined
    );
    const [folder] = words, flags = Object.keys(FORMATS).map((flag) => `--${flag}`);
    if (folder === undefined || words.length > 1) {
      const given = folder === undefined ? "none" : `${words.length}: ${words.join(", ")}`;
      throw new UsageError(`export takes the folder of one run, as in ${USAGE}, got ${given}`);
    }
    if (asked.length === 0) throw new UsageError(`export needs a format: add ${flags.join(" or ")}`);
    const run = await readRun(folder);
    for (const [, write] of asked) for (const line of await write(run, values)) console.log(line);
    return 0;
  },
};
