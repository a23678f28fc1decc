/** The pages of the reports: what is printed beside what our runs came to. */
import type {
  ReportCell,
  ReportClaim,
  ReportData,
  ReportFigure,
  ReportSection,
  Verdict,
  VerdictCounts,
} from "../../components/report/report_types.ts";
import type { RunRow } from "../../components/types.ts";
import { isJsonObject } from "../../src/runs/json.ts";
import { readPictures } from "../pictures.ts";
import { wordOf } from "../flatten.ts";
import type { Library } from "../library.ts";
import { ONE_LAYER_SECTION, THREE_LAYER_SECTION } from "./a_autoencoders.ts";
import { DENOISING_SECTION } from "./a_denoising.ts";
import { OPTIMIZERS_SECTION } from "./a_optimizers.ts";
import { CONVOLUTION_SECTION, STACKED_SECTION } from "./b.ts";
import { findRun, findRuns } from "./find.ts";
import { judgeOptimizers } from "./judge_optimizers.ts";
import type { CellSpec, FigureSpec, ReportSpec, SectionSpec } from "./spec.ts";
import { judgeNumber } from "./verdict.ts";

/** Both reports. */
export const REPORT_SPECS: readonly ReportSpec[] = [{
  id: "a",
  title: "Report A",
  subtitle: "Optimizers and autoencoders",
  words: "A course assignment of 2022 (IIT Mandi, CS671), made with Keras: five optimizers on a small " +
    "network, then autoencoders with one and three hidden layers, and denoising ones.",
  sections: [OPTIMIZERS_SECTION, ONE_LAYER_SECTION, THREE_LAYER_SECTION, DENOISING_SECTION],
}, {
  id: "b",
  title: "Report B",
  subtitle: "Convolution, and stacked denoising autoencoders",
  words: "A course assignment (NTU, CZ4042), made with Theano: a convolutional network trained by " +
    "three methods, and a stack of denoising autoencoders.",
  sections: [CONVOLUTION_SECTION, STACKED_SECTION],
}];

/** Of the commands of autoencoders. */
const DEFAULT_NODES = "64";
const MAX_RUNS = 40, MAX_CLAIMS = 100;

/** The report beside our runs as they are now. */
export async function reportData(library: Library, { sections, ...spec }: ReportSpec): Promise<ReportData> {
  const rows = await library.store.list();
  return {
    ...spec,
    sections: await Promise.all(sections.map((section) => sectionData(library, rows, section))),
  };
}

async function sectionData(
  library: Library,
  rows: readonly RunRow[],
  spec: SectionSpec,
): Promise<ReportSection> {
  const { id, title, words, tables, figures, inconsistencies } = spec;
  return {
    id,
    title,
    words,
    inconsistencies,
    tables: tables.map((table) => ({
      ...table,
      rows: table.rows.map(({ label, cells }) => ({
        label,
        cells: cells.map((cell) => cell && cellOf(rows, cell)),
      })),
    })),
    figures: figures.map((figure) => figureOf(library, rows, figure)),
    claims: await claimsOf(library, rows, spec),
  };
}

function cellOf(rows: readonly RunRow[], spec: CellSpec): ReportCell {
  const { published, digits, kind, wanted } = spec;
  const runs = findRuns(rows, wanted).filter(({ numbers }) => numbers[wanted.number] !== undefined).slice(
    0,
    MAX_RUNS,
  );
  const values = runs.map(({ numbers }) => numbers[wanted.number]! / (kind === "minutes" ? 60 : 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const shownDigits = kind === "minutes" ? 2 : kind === "epochs" && values.length > 1 ? 1 : digits;
  return {
    published: shown(published, digits),
    ours: values.length === 0 ? null : shown(mean, shownDigits),
    runs: runs.map(({ id }) => id),
    ...judgeNumber(spec, values),
  };
}

function shown(value: number, digits: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(digits);
}

function figureOf(
  { store }: Library,
  rows: readonly RunRow[],
  { place, words, wanted, figures }: FigureSpec,
): ReportFigure {
  const run = findRun(rows, wanted), all = run === undefined ? [] : readPictures(store.root, run.id).figures;
  const where = Object.entries(wanted.where ?? {}).filter(([name, value]) =>
    name === "noise" || (name === "nodes" && value !== DEFAULT_NODES)
  );
  return {
    place,
    words,
    run: run?.id ?? null,
    figures: figures.flatMap((start) => all.filter(({ name }) => name.startsWith(start))),
    command: [
      "deno task",
      commandOf(wanted.experiment),
      ...where.map(([name, value]) => `--${name} ${value}`),
    ].join(" "),
  };
}

/** The layers with a penalty are trained by the task of their classifier. */
function commandOf(experiment: string): string {
  return experiment === "sdae-sparse-pretrain" ? "sdae-sparse" : experiment;
}

async function claimsOf(
  library: Library,
  rows: readonly RunRow[],
  { claims, judge }: SectionSpec,
): Promise<readonly ReportClaim[]> {
  const command = `deno task ${judge}`;
  if (judge === "q1") {
    const judged = await judgeOptimizers(library, rows);
    return claims.map(({ id, words }) => {
      const { parts, runs } = judged.get(id) ?? { parts: [], runs: [] };
      return { words, parts, runs, command };
    });
  }
  const told = await toldClaims(library, rows, judge);
  return claims.map(({ id, words }) => {
    const parts = told.parts.filter(({ claim }) => claim === id);
    return { words, parts, runs: parts.length === 0 ? [] : told.runs, command };
  });
}

/** What the newest group of trainings that judges claims says of them: the members `claims` of its summary. */
async function toldClaims(library: Library, rows: readonly RunRow[], experiment: string) {
  for (const { id } of rows.filter((row) => row.experiment === experiment && row.isGroup)) {
    const claims = (await library.store.entry(id))?.summary?.claims;
    if (!Array.isArray(claims) || claims.length === 0) continue;
    const parts = claims.slice(0, MAX_CLAIMS).filter(isJsonObject).map((
      { claim, words, measured, verdict },
    ) => ({
      claim: wordOf(claim) ?? "",
      words: wordOf(words) ?? "",
      measured: wordOf(measured) ?? "",
      verdict: wordOf(verdict) ?? "",
    }));
    return { parts, runs: [id] };
  }
  return { parts: [], runs: [] };
}

/** How many printed numbers of a report have which verdict. */
export function countVerdicts({ sections }: ReportData): VerdictCounts {
  const counts: Record<Verdict, number> = {
    reproduced: 0,
    close: 0,
    differs: 0,
    "not comparable": 0,
    none: 0,
  };
  for (const { tables } of sections) {
    for (const cell of tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells))) {
      if (cell !== null) counts[cell.verdict]++;
    }
  }
  return counts;
}
