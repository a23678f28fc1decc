/** Runs that are killed and gone on with, beside the same runs left alone. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { JsonObject } from "../../src/runs/json.ts";
import { readRun } from "../../src/runs/read.ts";
import { decodeSafetensors } from "../../src/train/safetensors.ts";
import { command, descent } from "./task_process.ts";

/** What is trained: runs of one stage and of several, of about a second each. */
export const KINDS: Readonly<Record<string, readonly string[]>> = {
  q1: ["q1-adam", "--arch", "12", "--epochs", "700", "--patience", "10000"],
  cnn: ["cnn-sgd", "--epochs", "60"],
  autoencoder: ["q2-autoencoder", "--nodes", "16", "--epochs", "150", "--patience", "20"],
  gpu: ["q1-adam", "--arch", "12", "--epochs", "60", "--patience", "10000"],
  long: ["q1-vgd", "--arch", "12", "--epochs", "1500", "--patience", "10000"],
  stack: ["sdae-pretrain", "--arch", "60,40", "--epochs", "60", "--paper-quirks"],
};

export interface Killed {
  readonly out: string;
  readonly data: string;
  readonly kind: string;
  /** Of the backend: `--threads 2`. */
  readonly flags?: readonly string[];
}

/** The command line of a run. */
export function wordsOf(
  { kind, out, data, flags = ["--backend", "wasm", "--threads", "1"] }: Killed,
): readonly string[] {
  // Figures would take longer than the training; the images are few, so that a checkpoint falls between any two steps.
  return [...KINDS[kind]!, "--out", out, "--data", data, ...flags, "--checkpoint", "0.01"];
}

/** A run left alone: what it comes to, and how long it takes. */
export async function whole(killed: Killed): Promise<{ readonly end: RunEnd; readonly ms: number }> {
  const started = performance.now();
  const { code, stderr } = await descent(wordsOf(killed));
  assertEquals(code, 0, stderr);
  return { end: await endOf(await onlyRun(killed.out)), ms: performance.now() - started };
}

/** Starts a run and sends it a signal after some time. Gives its exit code; undefined if it had ended before. */
export async function startAndStop(
  killed: Killed,
  { afterMs, said, signal, resume }: {
    /** Counted from the start, or from when it says `said`. */
    readonly afterMs: number;
    readonly said?: string;
    readonly signal: Deno.Signal;
    readonly resume?: string | undefined;
  },
): Promise<{ readonly code: number; readonly text: string; readonly stopMs: number }> {
  const words = resume === undefined ? wordsOf(killed) : resumeWords(killed, resume);
  const child = (await command(words)).spawn();
  let sentMs = performance.now(), timer: ReturnType<typeof setTimeout> | undefined, text = "";
  const arm = () => {
    timer ??= setTimeout(() => {
      sentMs = performance.now();
      try {
        child.kill(signal);
      } catch {
        // It has ended.
      }
    }, afterMs);
  };
  if (said === undefined) arm();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (said !== undefined && text.includes(said)) arm();
    }
  };
  const [{ code }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  const stopMs = performance.now() - sentMs;
  clearTimeout(timer);
  return { code, text, stopMs };
}

function resumeWords({ kind, flags = ["--threads", "1"] }: Killed, resume: string): readonly string[] {
  const own = flags.filter((word, i) => word !== "--backend" && flags[i - 1] !== "--backend");
  return [KINDS[kind]![0]!, "--resume", resume, ...own, "--checkpoint", "0.01"];
}

/** Goes on with the only run of a folder, or starts it where it had not begun. */
export async function goOn(killed: Killed): Promise<RunEnd> {
  const path = await begunRun(killed.out);
  const { code, stderr } = await descent(path === undefined ? wordsOf(killed) : resumeWords(killed, path));
  assertEquals(code, 0, stderr);
  return await endOf(await onlyRun(killed.out));
}

/** Where the only run of a folder is, if it got so far as to say what it is; what did not is removed. */
export async function begunRun(out: string): Promise<string | undefined> {
  const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => name).catch(() => []);
  assert(names.length <= 1, names.join());
  if (names.length === 0) return undefined;
  const path = join(out, names[0]!), { info } = await readRun(path);
  if (info !== undefined) return path;
  await Deno.remove(path, { recursive: true });
  return undefined;
}

async function onlyRun(out: string): Promise<string> {
  return (await begunRun(out))!;
}

/** All of a finished run that does not depend on the clock. */
export interface RunEnd {
  readonly state: string;
  readonly models: readonly (readonly [string, unknown])[];
  readonly metrics: readonly JsonObject[];
  readonly summary: unknown;
  readonly files: readonly string[];
}

async function endOf(path: string): Promise<RunEnd> {
  const { state, metrics, summary, figures } = await readRun(path);
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  const models = names.filter((name) => name.endsWith(".safetensors")).sort().map(async (name) => {
    const { tensors } = decodeSafetensors(await Deno.readFile(join(path, name)));
    return [
      name,
      Array.from(tensors, ([key, { data }]) => [key, new Uint8Array(data.buffer.slice(0))]),
    ] as const;
  });
  return {
    state,
    models: await Promise.all(models),
    metrics: metrics.map(({ seconds: _, samplesPerSecond: __, ...line }) => line),
    summary: withoutClock(summary as unknown as JsonObject),
    files: [...names.filter((name) => !name.startsWith(".")), ...figures].sort(),
  };
}

function withoutClock(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutClock);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !/^(run|seconds|samplesPerSecond)$/.test(key)).map((
      [key, inner],
    ) => [
      key,
      withoutClock(inner),
    ]),
  );
}
