/** Which executor a program runs on, and why. */
import { DescentError, require, unreachable } from "../core/errors.ts";
import { checkOptions, namesOf, shown } from "../core/option_names.ts";
import type { BackendName, Executor } from "./executor.ts";
import { referenceExecutor } from "./reference.ts";
import { selfTest } from "./selftest.ts";
import { wasmExecutor } from "./wasm.ts";
import { findAdapter, webgpuExecutor } from "./webgpu.ts";

/** What to run on. `auto`: a real GPU if there is one, else WASM; a software adapter only when asked for. */
export type Backend = "auto" | BackendName;

export const BACKENDS = namesOf<Backend>({ auto: true, webgpu: true, wasm: true, reference: true });

/** Settings of `chooseExecutor`. */
export interface ChooseOptions {
  /** What to run on. Default `auto`. */
  readonly backend?: Backend;
  /** Threads of the WASM executor, which `auto` then takes; default one per core, at most 8. */
  readonly threads?: number;
}

/** What `chooseExecutor` came to. */
export interface Choice {
  /** The executor, open; close it when done. */
  readonly executor: Executor;
  /** Half a sentence for people: why this one. */
  readonly why: string;
}

/**
 * The executor to use, tested with known answers.
 *
 * Throws when WebGPU is asked for and there is no adapter, or the self-test fails.
 *
 * @example
 * ```ts
 * import { chooseExecutor } from "descent";
 * const { executor, why } = await chooseExecutor();
 * console.log(`${executor.description} (${why})`); // WASM SIMD, 8 threads (no GPU found)
 * executor.close();
 * ```
 */
export async function chooseExecutor(options: ChooseOptions = {}): Promise<Choice> {
  checkOptions("chooseExecutor", options, { backend: true, threads: true });
  const { backend = "auto", threads } = options;
  require(
    BACKENDS.includes(backend),
    () => `There is no backend ${shown(backend)}: choose one of ${BACKENDS.join(", ")}`,
  );
  const choice = await choose(backend, threads);
  await selfTest(choice.executor);
  return choice;
}

async function choose(backend: Backend, threads: number | undefined): Promise<Choice> {
  const wasm = () => wasmExecutor(threads === undefined ? {} : { threads });
  switch (backend) {
    case "webgpu":
      return { executor: await webgpuExecutor({ software: true }), why: "asked for" };
    case "wasm":
      return { executor: await wasm(), why: "asked for" };
    case "reference":
      return { executor: referenceExecutor(), why: "asked for" };
    case "auto": {
      if (threads !== undefined) return { executor: await wasm(), why: "a number of threads was asked for" };
      const adapter = await findAdapter();
      if (adapter.kind === "software") return { executor: await wasm(), why: `no GPU: ${adapter.why}` };
      if (adapter.kind === "none") return { executor: await wasm(), why: "no GPU found" };
      const gpu = await webgpuExecutor();
      try {
        await selfTest(gpu);
        return { executor: gpu, why: "a GPU is there" };
      } catch (error) {
        gpu.close();
        if (!(error instanceof DescentError)) throw error;
        return { executor: await wasm(), why: `the GPU is not used: ${error.message}` };
      }
    }
    default:
      return unreachable(backend);
  }
}

/** The names of the executors, for messages. */
export const BACKEND_TITLES = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  reference: "Reference",
} as const satisfies Record<BackendName, string>;
