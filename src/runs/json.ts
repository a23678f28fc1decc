/** What JSON can hold. Members that are `undefined` are left out when written. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Whether parsed JSON is an object, not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A JSON document for people to read: indented, with a newline at its end. NaN and infinities, which JSON does
 * not know, become null.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { formatJson } from "./json.ts";
 * assert(formatJson({ loss: NaN }) === '{\n  "loss": null\n}\n');
 * ```
 */
export function formatJson(value: Json): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/**
 * The object that `text` holds, or `undefined` where it holds anything else or is damaged. A byte-order mark in front of
 * it, which editors on Windows write, is passed over.
 */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A plain object of a known shape as JSON: what JSON cannot hold is dropped or becomes null. */
export function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
