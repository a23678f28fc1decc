/** A judged section as tables: for terminals, as Markdown, and as CSV. */
import { foldUnder } from "../../src/core/fold_text.ts";
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/core/text_table.ts";
import type { JudgedClaim, JudgedNumber, JudgedSection, JudgedTable } from "./judged.ts";

/** What a cell of a table says of ours: `0.9813 ± 0.0021`. */
function oursOf({ ours, sd }: JudgedNumber): string {
  return ours === null ? "–" : `${ours}${sd === undefined ? "" : ` ± ${sd}`}`;
}

const MARKS = {
  reproduced: "=",
  close: "≈",
  differs: "≠",
  undecided: "?",
  "not comparable": "",
  none: "",
  "other settings": "",
} as const;

/** What the marks beside published numbers mean. */
const MARKS_IN_WORDS = "= reproduced, ≈ close, ≠ differs, ? too few seeds, * doubtful in itself";

/** Ours and the published number with a mark for the verdict, column by column. */
export function beside({ columns, rows }: JudgedTable): TableOptions {
  const right = (label: string) => ({ label, align: "right" as const });
  return {
    columns: ["", ...columns.flatMap((label) => [right(label), right("published")])],
    rows: rows.map(({ label, cells }) => [
      label,
      ...cells.flatMap((cell) =>
        cell === null ? ["", ""] : [
          oursOf(cell),
          `${cell.published}${cell.doubt === undefined ? "" : " *"} ${MARKS[cell.verdict]}`.trim(),
        ]
      ),
    ]),
  };
}

function claimRows(claims: readonly JudgedClaim[]): TableOptions {
  return {
    columns: ["claim", "in words", "measured", "verdict", { label: "seeds", align: "right" }],
    rows: claims.flatMap(({ id, words, verdict, why, parts }) => [
      [id, words, why ?? "", parts.length === 1 ? "" : verdict, ""],
      ...parts.map((part) => ["", `– ${part.words}`, part.measured, part.verdict, part.seeds]),
    ]),
  };
}

/** What the marks mean, or why there are none. */
function noteOn(changed: string | undefined): string {
  return changed === undefined
    ? MARKS_IN_WORDS
    : `Not the report's settings (${changed}): ours stand beside the published numbers, and no verdict follows`;
}

/** How a section is told: `changed` is what was other than the report's settings; it is folded where it is wider than `width`. */
interface TextOptions {
  readonly changed?: string | undefined;
  readonly width?: number | undefined;
}

/** All tables and claims of a section as text. */
export function sectionText(section: JudgedSection, { changed, width }: TextOptions = {}): string {
  const parts = section.tables.map((table) =>
    `${foldUnder("", `${table.place}: ${table.title}`, width)}\n\n${textTable(beside(table), { width })}`
  );
  const claims = section.claims.flatMap(({ id, words, verdict, why, parts }) => [
    foldUnder(
      `${id}  ${verdict.toUpperCase()}  `,
      `${words}${why === undefined ? "" : ` ${why}`}`,
      width,
    ),
    ...parts.map((part) =>
      foldUnder(
        "        ",
        `${part.verdict}: ${part.words}${part.measured === "" ? "" : ` (${part.measured})`}`,
        width,
      )
    ),
  ]);
  return [...parts, foldUnder("", noteOn(changed), width), `Claims\n\n${claims.join("\n")}`].join("\n\n");
}

/** `tables.md` and each table as CSV, by their names in a run's folder. */
export function sectionFiles(section: JudgedSection, changed?: string): Readonly<Record<string, string>> {
  const markdown = [
    ...section.tables.map((table) =>
      `**${table.place}: ${table.title}**\n\n${markdownTable(beside(table))}\n\n${noteOn(changed)}`
    ),
    `**Claims**\n\n${markdownTable(claimRows(section.claims))}`,
  ];
  const csv = section.tables.map((table) =>
    [`figures/table_${table.name}.csv`, tableCsv(table, changed)] as const
  );
  return {
    "tables.md": `${markdown.join("\n\n")}\n`,
    ...Object.fromEntries(csv),
    "figures/table_claims.csv": claimsCsv(section.claims, changed),
  };
}

/** A row per label; of each column ours in the mean, the standard deviation, the seeds, the published number, the verdict. */
export function tableCsv({ columns, rows }: JudgedTable, changed?: string): string {
  const members = ["", " sd", " seeds", " published", " verdict"];
  return toCsv([
    ["", ...columns.flatMap((column) => members.map((member) => `${column}${member}`))],
    ...rows.map(({ label, cells }) => [
      label,
      ...cells.flatMap((cell) =>
        cell === null
          ? members.map(() => "")
          : [cell.ours ?? "", cell.sd ?? "", cell.values.length, cell.published, told(cell.verdict, changed)]
      ),
    ]),
  ]);
}

/** A verdict by itself: of other settings, which. */
function told(verdict: string, changed: string | undefined): string {
  return verdict === "other settings" && changed !== undefined ? `${verdict}: ${changed}` : verdict;
}

function claimsCsv(claims: readonly JudgedClaim[], changed: string | undefined): string {
  return toCsv([
    ["claim", "words", "part", "measured", "verdict", "seeds"],
    ...claims.flatMap(({ id, words, verdict, why, parts }) => [
      [id, words, "", why ?? "", told(verdict, changed), ""],
      ...parts.map((part) => [id, words, part.words, part.measured, part.verdict, part.seeds]),
    ]),
  ]);
}
