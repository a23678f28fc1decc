/** What pages and their worker say to each other where a report recomputes itself. Types alone. */
import type {
  DrawnPicture,
  JudgedClaim,
  JudgedNumber,
  Recomputed,
  RecomputeForm,
} from "../../experiments/reports/judged.ts";

/** What can be made anew by one button: a table, a claim or a figure. */
export interface RecomputeTarget {
  /** Of the report: `a`. */
  readonly report: string;
  /** Of its items. */
  readonly ids: readonly string[];
  /** What is offered, the shortest first; none where no training can tell. */
  readonly forms: readonly RecomputeForm[];
  /** Printed numbers, with ours. */
  readonly numbers: readonly Pick<JudgedNumber, "id" | "words" | "published" | "ours" | "sd" | "values">[];
  /** Ours of a claim. */
  readonly claim?: Pick<JudgedClaim, "id" | "verdict">;
}

/** `wasm` computes the bits of our runs; `auto` takes a GPU where there is one on which a training is faster. */
export const RECOMPUTE_BACKENDS = ["auto", "wasm", "webgpu"] as const;
export type RecomputeBackend = typeof RECOMPUTE_BACKENDS[number];

/** To the worker. `stop` ends what is under way. */
export type RecomputeAsked =
  | {
    readonly kind: "recompute";
    readonly id: number;
    readonly report: string;
    readonly items: readonly string[];
    readonly form: RecomputeForm;
    readonly backend: RecomputeBackend;
  }
  | { readonly kind: "stop"; readonly id: number };

/** How far a training is. */
export interface RecomputeProgress {
  /** `q1-adam, seed 1`. */
  readonly title: string;
  readonly stage: string | null;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Of all that is to be made, about. */
  readonly share: number;
}

/** From the worker; `id` is that of what was asked. */
export type RecomputeTold =
  | { readonly kind: "progress"; readonly id: number; readonly progress: RecomputeProgress }
  | { readonly kind: "curves"; readonly id: number; readonly pictures: readonly DrawnPicture[] }
  /** Null where it was stopped. */
  | { readonly kind: "done"; readonly id: number; readonly recomputed: Recomputed | null }
  | { readonly kind: "problem"; readonly id: number; readonly sentence: string };
