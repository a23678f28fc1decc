/** Rows as they travel: what many of them share is said once, so that a thousand runs are a light page. */
import type { RunRow, State } from "../types.ts";
import type { RunNote } from "./run_note.ts";

export interface PackedRuns {
  /** Texts that rows name by their place. */
  readonly words: readonly string[];
  /** Names of the numbers, in the order of those of each run. */
  readonly numbers: readonly string[];
  /** Settings that runs share: places of names and values in turn. */
  readonly settings: readonly (readonly number[])[];
  readonly runs: readonly PackedRun[];
}

/** -1 where there is no text. */
interface PackedRun {
  readonly id: string;
  readonly at: readonly [
    state: number,
    experiment: number,
    network: number,
    group: number,
    stopped: number,
    backend: number,
    settings: number,
  ];
  readonly seed: number | null;
  readonly started: string | null;
  /** Those at the end that are not there are left out. */
  readonly n: readonly (number | null)[];
  readonly error?: string;
  readonly kept?: RunNote;
  /** A group, and settings of the report. */
  readonly is?: string;
}

/** What the page of all runs is given. */
export interface RunsData {
  readonly runs: PackedRuns;
  /** What is wrong with the file of names, tags and notes. */
  readonly problem: string | null;
}

/** What happened since: all runs where some are new or gone, else those that have changed. */
export interface RunsNews extends RunsData {
  readonly isAll: boolean;
}

/** Digits that numbers keep: more than a list shows. */
const DIGITS = 7, MAX_NUMBERS = 48;

/** Whether a list has a number: scores and errors, and how long it took. */
function isListed(name: string): boolean {
  return /(^|\.)(accuracy|loss|mse|f1|epochs|seconds|parameters)$/.test(name) &&
    !/^(running|curves)\./.test(name);
}

export function packRuns(rows: readonly RunRow[]): PackedRuns {
  const words = new Map<string, number>(),
    sets = new Map<string, number>(),
    numbers = new Map<string, number>();
  const settings: (readonly number[])[] = [], known = new Map<RunRow["settings"], number>();
  const placeIn = (places: Map<string, number>, text: string) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const word = (text: string | null) => text === null ? -1 : placeIn(words, text);
  const setOf = (own: RunRow["settings"]) => {
    const seen = known.get(own);
    if (seen !== undefined) return seen;
    const pairs = Object.entries(own).flatMap(([name, value]) => [word(name), word(value)]);
    const before = sets.size, place = placeIn(sets, pairs.join());
    if (place === before) settings.push(pairs);
    known.set(own, place);
    return place;
  };
  const runs = rows.map((row): PackedRun => {
    const n: (number | null)[] = [];
    for (const [name, value] of Object.entries(row.numbers)) {
      if (!isListed(name) || (!numbers.has(name) && numbers.size >= MAX_NUMBERS)) continue;
      n[placeIn(numbers, name)] = Number(value.toPrecision(DIGITS));
    }
    const is = `${row.isGroup ? "g" : ""}${row.isPublished ? "p" : ""}`;
    return {
      id: row.id,
      at: [
        word(row.state),
        word(row.experiment),
        word(row.network),
        word(row.group),
        word(row.stopped),
        word(row.backend),
        setOf(row.settings),
      ],
      seed: row.seed,
      started: row.startedAt,
      n: Array.from(n, (value) => value ?? null),
      ...(row.error !== null && { error: row.error }),
      ...(row.kept && { kept: row.kept }),
      ...(is !== "" && { is }),
    };
  });
  return { words: [...words.keys()], numbers: [...numbers.keys()], settings, runs };
}

/** The rows again; of their numbers those that a list has. */
export function unpackRuns({ words, numbers, settings, runs }: PackedRuns): readonly RunRow[] {
  const sets = settings.map((pairs) =>
    Object.fromEntries(
      Array.from({ length: pairs.length / 2 }, (_, i) => [words[pairs[2 * i]!]!, words[pairs[2 * i + 1]!]!]),
    )
  );
  const word = (place: number) => words[place] ?? null;
  return runs.map(({ id, at, seed, started, n, error = null, kept, is = "" }) => ({
    id,
    state: word(at[0]) as State,
    error,
    experiment: word(at[1]) ?? "",
    seed,
    startedAt: started,
    finishedAt: null,
    stopped: word(at[4]),
    network: word(at[2]),
    backend: word(at[5]),
    group: word(at[3]),
    isGroup: is.includes("g"),
    isPublished: is.includes("p"),
    settings: sets[at[6]] ?? {},
    numbers: Object.fromEntries(
      n.flatMap((value, i) => value === null ? [] : [[numbers[i]!, value] as const]),
    ),
    ...(kept && { kept }),
  }));
}
