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
 * Has the engine of this program do what Descent's own commands have it do: check no bounds of WebAssembly's memory and
 * join pairs of vectors. A step of a dense network then takes half to two thirds of the time; the weights are the same,
 * bit for bit. Gives whether vectors are joined.
 *
 * Call it first: it holds for what is compiled from then on, and for all WebAssembly of the process, which without checks
 * must be trusted as native code is. Node from 22 on takes the flags as it runs. Deno takes them when it starts alone, so
 * there the program starts over, once: same process, arguments, permissions and standard streams, a tenth of a second
 * later; what stands before the call happens twice. That needs Linux and all permissions (`deno run -A`). Elsewhere
 * nothing happens, and the flags may be given from without:
 * `DENO_V8_FLAGS=--no-wasm-bounds-checks,--experimental-wasm-revectorize deno run …`.
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
