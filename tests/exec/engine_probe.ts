/**
 * Prints, as JSON, what the WASM executor makes of every op's cases and of some steps of every workload, as digests: run
 * by engine_test.ts under other flags of the engine.
 */
import { randomWords, STREAM } from "../../src/core/random.ts";
import { buildSuite, runSuite } from "../../src/exec/case.ts";
import { joinsVectors } from "../../src/exec/engine.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor, type WasmOptions } from "../../src/exec/wasm.ts";
import { OPS } from "../../src/ops/mod.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";
import { shapeImages } from "../../bench/shapes.ts";
import { loadTraining } from "../../bench/training.ts";
import { TRAININGS } from "../../bench/workloads.ts";

export interface Probe {
  readonly joins: boolean;
  readonly description: string;
  /** By op and case, and by workload. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Enough rows for two whole batches of 128. */
const ROWS = 300;
const STEPS = 3;

/** A probe for each of the options; the operands, which take longer to draw than the calls, are drawn once for all. */
export async function probes(all: readonly WasmOptions[]): Promise<readonly Probe[]> {
  const executors = await Promise.all(all.map(wasmExecutor));
  const digests = executors.map((): Record<string, string> => ({}));
  for (const op of [...OPS, ...OPTIMIZER_OPS]) {
    const suite = buildSuite(op);
    for (const [at, executor] of executors.entries()) {
      const found = await runSuite(executor, suite);
      for (const [i, { label }] of suite.cases.entries()) {
        const bytes = found[i]!.map(({ buffer, byteOffset, byteLength }) =>
          new Uint8Array(buffer, byteOffset, byteLength)
        );
        digests[at]![`${op.name} ${label}`] = await digestOf(
          new Uint8Array(await new Blob(bytes as BlobPart[]).arrayBuffer()),
        );
      }
    }
  }
  const found: Probe[] = [];
  for (const [at, executor] of executors.entries()) {
    found.push({
      joins: joinsVectors(),
      description: executor.description,
      digests: { ...digests[at], ...await trainingDigests(executor) },
    });
    executor.close();
  }
  return found;
}

/** Of some steps of every workload. */
async function trainingDigests(executor: Executor): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  const words = randomWords(ROWS * 784, { seed: 1, stream: STREAM.test, lane: 0, step: 0 });
  const images = Uint8Array.from(words, (word) => word % 5 === 0 ? word >>> 24 : 0);
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => row % 5);
  for (const workload of TRAININGS) {
    const training = await loadTraining(
      workload,
      workload.images === "shapes"
        ? shapeImages(ROWS)
        : { inputs: images, targets: labels, inputShape: [28, 28] },
      executor,
    );
    await training.prepare(STEPS)();
    digests[workload.name] = `${await training.loss!()}`;
    training.close();
  }
  return digests;
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (import.meta.main) {
  console.log(JSON.stringify((await probes([{ threads: 2, parallelFlops: 0 }]))[0]));
  Deno.exit();
}
