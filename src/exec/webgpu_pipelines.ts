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
  /** The row of the step is bound after its operands. */
  readonly readsStep: boolean;
}

/** What a call launches: one kernel, or a second after it with a buffer between them. */
export interface CallKernels {
  readonly first: Kernel;
  readonly second?: Kernel & { readonly scratchBytes: number };
}

/** The WGSL text of a kernel, which most ops have one of, under their name. */
export type LoadShader = (kernel: string) => Promise<string>;

/** `linear "dense_1"`, for messages. */
export function describeCall({ op, label }: PlanCall): string {
  return `${op.name} "${label}"`;
}

/** Compiles kernels on a device, each once. */
export function kernelCache(
  gpu: WebgpuDevice,
  loadShader: LoadShader,
): (call: PlanCall) => Promise<CallKernels> {
  const modules = new Map<string, Promise<GPUShaderModule>>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const pipelines = new Map<string, Promise<Pick<Kernel, "pipeline" | "layout">>>();

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

  const layoutOf = (bindings: string) =>
    remember(layouts, bindings, () => gpu.device.createBindGroupLayout({ entries: entriesOf(bindings) }));

  const kernelOf = async (call: PlanCall, dispatch: WgslDispatch, bindings: string): Promise<Kernel> => {
    refuseTooMany(call, dispatch, gpu.device.limits.maxComputeWorkgroupsPerDimension);
    const { kernel: name = call.op.name, overrides, workgroups, text } = dispatch;
    const key = `${text ?? name} ${bindings} ${JSON.stringify(overrides)}`;
    const kernel = await remember(pipelines, key, async () => {
      const module = await moduleOf(call, name, text);
      let layout: GPUBindGroupLayout, pipeline: GPUComputePipeline;
      await gpu.scopedOrThrow(() => `Cannot prepare ${describeCall(call)}`, () => {
        layout = layoutOf(bindings);
        pipeline = gpu.device.createComputePipeline({
          label: name,
          layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
          compute: { module, entryPoint: "main", constants: overrides },
        });
      });
      return { layout: layout!, pipeline: pipeline! };
    });
    return { ...kernel, workgroups, readsStep: bindings.endsWith(STEP) };
  };

  return async (call) => {
    const dispatch = call.op.wgsl(callTypes(call)), { then } = dispatch;
    const first = await kernelOf(call, dispatch, bindingsOf(call));
    if (then === undefined) return { first };
    const second = await kernelOf(call, then, READ + WRITTEN);
    return { first, second: { ...second, scratchBytes: 4 * then.scratchElements } };
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** Throws when the grid is larger than WebGPU allows. */
function refuseTooMany(call: PlanCall, { workgroups }: WgslDispatch, limit: number): void {
  if (workgroups.every((count) => count <= limit)) return;
  throw new DescentError(
    `${describeCall(call)} takes ${workgroups.join("×")} workgroups but WebGPU allows ${limit} ` +
      "along an axis: use smaller batches, or the wasm backend",
  );
}

/** A letter per binding. */
const READ = "r", WRITTEN = "w", STEP = "s";

function bindingsOf({ op, operands, writes }: PlanCall): string {
  return operands.map((_operand, i) => writes.includes(i) ? WRITTEN : READ).join("") + (op.step ? STEP : "");
}

function entriesOf(bindings: string): GPUBindGroupLayoutEntry[] {
  return [...bindings].map((letter, binding) => ({
    binding,
    visibility: STAGE_COMPUTE,
    buffer: letter === STEP
      ? { type: "uniform", hasDynamicOffset: true }
      : { type: letter === WRITTEN ? "storage" : "read-only-storage" },
  }));
}
