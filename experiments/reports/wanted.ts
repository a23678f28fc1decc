/** From what an item wants to the settings of a run, and whether a run has them. */
import type { ImageSelection } from "../images/select.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import type { Experiment } from "../lab/experiment.ts";
import { settingTexts } from "../lab/settings.ts";
import { experimentNamed } from "../registry.ts";
import type { Wanted } from "./item.ts";

/** What was changed in all runs of an experiment: by the command line, or to shorten them. */
export type Changed = (experiment: Experiment) => object;

/** Each experiment's own way to be a matter of seconds. */
export const quickSettings: Changed = ({ quick }) => quick;

/** The settings that a run must have, all of them. */
export function wantedSettings(
  { experiment: name, change }: Wanted,
  changed: Changed = () => ({}),
): { readonly experiment: Experiment; readonly settings: object } {
  const experiment = experimentNamed(name);
  return { experiment, settings: { ...experiment.defaults, ...changed(experiment), ...change } };
}

/** Names of settings in which a run differs; a setting that an older run does not tell of was the default then. */
export function differingSettings(
  run: Pick<RunFacts, "settings">,
  { experiment, settings }: { readonly experiment: Experiment; readonly settings: object },
): readonly string[] {
  const defaults = settingTexts(experiment.defaults);
  return Object.entries(settingTexts(settings))
    .filter(([name, text]) => (run.settings[name] ?? defaults[name]) !== text)
    .map(([name]) => name);
}

/** The digits of a selection as a run tells them. */
export function digitsOf({ digits }: ImageSelection): string {
  return (digits ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).join(", ");
}
