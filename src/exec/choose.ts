/** Which executor a program runs on, and why. */
import { DescentError, require, unreachable } from "../core/errors.ts";
import { checkOptions, namesOf, shown } from "../core/option_names.ts";
import type { BackendName, Executor } from "./executor.ts";
import { openWasm, openWebgpu } from "./open.ts";
import { referenceExecutor } from "./reference.ts";
import { selfTest } from "./selftest.ts";
import { findAdapter, type GpuProvider } from "./webgpu_adapter.ts";

/**
 * What to run on. `auto`: a real GPU if there is one, else WASM; a software adapter only when asked for. `fit` without an
 * executor tries its training on both.
 */
export type Backend = "auto" | BackendName;

export const BACKENDS = namesOf<Backend>({ auto: true, webgpu: true, wasm: true, reference: true });

/** Settings of `chooseExecutor`. */
export interface ChooseOptions {
  /** What to run on. Default `auto`. */
  readonly backend?: Backend;
  /** Threads of the WASM executor, which `auto` then takes; default one per core, at most 8. */
  readonly threads?: number;
  /**
   * Where to ask for a GPU: on Node, `create([])` of the npm package `webgpu`. Default: `navigator.gpu`, if there is one.
   */
  readonly gpu?: GpuProvider;
}

/** What `chooseExecutor` came to. */
export interface Choice {
  /** The executor, open; close it when done. */
  readonly executor: Executor;
  /** Half a sentence for people: why this one. */
  readonly why: string;
}

/**
 * The executor to use, tested with known answers. It knows no training: where there is a GPU, `auto` is that GPU, though small
 * steps are faster on WASM, which `fit` finds out where no executor is given to it.
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
  checkOptions("chooseExecutor", options, { backend: true, threads: true, gpu: true });
  const { backend = "auto", threads, gpu } = options;
  require(
    BACKENDS.includes(backend),
    () => `There is no backend ${shown(backend)}: choose one of ${BACKENDS.join(", ")}`,
  );
  const choice = await choose(backend, threads, gpu);
  await selfTest(choice.executor);
  return choice;
}

async function choose(
  backend: Backend,
  threads: number | undefined,
  gpu: GpuProvider | undefined,
): Promise<Choice> {
  const given = gpu && { gpu };
  const wasm = () => openWasm(threads === undefined ? {} : { threads });
  switch (backend) {
    case "webgpu":
      return { executor: await openWebgpu({ ...given, software: true }), why: "asked for" };
    case "wasm":
      return { executor: await wasm(), why: "asked for" };
    case "reference":
      return { executor: referenceExecutor(), why: "asked for" };
    case "auto": {
      if (threads !== undefined) return { executor: await wasm(), why: "a number of threads was asked for" };
      const adapter = await findAdapter(gpu);
      if (adapter.kind === "software") return { executor: await wasm(), why: `no GPU: ${adapter.why}` };
      if (adapter.kind === "none") return { executor: await wasm(), why: "no GPU found" };
      const opened = await openWebgpu({ ...given });
      try {
        await selfTest(opened);
        return { executor: opened, why: "a GPU is there" };
      } catch (error) {
        opened.close();
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
