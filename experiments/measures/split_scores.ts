/** The scores of one set, as `summary.json` has them. */
import type { SplitScores } from "../../src/runs/layout.ts";
import type { SplitResult } from "../../src/train/fit.ts";

export function splitScores({ loss, accuracy, report }: SplitResult): SplitScores {
  if (accuracy === undefined || report === undefined) return { loss };
  const { precision, recall, f1, averages } = report;
  return { loss, accuracy, precision, recall, f1, macro: { ...averages.macro } };
}
