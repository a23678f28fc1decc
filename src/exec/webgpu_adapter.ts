/** Finding a WebGPU adapter, and telling a GPU from software that imitates one on the processor. */
import { DescentError } from "../core/errors.ts";

/** What `findAdapter` found: `software` computes on the processor and is as a rule slower than WASM. */
export interface FoundAdapter {
  readonly kind: "gpu" | "software" | "none";
  /** Name that the driver gives, such as `llvmpipe (LLVM 15.0.6, 256 bits)`; empty when there is none. */
  readonly name: string;
  /** One sentence for people: why this kind, and for `none` what to do about it. */
  readonly why: string;
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
export async function findAdapter(): Promise<FoundAdapter> {
  if (globalThis.navigator?.gpu === undefined) return { kind: "none", name: "", why: NO_WEBGPU };
  const adapter = await requestAdapter();
  return adapter === null ? { kind: "none", name: "", why: NO_ADAPTER } : describeAdapter(adapter);
}

/** The system's best adapter, or null. Throws when the runtime has no WebGPU at all. */
export async function requestAdapter(): Promise<GPUAdapter | null> {
  if (globalThis.navigator?.gpu === undefined) throw new DescentError(NO_WEBGPU);
  const restore = prepareEnvironment();
  try {
    return await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } finally {
    restore();
  }
}

/**
 * Two settings of Deno on Linux while it looks for an adapter, unless the user has made them: any folder as
 * XDG_RUNTIME_DIR, without which headless machines get two lines of noise, and Vulkan alone, since Deno has
 * panicked on OpenGL adapters and compiles kernels for them some fifty times slower.
 */
function prepareEnvironment(): () => void {
  const deno = (globalThis as { readonly Deno?: typeof Deno }).Deno;
  if (deno?.build.os !== "linux") return () => {};
  const settings = Object.entries({ XDG_RUNTIME_DIR: "/tmp", DENO_WEBGPU_BACKEND: "vulkan" }).filter(
    ([variable]) =>
      deno.permissions.querySync({ name: "env", variable }).state === "granted" &&
      deno.env.get(variable) === undefined,
  );
  for (const [variable, value] of settings) deno.env.set(variable, value);
  return () => settings.forEach(([variable]) => deno.env.delete(variable));
}

/** Limits that large plans need more of than WebGPU's defaults. */
const RAISED = ["maxBufferSize", "maxStorageBufferBindingSize"] as const;

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
