/** What a sweep comes to: a row per combination, figures with bands over seeds, CSV, and a link that compares. */
import type { Figure } from "../../src/plot/figure.ts";
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/core/text_table.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { meanAndInterval } from "../../src/train/metrics.ts";
import type { Experiment } from "./experiment.ts";
import type { GroupReport } from "./group.ts";
import { settingTexts } from "./settings.ts";

/** Numbers that a table of runs shows, those that there are, with their digits. */
const NUMBERS = [
  ["train.accuracy", 4],
  ["validation.accuracy", 4],
  ["test.accuracy", 4],
  ["reconstruction.validation.mse", 5],
  ["reconstruction.test.mse", 5],
  ["classifier.test.accuracy", 4],
  ["layers.1.loss", 2],
  ["layers.2.loss", 2],
  ["layers.3.loss", 2],
  ["epochs", 1],
  ["seconds", 2],
] as const;

/** What figures are drawn of: the first that there is of each. */
const DRAWN = [
  ["validation.accuracy", "test.accuracy", "classifier.test.accuracy", "layers.1.loss"],
  ["reconstruction.test.mse", "epochs"],
] as const;

/** Runs with the same settings, of all seeds. */
interface Kind {
  /** Of the settings that vary, in their order. */
  readonly values: readonly string[];
  readonly runs: readonly RunFacts[];
}

export async function sweepReport(
  experiment: Experiment,
  runs: readonly RunFacts[],
  { varied }: { readonly varied: readonly string[] },
): Promise<GroupReport> {
  const kinds = kindsOf(experiment, runs, varied);
  const table = kindTable(kinds, varied);
  const link = linkOf(runs, varied);
  const names = DRAWN.flatMap((names) =>
    names.find((one) => runs.some(({ numbers }) => numbers[one] !== undefined)) ?? []
  );
  return {
    figures: await Promise.all(names.map((name) => figureOf(experiment, kinds, varied, name))),
    files: {
      "tables.md": `${markdownTable(table)}\n`,
      "figures/table_settings.csv": toCsv([headings(table), ...table.rows]),
      "figures/table_runs.csv": runTable(runs, varied, experiment),
    },
    text: (width) => {
      // Of a hundred runs it would fill the screen.
      const place = link.length <= MOST_SHOWN ? link : 'the link "compare" in summary.json,';
      return `${textTable(table, { width })}\n\nCompare     ${place} while the dashboard runs`;
    },
    summary: { compare: link },
  };
}

function headings({ columns }: TableOptions): readonly string[] {
  return columns.map((column) => typeof column === "string" ? column : column.label);
}

/** Letters of a link that are shown. */
const MOST_SHOWN = 500;

/** The page of the dashboard that has all runs beside each other. */
function linkOf(runs: readonly RunFacts[], [by]: readonly string[]): string {
  const search = new URLSearchParams([...runs.map(({ id }) => ["run", id]), ["by", by ?? "*"]]);
  return `http://127.0.0.1:8000/compare?${search}`;
}

function kindsOf(
  experiment: Experiment,
  runs: readonly RunFacts[],
  varied: readonly string[],
): readonly Kind[] {
  const defaults = settingTexts(experiment.defaults);
  const kinds = new Map<string, { readonly values: readonly string[]; readonly runs: RunFacts[] }>();
  for (const run of runs) {
    const values = varied.map((name) => run.settings[name] ?? defaults[name] ?? "");
    const key = JSON.stringify(values);
    const kind = kinds.get(key) ?? { values, runs: [] };
    kind.runs.push(run);
    kinds.set(key, kind);
  }
  return [...kinds.values()].sort((a, b) => compareValues(a.values, b.values));
}

/** Numbers by size, words by name. */
function compareValues(a: readonly string[], b: readonly string[]): number {
  for (const [i, text] of a.entries()) {
    const [x, y] = [Number(text), Number(b[i])];
    const order = Number.isNaN(x - y) ? text.localeCompare(b[i]!, "en", { numeric: true }) : x - y;
    if (order !== 0) return order;
  }
  return 0;
}

function valuesOf({ runs }: Kind, name: string): readonly number[] {
  return runs.flatMap(({ numbers }) => numbers[name] ?? []);
}

