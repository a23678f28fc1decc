/**
 * Settings of experiments. A table says for each setting which flag sets it and how that is parsed; an experiment
 * gives the values where nothing is asked for. Flags, `--help`, `run.json` and what counts as the report's setting
 * all follow from the two.
 */
import type { Flag, Flags } from "../../src/cli/flags.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/runs/json.ts";
import { textOf } from "../../src/runs/facts.ts";

/** How a setting is given on the command line. */
export interface Setting<T> extends Flag<T> {
  /** Without its dashes: `lr`. */
  readonly flag: string;
  /** What a switch sets; default true. */
  readonly on?: T;
}

/**
 * By the name of the setting in `run.json`; a point leads into an object there: `classifier.epochs`. A setting that has
 * no entry is the experiment's own, and nobody can change it.
 */
export type SettingTable<S> = { readonly [K in keyof S]?: Setting<S[K]> };

/** What both halves of a declaration are. */
export interface Declared<S> {
  readonly table: SettingTable<S>;
  readonly defaults: S;
}

/** Settings as pairs, in the order of the defaults; those that are left out are not there. */
function entriesOf(settings: object): readonly (readonly [string, Json])[] {
  return Object.entries(settings).filter(([, value]) => value !== undefined);
}

/** The settings that have a flag, by the name of the flag. */
function flagged(
  { table, defaults }: Declared<object>,
): ReadonlyMap<string, readonly [string, Setting<unknown>]> {
  const settings = table as Readonly<Record<string, Setting<unknown> | undefined>>;
  return new Map(
    entriesOf(defaults).flatMap(([name]) => {
      const setting = settings[name];
      return setting === undefined ? [] : [[setting.flag, [name, setting]] as const];
    }),
  );
}

/** The flags of an experiment: of the settings in its defaults alone. */
export function settingFlags(declared: Declared<object>): Flags {
  return Object.fromEntries(Array.from(flagged(declared), ([flag, [, setting]]) => [flag, setting]));
}

/** The defaults with what the command line changes. */
export function settingsFrom<S extends object>(
  declared: Declared<S>,
  values: Readonly<Record<string, unknown>>,
): S {
  const changed = Array.from(flagged(declared))
    .filter(([flag]) => values[flag] !== undefined)
    .map(([flag, [name, { parse, on = true }]]) => [name, parse === undefined ? on : values[flag]]);
  return { ...declared.defaults, ...Object.fromEntries(changed) };
}

/** `--lr 0.001, --batch 32`: what is taken where nothing is given; switches are off and go without saying. */
export function defaultsInWords(declared: Declared<object>): string {
  const defaults = declared.defaults as Readonly<Record<string, Json>>;
  return Array.from(flagged(declared))
    .filter(([, [, { parse }]]) => parse !== undefined)
    .map(([flag, [name]]) => `--${flag} ${argumentOf(defaults[name]!)}`).join(", ");
}

/**
 * The words of the command line that ask for settings: of those alone that differ from the defaults and have a flag.
 * `settings` are flat, as they are declared.
 */
export function argumentsFor(declared: Declared<object>, settings: object): readonly string[] {
  const changes = changesOf(declared.defaults, settings);
  return Array.from(flagged(declared)).flatMap(([flag, [name, { parse, on = true }]]) => {
    const value = changes[name];
    if (value === undefined || value === null) return [];
    return parse !== undefined ? [`--${flag}`, argumentOf(value)] : value === on ? [`--${flag}`] : [];
  });
}

function argumentOf(value: Json): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** The settings that differ from the defaults. */
export function changesOf(defaults: object, settings: object): Readonly<Record<string, Json>> {
  const before = settingTexts(defaults);
  return Object.fromEntries(entriesOf(settings).filter(([name, value]) => textOf(value) !== before[name]));
}

/** Each setting as text, as facts of a run have it: `{ arch: "30, 20, 10" }`. */
export function settingTexts(settings: object): Readonly<Record<string, string>> {
  return Object.fromEntries(entriesOf(settings).map(([name, value]) => [name, textOf(value)]));
}

/** Settings as `run.json` has them: `{ "classifier.epochs": 3 }` is `{ classifier: { epochs: 3 } }` there. */
export function nested(flat: object): JsonObject {
  const out: Record<string, Json> = {};
  for (const [name, value] of entriesOf(flat)) {
    const [first, ...rest] = name.split(".");
    if (rest.length === 0) {
      out[first!] = value;
      continue;
    }
    const inner = out[first!];
    out[first!] = { ...(isJsonObject(inner) ? inner : {}), ...nestedMember(rest, value, inner) };
  }
  return out;
}

function nestedMember(path: readonly string[], value: Json, within: Json | undefined): JsonObject {
  const [first, ...rest] = path, inside = isJsonObject(within) ? within[first!] : undefined;
  if (rest.length === 0) return { [first!]: value };
  return { [first!]: { ...(isJsonObject(inside) ? inside : {}), ...nestedMember(rest, value, inside) } };
}
