/** Finding a WebGPU adapter, and telling a GPU from software that imitates one on the processor. */
import { platform } from "../core/choose_platform.ts";
import { DescentError } from "../core/errors.ts";

/** What `findAdapter` found: `software` computes on the processor and is as a rule slower than WASM. */
export interface FoundAdapter {
  readonly kind: "gpu" | "software" | "none";
  /** Name that the driver gives, such as `llvmpipe (LLVM 15.0.6, 256 bits)`; empty when there is none. */
  readonly name: string;
  /** One sentence for people: why this kind, and for `none` what to do about it. */
  readonly why: string;
}

/** What adapters are asked of: `navigator.gpu`, or what a package makes that brings WebGPU to Node, such as `webgpu`. */
export interface GpuProvider {
  /** An adapter, or null where there is none. */
  requestAdapter(options?: { readonly powerPreference?: "high-performance" }): Promise<unknown>;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|software|basic render|\bcpu\b/i;

/** The sentence for a machine without an adapter. */
export const NO_ADAPTER =
  "WebGPU found no adapter: install a Vulkan driver for your GPU (on Debian without a GPU, mesa-vulkan-drivers " +
  "brings a software adapter), or use the wasm backend";

const NO_WEBGPU = "This runtime has no WebGPU (navigator.gpu): use Deno 2.9 or a browser that has it, " +
  "or use the wasm backend";

/** Whether the adapter is a GPU or software, with its name. */
export function describeAdapter({ info }: GPUAdapter): FoundAdapter & { readonly kind: "gpu" | "software" } {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const name = description || [vendor, architecture, device].filter((part) => part !== "").join(" ") ||
    "an adapter without a name";
  return isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${device} ${description}`)
    ? { kind: "software", name, why: `${name} is a software adapter: it computes on the processor` }
    : { kind: "gpu", name, why: `${name} is a GPU` };
}

/**
 * Looks for a WebGPU adapter without opening it: cheap enough to choose a backend by.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { findAdapter } from "./webgpu_adapter.ts";
 * const { kind, why } = await findAdapter();
 * assert(["gpu", "software", "none"].includes(kind) && why !== "");
 * ```
 */
export async function findAdapter(gpu: GpuProvider | undefined = ownGpu()): Promise<FoundAdapter> {
  if (gpu === undefined) return { kind: "none", name: "", why: NO_WEBGPU };
  const adapter = await requestAdapter(gpu);
  return adapter === null ? { kind: "none", name: "", why: NO_ADAPTER } : describeAdapter(adapter);
}

/** The WebGPU of this place, if it has one. */
function ownGpu(): GpuProvider | undefined {
  return globalThis.navigator?.gpu as GpuProvider | undefined;
}

/** The system's best adapter, or null. Throws when the runtime has no WebGPU at all. */
export async function requestAdapter(gpu: GpuProvider | undefined = ownGpu()): Promise<GPUAdapter | null> {
  if (gpu === undefined) throw new DescentError(NO_WEBGPU);
  const restore = platform().prepareForGpu();
  try {
    return await gpu.requestAdapter({ powerPreference: "high-performance" }) as GPUAdapter | null;
  } finally {
    restore();
  }
}

/** Limits that large plans need more of than WebGPU's defaults. */
const RAISED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Value of a limit: some versions of Deno give a BigInt, up to 2⁶⁴ - 1. */
export function limitOf(limits: GPUSupportedLimits, name: typeof RAISED[number]): number {
  return Math.min(Number(limits[name]), Number.MAX_SAFE_INTEGER);
}

/** Opens the adapter, with buffers as large as it allows. Throws a sentence when the driver refuses. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, limitOf(adapter.limits, name)]));
  try {
    return await adapter.requestDevice({ label: "descent", requiredLimits });
  } catch (error) {
    throw new DescentError(
      `The WebGPU adapter ${describeAdapter(adapter).name} could not be opened (${
        oneLine(error)
      }): update its driver, ` +
        "or use the wasm backend",
    );
  }
}

/** Text of an error as a part of a sentence. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error
    ? error.message
    : String((error as { message?: unknown }).message ?? error);
  return text.replace(/\s+/g, " ").trim().replace(/[.]$/, "");
}
