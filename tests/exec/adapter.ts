/** The WebGPU executor for tests, where there is an adapter. */
import { findAdapter, type WebgpuExecutor, webgpuExecutor } from "../../src/exec/webgpu.ts";

export const NOT_TESTED =
  "WebGPU not tested: no adapter; install mesa-vulkan-drivers (Debian) or a GPU driver";

/**
 * An executor on a GPU or a software adapter. Without an adapter it says in one line what is not tested and
 * resolves to `undefined`; with DESCENT_REQUIRE_WEBGPU=1 it throws instead.
 */
export async function webgpuOrSkip(
  { find = findAdapter, required = Deno.env.get("DESCENT_REQUIRE_WEBGPU") === "1", say = console.log } = {},
): Promise<WebgpuExecutor | undefined> {
  if ((await find()).kind !== "none") return await webgpuExecutor({ software: true });
  if (required) throw new Error(NOT_TESTED);
  say(NOT_TESTED);
  return undefined;
}
