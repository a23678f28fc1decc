/** Where and how runs are made. */
import type { Backend, Choice } from "../../src/exec/choose.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { PngDrawer } from "../figures/png_drawer.ts";
import type { RewriteName } from "../../src/train/rewrites.ts";
import type { Screen } from "./screen.ts";

/** Which images: of the experiment's selection unless something else is asked for. */
export interface ImageOptions {
  /** Folder of IDX files; the original MNIST without it. */
  readonly data?: string;
  /** Labels to learn; those of the experiment without it. */
  readonly digits?: readonly number[];
}

/** What can be told to another thread, or written into a file. */
export interface RunOptions extends ImageOptions {
  /** Where run folders go. */
  readonly out: string;
  readonly backend: Backend;
  readonly threads?: number;
  /** Of each training. */
  readonly maxSeconds?: number;
  /** Rewrites of the plan to leave out. */
  readonly off?: readonly RewriteName[];
  /** Id of the group that runs are cells of. */
  readonly group?: string;
  /** Whether figures are drawn. Default true. */
  readonly figures?: boolean;
  /** Whether the calls of the plan are timed at the end, where the run is one training. Default true. */
  readonly timed?: boolean;
  /** Seconds between two checkpoints of a training; 0 keeps none. Default 30. */
  readonly checkpoint?: number;
  /** Replay the first step of each training on the reference before it is trained. Default false. */
  readonly check?: boolean;
}

/** What the reports print of a run: numbers at the paths of its summary; null where they print nothing of it. */
export type PublishedOf = (
  run: { readonly experiment: string; readonly settings: object; readonly data: JsonObject },
) => JsonObject | null;

/** Where and how, with what is open. */
export interface Place extends RunOptions {
  readonly choice: Choice;
  readonly screen: Screen;
  readonly published: PublishedOf;
  /** Draws PNG files beside the training thread; without it they are drawn on it. */
  readonly drawer?: PngDrawer;
  /** Aborting it ends training after the current steps; what was learned is kept. */
  readonly signal?: AbortSignal;
}

/** What can be told to another thread or another machine. */
export function optionsOf(
  { choice: _, screen: __, published: ___, signal: ____, drawer: _____, ...options }: Place,
): RunOptions {
  return options;
}
