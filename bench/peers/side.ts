/**
 * What the sides of a comparison share: arguments, the data they all read, and the line they print. Each side is
 * a program `side --threads N --seconds S --data FOLDER W1 …`, so that none shares a process with another.
 */
import { join } from "node:path";
import process from "node:process";
import { number, oneOf, path, wholeNumber } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { columnsOf, type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { DataSet } from "../../src/data/data_set.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { type Calls, callsOf, type CallTimes } from "../calls.ts";
import { measure, type MeasureOptions, type Subject } from "../measure.ts";
import { type NetworkName, NETWORKS } from "../networks.ts";
import { CALL_ROWS, type ImagesName } from "../workloads.ts";

/** One measurement of one side. */
export interface SideLine extends Partial<CallTimes> {
  /** `descent`, `pytorch-1.13`, `tfjs-wasm-4.22.0` … */
  readonly peer: string;
  readonly variant: string;
  readonly workload: string;
  /** 0 on a GPU. */
  readonly threads: number;
  readonly msPerStep: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly steps: number;
  readonly repeats: number;
  /** Mean loss on fixed rows: before, of the weights that all sides start from; after, of the trained ones. */
  readonly lossBefore?: number;
  readonly lossAfter?: number;
  /** The same after `CHECKED_STEPS` steps of a copy that draws nothing by chance. */
  readonly lossChecked?: number;
  /** Memory of the process while it trained: of a side that allocates as it goes, the most. */
  readonly rssBytes?: number;
  /** Products alone. */
  readonly gflops?: number;
  /** Of the calls of W11, what all sides must answer alike. */
  readonly answers?: readonly number[];
  /** On what, where the side says more than its threads: a GPU, a BLAS. */
  readonly device?: string;
}

export interface SideOptions {
  readonly threads: number;
  readonly seconds: number;
  readonly folder: string;
  readonly workloads: readonly string[];
  readonly backend: "wasm" | "webgpu";
  /** A clock in milliseconds: the wall's, or how much of the processor this process has had. */
  readonly now: () => number;
  /** Only tell whether the side can run here. */
  readonly probe: boolean;
}

const SIDE_FLAGS = {
  threads: { value: "N", help: "threads; 0 on a GPU (default 1)", parse: wholeNumber(0, 64) },
  seconds: { value: "S", help: "time for each workload (default 1)", parse: number(0, 3600) },
  data: { value: "DIR", help: "folder of images and first weights (default .)", parse: path },
  backend: { value: "NAME", help: "of Descent (default wasm)", parse: oneOf(["wasm", "webgpu"]) },
  "cpu-time": { help: "measure time of the processor" },
  probe: { help: "only tell whether the side can run here" },
} as const;

/** Files of images and of their classes. */
const IMAGE_FILES: Readonly<Record<ImagesName, readonly [images: string, labels: string]>> = {
  digits: ["images.u8", "labels.u8"],
  shapes: ["shapes.u8", "shape_labels.u8"],
};

export function sideOptions(args: readonly string[]): SideOptions {
  const { words: workloads, values } = parseFlags(SIDE_FLAGS, args, { words: true });
  const { threads = 1, seconds = 1, data: folder = ".", backend = "wasm", probe = false } = values;
  const now = values["cpu-time"] ? cpuTime : () => performance.now();
  return { threads, seconds, folder, workloads, backend, now, probe };
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The training images and first weights as raw files, which a program in any language reads in a line. */
export async function writeSideData(folder: string, images: ImageSet, seed: number): Promise<void> {
  await writeSideImages(folder, "digits", images);
  for (const [name, network] of Object.entries(NETWORKS)) {
    await writeSideWeights(folder, name, initializeWeights(network(), seed));
  }
}

/** Weights that all sides start from, in place of those that were there. */
export async function writeSideWeights(
  folder: string,
  network: string,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const values = new Blob([...weights.values()] as Float32Array<ArrayBuffer>[]);
  await Deno.writeFile(join(folder, `${network}.f32`), await values.bytes());
}

/** Images that all sides train with. */
export async function writeSideImages(
  folder: string,
  name: ImagesName,
  { inputs, targets }: ImageSet,
): Promise<void> {
  const [images, labels] = IMAGE_FILES[name];
  await Deno.writeFile(join(folder, images), inputs);
  await Deno.writeFile(join(folder, labels), targets);
}

/** Images as bytes, flat; row r is of class `targets[r]`. */
export async function readSideImages(folder: string, name: ImagesName = "digits"): Promise<DataSet> {
  const [images, labels] = IMAGE_FILES[name];
  const inputs = await Deno.readFile(join(folder, images)),
    targets = await Deno.readFile(join(folder, labels));
  return { inputs, inputShape: [inputs.length / targets.length], targets };
}

/** A layer's first values, dense: weights [inputs, units] or [height, width, channels, filters], and bias. */
export interface LayerValues {
  /** Of the weights; a layer that is tied to the one before it has none, and this is the shape of its bias. */
  readonly shape: Shape;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** The weights that all sides start from, of a network whose layers all have weights and a bias. */
export async function readSideWeights(folder: string, network: NetworkName): Promise<readonly LayerValues[]> {
  const { buffer } = await Deno.readFile(join(folder, `${network}.f32`));
  const values = new Float32Array(buffer), { parameters } = NETWORKS[network]();
  const layers: LayerValues[] = [];
  let at = 0;
  const take = (count: number) => values.slice(at, at += count);
  const shapes = parameters.map(({ node }) => node.type.shape);
  for (let i = 0; i < shapes.length; i++) {
    const shape = shapes[i]!, isTied = shape.length === 1;
    layers.push({ shape, weights: take(isTied ? 0 : sizeOf(shape)), bias: take(columnsOf(shape)) });
    if (!isTied) i++; // its bias
  }
  return layers;
}

/** Times a subject in one round, with its loss before and after or what it answers, and prints the line. */
export async function emitMeasured(
  head: Pick<SideLine, "peer" | "variant" | "workload" | "threads" | "device">,
  subject: Subject & Partial<Calls> & {
    loss?(): Promise<number>;
    checked?(): Promise<number>;
    readonly flops?: number;
  },
  { seconds, now }: Pick<MeasureOptions, "seconds" | "now">,
): Promise<void> {
  const lossChecked = await subject.checked?.(), lossBefore = await subject.loss?.();
  const [found] = await measure([subject], { seconds, rounds: 1, ...(now && { now }) }),
    { ms, ...rest } = found!;
  const lossAfter = await subject.loss?.();
  const times = await subject.callTimes?.(seconds), answers = await subject.answers?.();
  const line: SideLine = {
    ...head,
    msPerStep: ms,
    ...rest,
    ...(lossBefore !== undefined && lossAfter !== undefined && { lossBefore, lossAfter }),
    ...(lossChecked !== undefined && { lossChecked }),
    ...(head.workload.startsWith("W7") && { gflops: subject.flops! / ms / 1e6 }),
    rssBytes: Deno.memoryUsage().rss,
    ...times,
    ...(answers !== undefined && { answers }),
  };
  console.log(JSON.stringify(line));
}

/**
 * Times calls of the network of W11, of each number of rows: `bytes` as the images have them, `floats` the same divided
 * by 255 before.
 */
export async function emitCalls(
  head: Pick<SideLine, "peer" | "variant" | "threads">,
  predict: (rows: Uint8Array | Float32Array) => Promise<Float32Array>,
  { from, folder, seconds }: Pick<SideOptions, "folder" | "seconds"> & { readonly from: "bytes" | "floats" },
): Promise<void> {
  const { inputs } = await readSideImages(folder);
  const given = from === "bytes" ? inputs : Float32Array.from(inputs, (byte) => byte / 255);
  for (const rows of CALL_ROWS) {
    const calls = callsOf(predict, given, rows);
    await emitMeasured({ ...head, workload: `W11-${rows}` }, calls, { seconds: seconds / CALL_ROWS.length });
  }
}
