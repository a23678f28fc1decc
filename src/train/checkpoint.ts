/**
 * Checkpoints: a training that was stopped anywhere, on disk, from which it goes on to the same bits. One safetensors
 * file with a SHA-256 of its own, and the one before beside it: whatever a crash leaves, one of the two is whole.
 *
 * Tensors: those of the session's state, `best/…` (weights that early stopping would put back), and `history`, the
 * records of the epochs as JSON. A float64 of the reference executor is two u32, low half first.
 */
import { DescentError, require } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import type { TypedArray } from "../core/tensor.ts";
import type { BackendName } from "../exec/executor.ts";
import type { Weights } from "../nn/model.ts";
import type { EpochRecord } from "./fit_result.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";
import type { SessionPlace, SessionState } from "./session_state.ts";
import type { StopState } from "./stop.ts";

const FORMAT = "descent-checkpoint-1";
const NO_HASH = "0".repeat(64);

/** What goes on: the file, and how often it is written. */
export interface CheckpointOptions {
  /** Where the newest is; the one before lies beside it as `<path>.previous`. */
  readonly path: string;
  /** Default 30. One is written at the end of training too, and when the signal aborts it. */
  readonly everySeconds?: number;
}

/** What training comes down to besides its numbers: a checkpoint goes on in no other. */
export type TrainingTexts = Readonly<Record<string, string>>;

export interface Checkpoint {
  readonly state: SessionState;
  /** The other places have rounded otherwise. */
  readonly backend: BackendName;
  readonly training: TrainingTexts;
  /** Of training, without what lay between. */
  readonly seconds: number;
  readonly history: readonly EpochRecord[];
  readonly stopping?: StopState;
  /** Weights that early stopping would put back. */
  readonly best?: Weights;
}

/** What the metadata tells. */
interface Header
  extends
    SessionPlace,
    Pick<SessionState, "schedule">,
    Pick<Checkpoint, "backend" | "training" | "seconds" | "stopping"> {}

/** The bytes of a checkpoint's file. */
export async function encodeCheckpoint(
  { state: { tensors: values, ...place }, best, history, ...rest }: Checkpoint,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map(Array.from(values, ([name, data]) => [name, toSaved(data)] as const));
  for (const [name, data] of best ?? []) tensors.set(`best/${name}`, toSaved(data));
  const records = new TextEncoder().encode(JSON.stringify(history));
  tensors.set("history", { dtype: "u8", shape: [records.length], data: records });
  const header: Header = { ...place, ...rest };
  const metadata = { format: FORMAT, sha256: NO_HASH, checkpoint: JSON.stringify(header) };
  const bytes = encodeSafetensors(tensors, metadata);
  // The hash is of the file with zeros in its place.
  bytes.set(new TextEncoder().encode(await sha256(bytes)), hashPlace(bytes)!);
  return bytes;
}

/** Reads what `encodeCheckpoint` wrote; throws, naming `path`, when one bit of it is another. */
export async function decodeCheckpoint(bytes: Uint8Array, path: string): Promise<Checkpoint> {
  const copy = new Uint8Array(bytes), at = hashPlace(copy);
  require(at !== undefined, () => `${path} is no checkpoint`);
  const hash = new TextDecoder().decode(copy.subarray(at, at + NO_HASH.length));
  copy.set(new TextEncoder().encode(NO_HASH), at);
  require(await sha256(copy) === hash, () => `${path} is damaged: it is not the checkpoint that was written`);
  const { tensors, metadata } = decodeSafetensors(copy, { path });
  require(
    metadata.format === FORMAT,
    () => `${path} is a checkpoint of another version: "${metadata.format}", expected "${FORMAT}"`,
  );
  const { epoch, done, updates, schedule, ...rest }: Header = JSON.parse(metadata.checkpoint!);
  const history: readonly EpochRecord[] = JSON.parse(
    new TextDecoder().decode(tensors.get("history")!.data as Uint8Array),
  );
  const values = new Map<string, TypedArray>(), best = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith("best/")) best.set(name.slice("best/".length), tensor.data as Float32Array);
    else if (name !== "history") values.set(name, fromSaved(tensor));
  }
  const state = { epoch, done, updates, tensors: values, ...(schedule && { schedule }) };
  return { ...rest, state, history, ...(best.size > 0 && { best }) };
}

/** Where the file's hash stands. */
function hashPlace(bytes: Uint8Array): number | undefined {
  // Metadata comes first in the header, and the format first in it: no name of a tensor can look like this before.
  const start = new TextDecoder("latin1").decode(bytes.subarray(8, 8 + 256));
  const found = /^\{"__metadata__":\{"format":"[^"]*","sha256":"(?=[0-9a-f]{64}")/.exec(start);
  return found === null ? undefined : 8 + found[0].length;
}

function toSaved(data: TypedArray): SavedTensor {
  if (data instanceof Float64Array) {
    const halves = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
    return { dtype: "u32", shape: [data.length, 2], data: halves };
  }
  if (data instanceof Float32Array) return { dtype: "f32", shape: [data.length], data };
  throw new DescentError("A checkpoint keeps floats alone");
}

function fromSaved({ dtype, data }: SavedTensor): TypedArray {
  return dtype === "u32" ? new Float64Array(data.buffer) : data;
}

/** Whether all of a state's numbers are finite: what is not can only go on being wrong. */
export function isHealthy({ tensors }: SessionState): boolean {
  for (const values of tensors.values()) {
    for (const value of values) if (!Number.isFinite(value)) return false;
  }
  return true;
}
