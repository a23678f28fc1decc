/** A run folder as a row of a list. */
import type { RunRow } from "../components/types.ts";
import { isJsonObject, type JsonObject } from "../src/runs/json.ts";
import type { RunEntry } from "../src/runs/read.ts";
import { flatten, numberOf, shorten, textOf, wordOf } from "./flatten.ts";

/** The row of what `src/runs` read in the folder `id`. */
export function rowOf(id: string, { state, info, summary, error }: RunEntry): RunRow {
  const wrong = [error, info?.error].filter((text) => text !== undefined);
  return {
    ...blankRow(id),
    state,
    error: wrong.length === 0 ? null : shorten(wrong.join("; ")),
    experiment: wordOf(info?.experiment) ?? wordOf(info?.name) ?? "",
    seed: numberOf(info?.seed),
    startedAt: timeOf(info?.startedAt),
    finishedAt: timeOf(info?.finishedAt),
    stopped: wordOf(summary?.stopped),
    network: wordOf(info?.network),
    backend: backendOf(info),
    group: wordOf(info?.group),
    isGroup: Array.isArray(summary?.cells),
    isPublished: isJsonObject(summary?.published),
    settings: Object.fromEntries(flatten(info?.settings).map(([path, value]) => [path, textOf(value)])),
    numbers: numbersIn(summary),
  };
}

/** The row of a folder that is no run, or that may not be read. */
export function strangeRow(id: string, error: string): RunRow {
  return { ...blankRow(id), error };
}

function blankRow(id: string): RunRow {
  return {
    id,
    state: "unknown",
    error: null,
    experiment: "",
    seed: null,
    startedAt: null,
    finishedAt: null,
    stopped: null,
    network: null,
    backend: null,
    group: null,
    isGroup: false,
    isPublished: false,
    settings: {},
    numbers: {},
  };
}

function numbersIn(summary: JsonObject | undefined): Readonly<Record<string, number>> {
  const leaves = flatten(summary, ["published", "seed", "cells", "claims"]);
  return Object.fromEntries(
    leaves.filter((leaf): leaf is readonly [string, number] => typeof leaf[1] === "number"),
  );
}

function backendOf(info: JsonObject | undefined): string | null {
  const { backend } = info ?? {};
  return isJsonObject(backend) ? wordOf(backend.description) ?? wordOf(backend.name) : wordOf(backend);
}

/** An ISO time, or null where the text is none. */
function timeOf(text: string | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
