/** What the JavaScript engine under the WASM executor was told when it started. */

/**
 * The V8 flags that Descent's tasks start Deno with, in the variable that Deno reads them from. Deno 2.9 checks every
 * access of WebAssembly to its memory; without the checks V8 can join two neighbouring 128-bit vectors into one of 256
 * bits (AVX2), which doubles what a core does. See docs/performance.md and docs/reliability.md.
 */
export const ENGINE_FLAGS = "--no-wasm-bounds-checks,--experimental-wasm-revectorize";

/**
 * Whether this engine joins pairs of vectors: it was started with `ENGINE_FLAGS` in `DENO_V8_FLAGS`, on x86-64. False
 * where the variable may not be read, and in a browser.
 */
export function joinsVectors(): boolean {
  if (!("Deno" in globalThis) || Deno.build.arch !== "x86_64") return false;
  const variable = "DENO_V8_FLAGS";
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return false;
  const flags = Deno.env.get(variable)?.split(",") ?? [];
  return ENGINE_FLAGS.split(",").every((flag) => flags.includes(flag));
}
