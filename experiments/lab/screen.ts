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
  let hasBar = false;
  const say = (text: string) => {
    // A bar is drawn anew at its next update; what is left of it must not stay beside the text.
    writeAll(stream, encoder.encode(`${hasBar ? CLEAR_LINE : ""}${text}\n`));
  };
  return {
    say,
    progress: (expected, stepsPerEpoch) =>
      isTerminal ? bar(expected, stepsPerEpoch, json) : progressLines(expected, say),
    ...(isTerminal && {
      bar(total: number) {
        hasBar = true;
        const own = runsBar(total, json);
        return {
          ...own,
          stop() {
            hasBar = false;
            own.stop();
          },
        };
      },
    }),
  };
}

/** A line on standard output, for machines. */
export function printLine(text: string): void {
  writeAll(Deno.stdout, new TextEncoder().encode(`${text}\n`));
}

const CLEAR_LINE = "\r\x1b[K";

/** `███░░ 12/220 ~23 min to go · q1-vgd, seed 3 45%`, cut to the terminal's width. */
function runsBar(total: number, json: boolean): RunsBar {
  const stream = json ? process.stderr : process.stdout;
  const display = new SingleBar(
    {
      format: "{bar} {value}/{total} {words}",
      stream,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      barsize: 12,
      forceRedraw: true,
    } as ConstructorParameters<typeof SingleBar>[0],
    Presets.shades_classic,
  );
  let drawn = -Infinity;
  display.start(total, 0, { words: "" });
  return {
    update(done, words) {
      if (performance.now() - drawn < REDRAW_EVERY_MS) return;
      drawn = performance.now();
      display.update(done, { words });
    },
    stop: () => display.stop(),
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

function bar(
  expected: number,
  stepsPerEpoch: number,
  json: boolean,
): Progress {
  let total = expected, done = 0, last: EpochRecord | undefined, drawn = -Infinity;
  const display = new SingleBar(
    {
      // What matters most comes first: narrow terminals cut the end.
      format: "{bar} epoch {epoch}/{expected} · ETA {eta_} · {scores} · {speed}",
      stream: json ? process.stderr : process.stdout,
      hideCursor: true,
      clearOnComplete: true,
      fps: 1000 / REDRAW_EVERY_MS,
      barsize: 12,
      etaBuffer: 1,
    } as ConstructorParameters<typeof SingleBar>[0],
    Presets.shades_classic,
  );
  const payload = () => ({
    epoch: last?.epoch ?? 0,
    expected: `~${total}`,
    scores: last ? scoresOf(last) : "first epoch",
    speed: last ? speed(last) : "",
    eta_: last ? `~${duration(etaSeconds(last, total))}` : "?",
  });
  display.start(total, 0, payload());
  const draw = () => {
    if (performance.now() - drawn < REDRAW_EVERY_MS) return;
    drawn = performance.now();
    if (done > total) display.setTotal(total = Math.ceil(done));
    display.update(done, payload());
  };
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
    stop: () => display.stop(),
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
