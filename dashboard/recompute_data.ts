/** What of a report's page a reader can have trained, and what not and why. */
import type { RecomputeTarget } from "../components/report/recompute_types.ts";
import { itemsOf, type NumberItem } from "../experiments/reports/item.ts";
import type { ClaimItem, FigureItem } from "../experiments/reports/item.ts";
import type { JudgedReport } from "../experiments/reports/judged.ts";
import { REPORTS } from "../experiments/reports/mod.ts";
import { formsOf } from "../experiments/reports/recompute_forms.ts";

/** Of a report beside our runs, the target of some of its items: those of a table, or one claim or figure. */
export function recomputeTargets(report: JudgedReport): (ids: readonly string[]) => RecomputeTarget {
  const sections = REPORTS.find(({ id }) => id === report.id)!.sections;
  const items = new Map<string, NumberItem | FigureItem | ClaimItem>(
    sections.flatMap(itemsOf).map((item) => [item.id, item]),
  );
  const judged = report.sections.flatMap(({ tables }) =>
    tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null)))
  );
  const numbers = new Map(judged.map((number) => [number.id, number]));
  const claims = new Map(
    report.sections.flatMap(({ claims }) => claims).map(({ id, verdict }) => [id, { id, verdict }]),
  );
  return (ids) => {
    const claim = claims.get(ids[0]!);
    return {
      report: report.id,
      ids,
      forms: formsOf(ids.flatMap((id) => items.get(id) ?? [])),
      numbers: ids.flatMap((id) => {
        const found = numbers.get(id);
        if (found === undefined) return [];
        const { words, published, ours, sd, values } = found;
        return [{ id, words, published, ours, values, ...(sd !== undefined && { sd }) }];
      }),
      ...(claim && { claim }),
    };
  };
}
