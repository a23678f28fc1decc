/** What the pages of the published reports show. */
import type { FigureFile } from "../types.ts";

/**
 * `reproduced`: the printed number lies where another run of ours would; `close`: nearer than the number of images or of
 * seeds can tell; `not comparable`: a time on another machine; `none`: no run of ours yet.
 */
export type Verdict = "reproduced" | "close" | "differs" | "not comparable" | "none";

/** A printed number beside ours. */
export interface ReportCell {
  readonly published: string;
  readonly ours: string | null;
  readonly verdict: Verdict;
  /** Why this verdict. */
  readonly why: string;
  /** Runs that ours comes from, the newest first. */
  readonly runs: readonly string[];
}

export interface ReportTable {
  /** Where it is printed: `Table 2.1`. */
  readonly place: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (ReportCell | null)[] }[];
  /** What makes our numbers. */
  readonly command: string;
}

/** Printed figures that show the same thing, and ours. */
export interface ReportFigure {
  /** `Figure 1.1`. */
  readonly place: string;
  readonly words: string;
  readonly run: string | null;
  readonly figures: readonly FigureFile[];
  readonly command: string;
}

/** A claim in the report's words or nearly so, and what our numbers say of it. */
export interface ReportClaim {
  readonly words: string;
  readonly parts: readonly { readonly words: string; readonly measured: string; readonly verdict: string }[];
  readonly runs: readonly string[];
  readonly command: string;
}

/** Something in the report that does not fit together. */
export interface Inconsistency {
  readonly title: string;
  readonly words: string;
}

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly tables: readonly ReportTable[];
  readonly figures: readonly ReportFigure[];
  readonly claims: readonly ReportClaim[];
  readonly inconsistencies: readonly Inconsistency[];
}

export interface ReportData {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly words: string;
  readonly sections: readonly ReportSection[];
}

/** How many printed numbers have which verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;
