/** What the page that compares runs is given. */
import type { Choice } from "./choice.ts";
import type { Compared } from "./grouping.ts";
import type { State } from "../types.ts";

/** A run that can be chosen. */
export interface PickRow {
  readonly id: string;
  readonly experiment: string;
  readonly seed: number | null;
  readonly state: State;
  readonly network: string | null;
  /** An accuracy. */
  readonly score: number | null;
}

/** Runs that are worth comparing. */
export interface Suggestion {
  readonly title: string;
  readonly runs: readonly string[];
  readonly by: string | null;
}

export interface CompareData {
  readonly choice: Choice;
  /** Asked for, but not there. */
  readonly missing: readonly string[];
  /** So many runs that were asked for are more than are compared. */
  readonly leftOut: number;
  /** Of the choice; in an export, all that can be chosen. */
  readonly runs: readonly Compared[];
  readonly picks: readonly PickRow[];
  readonly suggestions: readonly Suggestion[];
}
