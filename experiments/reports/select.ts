/** Parts of the reports: by report, by task, or item by item. */
import { UsageError } from "../../src/core/errors.ts";
import {
  type ClaimItem,
  type FigureItem,
  itemsOf,
  type NumberItem,
  type Report,
  type Section,
} from "./item.ts";

type Item = NumberItem | FigureItem | ClaimItem;

/**
 * The reports with the named items alone. A word names a task (`q1`), an item (`A-F1.9`), or all whose names begin with
 * it (`A-T2.1`). Throws for a word that names nothing.
 */
export function selectItems(reports: readonly Report[], only: readonly string[]): readonly Report[] {
  const sections = reports.flatMap((report) => report.sections);
  const items = sections.flatMap(itemsOf);
  const chosen = new Set<Item>();
  for (const word of only) {
    const section = sections.find(({ task }) => task === word);
    const exact = items.filter(({ id }) => id === word);
    const found = section
      ? itemsOf(section)
      : exact.length > 0
      ? exact
      : items.filter(({ id }) => id.startsWith(word));
    if (found.length === 0) {
      throw new UsageError(
        `--only takes names of items such as ${items[0]!.id.split(" ")[0]}, or of tasks (${
          sections.map(({ task }) => task).join(", ")
        }), got "${word}"`,
      );
    }
    for (const item of found) chosen.add(item);
  }
  return reports.map((report) => ({
    ...report,
    sections: report.sections.map((section) => selectIn(section, chosen))
      .filter((section) => itemsOf(section).length > 0),
  })).filter(({ sections: kept }) => kept.length > 0);
}

function selectIn(section: Section, chosen: ReadonlySet<Item>): Section {
  const tables = section.tables.map((table) => ({
    ...table,
    rows: table.rows.map(({ label, cells }) => ({
      label,
      cells: cells.map((cell) => cell !== null && chosen.has(cell) ? cell : null),
    })).filter(({ cells }) => cells.some((cell) => cell !== null)),
  }));
  const { overview: _, ...rest } = section;
  return {
    ...rest,
    tables: tables.filter(({ rows }) => rows.length > 0),
    figures: section.figures.filter((item) => chosen.has(item)),
    claims: section.claims.filter((item) => chosen.has(item)),
  };
}
