/**
 * Prints, as JSON, what the WASM executor makes of every op's cases and of some steps of every workload, as digests: run
 * by engine_test.ts under other flags of the engine.
 */
import { randomWords, STREAM } from "../../src/core/random.ts";
import { buildSuite, runSuite } from "../../src/exec/case.ts";
import { joinsVectors } from "../../src/exec/engine.ts";
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

export async function probe(options: WasmOptions): Promise<Probe> {
  const executor = await wasmExecutor(options), digests: Record<string, string> = {};
  for (const op of [...OPS, ...OPTIMIZER_OPS]) {
    const suite = buildSuite(op), found = await runSuite(executor, suite);
    for (const [i, { label }] of suite.cases.entries()) {
      const bytes = found[i]!.map(({ buffer, byteOffset, byteLength }) =>
        new Uint8Array(buffer, byteOffset, byteLength)
      );
      digests[`${op.name} ${label}`] = await digestOf(
        new Uint8Array(await new Blob(bytes as BlobPart[]).arrayBuffer()),
      );
    }
  }
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
  executor.close();
  return { joins: joinsVectors(), description: executor.description, digests };
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (import.meta.main) {
  console.log(JSON.stringify(await probe({ threads: 2, parallelFlops: 0 })));
  Deno.exit();
}
