/** JSON of unknown depth as flat lists of short texts and numbers, within bounds. */
import { isJsonObject, type Json } from "../src/runs/json.ts";

const MAX_MEMBERS = 200, MAX_DEPTH = 4, MAX_TEXT = 300;

/**
 * Paths and values: `[["validation.accuracy", 0.98], …]`. Lists of plain values count as one value; objects in a list
 * are counted from 1: `layers.1.loss`.
 */
export function flatten(
  value: Json | undefined,
  leaveOut: readonly string[] = [],
): (readonly [string, Json])[] {
  const found: (readonly [string, Json])[] = [];
  const walk = (one: Json, path: string, depth: number) => {
    if (found.length >= MAX_MEMBERS) return;
    const isList = Array.isArray(one) && one.length > 0 && one.every(isJsonObject);
    if (!isJsonObject(one) && !isList) {
      if (path !== "") found.push([path, one]);
      return;
    }
    if (depth > MAX_DEPTH) return;
    const members = isList ? one.map((member, i) => [String(i + 1), member] as const) : Object.entries(one);
    for (const [name, member] of members) {
      const place = path === "" ? name : `${path}.${name}`;
      if (member !== undefined && !leaveOut.includes(place)) walk(member, place, depth + 1);
    }
  };
  if (value !== undefined) walk(value, "", 0);
  return found;
}

/** A value as people read it: a list with commas, nothing as `none`. */
export function textOf(value: Json): string {
  const text = Array.isArray(value)
    ? value.every((one) => typeof one !== "object") ? value.join(", ") : JSON.stringify(value)
    : value === null
    ? "none"
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return shorten(text);
}

/** A text of at most `length` characters. */
export function shorten(text: string, length = MAX_TEXT): string {
  const characters = text.length > length ? [...text] : [];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
}

/** The object that `value` is, or an empty one. */
export function objectOf(value: Json | undefined): { readonly [key: string]: Json | undefined } {
  return isJsonObject(value) ? value : {};
}

/** The number that `value` is, or null. */
export function numberOf(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The text that `value` is, shortened, or null. */
export function wordOf(value: Json | undefined): string | null {
  return typeof value === "string" ? shorten(value) : null;
}
