/** Tables as text: CSV for programs, aligned columns for terminals, Markdown for documents. */
import { require } from "./errors.ts";
import { foldWords, widthOf } from "./fold_text.ts";

/** What a cell may hold; `null`, `undefined` and NaN are written as nothing. */
export type Cell = string | number | boolean | null | undefined;

function cellText(cell: Cell): string {
  return cell === null || cell === undefined || Number.isNaN(cell) ? "" : String(cell);
}

/**
 * Rows as comma-separated values (RFC 4180: lines end in CR LF; cells with commas, quotes or line breaks are
 * quoted, quotes doubled). The first row is the header, if there is to be one.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { toCsv } from "./text_table.ts";
 * assert(toCsv([["epoch", "loss"], [1, 0.5]]) === "epoch,loss\r\n1,0.5\r\n");
 * ```
 */
export function toCsv(rows: Iterable<readonly Cell[]>): string {
  let out = "";
  for (const row of rows) {
    const cells = row.map((cell) => {
      const text = cellText(cell);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    out += `${cells.join(",")}\r\n`;
  }
  return out;
}

/** A column: its heading, and how its cells are aligned (default: right if all its cells are numbers). */
export type Column = string | { readonly label: string; readonly align?: "left" | "right" };

export interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

interface Laid {
  readonly labels: readonly string[];
  readonly right: readonly boolean[];
  readonly body: readonly (readonly string[])[];
}

function layOut({ columns, rows }: TableOptions): Laid {
  for (const [i, row] of rows.entries()) {
    require(
      row.length === columns.length,
      () => `Row ${i} of the table has ${row.length} cells, but there are ${columns.length} columns`,
    );
  }
  const labels = columns.map((column) => typeof column === "string" ? column : column.label);
  const right = columns.map((column, c) => {
    if (typeof column !== "string" && column.align) return column.align === "right";
    const filled = rows.map((row) => cellText(row[c])).filter((text) => text !== "");
    return filled.length > 0 && filled.every((text) => /^[-−+]?[\d,.]+(e[-+]?\d+)?\s?%?$/i.test(text));
  });
  return { labels, right, body: rows.map((row) => row.map(cellText)) };
}

function pad(text: string, width: number, right: boolean): string {
  const fill = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? fill + text : text + fill;
}

function widths({ labels, body }: Laid, least: number): number[] {
  return labels.map((label, c) =>
    body.reduce((width, row) => Math.max(width, widthOf(row[c]!)), Math.max(least, widthOf(label)))
  );
}

const longestWord = (text: string) => Math.max(...text.split(" ").map(widthOf));

/**
 * Widths with which the table fits, its headings folded before its words, the widest columns first; numbers and words stay
 * whole. Where that is not enough, all columns keep their widths.
 */
function narrowed(table: Laid, width: number): readonly number[] {
  const { labels, right, body } = table, own = widths(table, 1);
  const longest = (c: number, measure: (text: string) => number) =>
    body.reduce((least, row) => Math.max(least, measure(row[c]!)), Math.max(1, longestWord(labels[c]!)));
  const headingsFolded = labels.map((_, c) => longest(c, widthOf));
  const wordsFolded = labels.map((_, c) => right[c] ? headingsFolded[c]! : longest(c, longestWord));
  const total = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 2 * (list.length - 1));
  if (total(own) <= width || total(wordsFolded) > width) return own;
  const narrow = [...own];
  for (const least of [headingsFolded, wordsFolded]) {
    while (total(narrow) > width) {
      const free = narrow.map((one, c) => one > least[c]! ? one : 0), most = Math.max(...free);
      if (most === 0) break;
      narrow[free.indexOf(most)]!--;
    }
  }
  return narrow;
}

/** How many columns besides the first fit into the width with it, one at least. */
function columnsThatFit(widths: readonly number[], width: number): number {
  let used = widths[0]!;
  const end = widths.findIndex((one, c) => c > 0 && (used += 2 + one) > width);
  return end < 0 ? widths.length - 1 : Math.max(1, end - 1);
}

/**
 * A table for a terminal: columns two spaces apart, numbers to the right, a line under the headings. It ends
 * without a line break. One that is wider than `width` columns has its headings and words folded; where that does not make it
 * fit, it goes on below, with its first column again.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { textTable } from "./text_table.ts";
 * const table = textTable({ columns: ["optimizer", "epochs"], rows: [["Adam", 25], ["VGD", 31625]] });
 * assert(table.split("\n")[3] === "VGD         31625");
 * ```
 */
export function textTable(
  options: TableOptions,
  { width = Infinity }: { readonly width?: number | undefined } = {},
): string {
  const flat = (text: string) => text.replaceAll(/\s+/g, " ");
  const laid = layOut(options);
  return textOf(
    { ...laid, labels: laid.labels.map(flat), body: laid.body.map((row) => row.map(flat)) },
    width,
  );
}

function textOf(table: Laid, width: number): string {
  const own = narrowed(table, width), count = columnsThatFit(own, width);
  if (count < own.length - 1) {
    const some = (from: number, to?: number): Laid => {
      const chosen = <T>(list: readonly T[]) => [list[0]!, ...list.slice(from, to)];
      return { labels: chosen(table.labels), right: chosen(table.right), body: table.body.map(chosen) };
    };
    return `${textOf(some(1, 1 + count), width)}\n\n${textOf(some(1 + count), width)}`;
  }
  const line = (cells: readonly string[]) => {
    const folded = cells.map((cell, c) => foldWords(cell, own[c]!));
    const height = Math.max(...folded.map(({ length }) => length));
    return Array.from(
      { length: height },
      (_, i) => folded.map((lines, c) => pad(lines[i] ?? "", own[c]!, table.right[c]!)).join("  ").trimEnd(),
    ).join("\n");
  };
  return [line(table.labels), own.map((count) => "─".repeat(count)).join("  "), ...table.body.map(line)]
    .join("\n");
}

/** A table in GitHub's Markdown, aligned in its source too. Pipes and line breaks in cells are escaped. */
export function markdownTable(options: TableOptions): string {
  const escape = (text: string) =>
    text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll(/\r?\n/g, "<br>");
  const laid = layOut(options);
  const table: Laid = {
    ...laid,
    labels: laid.labels.map(escape),
    body: laid.body.map((row) => row.map(escape)),
  };
  const width = widths(table, 3);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, c) => pad(cell, width[c]!, table.right[c]!)).join(" | ")} |`;
  const rule = width.map((count, c) => table.right[c] ? `${"-".repeat(count - 1)}:` : "-".repeat(count));
  return [line(table.labels), line(rule), ...table.body.map(line)].join("\n");
}
