/** From finished runs to the document: figures over several runs, the judge, and what is said at the end. */
import { join } from "node:path";
import type { Choice } from "../../src/exec/choose.ts";
import type { Figure } from "../../src/plot/mod.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import { writeFigures } from "../figures/write_figures.ts";
import { duration } from "../lab/progress_text.ts";
import type { Screen } from "../lab/screen.ts";
import { dashboardCommand } from "../lab/tell.ts";
import { foundIn } from "../reports/found.ts";
import { countVerdicts, finderOf, type JudgeContext, judgeReport } from "../reports/judge.ts";
import type { JudgedPicture, JudgedReport } from "../reports/judged.ts";
import { type About, writeDocument } from "../reports/document/mod.ts";
import { reportImages } from "../reports/report_images.ts";
import { quickSettings } from "../reports/wanted.ts";
import type { Asked } from "./asked.ts";

/** What is gathered, and from where. */
export interface Gathering {
  readonly asked: Asked;
  /** Of the document. */
  readonly folder: string;
  /** Of its runs. */
  readonly runs: string;
  readonly facts: readonly RunFacts[];
  /** How long it has taken, all calls of the command together. */
  readonly seconds: number;
  readonly choice: Choice;
  /** Is told what is under way. */
  readonly doing?: Screen["doing"];
}

/** Judges the runs and writes the document; gives lines for people, and what `--json` prints. */
export async function gather(gathering: Gathering) {
  const { asked, folder, runs, facts, choice, seconds, doing } = gathering;
  doing?.(`judging ${facts.length} runs`);
  const pictures = await picturesIn(runs, facts);
  const isReportData = await reportImages();
  const base = {
    runs: facts,
    isReportData,
    picturesOf: ({ id }: RunFacts) => pictures.get(id) ?? [],
    ...(asked.quick && { changed: { words: "shortened trainings of one seed", settings: quickSettings } }),
  };
  const drawn = await drawFigures(folder, { ...base, drawn: () => [] }, gathering);
  const context: JudgeContext = { ...base, drawn: ({ id }) => drawn.get(id) ?? [] };
  const reports = asked.reports.map((report) => judgeReport(report, context));
  const about: About = {
    title: "The two reports, run again",
    quick: asked.quick,
    seeds: asked.seeds,
    command: ["deno task reproduce", ...asked.words].join(" "),
    backend: backendsIn(facts) || choice.executor.name,
    runs: facts.length,
    trainingSeconds: facts.reduce((sum, { numbers }) => sum + (numbers.seconds ?? 0), 0),
    seconds,
    startedAt: facts.map(({ startedAt }) => startedAt ?? "").filter((time) => time !== "").sort()[0] ?? "",
    code: [...new Set(facts.flatMap((run) => run.code ?? []))].sort(),
    machine: machineInWords(),
  };
  doing?.("writing the document");
  await writeDocument(folder, {
    reports,
    about,
    pathOf: picturePath,
  });
  return { lines: conclusion(reports, folder, seconds), summary: summaryOf(reports, folder) };
}

/** Names of the figures of each run. */
async function picturesIn(
  folder: string,
  facts: readonly RunFacts[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const named = await Promise.all(facts.map(async ({ id }) => {
    const { figures } = await readRun(join(folder, id));
    const stems = figures.filter((name) => name.endsWith(".svg")).map((name) =>
      name.slice(0, -".svg".length)
    );
    return [id, stems] as const;
  }));
  return new Map(named);
}

/** Draws the figures that no run has by itself into the document's folder; gives their pictures by item. */
async function drawFigures(
  folder: string,
  context: JudgeContext,
  { asked, runs, doing }: Gathering,
): Promise<ReadonlyMap<string, readonly JudgedPicture[]>> {
  const found = foundIn(runs, finderOf(context), { changed: context.changed?.words });
  const items = asked.reports.flatMap(({ sections }) => sections.flatMap(({ figures }) => figures));
  const drawn = new Map<string, readonly JudgedPicture[]>();
  const target = {
    async writeFile(relative: string, data: string | Uint8Array) {
      await Deno.mkdir(join(folder, "figures"), { recursive: true });
      await writeAtomically(join(folder, relative), data);
    },
  };
  for (const item of items.filter(({ draw }) => draw !== undefined)) {
    const figures: readonly Figure[] = await item.draw!(found);
    await writeFigures(target, figures, { doing });
    drawn.set(item.id, figures.map(({ name }) => ({ name, run: null })));
  }
  return drawn;
}

/** Where a picture lies below the document's folder. */
function picturePath({ name, run }: JudgedPicture): string {
  return run === null ? `figures/${name}.png` : `runs/${run}/figures/${name}.png`;
}

/** `wasm`, or all that the runs were made on. */
function backendsIn(facts: readonly RunFacts[]): string {
  return [...new Set(facts.flatMap(({ backend }) => backend ?? []))].join(", ");
}

function machineInWords(): string {
  const { build: { os, arch }, version } = Deno;
  return `${navigator.hardwareConcurrency} cores, ${os} ${arch}, Deno ${version.deno}`;
}

function conclusion(reports: readonly JudgedReport[], folder: string, seconds: number): readonly string[] {
  const counts = reports.map((report) => {
    const verdicts = Object.entries(countVerdicts(report)).filter(([, count]) => count > 0);
    return `${report.title}: ${verdicts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")}`;
  });
  return [
    "",
    ...counts,
    "",
    `Document  ${join(folder, "index.html")} (and index.md, items.json), after ${duration(seconds)} in all`,
    `Runs      ${dashboardCommand(join(folder, "runs"))}`,
  ];
}

function summaryOf(reports: readonly JudgedReport[], folder: string) {
  return {
    folder,
    reports: Object.fromEntries(reports.map((report) => [report.id, countVerdicts(report)])),
    claims: Object.fromEntries(
      reports.flatMap(({ sections }) =>
        sections.flatMap(({ claims }) => claims.map(({ id, verdict }) => [id, verdict]))
      ),
    ),
  };
}
