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
 * Whether this engine joins pairs of vectors: it was told the best of `ENGINE_FLAGS`, on x86-64. False where the
 * variable may not be read, and in a browser.
 */
export function joinsVectors(): boolean {
  const given = platform().engineFlags();
  return ENGINE_FLAGS[0]!.split(",").every((flag) => given.includes(flag));
}

/**
 * On Node, tells the engine of this program what Descent's own commands tell Deno's: to check no bounds of WebAssembly's
 * memory and to join pairs of vectors. A step of a dense network then takes some two thirds of the time; the weights are
 * the same, bit for bit.
 *
 * Call it first: it holds for what is compiled from then on, and for all WebAssembly of the process, which without checks
 * must be trusted as native code is. Gives whether vectors are joined: Node knows how from 22 on, on x86-64. Deno takes
 * such flags when it starts alone: `DENO_V8_FLAGS=--no-wasm-bounds-checks,--experimental-wasm-revectorize deno run …`.
 *
 * @example
 * ```ts
 * import { chooseExecutor, tuneEngine } from "descent";
 * tuneEngine();
 * const { executor } = await chooseExecutor({ backend: "wasm", threads: 1 });
 * console.log(executor.description); // WASM SIMD, 1 thread, 256 bits
 * executor.close();
 * ```
 */
export function tuneEngine(): boolean {
  return joinsVectors() || platform().addEngineFlags(ENGINE_FLAGS[0]!.split(","));
}
