/**
 * The WASM executor: SIMD kernels compiled from AssemblyScript, on one or more threads that share one memory.
 * Every kernel computes a range of its units as if it were alone, so the result does not depend on the threads.
 */
import { platform } from "../core/choose_platform.ts";
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { joinsVectors } from "./engine.ts";
import type { Executor, LoadOptions } from "./executor.ts";
import { compileKernels, preparePlan, readKernels } from "./wasm_load.ts";
import { wasmProgram } from "./wasm_program.ts";

/** Settings of `wasmExecutor`. */
export interface WasmOptions {
  /** Default: one per core, at most 8. One, with a warning, where threads cannot share memory. */
  readonly threads?: number;
  /** Calls of fewer floating-point operations are made by one thread: a barrier costs about as much. Default 200,000. */
  readonly parallelFlops?: number;
  /** Calls of as many bytes are shared whatever their operations, but for updates of weights. Default 131,072. */
  readonly parallelBytes?: number;
  /**
   * Lays sums out in pairs for an engine that joins two 128-bit vectors into one of 256 bits. The numbers are the same
   * either way, bit for bit. Default: whether the engine was started with the best of `ENGINE_FLAGS`.
   */
  readonly joinVectors?: boolean;
  /** The compiled kernels; default: kernels/build/kernels.wasm beside the sources. */
  readonly kernels?: Uint8Array<ArrayBuffer>;
}

/**
 * The executor for machines without a GPU. Throws when the kernels are not compiled or the engine lacks
 * relaxed SIMD, and when `threads` is not a whole number from 1 to 64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { wasmExecutor } from "./wasm.ts";
 * const executor = await wasmExecutor({ threads: 1 });
 * assert(executor.description === "WASM SIMD, 1 thread");
 * ```
 */
export async function wasmExecutor(options: WasmOptions = {}): Promise<Executor> {
  checkOptions("wasmExecutor", options, {
    threads: true,
    parallelFlops: true,
    parallelBytes: true,
    joinVectors: true,
    kernels: true,
  });
  const {
    threads: wanted = Math.min(platform().countProcessors(), 8),
    parallelFlops = 200_000,
    parallelBytes = 131_072,
    joinVectors = joinsVectors(),
  } = options;
  require(
    Number.isInteger(wanted) && wanted >= 1 && wanted <= 64,
    () => `The number of threads must be a whole number from 1 to 64, got ${wanted}`,
  );
  const threads = wanted > 1 ? sharingThreads(wanted) : 1;
  const module = await compileKernels(options.kernels ?? await readKernels());
  return {
    name: "wasm",
    description: `WASM SIMD, ${threads} thread${threads === 1 ? "" : "s"}${joinVectors ? ", 256 bits" : ""}`,
    async load(plan, { guards = false }: LoadOptions = {}) {
      const settings = { threads, parallelFlops, parallelBytes, joinVectors, guards };
      return wasmProgram(await preparePlan(module, plan, settings));
    },
    close() {},
  };
}

let isTold = false;

/** As many threads as are wanted, or one where they cannot share memory, which is said once. */
function sharingThreads(wanted: number): number {
  const why = platform().whyNoSharing();
  if (why === undefined) return wanted;
  if (!isTold) console.warn(`Descent computes on one thread, because ${why}`);
  isTold = true;
  return 1;
}
