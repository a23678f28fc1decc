/** The options of the benchmark commands, and the images that they train with. */
import { REPORT_A } from "../experiments/images/selections.ts";
import { selectImages } from "../experiments/images/select.ts";
import type { ImageSet } from "../src/data/mnist.ts";
import { number, oneOf, path, wholeNumber } from "../src/cli/flags.ts";
import { REWRITE_NAMES, type RewriteName } from "../src/train/rewrites.ts";
import { BENCH_BACKENDS, threadCounts } from "./devices.ts";

const COMMON = {
  rounds: {
    value: "R",
    help: "rounds in which all are timed in turn (default 3)",
    parse: wholeNumber(1, 1000),
  },
  data: {
    value: "DIR",
    help: "folder with four IDX or IDX.gz files (default: the original MNIST)",
    parse: path,
  },
  json: { help: "one JSON object per line on standard output, all else on standard error" },
  help: { help: "show this" },
} as const;

const PYTHON = {
  value: "PATH",
  help: "the Python that has torch (default python3, then /usr/bin/python3)",
  parse: path,
} as const;

export const BENCH_FLAGS = {
  scaling: {
    help: "steps of a dense network against batch, width, depth and rows (or those named), beside PyTorch's",
  },
  quick: { help: "of each sweep of --scaling the ends and the base alone" },
  "cpu-time": {
    help: "with --scaling: time that the processor spends, on one thread, for a machine that others use too",
  },
  python: { ...PYTHON, help: `of --scaling: ${PYTHON.help}` },
  backend: {
    value: "NAME",
    help: `${BENCH_BACKENDS.join(", ")} (default all: WASM, and WebGPU where there is a GPU)`,
    parse: oneOf(BENCH_BACKENDS),
  },
  threads: {
    value: "N,M",
    help: "numbers of threads of the WASM backend (default 1 and all, at most 8)",
    parse: threadCounts,
  },
  seconds: {
    value: "S",
    help: "time for each line, over all rounds (default 3; an op takes a fifth; --scaling 0.6 in 2 rounds)",
    parse: number(0, 3600),
  },
  off: {
    value: "A,B",
    help: `rewrites of the plan to leave out, of ${REWRITE_NAMES.join(",")}`,
    parse: (text: string, flag: string): readonly RewriteName[] =>
      text.split(",").map((word) => oneOf(REWRITE_NAMES)(word, flag)),
  },
  out: {
    value: "DIR",
    help:
      "also write the lines of --json into DIR, as a file named by the time: runs/bench is where the dashboard looks; " +
      "of --scaling the figures (SVG, PNG) and the table (CSV, Markdown)",
    parse: path,
  },
  ...COMMON,
} as const;

export const COMPARE_FLAGS = {
  seconds: {
    value: "S",
    help: "time for each workload, variant and round (default 2)",
    parse: number(0, 3600),
  },
  only: {
    value: "A,B",
    help: "peers to run beside Descent (default: all that are installed)",
    parse: (text: string): readonly string[] => text.split(","),
  },
  compile: { help: "time PyTorch by torch.compile too, which takes up to a minute a workload and round" },
  python: PYTHON,
  ...COMMON,
} as const;

/** The training images of Report A. From a folder, the same share of what it holds. */
export async function trainingImages(data?: string): Promise<ImageSet> {
  return (await selectImages({ ...REPORT_A, ...(data !== undefined && { data, shrink: true }) })).train;
}
