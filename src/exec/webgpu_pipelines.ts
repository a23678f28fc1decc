/** Compiled kernels: one shader module per text, one pipeline per text, layout and sizes, kept for the executor's life. */
import { DescentError } from "../core/errors.ts";
import type { PlanCall } from "../ir/plan.ts";
import { oneLine } from "./webgpu_adapter.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import { STAGE_COMPUTE } from "./webgpu_flags.ts";
import type { LoadShader } from "./webgpu_launches.ts";

/** A pipeline with the layout of its operands. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** What a kernel is made of. */
export interface KernelSource {
  /** Of a file of the library, or for labels alone where there is a text. */
  readonly name: string;
  readonly text?: string;
  readonly overrides: Readonly<Record<string, number>>;
  /** One letter per binding: r read, w written, s the step row. */
  readonly layout: string;
  /** How messages name it. */
  readonly what: string;
}

/** `linear "dense_1"`, for messages. */
export function describeCall({ op, label }: PlanCall): string {
  return `${op.name} "${label}"`;
}

/** Compiles kernels on a device, each once. */
export function kernelCache(
  gpu: WebgpuDevice,
  loadShader: LoadShader,
): (source: KernelSource) => Promise<Kernel> {
  const modules = new Map<string, Promise<GPUShaderModule>>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const pipelines = new Map<string, Promise<Kernel>>();

  const moduleOf = ({ name, text, what }: KernelSource) =>
    remember(modules, text ?? name, async () => {
      const code = text ?? await loadShader(name).catch((error) => {
        throw new DescentError(`Cannot read the shader of ${what}: ${oneLine(error)}`);
      });
      let module: GPUShaderModule;
      await gpu.scopedOrThrow(() => `Cannot compile the shader of ${what}`, () => {
        module = gpu.device.createShaderModule({ label: name, code });
      });
      return module!;
    });

  return (source) => {
    const { name, text, layout: letters, overrides, what } = source;
    return remember(pipelines, `${text ?? name} ${letters} ${JSON.stringify(overrides)}`, async () => {
      const module = await moduleOf(source);
      let layout: GPUBindGroupLayout, pipeline: GPUComputePipeline;
      await gpu.scopedOrThrow(() => `Cannot prepare ${what}`, () => {
        layout = remember(
          layouts,
          letters,
          () => gpu.device.createBindGroupLayout({ entries: [...letters].map(entryOf) }),
        );
        pipeline = gpu.device.createComputePipeline({
          label: name,
          layout: gpu.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
          compute: { module, entryPoint: "main", constants: overrides },
        });
      });
      return { layout: layout!, pipeline: pipeline! };
    });
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function entryOf(letter: string, binding: number): GPUBindGroupLayoutEntry {
  const buffer: GPUBufferBindingLayout = letter === "s"
    ? { type: "uniform", hasDynamicOffset: true }
    : { type: letter === "w" ? "storage" : "read-only-storage" };
  return { binding, visibility: STAGE_COMPUTE, buffer };
}
