/** Executors that are loaded when they are opened: a page has but the one that it runs on. */
import type { Executor } from "./executor.ts";
import type { WasmOptions } from "./wasm.ts";
import type { WebgpuExecutor, WebgpuOptions } from "./webgpu.ts";

/** `wasmExecutor`. */
export async function openWasm(options: WasmOptions = {}): Promise<Executor> {
  const { wasmExecutor } = await import("./wasm.ts");
  return await wasmExecutor(options);
}

/** `webgpuExecutor`. */
export async function openWebgpu(options: WebgpuOptions = {}): Promise<WebgpuExecutor> {
  const { webgpuExecutor } = await import("./webgpu.ts");
  return await webgpuExecutor(options);
}
