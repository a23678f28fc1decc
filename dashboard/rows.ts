/** A run folder as a row of a list. */
import type { RunRow } from "../components/types.ts";
import { factsOf, isCutOff, shorten, wordOf } from "../src/runs/facts.ts";
import { isJsonObject, type JsonObject } from "../src/runs/json.ts";
import type { RunEntry } from "../src/runs/read.ts";

/** The row of what `src/runs` read in the folder `id`. */
export function rowOf(id: string, entry: RunEntry): RunRow {
  const { info, summary, error } = entry;
  const { state, experiment, seed, stopped, group, isGroup, settings, numbers } = factsOf(entry);
  const wrong = [error, info?.error].filter((text) => text !== undefined);
  return {
    ...blankRow(id),
    state,
    error: wrong.length === 0 ? null : shorten(wrong.join("; ")),
    experiment,
    seed,
    startedAt: timeOf(info?.startedAt),
    finishedAt: timeOf(info?.finishedAt),
    stopped,
    network: wordOf(info?.network),
    backend: backendOf(info),
    group,
    isGroup,
    isPublished: isJsonObject(summary?.published) && !isCutOff(stopped),
    settings,
    // What curves say in numbers is for judges: a table of runs has the curves themselves.
    numbers: Object.fromEntries(Object.entries(numbers).filter(([name]) => !name.startsWith("curves."))),
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

function backendOf(info: JsonObject | undefined): string | null {
  const { backend } = info ?? {};
  return isJsonObject(backend) ? wordOf(backend.description) ?? wordOf(backend.name) : wordOf(backend);
}

/** An ISO time, or null where the text is none. */
function timeOf(text: string | undefined): string | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
