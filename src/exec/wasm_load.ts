/** Bringing the WASM kernels and their workers up. */
import { DescentError } from "../core/errors.ts";
import type { WasmJob } from "./wasm_runner.ts";

/** The kernels as the build task has left them. */
export async function readKernels(): Promise<Uint8Array<ArrayBuffer>> {
  const path = new URL("../../kernels/build/kernels.wasm", import.meta.url);
  try {
    return await Deno.readFile(path);
  } catch {
    throw new DescentError(`The WASM kernels are not compiled (no ${path.pathname}): run deno task setup`);
  }
}

/** Throws a sentence where the engine lacks what the kernels use. */
export async function compileKernels(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new DescentError(
      `This engine cannot run the WASM kernels, which need relaxed SIMD and threads (${
        (error as Error).message
      }): ` +
        "use Deno 2.9.6 or later, or --backend reference",
    );
  }
}

/** Starts a worker and waits until it has bound its share. */
export function startWorker(job: WasmJob): Promise<Worker> {
  const worker = new Worker(new URL("./wasm_worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new DescentError(`A WASM worker did not start (${event.message}): run with --threads 1`));
    };
    worker.postMessage(job);
  });
}
