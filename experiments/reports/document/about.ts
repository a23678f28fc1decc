/** What a document tells of how it was made. */
export interface About {
  readonly title: string;
  /** Whether trainings were shortened. */
  readonly quick: boolean;
  readonly seeds: number;
  /** The command that makes it again. */
  readonly command: string;
  readonly backend: string;
  /** Runs that there are. */
  readonly runs: number;
  /** Of all of them together. */
  readonly trainingSeconds: number;
  /** By the clock, all calls of the command together. */
  readonly seconds: number;
  /** When the first of them began, ISO 8601. */
  readonly startedAt: string;
  /** `versions.code` of the runs: hashes over the sources that made their numbers. */
  readonly code: readonly string[];
  /** Cores, system, Deno. */
  readonly machine: string;
}

/** `67 minutes`. */
export function minutesInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 1 ? `${Math.round(seconds)} seconds` : `${minutes} minute${minutes === 1 ? "" : "s"}`;
}

/** How the runs were made, in a sentence or two. */
export function madeInWords(about: About): string {
  const { runs, seeds, seconds, trainingSeconds, backend, machine, command, code } = about;
  return `${runs} runs, ${seeds} seed${seeds === 1 ? "" : "s"} of each kind, by \`${command}\` in ` +
    `${minutesInWords(seconds)} (${
      minutesInWords(trainingSeconds)
    } of training on ${backend}; ${machine}; code ${code.join(", ")}).`;
}
