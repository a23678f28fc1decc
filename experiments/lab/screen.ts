/** What experiments say while they run: to a terminal with a line that shows progress, else in plain lines. */
import type { EpochRecord } from "../../src/train/fit.ts";
import { cut, epochLine, runsLine, trainingLine } from "./progress_text.ts";

/** Where people read: standard error when standard output is for machines. */
export interface Screen {
  say(text: string): void;
  /** A display of a training's progress; `expected` epochs are a guess that may be passed. */
  progress(expected: number, stepsPerEpoch: number): Progress;
  /** A bar of so many runs, where there is a terminal. */
  bar?(total: number): RunsBar;
  /** Shows what is under way, where there is a terminal, until something else is shown or said; "" shows nothing. */
  doing?(text: string): void;
  /** How wide the terminal is; undefined where there is none. */
  readonly columns?: number | undefined;
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
/** Of a terminal that does not say. */
const USUAL_COLUMNS = 80;

export function openScreen({ json }: { readonly json: boolean }): Screen {
  const stream = json ? Deno.stderr : Deno.stdout;
  const encoder = new TextEncoder();
  const write = (text: string) => writeAll(stream, encoder.encode(text));
  if (!stream.isTerminal() || Deno.env.get("TERM") === "dumb") {
    const say = (text: string) => write(`${text}\n`);
    return { say, progress: (expected) => progressLines(expected, say) };
  }
  const line = liveLine(write, terminalColumns);
  return {
    say(text) {
      // Nothing of the line may stay beside the text; its next update draws it anew, below.
      line.clear();
      write(`${text}\n`);
    },
    progress: (expected, stepsPerEpoch) => trainingBar(line, expected, stepsPerEpoch),
    bar: (total) => runsBar(line, total),
    doing: (text) => text === "" ? line.clear() : line.draw((columns) => cut(text, columns), { now: true }),
    get columns() {
      return terminalColumns();
    },
  };
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}

/** A line that can be taken away and drawn anew. */
export interface LiveLine {
  /** Draws the text that fits; unless `now`, only so often. */
  draw(text: (columns: number) => string, options?: { readonly now?: boolean }): void;
  clear(): void;
}

/** The line that the cursor is in. The cursor stays shown: whoever ends the program at once finds the terminal as it was. */
export function liveLine(
  write: (text: string) => void,
  columnsNow: () => number,
  { nowMs = () => performance.now() } = {},
): LiveLine {
  let isShown = false, drawnMs = -Infinity;
  return {
    draw(text, { now = false } = {}) {
      if (!now && nowMs() - drawnMs < REDRAW_EVERY_MS) return;
      drawnMs = nowMs();
      // A last column that is written to may break the line.
      write(`\r${text(columnsNow() - 1)}\x1b[K`);
      isShown = true;
    },
    clear() {
      if (isShown) write("\r\x1b[K");
      isShown = false;
      drawnMs = -Infinity;
    },
  };
}

/** A line on standard output, for machines. */
export function printLine(text: string): void {
  writeAll(Deno.stdout, new TextEncoder().encode(`${text}\n`));
}

/** A screen that goes away (`| head -1`, a closed terminal, a full disk) is no reason to stop training. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads it.
  }
}

function runsBar(line: LiveLine, total: number): RunsBar {
  const draw = (done: number, words: string) =>
    line.draw((columns) => runsLine({ done, total, words }, columns));
  draw(0, "");
  return { update: draw, stop: () => line.clear() };
}

function trainingBar(line: LiveLine, expected: number, stepsPerEpoch: number): Progress {
  let done = 0, last: EpochRecord | undefined;
  const draw = () => line.draw((columns) => trainingLine({ done, last, expected }, columns));
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
    stop: () => line.clear(),
  };
}

/** Progress without a terminal: a line for the first epoch, at most one a second, and one for the last epoch. */
export function progressLines(
  expected: number,
  say: (text: string) => void,
  { nowMs = () => performance.now() } = {},
): Progress {
  let said = -Infinity, unsaid: EpochRecord | undefined;
  return {
    steps() {},
    epoch(record) {
      unsaid = record;
      if (nowMs() - said < LINE_EVERY_MS) return;
      said = nowMs();
      say(epochLine(record, expected));
      unsaid = undefined;
    },
    stop() {
      if (unsaid !== undefined) say(epochLine(unsaid, expected));
    },
  };
}
