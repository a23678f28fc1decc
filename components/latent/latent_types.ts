/** What the page Latent space is drawn from. */

/** A run whose codes can be shown. */
export interface LatentRun {
  readonly id: string;
  readonly experiment: string;
  /** Width of its code. */
  readonly nodes: number | null;
}

/** The codes of a run's test images, three numbers each. */
export interface LatentCodes {
  readonly id: string;
  /** Names of the classes; `labels` and `predicted` are positions in it. */
  readonly digits: readonly string[];
  /** x, y and z of one image after another. */
  readonly points: readonly number[];
  readonly labels: readonly number[];
  /** -1 where nothing was predicted. */
  readonly predicted: readonly number[];
  /** Place of each image on the sheet. */
  readonly indices: readonly number[];
  /** Shares of the codes' variance along x, y and z. */
  readonly variance: readonly number[];
  /** The sheet with all images, as a file of the run, and how it is divided; null where there is none. */
  readonly sheet: {
    readonly file: string;
    readonly columns: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** How many images the run has codes of, where not all are here. */
  readonly all: number;
}

export interface LatentData {
  /** The newest first. */
  readonly runs: readonly LatentRun[];
  readonly codes: LatentCodes | null;
  /** Why there are none, in one sentence. */
  readonly problem: string | null;
}
