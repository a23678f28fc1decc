/** Preparing a plan for a WebGPU device: one buffer per plan buffer, a pipeline and a bind group per launch. */
import { DescentError } from "../core/errors.ts";
import { STEP_BYTES } from "../core/step.ts";
import { bytesOf, bytesPerElement } from "../core/tensor.ts";
import type { Plan, PlanBuffer, PlanCall, PlanOperand } from "../ir/plan.ts";
import { callFlops } from "../ir/print.ts";
import { limitOf } from "./webgpu_adapter.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import { type CallKernels, describeCall, type Kernel } from "./webgpu_pipelines.ts";
import type { Span } from "./webgpu_staging.ts";
import { BUFFER_USAGE } from "./webgpu_flags.ts";

/** Bytes of the guard after each buffer. */
export const GUARD_BYTES = 256;

/**
 * What the guard of a buffer holds: as floats, huge numbers, so that reading them shows; each word its own, so
 * that copying one guard onto another shows. (A NaN would not do: the sum of two is often the first of them.)
 */
export function guardOf(index: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: GUARD_BYTES / 4 }, (_, i) => 0xdead0000 + (index * 64 + i) % 0x10000);
}

/** A call ready to be encoded. */
export interface ReadyCall {
  readonly call: PlanCall;
  /** What it launches, in order. */
  readonly launches: readonly Launch[];
  /** Floating-point operations. */
  readonly flops: number;
}

/** A kernel with what it is bound to. */
interface Launch {
  readonly kernel: Kernel;
  readonly group: GPUBindGroup;
}

/** A buffer on the device, of which a guard may follow the bytes. */
interface GuardedBuffer {
  readonly name: string;
  readonly bytes: number;
  readonly buffer: GPUBuffer;
}

/** A plan with everything that running it takes. */
export interface Prepared {
  readonly gpu: WebgpuDevice;
  readonly plan: Plan;
  readonly buffers: readonly GPUBuffer[];
  /** The plan's buffers, then those between the two launches of a call. */
  readonly storage: readonly GuardedBuffer[];
  /** The step table: `tableRows` rows of 256 bytes. */
  readonly table: GPUBuffer;
  readonly tableRows: number;
  /** Calls of each routine, and of the plan's setup under "setup". */
  readonly calls: ReadonlyMap<string, readonly ReadyCall[]>;
  readonly guards: boolean;
}

interface PrepareOptions {
  readonly guards: boolean;
  readonly tableRows: number;
}

/** Allocates the plan's buffers and prepares its calls. Throws a sentence that names the buffer or the call. */
export async function preparePlan(
  gpu: WebgpuDevice,
  kernelsOf: (call: PlanCall) => Promise<CallKernels>,
  plan: Plan,
  { guards, tableRows }: PrepareOptions,
): Promise<Prepared> {
  gpu.check();
  for (const buffer of plan.buffers) refuseTooLarge(buffer, gpu.device.limits);
  const made: GPUBuffer[] = [], storage: GuardedBuffer[] = [];
  const allocate = async (label: string, size: number, usage: number) => {
    let buffer: GPUBuffer;
    await gpu.scopedOrThrow(() => `Cannot allocate ${size} bytes for buffer "${label}"`, () => {
      buffer = gpu.device.createBuffer({ label, size, usage: usage | BUFFER_USAGE.copyDst });
      made.push(buffer);
    });
    return buffer!;
  };
  const allocateStorage = async ({ name, bytes }: Pick<PlanBuffer, "name" | "bytes">) => {
    const size = bytes + (guards ? GUARD_BYTES : 0);
    return { name, bytes, buffer: await allocate(name, size, BUFFER_USAGE.storage | BUFFER_USAGE.copySrc) };
  };
  const allocateScratch = async (call: PlanCall, bytes: number) => {
    const wanted = { name: `scratch of ${call.label}`, bytes };
    refuseTooLarge(wanted, gpu.device.limits);
    const scratch = await allocateStorage(wanted);
    storage.push(scratch);
    return scratch.buffer;
  };
  try {
    storage.push(...await allAndThrow(plan.buffers.map(allocateStorage)));
    const buffers = storage.map(({ buffer }) => buffer);
    const table = await allocate("steps", tableRows * STEP_BYTES, BUFFER_USAGE.uniform);
    const memory = { buffers, table, guards, allocateScratch };
    const calls = new Map<string, readonly ReadyCall[]>();
    for (const [name, routine] of [["setup", plan.setup] as const, ...Object.entries(plan.routines)]) {
      const ready = routine.map((call) => prepareCall(gpu, kernelsOf, plan, call, memory));
      calls.set(name, await allAndThrow(ready));
    }
    if (guards) {
      storage.forEach(({ buffer, bytes }, i) => gpu.device.queue.writeBuffer(buffer, bytes, guardOf(i)));
    }
    return { gpu, plan, buffers, storage, table, tableRows, calls, guards };
  } catch (error) {
    for (const buffer of made) buffer.destroy();
    throw error;
  }
}

