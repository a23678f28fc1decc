/** What the pages Playground and Latent space get from the server. */

/** A classifier of a run. */
export interface ModelChoice {
  /** Of the run. */
  readonly id: string;
  /** In the run's folder. */
  readonly file: string;
  /** On the test set, or else the validation set. */
  readonly accuracy: number;
  readonly experiment: string;
  readonly network: string | null;
  /** Names of the classes, in the order of its outputs. */
  readonly digits: readonly string[] | null;
}