function kindTable(kinds: readonly Kind[], varied: readonly string[]): TableOptions {
  const shown = NUMBERS.filter(([name]) => kinds.some((kind) => valuesOf(kind, name).length > 0));
  const right = (label: string) => ({ label, align: "right" as const });
  return {
    columns: [...varied.map(right), right("seeds"), ...shown.map(([name]) => right(name))],
    rows: kinds.map((kind) => [
      ...kind.values,
      kind.runs.length,
      ...shown.map(([name, digits]) => meanInWords(valuesOf(kind, name), digits)),
    ]),
  };
}

function meanInWords(values: readonly number[], digits: number): string {
  if (values.length === 0) return "–";
  const { mean, sd } = meanAndInterval(values);
  return `${mean.toFixed(digits)}${values.length > 1 ? ` ± ${sd.toFixed(digits)}` : ""}`;
}

/** Every run with its settings and numbers. */
function runTable(runs: readonly RunFacts[], varied: readonly string[], { defaults }: Experiment): string {
  const texts = settingTexts(defaults);
  const shown = NUMBERS.map(([name]) => name).filter((name) =>
    runs.some(({ numbers }) => numbers[name] !== undefined)
  );
  return toCsv([
    [...varied, "seed", ...shown, "stopped", "run"],
    ...runs.map(({ id, seed, stopped, settings, numbers }) => [
      ...varied.map((name) => settings[name] ?? texts[name]),
      seed,
      ...shown.map((name) => numbers[name]),
      stopped,
      id,
    ]),
  ]);
}

/** A number against the setting that varies, a line for each value of the others; words get a row each. */
async function figureOf(
  experiment: Experiment,
  kinds: readonly Kind[],
  varied: readonly string[],
  name: string,
): Promise<Figure> {
  // Loaded here: what draws takes longer to load than a small training to begin.
  const [{ curves }, { dotComparison }] = await Promise.all([
    import("../../src/plot/curves.ts"),
    import("../../src/plot/dots.ts"),
  ]);
  const [x, ...others] = varied;
  const spreads = kinds.map((kind) => ({ kind, spread: spreadOf(valuesOf(kind, name)) }));
  const seeds = Math.max(...kinds.map(({ runs }) => runs.length));
  const common = {
    name: `sweep_${name.replaceAll(".", "_")}`,
    title: `${name} against ${x ?? "nothing"}`,
    subtitle: `${experiment.name}; ${
      seeds === 1 ? "one seed" : `${seeds} seeds: mean and standard deviation`
    }`,
  };
  const isNumeric = x !== undefined && kinds.every(({ values }) => !Number.isNaN(Number(values[0])));
  if (!isNumeric) {
    return dotComparison({
      ...common,
      title: `${name} by ${varied.join(", ") || "settings"}`,
      xLabel: name,
      intervalLabel: "Lines: one standard deviation over seeds",
      rows: spreads.map(({ kind, spread }) => ({
        label: kind.values.join(", ") || experiment.name,
        ours: spread.mean,
        low: spread.low,
        high: spread.high,
      })),
    });
  }
  const lines = Map.groupBy(spreads, ({ kind }) => kind.values.slice(1).join(", "));
  const xs = kinds.map(({ values }) => Number(values[0]));
  const isWide = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) >= 20;
  return curves(
    Array.from(lines, ([label, own]) => ({
      label: label === "" ? name : `${others.join(", ")} ${label}`,
      x: own.map(({ kind }) => Number(kind.values[0])),
      y: own.map(({ spread }) => spread.mean),
      ...(seeds > 1 && {
        band: { low: own.map(({ spread }) => spread.low), high: own.map(({ spread }) => spread.high) },
      }),
    })),
    { ...common, xLabel: x, yLabel: name, xScale: isWide ? "log" : "linear" },
  );
}

function spreadOf(values: readonly number[]) {
  if (values.length === 0) return { mean: NaN, low: NaN, high: NaN };
  const { mean, sd } = meanAndInterval(values);
  const half = values.length === 1 ? 0 : sd;
  return { mean, low: mean - half, high: mean + half };
}
