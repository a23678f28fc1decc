/**
 * The language in which runs are looked for: words, and conditions on settings and numbers, with spaces between. All of
 * them must hold. `FilterHelp` tells it to people, and so does docs/dashboard.md.
 */
import type { RunRow } from "../types.ts";
import { type Field, type FieldNames, fieldNamesOf, findField, namesOf, nearest } from "./fields.ts";
import { noteOf } from "./run_note.ts";

type Test = (row: RunRow) => boolean;

export interface Filter {
  /** Whether a run is wanted. What could not be understood is passed over. */
  readonly accepts: Test;
  /** What could not be understood, in a sentence each. */
  readonly problems: readonly string[];
  /** Whether it says itself what becomes of runs that are put away; else they are left out. */
  readonly isOfArchive: boolean;
}

/** A term of a filter that cannot be understood. */
class FilterProblem extends Error {}

const OPERATORS: Readonly<Record<string, string>> = { "≤": "<=", "≥": ">=", "≠": "!=", "==": "=" };

/**
 * Understands a filter. `names` are what the runs have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseFilter } from "./filter.ts";
 * const names = { settings: ["optimizer", "learningRate"], numbers: [] };
 * assertEquals(parseFilter("optimizer=adam lr<0.01", names).problems, []);
 * assertEquals(parseFilter("lr<fast", names).problems, ['"fast" is no number to compare lr with']);
 * ```
 */
export function parseFilter(text: string, names: FieldNames): Filter {
  const tests: Test[] = [], problems: string[] = [];
  let isOfArchive = false;
  for (const token of tokensOf(text)) {
    const isNot = token.length > 1 && token.startsWith("-"), words = isNot ? token.slice(1) : token;
    try {
      const { test, isArchive } = termOf(words, names);
      isOfArchive ||= isArchive;
      tests.push(isNot ? (row) => !test(row) : test);
    } catch (error) {
      if (!(error instanceof FilterProblem)) throw error;
      problems.push(error.message);
    }
  }
  if (!isOfArchive) tests.push((row) => !noteOf(row).isArchived);
  return { accepts: (row) => tests.every((test) => test(row)), problems, isOfArchive };
}

/** The rows that a filter accepts, and what is wrong with it. */
export function filterRows(
  rows: readonly RunRow[],
  text: string,
): Filter & { readonly rows: readonly RunRow[]; readonly names: FieldNames } {
  const names = fieldNamesOf(rows), filter = parseFilter(text, names);
  return { ...filter, rows: rows.filter(filter.accepts), names };
}

/** Parts between spaces; quotation marks hold together what is between them. */
function tokensOf(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}

