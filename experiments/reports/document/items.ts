/** `items.json`: every number, figure and claim with what answers it, for programs. */
import { type JsonObject, toJson } from "../../../src/runs/json.ts";
import type { JudgedReport } from "../judged.ts";
import { meanOf } from "../statistics.ts";
import type { About } from "./about.ts";

export function itemsJson(reports: readonly JudgedReport[], about: About): JsonObject {
  return toJson({
    about,
    items: reports.flatMap((report) =>
      report.sections.flatMap(({ id: section, tables, figures, claims }) => {
        const common = { report: report.id, section };
        const numbers = tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells)).filter((cell) =>
          cell !== null
        );
        return [
          ...numbers.map(({ id, place, words, published, ours, sd, values, verdict, why, doubt, runs }) => ({
            ...common,
            kind: "number",
            id,
            place,
            words,
            published,
            ours: ours === null ? null : { mean: meanOf(values), shown: ours, sd: sd ?? null, values },
            n: values.length,
            verdict,
            rule: why,
            ...(doubt !== undefined && { doubt }),
            runs,
            figures: [],
          })),
          ...figures.map(({ id, place, words, pictures, runs }) => ({
            ...common,
            kind: "figure",
            id,
            place,
            words,
            runs,
            figures: pictures,
          })),
          ...claims.map(({ id, place, words, verdict, why, parts, runs }) => ({
            ...common,
            kind: "claim",
            id,
            place,
            words,
            verdict,
            ...(why !== undefined && { rule: why }),
            parts,
            n: Math.max(0, ...parts.map(({ seeds }) => seeds)),
            runs,
            figures: [],
          })),
        ];
      })
    ),
  });
}