/** As `Promise.all`, but waits for every promise before it throws: none is left running. */
async function allAndThrow<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}

function refuseTooLarge(
  { name, bytes }: Pick<PlanBuffer, "name" | "bytes">,
  limits: GPUSupportedLimits,
): void {
  for (const limit of ["maxBufferSize", "maxStorageBufferBindingSize"] as const) {
    if (bytes <= limitOf(limits, limit)) continue;
    throw new DescentError(
      `Buffer "${name}" takes ${bytes} bytes but this WebGPU adapter allows ${limitOf(limits, limit)} ` +
        `(${limit}): use smaller batches, or the wasm backend`,
    );
  }
}

/** What a call is bound to. */
interface Memory {
  readonly buffers: readonly GPUBuffer[];
  readonly table: GPUBuffer;
  readonly guards: boolean;
  readonly allocateScratch: (call: PlanCall, bytes: number) => Promise<GPUBuffer>;
}

async function prepareCall(
  gpu: WebgpuDevice,
  kernelsOf: (call: PlanCall) => Promise<CallKernels>,
  plan: Plan,
  call: PlanCall,
  { buffers, table, guards, allocateScratch }: Memory,
): Promise<ReadyCall> {
  refuseAliases(plan, call);
  const bind = async (kernel: Kernel, spans: readonly Span[]): Promise<Launch> => {
    const resources: Span[] = spans.map(({ buffer, offset, size }) => {
      // With guards, a kernel can reach the guard: otherwise the GPU's own bounds would hide an overrun.
      const reach = guards ? Math.min(size + GUARD_BYTES, buffer.size - offset) : size;
      return { buffer, offset, size: reach };
    });
    if (kernel.readsStep) resources.push({ buffer: table, offset: 0, size: STEP_BYTES });
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    let group: GPUBindGroup;
    await gpu.scopedOrThrow(() => `Cannot bind the operands of ${describeCall(call)}`, () => {
      group = gpu.device.createBindGroup({ label: call.label, layout: kernel.layout, entries });
    });
    return { kernel, group: group! };
  };
  const { first, second } = await kernelsOf(call), flops = callFlops(call);
  const spans = call.operands.map((operand) => spanOf(buffers, operand));
  if (second === undefined) return { call, launches: [await bind(first, spans)], flops };
  const { scratchBytes } = second, output = call.writes[0]!;
  const scratch = { buffer: await allocateScratch(call, scratchBytes), offset: 0, size: scratchBytes };
  const launches = [
    await bind(first, spans.with(output, scratch)),
    await bind(second, [scratch, spans[output]!]),
  ];
  return { call, launches, flops };
}

/** WebGPU forbids a call to write a buffer that it also uses otherwise, even another part of it. */
function refuseAliases(plan: Plan, call: PlanCall): void {
  for (const at of call.writes) {
    const { buffer } = call.operands[at]!;
    if (!call.operands.some((other, i) => i !== at && other.buffer === buffer)) continue;
    throw new DescentError(
      `${describeCall(call)} writes buffer "${
        plan.buffers[buffer]!.name
      }", which is also another operand of ` +
        "it: WebGPU cannot do both in one call, so compute into a buffer of its own",
    );
  }
}

/** Where an operand lies on the device. */
export function spanOf(buffers: readonly GPUBuffer[], { buffer, offset, type }: PlanOperand): Span {
  return {
    buffer: buffers[buffer]!,
    offset: offset * bytesPerElement(type.dtype),
    size: bytesOf(type),
  };
}