function termOf(text: string, names: FieldNames): { readonly test: Test; readonly isArchive: boolean } {
  if ((text.split('"').length - 1) % 2 === 1) {
    throw new FilterProblem(`A quotation mark is not closed: ${text}`);
  }
  const [, name, sign, quoted] = /^([^\s"=<>!:≤≥≠]+)(<=|>=|!=|==|[=<>:≤≥≠])(.*)$/s.exec(text) ?? [];
  const value = (quoted ?? text).replaceAll('"', "");
  if (name === undefined) return { test: holdsWords(value), isArchive: false };
  const operator = OPERATORS[sign!] ?? sign!;
  if (value === "") {
    throw new FilterProblem(`A value is missing after ${text}, as in ${name}${sign}${exampleOf(name)}`);
  }
  if (["archived", "archive"].includes(name.toLowerCase())) {
    return { test: archiveTest(value), isArchive: true };
  }
  const field = findField(name, names);
  if (!("of" in field)) throw new FilterProblem(unknownName(name, field, names));
  const test = ["<", "<=", ">", ">="].includes(operator)
    ? orderTest(field, { name, operator, value })
    : sameTest(field, { value, isPart: operator === ":", isList: names.lists?.has(field.key) ?? false });
  return { test: operator === "!=" ? (row) => !test(row) : test, isArchive: false };
}

function exampleOf(name: string): string {
  return name === "tag" ? "baseline" : name === "state" ? "finished" : "1";
}

function unknownName(name: string, several: readonly string[], names: FieldNames): string {
  if (several.length > 1) return `"${name}" may be ${several.slice(0, 8).join(" or ")}: say which`;
  const all = namesOf(names), near = nearest(name, all);
  return near === undefined
    ? `No run has a "${name}"; there are ${all.slice(0, 8).join(", ")} and more under Columns`
    : `No run has a "${name}": is it ${near}?`;
}

/** Words are looked for in all that says what a run is. */
function holdsWords(words: string): Test {
  const wanted = words.toLowerCase();
  return (row) => {
    const { name, note, tags } = noteOf(row),
      { id, experiment, network, state, group, error, settings } = row;
    const has = (text: string | null) => text !== null && text.toLowerCase().includes(wanted);
    return has(id) || has(name) || tags.some(has) || has(experiment) || has(state) || has(network) ||
      has(note) || has(group) || has(error) || Object.values(settings).some(has);
  };
}

function archiveTest(value: string): Test {
  switch (value.toLowerCase()) {
    case "any":
      return () => true;
    case "yes":
      return (row) => noteOf(row).isArchived;
    case "no":
      return (row) => !noteOf(row).isArchived;
    default:
      throw new FilterProblem(`archived is yes, no or any, not "${value}"`);
  }
}

function orderTest(
  { of, key }: Field,
  { name, operator, value }: { readonly name: string; readonly operator: string; readonly value: string },
): Test {
  const isTime = key === "started", wanted = isTime ? value.toUpperCase() : Number(value);
  if (!isTime && Number.isNaN(wanted)) {
    throw new FilterProblem(`"${value}" is no number to compare ${name} with`);
  }
  if (isTime && !/^\d{4}(-\d\d){0,2}/.test(value)) {
    throw new FilterProblem(`"${value}" is no day to compare ${name} with: write 2026-11-21`);
  }
  return (row) => {
    const found = of(row), own = isTime || found === undefined ? found : Number(found);
    if (own === undefined || (typeof own === "number" && Number.isNaN(own))) return false;
    // A day is before all of its hours.
    const side = own < wanted
      ? -1
      : isTime && String(own).startsWith(String(wanted))
      ? 0
      : own > wanted
      ? 1
      : 0;
    return (side < 0 && operator.startsWith("<")) || (side > 0 && operator.startsWith(">")) ||
      (side === 0 && operator.endsWith("="));
  };
}

/** Whether a value is one of those with commas between; a list of its own is compared as a whole first. */
function sameTest(
  { of, kind }: Field,
  { value, isPart, isList }: {
    readonly value: string;
    readonly isPart: boolean;
    readonly isList: boolean;
  },
): Test {
  const squeezed = (text: string) => text.toLowerCase().replaceAll(/\s/g, "");
  const whole = squeezed(value),
    tests = value.split(",").map((one) => oneTest(one.trim(), isPart && kind === "text"));
  return (row) => {
    if (kind === "tags") return tests.some((test) => noteOf(row).tags.some(test));
    const found = of(row);
    if (found === undefined) return whole === "none";
    const text = String(found);
    return squeezed(text) === whole || (!(isList && value.includes(",")) && tests.some((test) => test(text)));
  };
}

/** Equal as numbers or as texts, whatever their case; `*` is any piece of a text. */
function oneTest(value: string, isPart: boolean): (text: string) => boolean {
  const number = value === "" ? NaN : Number(value);
  if (!Number.isNaN(number) && !isPart) return (text) => text !== "" && Number(text) === number;
  const pieces = value.toLowerCase().split("*");
  return (text) => holdsPieces(text.toLowerCase(), pieces, isPart);
}

/** Whether a text is these pieces with anything between; looked for from left to right, which takes one pass. */
function holdsPieces(text: string, pieces: readonly string[], isPart: boolean): boolean {
  const last = pieces.length - 1;
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    if (i === last && !isPart) {
      return text.length - piece.length >= at && text.endsWith(piece) && (last > 0 || text === piece);
    }
    const found = text.indexOf(piece, at);
    if (found < 0 || (i === 0 && found > 0 && !isPart)) return false;
    at = found + piece.length;
  }
  return true;
}
