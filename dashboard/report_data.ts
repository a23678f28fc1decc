/** The pages of the reports: the one judge over the runs that are there, and their pictures. */
import { countVerdicts, judgeReport } from "../experiments/reports/judge.ts";
import type { FigureItem, Report, Section } from "../experiments/reports/item.ts";
import type { JudgedPicture, JudgedReport, VerdictCounts } from "../experiments/reports/judged.ts";
import { REPORTS } from "../experiments/reports/mod.ts";
import { type IsReportData, reportImages } from "../experiments/reports/report_images.ts";
import { factsOf, type RunFacts } from "../src/runs/facts.ts";
import type { Library } from "./library.ts";
import { readPictures } from "./pictures.ts";

/** A report as its page shows it. */
export interface ReportPage {
  readonly report: JudgedReport;
  readonly counts: VerdictCounts;
}

export const REPORT_IDS: readonly string[] = REPORTS.map(({ id }) => id);

let images: Promise<IsReportData> | undefined;

/** A report beside the runs as they are now; `undefined` where there is no such report. */
export async function reportPage(library: Library, id: string): Promise<ReportPage | undefined> {
  const report = REPORTS.find((one) => one.id === id);
  if (report === undefined) return undefined;
  const judged = await judgedReport(library, report);
  return { report: judged, counts: countVerdicts(judged) };
}

async function judgedReport({ store }: Library, report: Report): Promise<JudgedReport> {
  const rows = await store.list();
  const entries = await Promise.all(rows.map(({ id }) => store.entry(id)));
  const runs = entries.flatMap((entry) => entry === undefined ? [] : [factsOf(entry)]);
  const known = new Map<string, readonly string[]>();
  const picturesOf = ({ id }: RunFacts) => {
    const names = known.get(id) ?? readPictures(store.root, id).figures.map(({ name }) => name);
    known.set(id, names);
    return names;
  };
  return judgeReport(report, {
    runs,
    isReportData: await (images ??= reportImages()),
    picturesOf,
    drawn: (item, section, answering) => drawnIn(item, section, { runs, answering, picturesOf }),
  });
}

/**
 * Pictures of several runs lie in the folder of their section's task: of the newest whose trainings answer the figure.
 * Those of other settings or images are not set beside what is printed.
 */
function drawnIn(
  { figures, needs }: FigureItem,
  { task }: Section,
  { runs, answering, picturesOf }: {
    readonly runs: readonly RunFacts[];
    readonly answering: readonly RunFacts[];
    readonly picturesOf: (run: RunFacts) => readonly string[];
  },
): readonly JudgedPicture[] {
  for (
    const run of runs.filter((one) => one.isGroup && one.experiment === task && one.state === "finished")
  ) {
    if (needs.length > 0 && !answering.some(({ group }) => group === run.id)) continue;
    const names = picturesOf(run).filter((name) => figures.includes(name));
    if (names.length > 0) return names.map((name) => ({ name, run: run.id }));
  }
  return [];
}
