/** Steps in pieces that are short enough to be stopped between, and long enough to cost nothing. */
import type { Step } from "../core/step.ts";
import type { Program } from "../exec/executor.ts";
import type { OnSteps } from "./session_plan.ts";

/** A run of steps lasts about this long, so that progress is shown and Ctrl-C is heard. */
const PIECE_MS = 80;

/** Remembers how long steps take. */
export class Pace {
  /** How long a step of each routine took last. */
  readonly #stepMs = new Map<string, number>();
  #pausedMs = performance.now();

  /**
   * Runs the steps in pieces of about `PIECE_MS`; where each is to be written before it, one by one. Throws the signal's
   * reason when it aborts.
   */
  async run(
    program: Program,
    routine: string,
    steps: readonly Step[],
    { onSteps, signal, write }: {
      readonly onSteps?: OnSteps;
      readonly signal?: AbortSignal;
      readonly write?: (step: Step) => Promise<Step>;
    } = {},
  ): Promise<void> {
    for (let done = 0; done < steps.length;) {
      signal?.throwIfAborted();
      const count = Math.max(1, Math.floor(PIECE_MS / (this.#stepMs.get(routine) ?? PIECE_MS)));
      const piece = steps.slice(done, done + (write ? 1 : count)), before = performance.now();
      await program.run(routine, write ? [await write(piece[0]!)] : piece);
      this.#stepMs.set(routine, Math.max(1e-3, (performance.now() - before) / piece.length));
      done += piece.length;
      await onSteps?.(done, steps.length);
      await this.#letOthersRun();
    }
  }

  /** The kernels block this thread: now and then timers, signals and output must have their turn. */
  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#pausedMs < PIECE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#pausedMs = performance.now();
  }
}
