/** Preparing a plan for a WebGPU device: one buffer per plan buffer, a pipeline and a bind group per call. */
import { DescentError } from "../core/errors.ts";
import { STEP_BYTES } from "../core/step.ts";
import { bytesOf, bytesPerElement } from "../core/tensor.ts";
import type { Plan, PlanBuffer, PlanCall, PlanOperand } from "../ir/plan.ts";
import { callFlops } from "../ir/print.ts";
import { limitOf } from "./webgpu_adapter.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import { describeCall, type Kernel } from "./webgpu_pipelines.ts";
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
  readonly kernel: Kernel;
  readonly group: GPUBindGroup;
  /** Floating-point operations. */
  readonly flops: number;
}

/** A plan with everything that running it takes. */
export interface Prepared {
  readonly gpu: WebgpuDevice;
  readonly plan: Plan;
  readonly buffers: readonly GPUBuffer[];
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
  kernelOf: (call: PlanCall) => Promise<Kernel>,
  plan: Plan,
  { guards, tableRows }: PrepareOptions,
): Promise<Prepared> {
  gpu.check();
  for (const buffer of plan.buffers) refuseTooLarge(buffer, gpu.device.limits);
  const made: GPUBuffer[] = [];
  const allocate = (label: string, size: number, usage: number) =>
    gpu.scopedOrThrow(() => `Cannot allocate ${size} bytes for buffer "${label}"`, () => {
      made.push(gpu.device.createBuffer({ label, size, usage: usage | BUFFER_USAGE.copyDst }));
    });
  try {
    await allAndThrow(
      plan.buffers.map(({ name, bytes }) =>
        allocate(name, bytes + (guards ? GUARD_BYTES : 0), BUFFER_USAGE.storage | BUFFER_USAGE.copySrc)
      ),
    );
    await allocate("steps", tableRows * STEP_BYTES, BUFFER_USAGE.uniform);
    const buffers = made.slice(0, -1), table = made.at(-1)!;
    if (guards) {
      plan.buffers.forEach(({ bytes }, i) => gpu.device.queue.writeBuffer(buffers[i]!, bytes, guardOf(i)));
    }
    const calls = new Map<string, readonly ReadyCall[]>();
    for (const [name, routine] of [["setup", plan.setup] as const, ...Object.entries(plan.routines)]) {
      const ready = routine.map((call) => prepareCall(gpu, kernelOf, plan, call, { buffers, table, guards }));
      calls.set(name, await allAndThrow(ready));
    }
    return { gpu, plan, buffers, table, tableRows, calls, guards };
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

function refuseTooLarge({ name, bytes }: PlanBuffer, limits: GPUSupportedLimits): void {
  for (const limit of ["maxBufferSize", "maxStorageBufferBindingSize"] as const) {
    if (bytes <= limitOf(limits, limit)) continue;
    throw new DescentError(
      `Buffer "${name}" takes ${bytes} bytes but this WebGPU adapter allows ${limitOf(limits, limit)} ` +
        `(${limit}): use smaller batches, or the wasm backend`,
    );
  }
}

async function prepareCall(
  gpu: WebgpuDevice,
  kernelOf: (call: PlanCall) => Promise<Kernel>,
  plan: Plan,
  call: PlanCall,
  memory: { readonly buffers: readonly GPUBuffer[]; readonly table: GPUBuffer; readonly guards: boolean },
): Promise<ReadyCall> {
  refuseAliases(plan, call);
  const kernel = await kernelOf(call);
  const entries: GPUBindGroupEntry[] = call.operands.map((operand, binding) => {
    const { buffer, offset, size } = spanOf(memory.buffers, operand);
    // With guards, a kernel can reach the guard: otherwise the GPU's own bounds would hide an overrun.
    const reach = memory.guards ? Math.min(size + GUARD_BYTES, buffer.size - offset) : size;
    return { binding, resource: { buffer, offset, size: reach } };
  });
  if (call.op.step) {
    entries.push({
      binding: entries.length,
      resource: { buffer: memory.table, offset: 0, size: STEP_BYTES },
    });
  }
  let group: GPUBindGroup;
  await gpu.scopedOrThrow(() => `Cannot bind the operands of ${describeCall(call)}`, () => {
    group = gpu.device.createBindGroup({ label: call.label, layout: kernel.layout, entries });
  });
  return { call, kernel, group: group!, flops: callFlops(call) };
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
