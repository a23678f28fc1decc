/** A judged report as Markdown: the whole document, and a short page. */
import { markdownTable } from "../../../src/core/text_table.ts";
import { countVerdicts } from "../judge.ts";
import type { JudgedClaim, JudgedFigure, JudgedPicture, JudgedReport, JudgedSection } from "../judged.ts";
import { beside } from "../tables.ts";
import { type About, madeInWords } from "./about.ts";

const KEY =
  "Ours is the mean over seeds ± its standard deviation. Printed numbers: = reproduced (one more run of ours " +
  "would lie there), ≈ close (its own uncertainty reaches our mean), ≠ differs, ? too few seeds, * doubtful in itself.";

/** `index.md`: every table, claim, figure and inconsistency. */
export function documentMarkdown(
  reports: readonly JudgedReport[],
  about: About,
  pathOf: (picture: JudgedPicture) => string,
): string {
  const parts = [
    `# ${about.title}`,
    ...(about.quick ? ["**A quick look: shortened trainings. No verdict follows.**"] : []),
    madeInWords(about),
    KEY,
    ...reports.flatMap((report) => [
      `# ${report.title}: ${report.subtitle}`,
      report.words,
      countsInWords(report),
      ...report.sections.flatMap((section) => sectionMarkdown(section, pathOf)),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function countsInWords(report: JudgedReport): string {
  const counts = Object.entries(countVerdicts(report)).filter(([, count]) => count > 0);
  return `Printed numbers: ${counts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")}.`;
}

function sectionMarkdown(
  section: JudgedSection,
  pathOf: (picture: JudgedPicture) => string,
): readonly string[] {
  return [
    `## ${section.title}`,
    section.words,
    `All of its runs: \`${section.command}\``,
    ...section.tables.map((table) => `**${table.place}: ${table.title}**\n\n${markdownTable(beside(table))}`),
    ...(section.claims.length > 0 ? ["### Claims", section.claims.map(claimMarkdown).join("\n")] : []),
    ...(section.figures.length > 0 ? ["### Figures"] : []),
    ...section.figures.map((figure) => figureMarkdown(figure, pathOf)),
    "### What does not fit together",
    section.inconsistencies.map(({ id, title, words }) => `- **${title}** (${id}): ${words}`).join("\n"),
    ...(section.others.length > 0
      ? [
        "### Runs that answer nothing here",
        section.others.map(({ run, why }) => `- ${run}: ${why}`).join("\n"),
      ]
      : []),
  ];
}

function claimMarkdown({ id, words, verdict, why, parts }: JudgedClaim): string {
  const lines = parts.map((part) =>
    `  - ${part.verdict}: ${part.words}${part.measured === "" ? "" : `: ${part.measured}`}${
      part.seeds > 0 ? ` (${part.seeds === 1 ? "one run" : `${part.seeds} seeds`})` : ""
    }`
  );
  return [`- **${id}, ${verdict}**: ${words}${why === undefined ? "" : ` ${why}`}`, ...lines].join("\n");
}

function figureMarkdown(
  { id, place, words, pictures }: JudgedFigure,
  pathOf: (picture: JudgedPicture) => string,
) {
  const images = pictures.map((picture) =>
    `![${place}: ${picture.name.replaceAll("_", " ")}](${pathOf(picture)})`
  );
  return [
    `**${place}** (${id}): ${words}`,
    ...(images.length > 0 ? images : ["No run with this figure yet."]),
  ]
    .join("\n\n");
}

/** Claims whose parts a short page has room for. */
const WORDS = 260;

/** A short page: verdicts, main tables, claims in a line each. */
export function summaryMarkdown(reports: readonly JudgedReport[], about: About): string {
  const parts = [
    "# Reproducing the two reports",
    "This page is made by `deno task reproduce` from its runs. The whole document, with every figure, is what the " +
    "command leaves in its folder; how numbers and claims are judged is told in [reproducing.md](reproducing.md).",
    madeInWords(about),
    KEY,
    ...reports.flatMap((report) => [
      `# ${report.title}: ${report.subtitle}`,
      countsInWords(report),
      ...report.sections.flatMap(summarySection),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function summarySection(
  { title, command, tables, claims, inconsistencies }: JudgedSection,
): readonly string[] {
  return [
    `## ${title}`,
    `\`${command}\``,
    ...tables.map((table) => `**${table.place}: ${table.title}**\n\n${markdownTable(beside(table))}`),
    "**Claims**",
    claims.map(({ id, words, verdict, parts }) => {
      const [decisive] = parts.filter((part) => part.verdict === verdict);
      const measured = decisive === undefined || decisive.measured === ""
        ? ""
        : ` (${decisive.words}: ${decisive.measured})`;
      return `- ${id}, **${verdict}**: ${words}${
        measured.length > WORDS ? `${measured.slice(0, WORDS)}…)` : measured
      }`;
    }).join("\n"),
    `**What does not fit together**: ${inconsistencies.map(({ title: one }) => one).join(" · ")}`,
  ];
}
