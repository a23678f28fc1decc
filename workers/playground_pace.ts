/** When a training in the browser makes its next steps: the page pauses it, slows it down, and asks for single ones. */
import type { Control, Pace } from "../components/playground/playground_messages.ts";

/** At full speed steps are made for about this long before it is looked again. */
const CHUNK_MS = 100;
/** Of slow trainings: chunks a second at most. */
const CHUNKS_PER_SECOND = 10;
/** A chunk is this part of the steps before it at most: most is learned in the first ones. */
const GROWTH = 0.2;

export interface Throttle {
  /** As it was chosen last. */
  readonly learningRate: number;
  /** Whether each chunk is to be shown. */
  readonly isSlow: boolean;
  control(control: Control): void;
  /** How many steps come next, of the `left` ones of the epoch; waits for them to be due. 0 when the signal has aborted. */
  next(left: number, signal: AbortSignal): Promise<number>;
  /** How long the steps took that `next` gave. */
  took(steps: number, milliseconds: number): void;
}

/** Starts as it is told; steps that are asked for while it is paused are made one after another. */
export function throttle(start: { readonly pace: Pace; readonly learningRate: number }): Throttle {
  let { pace, learningRate } = start, owed = 0, wholeEpoch = false;
  let stepMs = CHUNK_MS / 4, lastMs = -Infinity, made = 0;
  let wake = () => {};
  const sleep = (milliseconds: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(() => wake(), milliseconds) : undefined;
      wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
    });
  const dueIn = (steps: number) => lastMs + 1000 * steps / pace.stepsPerSecond! - performance.now();
  return {
    get learningRate() {
      return learningRate;
    },
    get isSlow() {
      return (pace.isPaused && !wholeEpoch) || pace.stepsPerSecond !== null;
    },
    control(control) {
      switch (control.kind) {
        case "pace":
          pace = control.pace;
          if (!pace.isPaused) owed = 0;
          break;
        case "rate":
          learningRate = control.learningRate;
          break;
        case "step":
          owed++;
          break;
        case "epoch":
          wholeEpoch = true;
          break;
        default:
          return control satisfies never;
      }
      wake();
    },
    async next(left, signal) {
      while (!signal.aborted) {
        if (owed > 0) {
          owed--;
          return 1;
        }
        if (wholeEpoch || (!pace.isPaused && pace.stepsPerSecond === null)) {
          const steps = Math.max(1, Math.floor(Math.min(left, CHUNK_MS / stepMs, GROWTH * made)));
          if (steps === left) wholeEpoch = false;
          return steps;
        }
        if (pace.isPaused) {
          await sleep(Infinity, signal);
          continue;
        }
        const steps = Math.min(left, Math.max(1, Math.round(pace.stepsPerSecond! / CHUNKS_PER_SECOND)));
        const waitMs = dueIn(steps);
        if (waitMs > 0) await sleep(waitMs, signal);
        if (signal.aborted || pace.isPaused || pace.stepsPerSecond === null || dueIn(steps) > 1) continue;
        lastMs = performance.now();
        return steps;
      }
      return 0;
    },
    took(steps, milliseconds) {
      stepMs = Math.max(1e-3, milliseconds / steps);
      made += steps;
    },
  };
}
