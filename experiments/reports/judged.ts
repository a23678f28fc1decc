/** A report beside our runs, judged: what the document and the dashboard's pages both show. Types alone. */
import type { Inconsistency } from "./item.ts";
import type { Answer, Judgement } from "./statistics.ts";

/**
 * `reproduced`: the printed number lies where one more run of ours would; `close`: its own uncertainty reaches the mean of
 * ours; `differs`: neither; `undecided`: too few seeds; `not comparable`: a time on another machine; `none`: no run yet;
 * `other settings`: ours are of changed settings or shortened trainings, and no verdict follows.
 */
export type Verdict =
  | "reproduced"
  | "close"
  | "differs"
  | "undecided"
  | "not comparable"
  | "none"
  | "other settings";

export const VERDICTS = [
  "reproduced",
  "close",
  "differs",
  "undecided",
  "not comparable",
  "none",
  "other settings",
] as const satisfies readonly Verdict[];

export interface JudgedNumber {
  readonly id: string;
  readonly place: string;
  readonly words: string;
  /** As printed. */
  readonly published: string;
  /** Mean of ours with as many digits as say something; null where there is none. */
  readonly ours: string | null;
  /** Of ours: standard deviation over seeds; absent for one. */
  readonly sd?: string;
  /** Ours, one per seed. */
  readonly values: readonly number[];
  readonly verdict: Verdict;
  /** Why, in a sentence, with the intervals. */
  readonly why: string;
  /** Why the printed number is doubtful in itself. */
  readonly doubt?: string;
  /** Ids of our runs, one per seed. */
  readonly runs: readonly string[];
}

export interface JudgedTable {
  readonly name: string;
  readonly place: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (JudgedNumber | null)[] }[];
}

/** A picture of ours. */
export interface JudgedPicture {
  /** File name without its ending. */
  readonly name: string;
  /** Id of the run in whose `figures/` it lies; null where it was drawn for the document itself. */
  readonly run: string | null;
}

export interface JudgedFigure {
  readonly id: string;
  readonly place: string;
  readonly words: string;
  readonly pictures: readonly JudgedPicture[];
  /** Runs that it was drawn from. */
  readonly runs: readonly string[];
}

export interface JudgedClaim {
  readonly id: string;
  readonly place: string;
  readonly words: string;
  /** `untestable` where no run can tell; `why` says so. */
  readonly verdict: Answer | "untestable" | "other settings";
  readonly why?: string;
  readonly parts: readonly Judgement[];
  readonly runs: readonly string[];
}

export interface JudgedSection {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  /** `deno task q1`. */
  readonly command: string;
  readonly tables: readonly JudgedTable[];
  readonly figures: readonly JudgedFigure[];
  readonly claims: readonly JudgedClaim[];
  readonly inconsistencies: readonly Inconsistency[];
  /** Runs of the section's experiments that no item is answered by, and why: other images, other settings, cut off. */
  readonly others: readonly { readonly run: string; readonly why: string }[];
}

export interface JudgedReport {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly words: string;
  /** What was changed in all its runs, in words: `shortened: …`; absent where they are the report's settings. */
  readonly changed?: string;
  readonly sections: readonly JudgedSection[];
}

/** How many of the printed numbers have which verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** How much of what an item needs is trained by a reader of it: all, one seed, or shortened trainings. */
export interface RecomputeForm {
  /** `1 of 5 seeds; q1-vgd 200 of at most 100,000 epochs`. */
  readonly words: string;
  /** Trainings from beginning to end; none for what is drawn without any. */
  readonly runs: number;
  /** What they take on one thread of a usual machine, about. */
  readonly minutes: number;
  readonly seeds: number;
  /** Epochs of the experiments that are shortened, by their names: no verdict follows of those. */
  readonly epochs: Readonly<Record<string, number>>;
}

/** What a reader's own trainings say of items, by their ids. */
export interface Recomputed {
  readonly numbers: Readonly<Record<string, JudgedNumber>>;
  readonly claims: Readonly<Record<string, JudgedClaim>>;
  readonly figures: Readonly<Record<string, readonly DrawnPicture[]>>;
  /** What they were made on: `WASM SIMD, 1 thread`. */
  readonly place: string;
  /** Of those that were not there already: what they take on one thread of a usual machine, about. */
  readonly minutes: number;
}

/** A picture as it was drawn. */
export interface DrawnPicture {
  /** File name without its ending. */
  readonly name: string;
  readonly svg: string;
}
