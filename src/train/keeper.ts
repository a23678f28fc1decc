/** Keeps a training in its checkpoints, and takes it up from one: which other training it may be, and how often to write. */
import { DescentError, require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { sha256 } from "../core/sha256.ts";
import type { Executor } from "../exec/executor.ts";
import { type DataSet, SPLIT_NAMES } from "../data/data_set.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import { modelConfig } from "../nn/registry.ts";
import type { Weights } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type Checkpoint, type CheckpointOptions, isHealthy, type TrainingTexts } from "./checkpoint.ts";
import { writeCheckpoint } from "./checkpoint_file.ts";
import { clipText } from "./clipping.ts";
import type { FitOptions } from "./fit_options.ts";
import type { Session } from "./session.ts";
import type { StopState } from "./stop.ts";
import { scheduleText } from "./schedule.ts";

const EVERY_SECONDS = 30;

/** What of a training is not in its session. */
type Kept = Pick<Checkpoint, "history" | "seconds"> & {
  readonly stopping: StopState | undefined;
  readonly best: Weights | undefined;
};

export interface Keeper {
  /** Writes a checkpoint if the last is so old; not of a state that has gone wrong: the last good one stays. */
  saveIfDue(kept: Kept): Promise<void>;
  save(kept: Kept): Promise<void>;
  /** Puts the session where the checkpoint was; throws when that is of another training. */
  restore(checkpoint: Checkpoint, path: string): Promise<void>;
}

/** Without `checkpoint` it only restores. */
export async function openKeeper(
  checkpoint: CheckpointOptions | undefined,
  { session, executor, stopping, options }: {
    readonly session: Session;
    readonly executor: Executor;
    readonly stopping: StopState | undefined;
    readonly options: FitOptions & { readonly optimizer: Optimizer };
  },
): Promise<Keeper> {
  if (checkpoint !== undefined) {
    checkOptions("A checkpoint", checkpoint, { path: true, everySeconds: true });
  }
  const everyMs = 1000 * (checkpoint?.everySeconds ?? EVERY_SECONDS);
  require(
    everyMs > 0,
    () => `A checkpoint every ${everyMs / 1000} seconds cannot be: give a positive number`,
  );
  const training = await trainingTexts(session, stopping, options), backend = executor.name;
  let savedMs = performance.now();
  const save = async ({ history, stopping, best, seconds }: Kept): Promise<void> => {
    if (checkpoint === undefined) return;
    savedMs = performance.now();
    const state = await session.state();
    if (!isHealthy(state)) return;
    await writeCheckpoint(checkpoint.path, {
      state,
      backend,
      training,
      seconds,
      history,
      ...(stopping && { stopping }),
      ...(best && { best }),
    });
    savedMs = performance.now();
  };
  return {
    save,
    saveIfDue: (kept) => performance.now() - savedMs < everyMs ? Promise.resolve() : save(kept),
    async restore(before, path) {
      checkSame(before, { training, backend }, path);
      await session.restore(before.state);
    },
  };
}

/** All that the weights depend on but the numbers in the checkpoint, in words that can be compared. */
async function trainingTexts(
  { model, data, kind, trainRows, stepsPerEpoch }: Session,
  stopping: StopState | undefined,
  { optimizer, schedule, clip, batch = 32, dropLast = false, seed = 1, shuffle = true, encoder, ...options }:
    & FitOptions
    & { readonly optimizer: Optimizer },
): Promise<TrainingTexts> {
  const { loss = crossEntropy(), frozen = [], measureTest = false } = options;
  return {
    model: JSON.stringify(modelConfig(model)),
    data: await hashOf(SPLIT_NAMES.flatMap((name) => bytesOf(data[name]))),
    ...(data.train === undefined && {
      stream: `${stepsPerEpoch} batches an epoch of ${JSON.stringify({ ...kind, columns: undefined })}`,
    }),
    optimizer: `${optimizer.name} ${JSON.stringify(optimizer.options)}`,
    ...(schedule && { schedule: scheduleText(schedule) }),
    ...(clip && { clipping: clipText(clip) }),
    batch: String(Math.min(batch, trainRows)),
    "last short batch": dropLast ? "left out" : "trained on",
    seed: String(seed),
    shuffle: String(shuffle),
    loss: loss.name,
    "early stopping": JSON.stringify(stopping?.rule ?? null),
    "frozen layers": frozen.join() || "none",
    "test set after each epoch": String(measureTest),
    ...(encoder && { encoder: await hashOf(Array.from(encoder.weights.values(), asBytes)) }),
  };
}

function bytesOf(set: DataSet | undefined): readonly Uint8Array[] {
  const { inputs, targets, weights, scaling } = set ?? { inputs: new Uint8Array() };
  const arrays = [inputs, targets ?? new Uint8Array(), ...(weights ? [weights] : [])].map(asBytes);
  return scaling ? [...arrays, new TextEncoder().encode(JSON.stringify(scaling))] : arrays;
}

function asBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function hashOf(parts: readonly Uint8Array[]): Promise<string> {
  const hashes = await Promise.all(parts.map((part) => sha256(part as Uint8Array<ArrayBuffer>)));
  return (await sha256(new TextEncoder().encode(hashes.join()))).slice(0, 16);
}

function checkSame(
  { training: before, backend }: Checkpoint,
  now: Pick<Checkpoint, "training" | "backend">,
  path: string,
): void {
  require(
    backend === now.backend,
    () =>
      `The checkpoint ${path} is of a training on ${backend}, which rounds otherwise than ${now.backend}: ` +
      `go on with it on ${backend}`,
  );
  for (const name of Object.keys({ ...before, ...now.training })) {
    if (before[name] === now.training[name]) continue;
    const [was, is] = shortened(before[name] ?? "none", now.training[name] ?? "none");
    throw new DescentError(
      `The checkpoint ${path} is of another training, with ${name} ${was} instead of ${is}`,
    );
  }
}

/** Both texts, from a little before where they differ if that is late, and not long. */
function shortened(...texts: readonly [string, string]): readonly string[] {
  const [a, b] = texts, differ = [...a].findIndex((letter, i) => letter !== b[i]);
  const from = Math.max(0, (differ < 0 ? a.length : differ) - 30);
  return texts.map((text) => {
    const part = text.slice(from, from + 60);
    return `${from > 0 ? "…" : ""}${part}${text.length > from + 60 ? "…" : ""}`;
  });
}
