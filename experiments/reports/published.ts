/** What the reports print of one run, at the paths where its own summary has the same numbers. */
import { objectOf, textOf } from "../../src/runs/facts.ts";
import type { Json, JsonObject } from "../../src/runs/json.ts";
import type { PublishedOf } from "../lab/place.ts";
import { nested, settingTexts } from "../lab/settings.ts";
import { experimentNamed } from "../registry.ts";
import { type NumberItem, numbersOf } from "./item.ts";
import { REPORTS } from "./mod.ts";
import { digitsOf, wantedSettings } from "./wanted.ts";

/** All printed numbers, those without a doubt first: where a number is printed twice, they are the yardstick. */
function allNumbers(): readonly NumberItem[] {
  const numbers = REPORTS.flatMap(({ sections }) => sections.flatMap(numbersOf));
  return [...numbers.filter(({ doubt }) => doubt === undefined), ...numbers.filter(({ doubt }) => doubt)];
}

/** Numbers of a run with exactly these settings on the report's images; null where the reports print none. */
export const publishedOf: PublishedOf = ({ experiment, settings, data }) => {
  const own = settingTexts(settings);
  const images = experimentNamed(experiment).images(settings);
  if (data.original !== true || textOf(objectOf(data).digits ?? null) !== digitsOf(images)) return null;
  const found = new Map<string, Json>();
  for (const { ours, number, published, rule } of allNumbers()) {
    if (ours.experiment !== experiment || rule === "time" || found.has(number)) continue;
    const wanted = settingTexts(wantedSettings(ours).settings);
    if (Object.keys({ ...own, ...wanted }).some((name) => own[name] !== wanted[name])) continue;
    found.set(number, published);
  }
  return found.size === 0 ? null : nestedNumbers(found);
};

/** Paths with points as objects; where one path begins another, the longer one is left out. */
function nestedNumbers(found: ReadonlyMap<string, Json>): JsonObject {
  const paths = [...found.keys()];
  const kept = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`)));
  return nested(Object.fromEntries(kept.map((path) => [path, found.get(path)!])));
}
