/** What a reader's own runs say of items of a report: by the one judge, over the runs in memory. */
import type { Figure } from "../../src/plot/mod.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { type FigureItem, type Found, needsOf, type Report } from "../reports/item.ts";
import { finderOf, type JudgeContext, judgeReport } from "../reports/judge.ts";
import type { DrawnPicture, Recomputed, RecomputeForm } from "../reports/judged.ts";
import { shortened, shortenedInWords } from "../reports/recompute_forms.ts";
import type { IsReportData } from "../reports/report_images.ts";
import type { RecomputedRun } from "./recompute_run.ts";

/** Judges what is left of a report (`selectItems`) by the runs; what shortened trainings are behind gets no verdict. */
export async function judgeRecomputed(
  report: Report,
  runs: readonly RecomputedRun[],
  { form, isReportData }: { readonly form: RecomputeForm; readonly isReportData: IsReportData },
): Promise<Omit<Recomputed, "minutes">> {
  const items = report.sections.flatMap(({ figures }) => figures);
  const plain = contextOf(runs, isReportData);
  const cut: JudgeContext = {
    ...plain,
    changed: { words: shortenedInWords(form), settings: shortened(form) },
  };
  const isCut = (item: Parameters<typeof needsOf>[0]) =>
    needsOf(item).some(({ experiment }) => form.epochs[experiment] !== undefined);
  const figures: Record<string, readonly DrawnPicture[]> = {};
  for (const item of items) figures[item.id] = await picturesFor(item, runs, isCut(item) ? cut : plain);
  const [whole, short] = [judgeReport(report, plain), judgeReport(report, cut)];
  const numbers: Record<string, Recomputed["numbers"][string]> = {};
  const claims: Record<string, Recomputed["claims"][string]> = {};
  report.sections.forEach((section, s) => {
    section.tables.forEach(({ rows }, t) =>
      rows.forEach(({ cells }, r) =>
        cells.forEach((item, c) => {
          const judged = item && (isCut(item) ? short : whole).sections[s]!.tables[t]!.rows[r]!.cells[c];
          if (judged) numbers[judged.id] = judged;
        })
      )
    );
    section.claims.forEach((item, i) => {
      claims[item.id] = (isCut(item) ? short : whole).sections[s]!.claims[i]!;
    });
  });
  return { numbers, claims, figures, place: [...new Set(runs.map(({ place }) => place))].join(", ") };
}

function contextOf(runs: readonly RecomputedRun[], isReportData: IsReportData): JudgeContext {
  return {
    runs: runs.map(({ facts }) => facts),
    isReportData,
    picturesOf: () => [],
    drawn: () => [],
  };
}

/** The figure as `deno task reproduce` has it: of the first run that it needs, or drawn from all of them. */
async function picturesFor(
  { needs, figures, draw }: FigureItem,
  runs: readonly RecomputedRun[],
  context: JudgeContext,
): Promise<readonly DrawnPicture[]> {
  const find = finderOf(context), byId = new Map(runs.map((run) => [run.facts.id, run]));
  const of = ({ id }: RunFacts) => byId.get(id)!;
  if (draw !== undefined) {
    const found: Found = {
      find,
      modelOf: (run) => Promise.resolve(of(run).left.model),
      imagesOf: (run) => Promise.resolve(of(run).data),
      metricsOf: (run) => Promise.resolve(of(run).metrics),
      ...(context.changed && { changed: context.changed.words }),
    };
    return (await draw(found)).map(pictureOf);
  }
  const [run] = needs[0] === undefined ? [] : find(needs[0]);
  if (run === undefined) return [];
  return of(run).figures.filter(({ name }) => figures.some((wanted) => isNamed(name, wanted))).map(pictureOf);
}

/** A last `*` stands for any ending. */
function isNamed(name: string, wanted: string): boolean {
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function pictureOf({ name, svg }: Figure): DrawnPicture {
  return { name, svg };
}
