/** What experiments say while they run: to a terminal with a progress bar, else in plain lines. */
// @ts-types="npm:@types/cli-progress@3.11.6"
import { Presets, SingleBar } from "cli-progress";
import process from "node:process";
import type { EpochRecord } from "../../src/train/fit.ts";

/** Where people read: standard error when standard output is for machines. */
export interface Screen {
  say(text: string): void;
  /** A display of a training's progress; `expected` epochs are a guess that may be passed. */
  progress(expected: number, stepsPerEpoch: number): Progress;
  /** A bar of so many runs, where there is a terminal. */
  bar?(total: number): RunsBar;
}

export interface RunsBar {
  update(done: number, words: string): void;
  stop(): void;
}

export interface Progress {
  steps(done: number): void;
  epoch(record: EpochRecord): void;
  stop(): void;
}

/** A line at most this often when there is no terminal. */
const LINE_EVERY_MS = 1000;
const REDRAW_EVERY_MS = 100;

export function openScreen({ json }: { readonly json: boolean }): Screen {
  // The progress bar writes by Node's streams, which tell of a reader that is gone by an event; unheard, it ends the program.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const stream = json ? Deno.stderr : Deno.stdout;
  const encoder = new TextEncoder();
  const isTerminal = stream.isTerminal();
  let shown: LiveBar | undefined;
  const say = (text: string) => {
    // Nothing of a bar may stay beside the text; its next update draws it anew, below.
    shown?.clear();
    writeAll(stream, encoder.encode(`${text}\n`));
  };
  const show = (format: string) => shown = liveBar(format, json ? process.stderr : process.stdout);
  return {
    say,
    progress: (expected, stepsPerEpoch) =>
      isTerminal ? bar(show(EPOCHS_FORMAT), expected, stepsPerEpoch) : progressLines(expected, say),
    ...(isTerminal && { bar: (total: number) => runsBar(show(RUNS_FORMAT), total) }),
  };
}

/** What matters most comes first: narrow terminals cut the end. */
const EPOCHS_FORMAT = "{bar} epoch {epoch}/{expected} · ETA {eta_} · {scores} · {speed}";
/** `███░░ 12/220 ~23 min to go · q1-vgd, seed 3 45%`, cut to the terminal's width. */
const RUNS_FORMAT = "{bar} {value}/{total} {words}";

/** A bar that can be taken away and drawn anew. */
interface LiveBar {
  draw(total: number, done: number, payload: object): void;
  clear(): void;
}

function liveBar(format: string, stream: NodeJS.WriteStream): LiveBar {
  const display = new SingleBar(
    {
      format,
      stream,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      barsize: 12,
      etaBuffer: 1,
      forceRedraw: true,
      fps: 1000 / REDRAW_EVERY_MS,
    } as ConstructorParameters<typeof SingleBar>[0],
    Presets.shades_classic,
  );
  let isShown = false, drawn = -Infinity;
  return {
    draw(total, done, payload) {
      if (performance.now() - drawn < REDRAW_EVERY_MS) return;
      drawn = performance.now();
      if (!isShown) display.start(total, done, payload);
      else {
        display.setTotal(total);
        display.update(done, payload);
      }
      isShown = true;
    },
    clear() {
      if (isShown) display.stop();
      isShown = false;
    },
  };
}

/** A line on standard output, for machines. */
export function printLine(text: string): void {
  writeAll(Deno.stdout, new TextEncoder().encode(`${text}\n`));
}

function runsBar(live: LiveBar, total: number): RunsBar {
  live.draw(total, 0, { words: "" });
  return {
    update: (done, words) => live.draw(total, done, { words }),
    stop: () => live.clear(),
  };
}

/** A screen that goes away (`| head -1`, a closed terminal, a full disk) is no reason to stop training. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads it.
  }
}

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

function scoresOf(record: EpochRecord): string {
  const { loss, accuracy, valLoss, valAccuracy, testLoss, testAccuracy } = record;
  const pair = (name: string, loss: number | undefined, accuracy: number | undefined) =>
    loss === undefined
      ? []
      : [`${name}loss ${shortNumber(loss)}${accuracy === undefined ? "" : ` acc ${shortNumber(accuracy)}`}`];
  return [
    ...pair("", loss, accuracy),
    ...pair("val ", valLoss, valAccuracy),
    ...pair("test ", testLoss, testAccuracy),
  ].join(" · ");
}

/** Seconds to the expected epoch; 0 once that is passed. */
function etaSeconds({ epoch, seconds }: EpochRecord, expected: number): number {
  return Math.max(0, expected - epoch) * seconds / epoch;
}

function bar(live: LiveBar, expected: number, stepsPerEpoch: number): Progress {
  let done = 0, last: EpochRecord | undefined;
  const draw = () => {
    const total = Math.max(expected, Math.ceil(done));
    live.draw(total, done, {
      epoch: last?.epoch ?? 0,
      expected: `~${total}`,
      scores: last ? scoresOf(last) : "first epoch",
      speed: last ? speed(last) : "",
      eta_: last ? `~${duration(etaSeconds(last, total))}` : "?",
    });
  };
  draw();
  return {
    steps(steps) {
      done = (last?.epoch ?? 0) + steps / stepsPerEpoch;
      draw();
    },
    epoch(record) {
      last = record;
      done = record.epoch;
      draw();
    },
    stop: () => live.clear(),
  };
}

/** Progress without a terminal: a line for the first epoch, at most one a second, and one for the last epoch. */
export function progressLines(
  expected: number,
  say: (text: string) => void,
  { nowMs = () => performance.now() } = {},
): Progress {
  let said = -Infinity, unsaid: EpochRecord | undefined;
  const line = (record: EpochRecord) => {
    const eta = etaSeconds(record, expected);
    say(
      `epoch ${record.epoch} · ${scoresOf(record)} · ${speed(record)}${
        eta > 0 ? ` · ETA ~${duration(eta)}` : ""
      }`,
    );
  };
  return {
    steps() {},
    epoch(record) {
      unsaid = record;
      if (nowMs() - said < LINE_EVERY_MS) return;
      said = nowMs();
      line(record);
      unsaid = undefined;
    },
    stop() {
      if (unsaid !== undefined) line(unsaid);
    },
  };
}
