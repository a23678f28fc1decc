/** Compiled kernels: one shader module per text, one pipeline per text, layout and sizes, kept for the executor's life. */
import { DescentError } from "../core/errors.ts";
import type { WgslDispatch } from "../ir/op.ts";
import type { PlanCall } from "../ir/plan.ts";
import { callTypes } from "../ir/print.ts";
import { oneLine } from "./webgpu_adapter.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import { STAGE_COMPUTE } from "./webgpu_flags.ts";

/** A pipeline with the layout of its operands and its grid. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly workgroups: WgslDispatch["workgroups"];
}

/** The WGSL text of a kernel, which most ops have one of, under their name. */
export type LoadShader = (kernel: string) => Promise<string>;

/** `linear "dense_1"`, for messages. */
export function describeCall({ op, label }: PlanCall): string {
  return `${op.name} "${label}"`;
}

/** Compiles kernels on a device, each once. */
export function kernelCache(gpu: WebgpuDevice, loadShader: LoadShader): (call: PlanCall) => Promise<Kernel> {
  const modules = new Map<string, Promise<GPUShaderModule>>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const pipelines = new Map<string, Promise<Omit<Kernel, "workgroups">>>();

  const moduleOf = (call: PlanCall, kernel: string, text: string | undefined) =>
    remember(modules, text ?? kernel, async () => {
      const code = text ?? await loadShader(kernel).catch((error) => {
        throw new DescentError(`Cannot read the shader of ${describeCall(call)}: ${oneLine(error)}`);
      });
      let module: GPUShaderModule;
      await gpu.scopedOrThrow(() => `Cannot compile the shader of ${describeCall(call)}`, () => {
        module = gpu.device.createShaderModule({ label: kernel, code });
      });
      return module!;
    });

  const layoutOf = (call: PlanCall) =>
    remember(layouts, layoutKey(call), () => gpu.device.createBindGroupLayout({ entries: entriesOf(call) }));

  return async (call) => {
    const { kernel: name = call.op.name, overrides, workgroups, text } = dispatchOf(
      call,
      gpu.device.limits.maxComputeWorkgroupsPerDimension,
    );
    const key = `${text ?? name} ${layoutKey(call)} ${JSON.stringify(overrides)}`;
    const kernel = await remember(pipelines, key, async () => {
      const module = await moduleOf(call, name, text);
      let layout: GPUBindGroupLayout, pipeline: GPUComputePipeline;
      await gpu.scopedOrThrow(() => `Cannot prepare ${describeCall(call)}`, () => {
        layout = layoutOf(call);
        pipeline = gpu.device.createComputePipeline({
          label: name,
          layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
          compute: { module, entryPoint: "main", constants: overrides },
        });
      });
      return { layout: layout!, pipeline: pipeline! };
    });
    return { ...kernel, workgroups };
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** Overrides and grid of a call; throws when the grid is larger than WebGPU allows. */
function dispatchOf(call: PlanCall, limit: number): WgslDispatch {
  const dispatch = call.op.wgsl(callTypes(call));
  if (dispatch.workgroups.some((count) => count > limit)) {
    throw new DescentError(
      `${describeCall(call)} takes ${dispatch.workgroups.join("×")} workgroups but WebGPU allows ${limit} ` +
        "along an axis: use smaller batches, or the wasm backend",
    );
  }
  return dispatch;
}

/** One letter per binding: r read, w written, s the step row. */
function layoutKey({ op, operands, writes }: PlanCall): string {
  return operands.map((_operand, i) => writes.includes(i) ? "w" : "r").join("") + (op.step ? "s" : "");
}

function entriesOf({ op, operands, writes }: PlanCall): GPUBindGroupLayoutEntry[] {
  const entries: GPUBindGroupLayoutEntry[] = operands.map((_operand, binding) => ({
    binding,
    visibility: STAGE_COMPUTE,
    buffer: { type: writes.includes(binding) ? "storage" : "read-only-storage" },
  }));
  if (op.step) {
    entries.push({
      binding: operands.length,
      visibility: STAGE_COMPUTE,
      buffer: { type: "uniform", hasDynamicOffset: true },
    });
  }
  return entries;
}
