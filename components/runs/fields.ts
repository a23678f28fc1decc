/** What can be asked of a run by name: in filters, as a column, and to sort or group by. */
import { resultKey, settingOf } from "../compare/grouping.ts";
import type { RunRow } from "../types.ts";
import { nameOf, noteOf } from "./run_note.ts";

/** A value of a run; `undefined` where it has none. */
export type FieldValue = string | number | undefined;

export interface Field {
  /** In addresses. */
  readonly key: string;
  readonly kind: "text" | "setting" | "number" | "tags";
  readonly of: (row: RunRow) => FieldValue;
}

/** What the runs of a list have: names of settings and of numbers, in the order of their appearance. */
export interface FieldNames {
  readonly settings: readonly string[];
  readonly numbers: readonly string[];
  /** Settings whose values are lists themselves: a comma in them is no "or". */
  readonly lists?: ReadonlySet<string>;
}

export function fieldNamesOf(rows: readonly RunRow[]): FieldNames {
  const settings = new Set(["experiment", "network"]), numbers = new Set<string>(), lists = new Set<string>();
  let before: RunRow["settings"] | undefined;
  for (const row of rows) {
    // Rows of one kind share their settings.
    for (const [name, value] of row.settings === before ? [] : Object.entries(row.settings)) {
      settings.add(name);
      if (value.includes(",")) lists.add(name);
    }
    before = row.settings;
    for (const name in row.numbers) numbers.add(name);
  }
  return { settings: [...settings, "seed"], numbers: [...numbers], lists };
}

const TEXTS: Readonly<Record<string, (row: RunRow) => FieldValue>> = {
  run: nameOf,
  id: ({ id }) => id,
  name: (row) => noteOf(row).name || undefined,
  note: (row) => noteOf(row).note || undefined,
  state: ({ state }) => state,
  started: ({ startedAt }) => startedAt ?? undefined,
  group: ({ group }) => group ?? undefined,
  stopped: ({ stopped }) => stopped ?? undefined,
  backend: ({ backend }) => backend ?? undefined,
  error: ({ error }) => error ?? undefined,
};

/** Short names that people are used to. */
const SHORT: Readonly<Record<string, string>> = {
  lr: "learningRate",
  time: "seconds",
  tags: "tag",
  date: "started",
};

/** All names by which a run can be asked, the settings first. */
export function namesOf({ settings, numbers }: FieldNames): readonly string[] {
  return [...settings, ...Object.keys(TEXTS), "tag", "archived", ...numbers, ...Object.keys(SHORT)];
}

/** The field of a name, or the names that it may stand for: none where nothing has it, several where that is open. */
export function findField(name: string, names: FieldNames): Field | readonly string[] {
  const wanted = SHORT[name.toLowerCase()] ?? name;
  const found = exactField(wanted, names);
  if (found !== undefined) return found;
  const same = (one: string) => one.toLowerCase() === wanted.toLowerCase();
  const ends = (one: string) => one.toLowerCase().endsWith(`.${wanted.toLowerCase()}`);
  const all = namesOf(names).filter((one) => !Object.hasOwn(SHORT, one));
  for (const fits of [same, ends]) {
    const several = [...new Set(all.filter(fits))];
    if (several.length === 1) return exactField(several[0]!, names)!;
    if (several.length > 1) return several;
  }
  return [];
}

function exactField(name: string, { settings, numbers }: FieldNames): Field | undefined {
  if (settings.includes(name)) {
    return { key: name, kind: "setting", of: (row) => settingOf(row, name) || undefined };
  }
  if (name === "tag") {
    return {
      key: name,
      kind: "tags",
      of: (row) => noteOf(row).tags.join(" ") || undefined,
    };
  }
  if (Object.hasOwn(TEXTS, name)) return { key: name, kind: "text", of: TEXTS[name]! };
  const number = name.startsWith(resultKey("")) ? name.slice(resultKey("").length) : name;
  if (!numbers.includes(number)) return undefined;
  return {
    key: resultKey(number),
    kind: "number",
    of: (row) => Object.hasOwn(row.numbers, number) ? row.numbers[number] : undefined,
  };
}

/** The nearest of some names, if one is near: a slip of a finger or two. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const far = (one: string) => distance(name.toLowerCase(), one.toLowerCase());
  const [best] = names.map((one) => [one, far(one)] as const).sort(([, a], [, b]) => a - b);
  return best !== undefined && best[1] <= Math.max(1, Math.floor(name.length / 3)) ? best[0] : undefined;
}

/** How many letters must be changed, left out or put in to make one text of another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
