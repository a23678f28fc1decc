/** Preparing a plan for a WebGPU device: one buffer per plan buffer, a pipeline and a bind group per dispatch. */
import { DescentError } from "../core/errors.ts";
import { STEP_BYTES } from "../core/step.ts";
import { bytesOf, bytesPerElement } from "../core/tensor.ts";
import type { Plan, PlanBuffer, PlanCall, PlanOperand } from "../ir/plan.ts";
import { limitOf } from "./webgpu_adapter.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import type { Launch, launchMaker } from "./webgpu_launches.ts";
import { describeCall, type kernelCache, type KernelSource } from "./webgpu_pipelines.ts";
import {
  launchesOf,
  mergedKernels,
  scheduleLaunches,
  type ScheduleLimits,
  type Unit,
  unitGroups,
} from "./webgpu_schedule.ts";
import type { Span } from "./webgpu_staging.ts";
import { BUFFER_USAGE } from "./webgpu_flags.ts";
import { mergeWgsl } from "./wgsl_merge.ts";

/** Bytes of the guard after each buffer. */
export const GUARD_BYTES = 256;

/**
 * What the guard of a buffer holds: as floats, huge numbers, so that reading them shows; each word its own, so
 * that copying one guard onto another shows. (A NaN would not do: the sum of two is often the first of them.)
 */
export function guardOf(index: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: GUARD_BYTES / 4 }, (_, i) => 0xdead0000 + (index * 64 + i) % 0x10000);
}

/** A dispatch ready to be encoded. */
export interface ReadyDispatch {
  /** The calls that it makes, or parts of them. */
  readonly calls: readonly PlanCall[];
  readonly pipeline: GPUComputePipeline;
  readonly workgroups: readonly [x: number, y: number, z: number];
  readonly group: GPUBindGroup;
  /** The row of the step is bound. */
  readonly readsStep: boolean;
  /** Floating-point operations. */
  readonly flops: number;
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
  /** Dispatches of each routine, and of the plan's setup under "setup". */
  readonly dispatches: ReadonlyMap<string, readonly ReadyDispatch[]>;
  readonly guards: boolean;
  /** The dispatches of one call by itself. */
  dispatchesOf(routine: string, index: number): Promise<readonly ReadyDispatch[]>;
}

interface PrepareOptions {
  readonly guards: boolean;
  /** Make as few dispatches as can be. */
  readonly merge: boolean;
  readonly tableRows: number;
}

