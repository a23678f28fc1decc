/** The two reports. */
import { REPORT_A } from "./a/mod.ts";
import { REPORT_B } from "./b/mod.ts";
import type { Report, Section } from "./item.ts";

export const REPORTS: readonly Report[] = [REPORT_A, REPORT_B];

/** The section whose runs a task makes, and its report. */
export function sectionOf(task: string): { readonly report: Report; readonly section: Section } | undefined {
  for (const report of REPORTS) {
    const section = report.sections.find((one) => one.task === task);
    if (section) return { report, section };
  }
  return undefined;
}
