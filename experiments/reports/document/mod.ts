/** Writing the document: Markdown, one HTML file, items for programs, tables as CSV. */
import { dirname, join } from "node:path";
import { writeAtomically } from "../../../src/core/write_file.ts";
import { formatJson } from "../../../src/runs/json.ts";
import type { JudgedPicture, JudgedReport } from "../judged.ts";
import { tableCsv } from "../tables.ts";
import type { About } from "./about.ts";
import { documentHtml } from "./html.tsx";
import { itemsJson } from "./items.ts";
import { documentMarkdown, summaryMarkdown } from "./markdown.ts";

export type { About } from "./about.ts";

/** What a document is made of. */
export interface DocumentParts {
  readonly reports: readonly JudgedReport[];
  readonly about: About;
  /** Path of a picture's PNG below the document's folder. */
  pathOf(picture: JudgedPicture): string;
}

/**
 * Writes `index.md`, `index.html`, `items.json` and `tables/*.csv` into a folder; and `summary.md`, a short page, with what
 * it is made from, `summary.json`.
 */
export async function writeDocument(
  folder: string,
  { reports, about, pathOf }: DocumentParts,
): Promise<void> {
  const pictures = new Map<string, Uint8Array>();
  for (const picture of reports.flatMap(picturesOf)) {
    const path = pathOf(picture);
    if (!pictures.has(path)) pictures.set(path, await Deno.readFile(join(folder, path)));
  }
  const write = async (name: string, text: string) => {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await writeAtomically(join(folder, name), text);
  };
  await write("index.md", documentMarkdown(reports, about, pathOf));
  await write("summary.md", summaryMarkdown(reports, about));
  await write("summary.json", `${JSON.stringify({ about, reports })}\n`);
  await write("items.json", formatJson(itemsJson(reports, about)));
  for (const report of reports) {
    for (const table of report.sections.flatMap(({ tables }) => tables)) {
      await write(`tables/${report.id}_${table.name}.csv`, tableCsv(table, report.changed));
    }
  }
  await write("index.html", await documentHtml(reports, about, (picture) => pictures.get(pathOf(picture))!));
}

function picturesOf({ sections }: JudgedReport): readonly JudgedPicture[] {
  return sections.flatMap(({ figures }) => figures.flatMap(({ pictures }) => pictures));
}
