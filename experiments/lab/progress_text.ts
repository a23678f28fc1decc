/** What progress says, in numbers that people read, fitted to the width of a terminal. */
import { widthOf } from "../../src/core/fold_text.ts";
import type { EpochRecord } from "../../src/train/fit.ts";

/** `0.0123`, `12.3000`, and outside 0.001 … 1,000,000 `1.23e-5`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-3 && size < 1e6) ? value.toFixed(4) : value.toExponential(2);
}

/** `1.2 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60);
  if (whole < 60) return `${whole} s`;
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function speed({ samplesPerSecond }: EpochRecord): string {
  return `${Math.round(samplesPerSecond).toLocaleString("en")} samples/s`;
}

/** Seconds to the expected epoch; 0 once that is passed. */
function etaSeconds({ epoch, seconds }: EpochRecord, expected: number): number {
  return Math.max(0, expected - epoch) * seconds / epoch;
}

/** Losses with the accuracies of the same images, where they are measured. */
function pairsOf({ loss, accuracy, valLoss, valAccuracy, testLoss, testAccuracy }: EpochRecord) {
  return [
    { name: "", loss, accuracy },
    { name: "val ", loss: valLoss, accuracy: valAccuracy },
    { name: "test ", loss: testLoss, accuracy: testAccuracy },
  ].flatMap(({ name, loss, accuracy }) =>
    loss === undefined ? [] : [{
      loss: `${name}loss ${shortNumber(loss)}`,
      ...(accuracy !== undefined && { accuracy: `acc ${shortNumber(accuracy)}` }),
    }]
  );
}

/** `epoch 3 · loss 0.0500 acc 0.9800 · 12,346 samples/s · ETA ~20 s`: a line where there is no terminal. */
export function epochLine(record: EpochRecord, expected: number): string {
  const eta = etaSeconds(record, expected);
  const scores = pairsOf(record).map(({ loss, accuracy }) => [loss, accuracy].filter(Boolean).join(" "));
  return [`epoch ${record.epoch}`, ...scores, speed(record), ...(eta > 0 ? [`ETA ~${duration(eta)}`] : [])]
    .join(" · ");
}

const BAR_SIZE = 12;
const LEAST_BAR = 6;

function barOf(share: number, size: number): string {
  const full = Math.round(size * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(size - full);
}

/** A part of a line: what follows on the one before without a dot, and the rank by which parts are left out, the highest first. */
interface Part {
  readonly text: string;
  readonly mark: " " | " · ";
  readonly rank: number;
}

/** How far a training is. */
export interface TrainingState {
  /** Epochs, and parts of one. */
  readonly done: number;
  /** Of the last whole epoch. */
  readonly last: EpochRecord | undefined;
  /** A guess that may be passed. */
  readonly expected: number;
}

/** `███░░ epoch 3/~25 · ETA ~20 s · loss 0.05 acc 0.98 · …`: what fits into `columns`, what matters least left out first. */
export function trainingLine({ done, last, expected }: TrainingState, columns: number): string {
  const total = Math.max(expected, Math.ceil(done)), share = total === 0 ? 0 : done / total;
  const pairs = last === undefined ? [] : pairsOf(last), { length } = pairs;
  const scores = pairs.flatMap(({ loss, accuracy }, i): readonly Part[] => [
    { text: loss, mark: " · ", rank: i === length - 1 ? 1 : 3 },
    ...(accuracy === undefined
      ? []
      : [{ text: accuracy, mark: " ", rank: i === length - 1 ? 2 : 4 } as const]),
  ]);
  let parts: readonly Part[] = [
    { text: `epoch ${last?.epoch ?? 0}/~${total}`, mark: " ", rank: 0 },
    {
      text: last ? `ETA ~${duration(etaSeconds(last, total))}` : "first epoch",
      mark: " · ",
      rank: 0,
    },
    ...scores,
    ...(last ? [{ text: speed(last), mark: " · ", rank: 5 } as const] : []),
  ];
  const room = () => columns - parts.reduce((sum, { text, mark }) => sum + widthOf(text) + mark.length, 0);
  while (room() < LEAST_BAR) {
    const rank = Math.max(...parts.map((part) => part.rank));
    if (rank === 0) break;
    parts = parts.filter((part) => part.rank !== rank);
  }
  const size = Math.min(BAR_SIZE, room());
  const words = parts.map(({ text, mark }) => mark + text).join("");
  return size < LEAST_BAR ? cut(words.trimStart(), columns) : barOf(share, size) + words;
}

/** `███░░ 12/220 ~23 min to go · q1-vgd, seed 3 45%`. */
export function runsLine(
  { done, total, words }: { readonly done: number; readonly total: number; readonly words: string },
  columns: number,
): string {
  return cut(`${barOf(total === 0 ? 1 : done / total, BAR_SIZE)} ${done}/${total} ${words}`, columns);
}

/** A text that is too long, with `…` in place of its end. */
export function cut(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join("")}…`;
}
