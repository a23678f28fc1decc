/** What is swept to see how steps scale: batch, width, depth and rows of one dense network, each from a common base. */
import type { DataSet } from "../src/data/data_set.ts";
import { sizeOf } from "../src/core/tensor.ts";
import { UsageError } from "../src/core/errors.ts";
import { compile } from "../src/ir/plan.ts";
import { callFlops } from "../src/ir/print.ts";
import { dense } from "../src/nn/dense.ts";
import { crossEntropy } from "../src/nn/cross_entropy.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import { adam } from "../src/optim/mod.ts";
import { dataKind } from "../src/train/table.ts";
import { didYouMean } from "../src/cli/flags.ts";
import { PIXELS } from "./networks.ts";
import { planTraining } from "./training.ts";
import type { Training } from "./workloads.ts";

export const SWEEP_NAMES = ["batch", "width", "depth", "rows"] as const;
export type SweepName = typeof SWEEP_NAMES[number];

/** One training: rows of a step, units of each hidden layer, how many of those there are, and rows of the data. */
export interface Point extends Readonly<Record<SweepName, number>> {
  /** `base`, or what differs from it: `batch-64`. */
  readonly name: string;
}

/** Powers of two, so that every batch of every point is whole. */
export const BASE: Point = { name: "base", batch: 128, width: 256, depth: 2, rows: 2 ** 14 };

/** Sizes of each sweep, that of the base among them. */
const SIZES: Readonly<Record<SweepName, readonly number[]>> = {
  batch: [1, 4, 16, 64, 128, 256, 1024, 4096],
  width: [16, 32, 64, 128, 256, 512, 1024, 2048],
  depth: [1, 2, 4, 8, 16],
  rows: [10, 12, 14, 16, 18, 20].map((power) => 2 ** power),
};

export const CLASSES = 10;

/** The sizes of a sweep; `quick` leaves its ends and the base. */
export function sizesOf(sweep: SweepName, quick = false): readonly number[] {
  const sizes = SIZES[sweep];
  return quick ? [...new Set([sizes[0]!, BASE[sweep], sizes.at(-1)!])] : sizes;
}

/** The point of a sweep that has this size. */
export function pointAt(sweep: SweepName, size: number): Point {
  return size === BASE[sweep] ? BASE : { ...BASE, name: `${sweep}-${size}`, [sweep]: size };
}

/** The points of sweeps, each once, the base first. */
export function pointsOf(sweeps: readonly SweepName[], quick = false): readonly Point[] {
  const points = sweeps.flatMap((sweep) => sizesOf(sweep, quick).map((size) => pointAt(sweep, size)));
  return [BASE, ...points.filter((point) => point !== BASE)];
}

/** The point of that name; undefined where there is none. */
export function pointNamed(name: string): Point | undefined {
  return pointsOf(SWEEP_NAMES).find((point) => point.name === name);
}

/** Sweeps by name, all without a word; throws a `UsageError` on another name. */
export function selectSweeps(words: readonly string[]): readonly SweepName[] {
  const wrong = words.find((word) => SWEEP_NAMES.every((name) => name !== word));
  if (wrong !== undefined) {
    const choices = { dashes: "", otherwise: `: choose from ${SWEEP_NAMES.join(", ")}` };
    throw new UsageError(`Unknown sweep "${wrong}"${didYouMean(wrong, SWEEP_NAMES, choices)}`);
  }
  return words.length === 0 ? SWEEP_NAMES : SWEEP_NAMES.filter((name) => words.includes(name));
}

/** Points of one network start from the same weights, which are known by this name. */
export function networkNameOf(point: Point): string {
  const { name, width, depth } = point;
  return width === BASE.width && depth === BASE.depth ? BASE.name : name;
}

/** Units of all layers, the last one's too. */
export function unitsOf({ width, depth }: Point): readonly number[] {
  return [...new Array<number>(depth).fill(width), CLASSES];
}

/** A point's network: dense layers with ReLU, and logits. */
export function networkOf(point: Point): Model {
  const units = unitsOf(point), last = units.length - 1;
  const layers = units.map((count, i) => dense(count, i < last ? { activation: "relu" } : {}));
  return sequential(PIXELS, layers);
}

/** A point as a training that can be loaded. */
export function trainingOf(point: Point): Training {
  return {
    network: () => networkOf(point),
    batch: point.batch,
    optimizer: () => adam({ learningRate: 1e-3 }),
    loss: crossEntropy,
    lossRows: 1024,
  };
}

/** So many rows, of images that come again and again. */
export function repeatedRows({ inputs, targets, ...rest }: DataSet, rows: number): DataSet {
  const classes = targets as Uint8Array, bytes = new Uint8Array(rows * PIXELS), all = new Uint8Array(rows);
  for (let row = 0; row < rows; row += classes.length) {
    const count = Math.min(classes.length, rows - row);
    bytes.set((inputs as Uint8Array).subarray(0, count * PIXELS), row * PIXELS);
    all.set(classes.subarray(0, count), row);
  }
  return { ...rest, inputs: bytes, targets: all };
}

/** Odd, so that its multiples go through all rows, far from one another, where their number is a power of two. */
const STRIDE = 2_654_435_761;

/** An order of the rows in which those of a batch lie far apart, as a shuffle has them; PyTorch's side has the same. */
export function mixedOrder(rows: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, i) => i * STRIDE % rows);
}

/** What a point is, before any step of it. */
export interface PointFacts {
  readonly parameters: number;
  /** Of a step, counted dense and without any rewrite. */
  readonly flops: number;
  /** All buffers of its plan on WASM, the rows of the data among them. */
  readonly planBytes: number;
}

export function factsOf(point: Point): PointFacts {
  const image = { inputs: new Uint8Array(PIXELS), inputShape: [PIXELS], targets: new Uint8Array(1) };
  const { model, plan, routines } = planTraining(trainingOf(point), {
    kind: dataKind(image),
    rows: point.rows,
    backend: "wasm",
  });
  return {
    parameters: model.parameters.reduce((sum, { node }) => sum + sizeOf(node.type.shape), 0),
    flops: compile(routines).routines.train!.reduce((sum, call) => sum + callFlops(call), 0),
    planBytes: plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
