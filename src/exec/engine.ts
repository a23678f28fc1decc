/** What the JavaScript engine under the WASM executor is told when it starts. */

/** Deno reads flags of its engine, V8, from this variable. */
const VARIABLE = "DENO_V8_FLAGS";

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
 * The first of `choices` with which this Deno starts; the last, untried, if there is none. `deno task setup` leaves it
 * where the other tasks find it.
 */
export async function acceptedFlags(choices = ENGINE_FLAGS): Promise<string> {
  for (const flags of choices.slice(0, -1)) {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", "0"],
      env: { [VARIABLE]: flags },
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return flags;
  }
  return choices.at(-1)!;
}

/**
 * Whether this engine joins pairs of vectors: it was started with the best of `ENGINE_FLAGS`, on x86-64. False where the
 * variable may not be read, and in a browser.
 */
export function joinsVectors(): boolean {
  if (!("Deno" in globalThis) || Deno.build.arch !== "x86_64") return false;
  if (Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state !== "granted") return false;
  const given = Deno.env.get(VARIABLE)?.split(",") ?? [];
  return ENGINE_FLAGS[0]!.split(",").every((flag) => given.includes(flag));
}
