/**
 * One process that trains for long: `endurance_probe.ts wasm 10000 100 10 FOLDER` trains each kind of network for so many
 * steps, then makes so many fits on one executor, then so many on executors of their own. Prints, as JSON, what it held on
 * the way.
 */
import { join } from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import { selectImages } from "../../experiments/images/select.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { augmentation } from "../../src/nn/augmentation.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { reconstructionError } from "../../src/nn/losses.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../../src/nn/model.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { adam } from "../../src/optim/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { writeIdxFolder } from "../fixtures.ts";

/** What the process held, once its garbage was gone. */
export interface Held {
  /** Resident memory, MiB. */
  readonly memory: number;
  readonly threads: number;
  /** Open files. */
  readonly files: number;
  /** Not destroyed. */
  readonly gpuBuffers: number;
  /** Not collected. */
  readonly gpuDevices: number;
}

/** By what was done: what was held at some moments of it, the last at its end. */
export type Endurance = Readonly<Record<string, readonly Held[]>>;

const BATCH = 10, STEPS_PER_EPOCH = 10;

const NETWORKS: Readonly<Record<string, Model>> = {
  "a dense classifier": sequential(784, [
    dense(30, { activation: "relu" }),
    dense(20, { activation: "relu" }),
    dense(10, { activation: "relu" }),
    dense(5),
  ]),
  "a convolutional network": sequential([28, 28], [
    augmentation({ shift: 2, rotate: 10 }),
    conv2d(4, 5, { activation: "relu" }),
    maxPool2d(2),
    conv2d(4, 3, { activation: "relu" }),
    maxPool2d(2),
    flatten(),
    dense(5),
  ]),
  "a tied, denoising autoencoder": sequential(784, [
    corruption(0.3),
    dense(32, { activation: "sigmoid" }),
    tiedDense("dense_2", { activation: "sigmoid" }),
  ]),
};

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

const gpuBuffers = new Set<GPUBuffer>();
let gpuDevices = 0;
const devices = new FinalizationRegistry(() => gpuDevices--);

async function open(backend: string): Promise<Executor> {
  if (backend === "wasm") return await wasmExecutor({ threads: 2 });
  const executor = await webgpuExecutor({ software: true }), { device } = executor;
  gpuDevices++;
  devices.register(device, undefined);
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor), destroy = buffer.destroy.bind(buffer);
    gpuBuffers.add(buffer);
    buffer.destroy = () => {
      gpuBuffers.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  return executor;
}

async function held(): Promise<Held> {
  // Threads that were told to go, and what they held, take a moment.
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [, threads] = /^Threads:\s*(\d+)/m.exec(await Deno.readTextFile("/proc/self/status"))!;
  return {
    memory: Deno.memoryUsage().rss / 2 ** 20,
    threads: Number(threads),
    files: (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length,
    gpuBuffers: gpuBuffers.size,
    gpuDevices,
  };
}

const [backend, steps, fits, moments, folder] = Deno.args as [string, string, string, string, string];
const set = await writeIdxFolder(folder, { train: 160, t10k: 40, classes: [0, 2, 4, 6, 7] });
const data = await selectImages({ data: set, perClass: { train: 20, validation: 10, test: 10 } });
const found: Record<string, Held[]> = {};

/** What to call after each of so many pieces of work: looks at what is held now and then, the last time at the end. */
function watch(what: string, count: number): () => Promise<void> {
  const seen: Held[] = found[what] = [];
  let done = 0;
  return async () => {
    if (Math.floor(++done * Number(moments) / count) > seen.length) seen.push(await held());
  };
}

async function train(
  name: string,
  executor: Executor,
  { epochs, onEpoch }: { readonly epochs: number; readonly onEpoch?: () => Promise<void> },
): Promise<void> {
  await fit(NETWORKS[name]!, data, {
    executor,
    epochs,
    batch: BATCH,
    optimizer: adam(),
    loss: name.endsWith("autoencoder") ? reconstructionError() : crossEntropy(),
    checkpoint: { path: join(folder, "checkpoint"), everySeconds: 0.2 },
    ...(onEpoch && { onEpoch }),
  });
}

const names = Object.keys(NETWORKS), epochs = Number(steps) / STEPS_PER_EPOCH;
for (const name of names) {
  const executor = await open(backend);
  await train(name, executor, { epochs, onEpoch: watch(name, epochs) });
  executor.close();
}
const own = watch("fits on executors of their own", Number(fits));
for (let i = 0; i < Number(fits); i++) {
  const executor = await open(backend);
  await train(names[i % names.length]!, executor, { epochs: 1 });
  executor.close();
  await own();
}
const shared = watch("fits on one executor", Number(fits)), executor = await open(backend);
for (let i = 0; i < Number(fits); i++) {
  await train(names[i % names.length]!, executor, { epochs: 1 });
  await shared();
}
executor.close();
console.log(JSON.stringify(found satisfies Endurance));
