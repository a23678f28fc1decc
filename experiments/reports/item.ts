/**
 * What a report prints, as data: a number, a figure or a claim, where it is printed, and what of ours answers it.
 * Nothing here judges; `judge.ts` does, from finished runs on disk.
 */
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Figure } from "../../src/plot/mod.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import type { Trained } from "../../src/train/saved.ts";
import type { Judgement } from "./statistics.ts";

/**
 * The runs that answer an item: of an experiment, with its defaults but for `change`, on the report's images. Nothing
 * else counts.
 */
export interface Wanted {
  readonly experiment: string;
  /** Settings by their names in `run.json`, flat: `{ nodes: 32 }`. */
  readonly change?: Readonly<Record<string, number | string | boolean | readonly number[]>>;
}

/** A printed number. */
export interface NumberItem {
  readonly kind: "number";
  /** Unique in its report: `A-1.2.3 adam 30,20,10`. */
  readonly id: string;
  /** `Table 1.2.3`. */
  readonly place: string;
  /** What it is, in a few words: `Adam on (30, 20, 10), validation accuracy`. */
  readonly words: string;
  readonly published: number;
  /** Digits after the point, as printed. */
  readonly digits: number;
  /**
   * `equal`: ours are to be where it is. `above`: it is a bound that ours are to exceed. `time`: of another machine, and
   * judged by nobody.
   */
  readonly rule: "equal" | "above" | "time";
  /** Of a share: of so many images, whose chance is the printed number's own. */
  readonly images?: number;
  /** Half the width of what an "around" or "about" may mean, where it is printed so; else half a unit of its last digit. */
  readonly about?: number;
  readonly ours: Wanted;
  /** Path in `summary.json`: `validation.accuracy`. */
  readonly number: string;
  /** Factor from ours to the printed unit: 1/60 from seconds to minutes. Default 1. */
  readonly scale?: number;
  /** Why it cannot be of the run that it is printed for, where it cannot: it stays, and is judged all the same. */
  readonly doubt?: string;
}

/** A printed figure, or several that show the same of the same run. */
export interface FigureItem {
  readonly kind: "figure";
  /** `A-F1.1`; one for each number that the report counts, so that every one of them has a row. */
  readonly id: string;
  readonly place: string;
  readonly words: string;
  /** Runs that are needed for it. */
  readonly needs: readonly Wanted[];
  /** Names of figures in the folder of the first needed run; a last `*` stands for any ending. Of `draw`: what it makes. */
  readonly figures: readonly string[];
  /** Draws it from all runs that it needs, where no run has it in its own folder. */
  draw?(found: Found): Promise<readonly Figure[]>;
}

/** Runs for what is wanted, the lowest seed first; each seed once. */
export type FindRuns = (wanted: Wanted) => readonly RunFacts[];

/** What a figure of several runs is drawn from. */
export interface Found {
  readonly find: FindRuns;
  /** The model that it left. Throws a `DescentError` where it is not there any more. */
  modelOf(run: RunFacts): Promise<Trained>;
  /** The images that it was trained on. */
  imagesOf(run: RunFacts): Promise<ImageSplits>;
  /** Lines of its `metrics.jsonl`. */
  metricsOf(run: RunFacts): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** In what they are not the report's, in words: `epochs 2`. */
  readonly changed?: string;
}

/** A subtitle of a figure, with what is not the report's in its runs. */
export function withChange(subtitle: string, { changed }: Pick<Found, "changed">): string {
  return changed === undefined ? subtitle : `${subtitle}; not the report’s settings: ${changed}`;
}

/** Something that the report says. */
export interface ClaimItem {
  readonly kind: "claim";
  /** `A-C1.1`. */
  readonly id: string;
  readonly place: string;
  /** In its words, or nearly. */
  readonly words: string;
  readonly needs: readonly Wanted[];
  /** What it asserts, part by part, and what our runs say of each. */
  judge?(find: FindRuns): readonly Judgement[];
  /** In place of `judge`: why no run can tell. */
  readonly untestable?: string;
}

/** Something in the report that does not fit together. */
export interface Inconsistency {
  readonly id: string;
  readonly title: string;
  readonly words: string;
}

/** Printed numbers in the order in which they are printed. */
export interface TableItem {
  /** In file names: `training_accuracy`. */
  readonly name: string;
  readonly place: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    readonly cells: readonly (NumberItem | null)[];
  }[];
}

export interface Section {
  /** In addresses: `optimizers`. */
  readonly id: string;
  readonly title: string;
  readonly words: string;
  /** The task that makes all its runs: `q1`. */
  readonly task: string;
  readonly tables: readonly TableItem[];
  readonly figures: readonly FigureItem[];
  readonly claims: readonly ClaimItem[];
  readonly inconsistencies: readonly Inconsistency[];
  /** Figures over all its runs that the report does not have: what the group's folder shows besides. */
  overview?(found: Found): Promise<readonly Figure[]>;
}

export interface Report {
  readonly id: "a" | "b";
  readonly title: string;
  readonly subtitle: string;
  readonly words: string;
  readonly sections: readonly Section[];
}

/** All numbers, figures and claims of a section. */
export function itemsOf(
  { tables, figures, claims }: Section,
): readonly (NumberItem | FigureItem | ClaimItem)[] {
  return [...numbersOf({ tables }), ...figures, ...claims];
}

export function numbersOf({ tables }: Pick<Section, "tables">): readonly NumberItem[] {
  return tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null)));
}

/** What has to have run for an item. */
export function needsOf(item: NumberItem | FigureItem | ClaimItem): readonly Wanted[] {
  return item.kind === "number" ? [item.ours] : item.needs;
}
