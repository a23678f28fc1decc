/** What a report prints, as data: in our words, with where our own numbers for it are to be found. */

/** A number of ours: of runs of an experiment with these settings. */
export interface Wanted {
  readonly experiment: string;
  /** Settings as text, as in `run.json`: `{ nodes: "64" }`. */
  readonly where?: Readonly<Record<string, string>>;
  /** Also of runs whose other settings are not all the report's. Default false. */
  readonly anySettings?: boolean;
  /** Path in `summary.json`: `validation.accuracy`. */
  readonly number: string;
}

/** What kind of number it is, which is what it is judged by. */
export type Kind = "share" | "error" | "epochs" | "minutes";

export interface CellSpec {
  readonly published: number;
  /** Digits after the point, as printed. */
  readonly digits: number;
  readonly kind: Kind;
  /** Of a share: of so many images. */
  readonly images?: number;
  readonly wanted: Wanted;
}

export interface TableSpec {
  readonly place: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (CellSpec | null)[] }[];
  readonly command: string;
}

export interface FigureSpec {
  readonly place: string;
  readonly words: string;
  readonly wanted: Omit<Wanted, "number">;
  /** Beginnings of the names of our figures. */
  readonly figures: readonly string[];
}

/** A claim that an experiment judges itself, in the `claims` of its summary. */
export interface ClaimSpec {
  /** As the experiment names it: `B-C1.3`. */
  readonly id: string;
  readonly words: string;
}

export interface SectionSpec {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly tables: readonly TableSpec[];
  readonly figures: readonly FigureSpec[];
  readonly claims: readonly ClaimSpec[];
  /** The experiment that judges the claims; `q1` is judged here. */
  readonly judge: string;
  readonly inconsistencies: readonly { readonly title: string; readonly words: string }[];
}

export interface ReportSpec {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly words: string;
  readonly sections: readonly SectionSpec[];
}
