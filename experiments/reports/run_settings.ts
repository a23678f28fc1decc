/** A run's settings beside those of its experiment and of the report: what asks for it again, and what is special. */
import type { RunFacts } from "../../src/runs/facts.ts";
import { objectOf, textOf, wordOf } from "../../src/runs/facts.ts";
import type { Json, JsonObject } from "../../src/runs/json.ts";
import { flatSettings } from "../lab/resume.ts";
import { argumentsFor, settingTexts } from "../lab/settings.ts";
import { EXPERIMENTS } from "../registry.ts";
import { itemsOf, needsOf, type Wanted } from "./item.ts";
import { REPORTS } from "./mod.ts";
import { differingSettings, digitsOf, wantedSettings } from "./wanted.ts";

/**
 * The command that makes a run again, with no more than what differs from the defaults; null where it does not tell how
 * it was asked for, or tells what is no command.
 */
export function repeatCommand(info: JsonObject): string | null {
  const name = wordOf(info.experiment), experiment = EXPERIMENTS.find((one) => one.name === name);
  // A group notes its words.
  if (experiment === undefined) return name === null ? null : groupCommand(name, info.arguments);
  const { data, digits, off, maxSeconds, from } = objectOf(info.asked);
  const settings = { ...experiment.defaults, ...flatSettings(objectOf(info.settings)) };
  const told = (flag: string, value: Json | undefined) =>
    value === undefined || value === null ? [] : [flag, Array.isArray(value) ? value.join() : String(value)];
  return inShell([
    "deno",
    "task",
    experiment.name,
    ...argumentsFor(experiment, settings),
    ...(info.seed === 1 ? [] : told("--seed", info.seed)),
    ...told("--data", data),
    ...told("--digits", digits),
    ...told("--off", off),
    ...told("--max-seconds", maxSeconds),
    ...(typeof from === "string" ? ["--from", `runs/${from}`] : []),
  ]);
}

/** A folder may have been put there by anyone: nothing in it may look like what it is not, or end the line. */
function groupCommand(name: string, words: Json | undefined): string | null {
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !Array.isArray(words)) return null;
  const texts = words.map(String);
  if (texts.some((word) => /\p{Cc}|\p{Cf}|\u2028|\u2029/u.test(word))) return null;
  // The folder of a sweep is named after what it trains.
  const task = name.startsWith("sweep-") ? ["sweep", name.slice("sweep-".length)] : [name];
  return inShell(["deno", "task", ...task, ...texts]);
}

/** Words as a shell takes them. */
function inShell(words: readonly string[]): string {
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
    .join(" ");
}

/** A setting of a run, and what it is in the report. */
export interface SettingDifference {
  readonly name: string;
  readonly ours: string;
  readonly report: string;
}

/**
 * In what a run differs from the nearest that its report tells of: settings, and which images; null where no report
 * tells of such runs.
 */
export function reportDifferences(run: RunFacts): readonly SettingDifference[] | null {
  if (run.isGroup) return null;
  const near = wantedOf(run.experiment).map((wanted) => {
    const asked = wantedSettings(wanted);
    return { asked, names: differingSettings(run, asked) };
  }).toSorted((a, b) => a.names.length - b.names.length)[0];
  if (near === undefined) return null;
  const { asked: { experiment, settings }, names } = near, report = settingTexts(settings);
  const digits = digitsOf(experiment.images(settings)), { original } = run.data;
  return [
    ...names.map((name) => ({ name, ours: run.settings[name] ?? "not told", report: report[name]! })),
    ...(run.data.digits === undefined || run.data.digits === digits
      ? []
      : [{ name: "digits", ours: run.data.digits, report: digits }]),
    ...(original === undefined || original === "true"
      ? []
      : [{ name: "images", ours: textOf(run.data.from ?? "others"), report: "the original MNIST" }]),
  ];
}

function wantedOf(experiment: string): readonly Wanted[] {
  const all = REPORTS.flatMap(({ sections }) => sections).flatMap(itemsOf).flatMap(needsOf)
    .filter((wanted) => wanted.experiment === experiment);
  return [...new Map(all.map((wanted) => [JSON.stringify(wanted.change ?? {}), wanted])).values()];
}
