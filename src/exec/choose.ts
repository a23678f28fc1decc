/** Which executor a program runs on, and why. */
import { DescentError, require, unreachable } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import type { BackendName, Executor } from "./executor.ts";
import { referenceExecutor } from "./reference.ts";
import { selfTest } from "./selftest.ts";
import { wasmExecutor } from "./wasm.ts";
import { findAdapter, webgpuExecutor } from "./webgpu.ts";

export const BACKENDS = ["auto", "webgpu", "wasm", "reference"] as const;

/** What to run on. `auto`: a real GPU if there is one, else WASM; a software adapter only when asked for. */
export type Backend = typeof BACKENDS[number];

export interface ChooseOptions {
  /** Default `auto`. */
  readonly backend?: Backend;
  /** Threads of the WASM executor, which `auto` then takes; default one per core, at most 8. */
  readonly threads?: number;
}

export interface Choice {
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
 * import { assert } from "@std/assert";
 * import { chooseExecutor } from "./choose.ts";
 * const { executor } = await chooseExecutor({ backend: "reference" });
 * assert(executor.name === "reference");
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
