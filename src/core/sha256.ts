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
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
