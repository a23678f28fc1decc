/** A finished run as flat settings and numbers: what every judge, table and comparison reads. */
import { splitPath } from "../core/paths.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { ReadState, RunEntry } from "./read.ts";

/** What the summary of a run says that stopped because it was asked to. */
export const STOPPED_BY_REQUEST = "stopped from the dashboard";

/** What a run was asked and what it came to, as far as its folder tells. */
export interface RunFacts {
  /** Name of its folder. */
  readonly id: string;
  readonly state: ReadState;
  readonly experiment: string;
  readonly seed: number | null;
  /** Why it ended: `early stopping`. */
  readonly stopped: string | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  /** Id of the group that it is a cell of. */
  readonly group: string | null;
  /** Whether it is a group itself. */
  readonly isGroup: boolean;
  /** `wasm`, `webgpu` or `reference`. */
  readonly backend: string | null;
  /** What it was set to, flat and as text: `classifier.arch` → `30, 20, 10`. */
  readonly settings: Readonly<Record<string, string>>;
  /** All numbers of its summary, flat: `validation.accuracy` → 0.98; members of lists count from 1. */
  readonly numbers: Readonly<Record<string, number>>;
  /** What it says of its images, flat and as text: `indexSha256`, `original`, `digits`. */
  readonly data: Readonly<Record<string, string>>;
  /** SHA-256 of the code that made its numbers; null for runs from before it was noted. */
  readonly code: string | null;
  /** Id of the run that it went on from. */
  readonly from: string | null;
}

/** Whether a training was cut off before its own end: its numbers are set beside no published ones. */
export function isCutOff(stopped: string | null): boolean {
  return stopped === "time" || stopped === "interrupted" || stopped === STOPPED_BY_REQUEST;
}

/** The facts of one folder, as `readEntry` or `readRun` read it. */
export function factsOf({ id, state, info, summary }: RunEntry): RunFacts {
  const { files: _, ...data } = objectOf(info?.data);
  return {
    id,
    state,
    experiment: wordOf(info?.experiment) ?? wordOf(info?.name) ?? "",
    seed: numberOf(info?.seed),
    stopped: wordOf(summary?.stopped),
    startedAt: wordOf(info?.startedAt),
    group: wordOf(info?.group),
    isGroup: Array.isArray(summary?.cells),
    backend: wordOf(summary?.backend) ?? wordOf(objectOf(info?.backend).name),
    settings: texts(info?.settings),
    numbers: numbersIn(summary),
    data: texts(data),
    code: wordOf(objectOf(info?.versions).code),
    from: wordOf(objectOf(summary?.pretraining).run) ?? lastPart(wordOf(objectOf(info?.asked).from)),
  };
}

function lastPart(path: string | null): string | null {
  return path === null ? null : splitPath(path.replace(/[/\\]+$/, "")).name;
}

/** SHA-256 of the model `file` as the run saved it; null where it saved none, or is from before that was noted. */
export function savedSha256(info: JsonObject | undefined, file: string): string | null {
  const known = objectOf(info?.sha256);
  return Object.hasOwn(known, file) ? wordOf(known[file]) : null;
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(flatten(value).map(([path, leaf]) => [path, textOf(leaf)]));
}

function numbersIn(summary: JsonObject | undefined): Readonly<Record<string, number>> {
  const leaves = flatten(summary, { leaveOut: ["published", "seed", "cells", "claims"] });
  return Object.fromEntries(
    leaves.filter((leaf): leaf is readonly [string, number] => typeof leaf[1] === "number"),
  );
}

const MAX_MEMBERS = 1000, MAX_DEPTH = 6, MAX_TEXT = 300;

export interface FlattenOptions {
  /** Paths that are passed over with all below them. */
  readonly leaveOut?: readonly string[];
  /** At most so many pairs, and objects within objects. */
  readonly maxMembers?: number;
  readonly maxDepth?: number;
}

/**
 * Paths and values: `[["validation.accuracy", 0.98], …]`. Lists of plain values count as one value; objects in a list
 * are counted from 1: `layers.1.loss`.
 */
export function flatten(
  value: Json | undefined,
  { leaveOut = [], maxMembers = MAX_MEMBERS, maxDepth = MAX_DEPTH }: FlattenOptions = {},
): readonly (readonly [string, Json])[] {
  const found: (readonly [string, Json])[] = [];
  const walk = (one: Json, path: string, depth: number) => {
    if (found.length >= maxMembers) return;
    const isList = Array.isArray(one) && one.length > 0 && one.every(isJsonObject);
    if (!isJsonObject(one) && !isList) {
      if (path !== "") found.push([path, one]);
      return;
    }
    if (depth > maxDepth) return;
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
export function objectOf(value: Json | undefined): JsonObject {
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
