/**
 * What the machine can do at most, measured beside every benchmark: multiply-adds in registers, and bandwidth.
 * The kernels (kernels/lib/peak.ts, peak.wgsl) run as ops of a plan, on the executor that is benchmarked, so that
 * threads and dispatches cost what they cost there.
 */
import { unreachable } from "../src/core/errors.ts";
import { roundUp, type Shape, tensorType } from "../src/core/tensor.ts";
import type { Executor } from "../src/exec/executor.ts";
import { readShader } from "../src/exec/read_shader.ts";
import { leaf } from "../src/ir/leaf.ts";
import { type Node, node } from "../src/ir/node.ts";
import type { Op } from "../src/ir/op.ts";
import { compile } from "../src/ir/plan.ts";
import { flatGrid } from "../src/ops/_support.ts";
import { measure, type Subject } from "./measure.ts";

/** Upper bounds for one backend. */
export interface Peak {
  readonly gflops: number;
  /** Reading (WASM) or copying (WebGPU) far more than any cache holds. */
  readonly memoryGbPerSecond: number;
  /** Reading again and again what fits into each thread's cache; WASM alone. */
  readonly cacheGbPerSecond?: number;
}

export interface PeakOptions {
  /** Threads that share a call on WASM. */
  readonly threads: number;
  readonly seconds: number;
  /** Shortest repeat that a wait does not spoil. Default 0. */
  readonly leastMs?: number;
}

/** Bytes per thread that fit into a second-level cache. */
const CACHE_BYTES = 256 * 1024;
/** More than the third-level caches of today. */
const MEMORY_BYTES = 256 * 1024 * 1024;
/** What a call reads at least, so that calling costs nothing beside it. */
const CALL_BYTES = 32 * 1024 * 1024;
/** A cache line per unit, for what a kernel leaves behind. */
const LINE: Shape = [16];
/** Of a round of `peakFma`: 12 accumulators of 4 lanes, 2 operations each. */
const FMA_FLOPS = 12 * 4 * 2;

function unused(): never {
  throw new Error("The ops that measure the peak run on one backend each, and are never checked");
}

const measuring = { tolerance: unused, reference: unused, wgsl: unused, wasm: unused, cases: [] } as const;

type FmaAttrs = { readonly units: number; readonly rounds: number };

const fmaOp: Op<FmaAttrs> = {
  ...measuring,
  name: "peakFma",
  operands: [],
  infer: (_inputs, { units }) => tensorType("f32", [units, ...LINE]),
  flops: ({ attrs: { units, rounds } }) => units * rounds * FMA_FLOPS,
  wasm: ({ attrs: { units, rounds } }) => ({ units, args: [rounds, 0.5] }),
};

type ReadAttrs = { readonly units: number; readonly bytes: number; readonly repeats: number };

const readOp: Op<ReadAttrs> = {
  ...measuring,
  name: "peakRead",
  operands: ["source"],
  infer: (_inputs, { units }) => tensorType("f32", [units, ...LINE]),
  // One operation per number read: what decides whether threads share the call.
  flops: ({ attrs: { units, bytes, repeats } }) => units * repeats * bytes / 4,
  wasm: ({ attrs: { units, bytes, repeats } }) => ({ units, args: [bytes, repeats] }),
};

type GpuAttrs = { readonly rounds: number };

const gpuOp: Op<GpuAttrs> = {
  ...measuring,
  name: "peak",
  operands: ["x"],
  infer: ([x]) => x!,
  flops: ({ output, attrs: { rounds } }) => output.shape[0]! * rounds * 8 * 2,
  wgsl({ output, attrs: { rounds } }) {
    const vectors = output.shape[0]! / 4;
    return { overrides: { VECTORS: vectors, ROUNDS: rounds }, workgroups: flatGrid(vectors) };
  },
};

/** Shaders of the library, and `peak.wgsl` beside this file. */
export function loadBenchShader(op: string): Promise<string> {
  return op === gpuOp.name ? Deno.readTextFile(new URL("peak.wgsl", import.meta.url)) : readShader(op);
}

/** Measures the peak of an executor. */
export async function measurePeak(executor: Executor, options: PeakOptions): Promise<Peak> {
  const { threads } = options, part = { ...options, seconds: options.seconds / 3 };
  const memoryGbPerSecond = await measureBandwidth(executor, MEMORY_BYTES, part);
  switch (executor.name) {
    case "wasm": {
      // Twenty thousand rounds last half a millisecond: a thread that is late costs little.
      const attrs = { units: threads, rounds: 20_000 };
      const fmaMs = await bestMs(executor, node(fmaOp, [], attrs), part);
      const cacheGbPerSecond = await measureBandwidth(executor, threads * CACHE_BYTES, part);
      return {
        gflops: threads * attrs.rounds * FMA_FLOPS / fmaMs / 1e6,
        memoryGbPerSecond,
        cacheGbPerSecond,
      };
    }
    case "webgpu": {
      const elements = 2 ** 20, rounds = 256, source = leaf("state", "x", [elements]);
      const fmaMs = await bestMs(executor, node(gpuOp, [source], { rounds }), part, source);
      return { gflops: elements * rounds * 8 * 2 / fmaMs / 1e6, memoryGbPerSecond };
    }
    case "reference":
      return unused();
    default:
      return unreachable(executor.name);
  }
}

/** GB/s of reading `bytes` over and over (WASM), or of copying half of them to the other half (WebGPU). */
async function measureBandwidth(
  executor: Executor,
  bytes: number,
  options: PeakOptions,
): Promise<number> {
  const { threads } = options;
  if (executor.name === "webgpu") {
    const source = leaf("state", "x", [roundUp(bytes / 8, 4)]);
    return bytes / await bestMs(executor, node(gpuOp, [source], { rounds: 0 }), options, source) / 1e6;
  }
  const share = roundUp(bytes / threads, 128), repeats = Math.ceil(CALL_BYTES / (threads * share));
  const source = leaf("state", "source", [threads * share / 4]);
  const read = node(readOp, [source], { units: threads, bytes: share, repeats });
  return threads * share * repeats / await bestMs(executor, read, options, source) / 1e6;
}

/** Bandwidth by the size of what is read, to the next power of two: each measured when it is first asked for. */
export function bandwidthTable(executor: Executor, options: PeakOptions): (bytes: number) => Promise<number> {
  const known = new Map<number, Promise<number>>();
  return (bytes) => {
    const least = options.threads * CACHE_BYTES / 4;
    const size = Math.min(MEMORY_BYTES, Math.max(least, 2 ** Math.ceil(Math.log2(bytes))));
    const found = known.get(size) ?? measureBandwidth(executor, size, options);
    known.set(size, found);
    return found;
  };
}

/** Shortest time of a call: the peak is what the machine can do, not what it does on average. */
async function bestMs(
  executor: Executor,
  output: Node,
  { seconds, leastMs = 0 }: PeakOptions,
  source?: Node,
): Promise<number> {
  const program = await executor.load(compile({ peak: [output] }, { hoist: false }));
  try {
    // Pages that were never written are all one page, which would be read from the cache.
    if (source !== undefined) program.write(source, new Float32Array(source.type.shape[0]!).fill(0.5));
    const place = program.plan.place(output)!, corner = { ...place, type: tensorType("f32", LINE) };
    const step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };
    const subject: Subject = {
      leastMs,
      prepare(count) {
        const steps = new Array(count).fill(step);
        return async () => {
          await program.run("peak", steps);
          await program.readPadded(corner);
        };
      },
    };
    const [timing] = await measure([subject], { seconds, rounds: 1 });
    return timing!.minMs;
  } finally {
    program.close();
  }
}
