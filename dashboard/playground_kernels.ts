/** The library's kernels, as a browser gets them. */
import { DescentError } from "../src/core/errors.ts";
import { readKernels } from "../src/exec/wasm_load.ts";
import { readShader } from "../src/exec/read_shader.ts";
import { plainAnswer } from "./security.ts";

/** Bytes that `read` gives, or the sentence of what it throws. */
export async function bytesAnswer(
  type: string,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  try {
    return new Response(await read(), { headers: { "content-type": type, "cache-control": "no-cache" } });
  } catch (error) {
    if (error instanceof DescentError) return plainAnswer(error.message, 503);
    throw error;
  }
}

/** The WebAssembly module, as the build task has left it. */
export function kernelsAnswer(): Promise<Response> {
  return bytesAnswer("application/wasm", readKernels);
}

/** The WGSL of an op, as it is in the folder `wgsl`; `undefined` where there is no such op. */
export async function shaderAnswer(op: string): Promise<Response | undefined> {
  if (!/^[a-z]\w*$/.test(op)) return undefined;
  try {
    const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" };
    return new Response(await readShader(op), { headers });
  } catch (error) {
    if (error instanceof DescentError && error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
