/** Runs folders for the tests of the dashboard. */
import { join } from "node:path";
import { createDashboard, type Dashboard } from "../../dashboard/app.ts";
import type { JsonObject } from "../../src/runs/json.ts";

/** The dashboard over a folder that `fill` makes up; the folder goes when the test ends. */
export async function withRuns<T>(
  fill: (root: string) => Promise<void> | void,
  use: (dashboard: Dashboard, root: string) => Promise<T>,
): Promise<T> {
  const root = await Deno.makeTempDir({ prefix: "descent-dashboard-" });
  try {
    await fill(root);
    return await use(await createDashboard({ runs: root }), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

export interface RunParts {
  readonly run?: JsonObject;
  readonly summary?: JsonObject | null;
  /** Lines of metrics, or the text of the file. */
  readonly metrics?: readonly JsonObject[] | string;
  /** More files by their paths in the folder. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A finished run as `deno task q1-adam` leaves it, with what a test changes. */
export function writeRun(root: string, id: string, parts: RunParts = {}): void {
  const folder = join(root, id);
  Deno.mkdirSync(join(folder, "figures"), { recursive: true });
  for (const [path, text] of Object.entries(runFiles(id, parts))) {
    Deno.writeTextFileSync(join(folder, path), text);
  }
}

/** The files of such a run, by their paths in its folder. */
export function runFiles(
  id: string,
  { run, summary, metrics, files = {} }: RunParts = {},
): Readonly<Record<string, string>> {
  const lines = metrics ?? epochs(23, { bestEpoch: 8 });
  return {
    "run.json": JSON.stringify({ ...runInfo(id), ...run }),
    ...(summary === null ? {} : { "summary.json": JSON.stringify({ ...runSummary(id), ...summary }) }),
    "metrics.jsonl": typeof lines === "string"
      ? lines
      : lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    "figures/confusion_test.csv": "true class,predicted 0,predicted 2\r\n0,757,2\r\n2,1,758\r\n",
    "figures/loss.svg":
      '<svg aria-label="Loss" height="360" width="480" xmlns="http://www.w3.org/2000/svg"><title>Loss against epochs</title></svg>',
    ...files,
  };
}

export function runInfo(id: string): JsonObject {
  return {
    id,
    name: "q1-adam",
    seed: 1,
    state: "finished",
    startedAt: "2026-11-21T20:45:36.643Z",
    finishedAt: "2026-11-21T20:45:42.791Z",
    pid: 1,
    experiment: "q1-adam",
    settings: {
      learningRate: 0.001,
      epochs: 100_000,
      monitor: "val_loss",
      minDelta: 0.0001,
      patience: 15,
      batch: 32,
    },
    network: "784-30-20-10-5",
    optimizer: { learningRate: 0.001, beta1: 0.9 },
    backend: { name: "wasm", description: "WASM SIMD, 2 threads", why: "no GPU" },
    versions: { descent: "0.1.0", deno: "2.9.6" },
  };
}

export function runSummary(id: string): JsonObject {
  const scores = (accuracy: number, loss: number) => ({
    loss,
    accuracy,
    precision: accuracy,
    recall: accuracy,
    f1: accuracy,
  });
  return {
    run: id,
    experiment: "q1-adam",
    epochs: 23,
    seconds: 3.4,
    stopped: "early stopping",
    train: scores(1, 0.0002),
    validation: scores(0.9823, 0.0872),
    test: scores(0.9852, 0.0789),
    backend: "wasm",
    seed: 1,
    parameters: 24_435,
    published: { section: "1.3.5", epochs: 25, validation: { accuracy: 0.9847 } },
  };
}

/** Lines of metrics whose validation loss is best at `bestEpoch`. */
export function epochs(
  count: number,
  { bestEpoch = count }: { readonly bestEpoch?: number } = {},
): JsonObject[] {
  return Array.from({ length: count }, (_, i) => {
    const epoch = i + 1, best = Math.min(epoch, bestEpoch);
    return {
      epoch,
      loss: 1 / epoch,
      accuracy: 1 - 0.5 / epoch,
      valLoss: 1 / best + 0.01 * (epoch - best),
      valAccuracy: 1 - 0.6 / best,
      seconds: 0.1 * epoch,
      samplesPerSecond: 80_000,
      stopping: { best: 1 / best, bestEpoch: best, wait: epoch - best },
    };
  });
}

/** The text of a page; fails unless it was found. */
export async function pageText({ app }: Dashboard, path: string): Promise<string> {
  const answer = await app.request(path), text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  return text;
}
