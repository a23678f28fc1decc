/** The hash of files. */
import { platform } from "./choose_platform.ts";

/**
 * SHA-256 in hex, as `sha256sum` prints it.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { sha256 } from "./sha256.ts";
 * assert((await sha256(new Uint8Array())).startsWith("e3b0c44298fc1c14"));
 * ```
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await platform().sha256(bytes);
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
