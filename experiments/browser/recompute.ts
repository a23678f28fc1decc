/** Items of a report made anew where they are read: what they need is trained, run after run, and judged. */
import { DescentError } from "../../src/core/errors.ts";
import type { Backend, Choice } from "../../src/exec/choose.ts";
import { curves } from "../../src/plot/mod.ts";
import type { EpochRecord } from "../../src/train/fit.ts";
import type { PackedImages } from "../images/image_pack.ts";
import { planCells, type PlannedCell } from "../lab/cells.ts";
import { itemsOf } from "../reports/item.ts";
import type { DrawnPicture, Recomputed, RecomputeForm } from "../reports/judged.ts";
import { REPORTS } from "../reports/mod.ts";
import { shortened } from "../reports/recompute_forms.ts";
import { reportImages } from "../reports/report_images.ts";
import { selectItems } from "../reports/select.ts";
import { cellsOf } from "../reports/wanted_cells.ts";
import { judgeRecomputed } from "./recompute_judge.ts";
import { type RecomputedRun, recomputeRun, type TrainingNews } from "./recompute_run.ts";

/** What is asked for. */
export interface RecomputeAsk {
  /** `a`. */
  readonly report: string;
  /** Ids of items of the report. */
  readonly items: readonly string[];
  readonly form: RecomputeForm;
}

/** How far it is. */
export interface RecomputeNews {
  /** `q1-adam, seed 1`. */
  readonly title: string;
  readonly stage: string | null;
  /** Of all runs that are to be made, about. */
  readonly share: number;
  readonly history: readonly EpochRecord[];
}

/** Keeps its runs: what one item has had trained, another is answered by. */
export class Recomputing {
  readonly #images: PackedImages;
  /** By backend, and by the keys of cells. */
  readonly #made = new Map<Backend, Map<string, RecomputedRun>>();

  constructor(images: PackedImages) {
    this.#images = images;
  }

  /** Undefined where the signal ended it; runs that were over by then are kept. */
  async recompute(
    { report: id, items, form }: RecomputeAsk,
    { choice, backend, signal, onNews }: {
      readonly choice: Choice;
      /** What was asked for; with `auto` each run finds out for itself whether the GPU is faster. */
      readonly backend: Backend;
      readonly signal: AbortSignal;
      onNews(news: RecomputeNews): void;
    },
  ): Promise<Recomputed | undefined> {
    const [report] = selectItems(REPORTS.filter((one) => one.id === id), items);
    if (report === undefined) throw new DescentError(`There is no report "${id}"`);
    const chosen = report.sections.flatMap(itemsOf), changed = shortened(form);
    const cells = inOrder(planCells(cellsOf(chosen, { seed: 1, seeds: form.seeds, changed })));
    const made = this.#made.get(backend) ?? new Map<string, RecomputedRun>();
    this.#made.set(backend, made);
    // A run that is there without figures is made again where they are wanted: they are drawn of what it measures.
    const isMissing = ({ key, figures }: PlannedCell) => {
      const known = made.get(key);
      return known === undefined || (figures === true && known.figures.length === 0);
    };
    const missing = cells.filter(isMissing), all = missing.reduce((sum, { minutes }) => sum + minutes, 0);
    let doneMinutes = 0;
    for (const cell of missing) {
      const onTraining = ({ share, ...news }: TrainingNews) =>
        onNews({ ...news, title: cell.title, share: (doneMinutes + share * cell.minutes) / all });
      const before = cell.from === undefined ? undefined : made.get(cell.from)?.left;
      const run = await recomputeRun(
        cell,
        { images: this.#images, choice, isOpen: backend === "auto", signal, onNews: onTraining },
        before,
      );
      if (run === undefined || signal.aborted) return undefined;
      made.set(cell.key, run);
      doneMinutes += cell.minutes;
    }
    const runs = cells.map(({ key }) => made.get(key)!);
    const isReportData = await reportImages(await this.#images.labels());
    return { ...await judgeRecomputed(report, runs, { form, isReportData }), minutes: all };
  }
}

/** What others go on from comes before them; the short ones first: there is something to see soon. */
function inOrder(cells: readonly PlannedCell[]): readonly PlannedCell[] {
  const byTime = cells.toSorted((a, b) => a.minutes - b.minutes), placed = new Map<string, PlannedCell>();
  const place = (cell: PlannedCell) => {
    const before = cells.find(({ key }) => key === cell.from);
    if (before !== undefined) place(before);
    placed.set(cell.key, cell);
  };
  byTime.forEach(place);
  return [...placed.values()];
}

/** The curves of a training as far as it is. */
export function liveCurves({ title, stage, history }: Omit<RecomputeNews, "share">): readonly DrawnPicture[] {
  const x = history.map(({ epoch }) => epoch), last = history.at(-1);
  if (last === undefined) return [];
  const drawn = (name: string, label: string, members: readonly (keyof EpochRecord)[]) =>
    curves(
      members.flatMap((member, i) => {
        if (last[member] === undefined) return [];
        const role = (["train", "validation", "test"] as const)[i]!;
        return [{ label: role, role, x, y: history.map((record) => record[member] as number) }];
      }),
      {
        name,
        title: `${label} against epochs`,
        subtitle: `${title}${stage === null ? "" : `, ${stage}`}; epoch ${last.epoch}`,
        xLabel: "Epoch",
        yLabel: label,
        xScale: history.length > 2000 ? "log" : "linear",
      },
    );
  const loss = drawn("loss", "Loss", ["loss", "valLoss", "testLoss"]);
  const accuracy = last.accuracy === undefined
    ? []
    : [drawn("accuracy", "Accuracy", ["accuracy", "valAccuracy", "testAccuracy"])];
  return [loss, ...accuracy].map(({ name, svg }) => ({ name, svg }));
}
