/** What the figures over all autoencoders of a chapter are drawn from. */
import type { ImageSplits } from "../../../src/data/mnist.ts";
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { PrintedWidth } from "./printed_autoencoders.ts";

/** One kind of autoencoder of a chapter: of a width, or of a share of noise. */
export interface Variant {
  /** `64 nodes`, `20% noise`. */
  readonly title: string;
  readonly nodes: number;
  readonly noise: number;
  /** The lowest seed first; there is at least one. */
  readonly runs: readonly RunFacts[];
  /** The report's accuracy on validation, of a share of noise. */
  readonly published?: number;
}

/** What the figures of a chapter are drawn from: those of its autoencoders that have run. */
export interface ChapterRuns {
  readonly variants: readonly Variant[];
  readonly by: "nodes" | "noise";
  /** `784-h-784`. */
  readonly network: string;
  readonly data: ImageSplits;
  /** The printed table, where there is one. */
  readonly table: readonly PrintedWidth[];
}
