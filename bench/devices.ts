/** What a benchmark runs on: executors by the command line's wishes, each with its peak. */
import { cpus } from "node:os";
import { UsageError } from "../src/core/errors.ts";
import type { Executor } from "../src/exec/executor.ts";
import { wasmExecutor } from "../src/exec/wasm.ts";
import { findAdapter, type FoundAdapter, webgpuExecutor } from "../src/exec/webgpu.ts";
import { wholeNumber } from "../src/cli/flags.ts";
import { LEAST_GPU_MS } from "./measure.ts";
import { bandwidthTable, loadBenchShader, measurePeak, type Peak } from "./peak.ts";

export const BENCH_BACKENDS = ["wasm", "webgpu", "all"] as const;
export type BenchBackend = typeof BENCH_BACKENDS[number];

export interface Device {
  readonly executor: Executor;
  /** For people: `WASM SIMD, 2 threads, on AMD EPYC, 2 cores`. */
  readonly description: string;
  /** Of the WASM backend. */
  readonly threads?: number;
  /** A WebGPU adapter that computes on the processor: reported, never compared. */
  readonly software: boolean;
  readonly peak: Peak;
  /** GB/s at most for a call whose operands take so many bytes. */
  bandwidth(bytes: number): Promise<number>;
}

/** Most threads that the WASM executor takes by itself. */
const MOST_THREADS = 8;

/** One thread, and as many as the executor takes by itself. */
export function defaultThreads(cores = navigator.hardwareConcurrency): readonly number[] {
  return [...new Set([1, Math.min(cores, MOST_THREADS)])];
}

/** Numbers of threads with commas between: `1,2`. */
export function threadCounts(text: string, flag: string): readonly number[] {
  const parse = wholeNumber(1, 64), counts = text.split(",").map((part) => parse(part, flag));
  if (new Set(counts).size < counts.length) {
    throw new UsageError(`${flag} names a number of threads twice, got "${text}"`);
  }
  return counts;
}

/** `AMD EPYC, 2 cores`. */
export function processor(): string {
  return `${cpus()[0]?.model.trim() || Deno.build.arch}, ${navigator.hardwareConcurrency} cores`;
}

export interface OpenOptions {
  readonly backend: BenchBackend;
  readonly threads: readonly number[];
  /** Time to measure each peak in. */
  readonly peakSeconds: number;
  /** Says in a sentence what is left out, and why. */
  readonly note: (sentence: string) => void;
  /** How to look for a WebGPU adapter. */
  readonly find?: () => Promise<FoundAdapter>;
}

/**
 * Opens what `backend` asks for: `all` is WASM, and WebGPU where there is a GPU; `webgpu` takes a software adapter
 * too, and throws a sentence where there is none.
 */
export async function openDevices(
  { backend, threads, peakSeconds, note, find = findAdapter }: OpenOptions,
): Promise<readonly Device[]> {
  const devices: Device[] = [];
  const open = async (executor: Executor, rest: Pick<Device, "threads" | "software">) => {
    const leastMs = executor.name === "webgpu" && !rest.software ? LEAST_GPU_MS : 0;
    const options = { threads: rest.threads ?? 1, seconds: peakSeconds, leastMs };
    const peak = await measurePeak(executor, options), bandwidth = bandwidthTable(executor, options);
    const where = executor.name === "wasm" ? `, on ${processor()}` : "";
    devices.push({ executor, description: `${executor.description}${where}`, ...rest, peak, bandwidth });
  };
  if (backend !== "webgpu") {
    for (const count of threads) {
      await open(await wasmExecutor({ threads: count }), { threads: count, software: false });
    }
  }
  if (backend !== "wasm") {
    const { kind, why } = await find();
    if (backend === "all" && kind !== "gpu") {
      note(
        `WebGPU is left out: ${why}${
          kind === "software" ? "; --backend webgpu measures it all the same" : ""
        }`,
      );
    } else {
      const executor = await webgpuExecutor({ software: true, loadShader: loadBenchShader });
      await open(executor, { software: kind === "software" });
    }
  }
  return devices;
}