/** Allocates the plan's buffers and prepares its calls. Throws a sentence that names the buffer or the call. */
export async function preparePlan(
  gpu: WebgpuDevice,
  { kernelOf, launchesOf }: Makers,
  plan: Plan,
  { guards, merge, tableRows }: PrepareOptions,
): Promise<Prepared> {
  gpu.check();
  const { limits } = gpu.device, wanted: Pick<PlanBuffer, "name" | "bytes">[] = [...plan.buffers];
  const scratch = (call: PlanCall, bytes: number) =>
    wanted.push({ name: `scratch of ${call.label}`, bytes }) - 1;
  const routines = [["setup", plan.setup] as const, ...Object.entries(plan.routines)];
  const launches = new Map(
    await Promise.all(routines.map(async ([name, calls]) => {
      for (const call of calls) refuseAliases(plan, call);
      return [name, await Promise.all(calls.map((call) => launchesOf(call, scratch)))] as const;
    })),
  );
  for (const buffer of wanted) refuseTooLarge(buffer, limits);
  const made: GPUBuffer[] = [];
  const allocate = async (label: string, size: number, usage: number) => {
    let buffer: GPUBuffer;
    await gpu.scopedOrThrow(() => `Cannot allocate ${size} bytes for buffer "${label}"`, () => {
      buffer = gpu.device.createBuffer({ label, size, usage: usage | BUFFER_USAGE.copyDst });
      made.push(buffer);
    });
    return buffer!;
  };
  try {
    const storage = await allAndThrow(wanted.map(async ({ name, bytes }) => {
      const size = bytes + (guards ? GUARD_BYTES : 0);
      return { name, bytes, buffer: await allocate(name, size, BUFFER_USAGE.storage | BUFFER_USAGE.copySrc) };
    }));
    const table = await allocate("steps", tableRows * STEP_BYTES, BUFFER_USAGE.uniform);
    const binder: Binder = { gpu, kernelOf, buffers: storage.map(({ buffer }) => buffer), table, guards };
    const dispatches = new Map(
      await allAndThrow([...launches].map(async ([name, calls]) => {
        // What a kernel could reach of a guard, it cannot where several share a binding.
        const stages = merge && !guards
          ? scheduleLaunches(calls.flat(), scheduleLimits(gpu.device))
          : calls.flat().map((launch) => [[{ launch, after: [] }]]);
        return [name, await allAndThrow(stages.map((units) => prepareDispatch(binder, units)))] as const;
      })),
    );
    if (guards) {
      storage.forEach(({ buffer, bytes }, i) => gpu.device.queue.writeBuffer(buffer, bytes, guardOf(i)));
    }
    const buffers = storage.slice(0, plan.buffers.length).map(({ buffer }) => buffer);
    return {
      gpu,
      plan,
      buffers,
      storage,
      table,
      tableRows,
      dispatches,
      guards,
      dispatchesOf: (routine, index) =>
        allAndThrow(
          launches.get(routine)![index]!.map((launch) => prepareDispatch(binder, [[{ launch, after: [] }]])),
        ),
    };
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

/** What a device allows a dispatch. */
export function scheduleLimits({ limits }: GPUDevice): ScheduleLimits {
  return {
    storageBuffers: limitOf(limits, "maxStorageBuffersPerShaderStage"),
    sharedBytes: limitOf(limits, "maxComputeWorkgroupStorageSize"),
  };
}

/** What an executor keeps from plan to plan. */
export interface Makers {
  readonly kernelOf: ReturnType<typeof kernelCache>;
  readonly launchesOf: ReturnType<typeof launchMaker>;
}

/** What dispatches are bound to. */
interface Binder extends Pick<Makers, "kernelOf"> {
  readonly gpu: WebgpuDevice;
  readonly buffers: readonly GPUBuffer[];
  readonly table: GPUBuffer;
  readonly guards: boolean;
}

/** A kernel with what it is bound to. */
interface Bound {
  readonly source: KernelSource;
  readonly spans: readonly Span[];
  readonly workgroups: ReadyDispatch["workgroups"];
}

async function prepareDispatch(binder: Binder, units: readonly Unit[]): Promise<ReadyDispatch> {
  const { gpu, kernelOf, table } = binder, launches = units.flat().flatMap(launchesOf);
  const calls = launches.map(({ call }) => call), readsStep = launches.some((launch) => launch.readsStep);
  const { source, spans, workgroups } = launches.length === 1
    ? boundAlone(launches[0]!, binder)
    : boundTogether(units, binder);
  refuseTooMany(source.what, workgroups, gpu.device.limits.maxComputeWorkgroupsPerDimension);
  const { pipeline, layout } = await kernelOf({ ...source, layout: source.layout + (readsStep ? "s" : "") });
  const resources = readsStep ? [...spans, { buffer: table, offset: 0, size: STEP_BYTES }] : spans;
  let group: GPUBindGroup;
  await gpu.scopedOrThrow(() => `Cannot bind the operands of ${source.what}`, () => {
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    group = gpu.device.createBindGroup({ label: source.name, layout, entries });
  });
  const flops = launches.reduce((sum, launch) => sum + launch.flops, 0);
  return { calls, pipeline, workgroups, group: group!, readsStep, flops };
}

function boundAlone(launch: Launch, { buffers, guards }: Binder): Bound {
  const { call, kernel: name, text, overrides, workgroups, operands } = launch;
  const layout = operands.map(({ writes }) => writes ? "w" : "r").join("");
  return {
    source: { name, ...(text && { text }), overrides, layout, what: describeCall(call) },
    spans: operands.map(({ buffer: at, offset, size }) => {
      const buffer = buffers[at]!;
      // With guards, a kernel can reach the guard: otherwise the GPU's own bounds would hide an overrun.
      return { buffer, offset, size: guards ? Math.min(size + GUARD_BYTES, buffer.size - offset) : size };
    }),
    workgroups,
  };
}

function boundTogether(units: readonly Unit[], { buffers: all }: Binder): Bound {
  const { kernels, buffers } = mergedKernels(units), launches = units.flat().flatMap(launchesOf);
  const written = new Set(
    launches.flatMap(({ operands }) => operands.filter(({ writes }) => writes)).map((one) => one.buffer),
  );
  const overrides: Record<string, number> = {};
  launches.forEach((launch, k) => Object.assign(overrides, mergedOverrides(launch, k)));
  let end = 0;
  units.forEach((unit, u) => overrides[`end${u}`] = end += unitGroups(unit));
  // Of an override that a kernel after another does not have, WebGPU would complain.
  const text = mergeWgsl(kernels),
    declared = new Set([...text.matchAll(/override (\w+)/g)].map((match) => match[1]!));
  return {
    source: {
      name: [...new Set(launches.map(({ kernel }) => kernel))].join("+"),
      text,
      overrides: Object.fromEntries(Object.entries(overrides).filter(([name]) => declared.has(name))),
      layout: buffers.map((buffer) => written.has(buffer) ? "w" : "r").join(""),
      what: launches.map(({ call }) => describeCall(call)).join(", "),
    },
    spans: buffers.map((at) => ({ buffer: all[at]!, offset: 0, size: all[at]!.size })),
    workgroups: [end, 1, 1],
  };
}

/** A kernel's overrides as a merged shader names them. */
function mergedOverrides(
  { overrides, workgroups, operands, module }: Launch,
  k: number,
): Record<string, number> {
  const named: Record<string, number> = {};
  for (const [name, value] of Object.entries(overrides)) named[`k${k}_${name}`] = value;
  operands.forEach(({ offset }, i) =>
    named[`k${k}_at${i}`] = offset / (module!.storage[i]!.element === "vec4f" ? 16 : 4)
  );
  workgroups.forEach((count, i) => named[`k${k}_grid_${"xyz"[i]}`] = count);
  return named;
}

/** Throws when the grid is larger than WebGPU allows. */
function refuseTooMany(what: string, workgroups: readonly number[], limit: number): void {
  if (workgroups.every((count) => count <= limit)) return;
  throw new DescentError(
    `${what} takes ${workgroups.join("×")} workgroups but WebGPU allows ${limit} along an axis: ` +
      "use smaller batches, or the wasm backend",
  );
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
