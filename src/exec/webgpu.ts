/**
 * The WebGPU executor: WGSL kernels on a GPU, or on a software adapter for tests. Uses web-standard APIs alone
 * but for reading its shaders, so that it also runs in a browser.
 */
import { DescentError } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Executor, LoadOptions } from "./executor.ts";
import {
  describeAdapter,
  type GpuProvider,
  NO_ADAPTER,
  openDevice,
  requestAdapter,
} from "./webgpu_adapter.ts";
import { WebgpuDevice } from "./webgpu_device.ts";
import { preparePlan, scheduleLimits } from "./webgpu_load.ts";
import { readShader } from "./read_shader.ts";
import { launchMaker, type LoadShader } from "./webgpu_launches.ts";
import { kernelCache } from "./webgpu_pipelines.ts";
import { scheduleLaunches } from "./webgpu_schedule.ts";
import { WebgpuProgram } from "./webgpu_program.ts";

export { findAdapter, type FoundAdapter, type GpuProvider } from "./webgpu_adapter.ts";

/** Settings of `webgpuExecutor`. */
export interface WebgpuOptions {
  /** Accept a software adapter, which computes on the processor. Default false. */
  readonly software?: boolean;
  /** Which adapter to open; null stands for a machine without one. Default: the system's fastest. */
  readonly adapter?: GPUAdapter | null;
  /** Where to ask for an adapter. Default: `navigator.gpu`. */
  readonly gpu?: GpuProvider;
  /** Where the WGSL text of an op comes from; in a browser, fetch it. Default: the library's folder `wgsl`. */
  readonly loadShader?: LoadShader;
  /** Longest wait for a result before the device counts as lost, in ms. Default 60,000; ten times that for software. */
  readonly watchdogMs?: number;
  /** Most steps of one submit, which has 2,000 dispatches at most. Default 1024. */
  readonly tableRows?: number;
}

/** The executor, with the device that it has opened. */
export interface WebgpuExecutor extends Executor {
  readonly device: GPUDevice;
}

/**
 * Opens a WebGPU adapter and returns the executor that runs plans on it.
 *
 * Throws a `DescentError` with what to install or choose instead when there is no adapter, when the only one is
 * software and `software` is not set, or when the driver refuses.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { findAdapter, webgpuExecutor } from "./webgpu.ts";
 * import { compile } from "../ir/plan.ts";
 * import { leaf } from "../ir/leaf.ts";
 * import { add } from "../ops/add.ts";
 * if ((await findAdapter()).kind !== "none") {
 *   const a = leaf("input", "a", [2]), b = leaf("input", "b", [2]), sum = add(a, b);
 *   const executor = await webgpuExecutor({ software: true });
 *   const program = await executor.load(compile({ forward: [sum] }));
 *   program.write(a, [1, 2]);
 *   program.write(b, [10, 20]);
 *   await program.run("forward", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
 *   assert((await program.read(sum))[1] === 22);
 *   program.close();
 *   executor.close();
 * }
 * ```
 */
export async function webgpuExecutor(options: WebgpuOptions = {}): Promise<WebgpuExecutor> {
  checkOptions("webgpuExecutor", options, {
    software: true,
    adapter: true,
    gpu: true,
    loadShader: true,
    watchdogMs: true,
    tableRows: true,
  });
  const { software = false, loadShader = readShader, tableRows = 1024 } = options;
  const adapter = options.adapter === undefined ? await requestAdapter(options.gpu) : options.adapter;
  if (adapter === null) throw new DescentError(NO_ADAPTER);
  const { kind, name } = describeAdapter(adapter), isSoftware = kind === "software";
  if (isSoftware && !software) {
    throw new DescentError(
      `The only WebGPU adapter is ${name}, software that computes on the processor: use the wasm backend, which is ` +
        "faster, or ask for webgpu by name",
    );
  }
  const gpu = new WebgpuDevice(
    await openDevice(adapter),
    name,
    options.watchdogMs ?? (isSoftware ? 600_000 : 60_000),
  );
  const makers = { kernelOf: kernelCache(gpu, loadShader), launchesOf: launchMaker(loadShader) };
  return {
    name: "webgpu",
    description: `WebGPU on ${name}${isSoftware ? ", software" : ""}`,
    device: gpu.device,
    async load(plan, { guards = false, merge = !isSoftware }: LoadOptions = {}) {
      return new WebgpuProgram(await preparePlan(gpu, makers, plan, { guards, merge, tableRows }));
    },
    async dispatches(calls) {
      // Buffers between two launches have positions that no plan's buffer has.
      let scratch = -1;
      const launches = await Promise.all(calls.map((call) => makers.launchesOf(call, () => scratch--)));
      return scheduleLaunches(launches.flat(), scheduleLimits(gpu.device)).length;
    },
    close: () => gpu.close(),
  };
}
