/** What the JavaScript engine under the WASM executor is told when it starts. */
import { platform } from "../core/choose_platform.ts";

/**
 * Deno 2.9 checks every access of WebAssembly to its memory. Without the checks V8 can join two neighbouring 128-bit
 * vectors into one of 256 bits (AVX2), which doubles what a core does: see docs/performance.md and docs/reliability.md.
 * The best choice comes first; V8 refuses to start with a flag that it does not know, as the second is to it on ARM. The
 * last is what V8 does anyway.
 */
export const ENGINE_FLAGS: readonly string[] = [
  "--no-wasm-bounds-checks,--experimental-wasm-revectorize",
  "--no-wasm-bounds-checks",
  "--wasm-bounds-checks",
];

/**
 * Whether this engine joins pairs of vectors: it was started with the best of `ENGINE_FLAGS`, on x86-64. False where the
 * variable may not be read, and in a browser.
 */
export function joinsVectors(): boolean {
  const given = platform().engineFlags();
  return ENGINE_FLAGS[0]!.split(",").every((flag) => given.includes(flag));
}
