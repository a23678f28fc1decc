/** What is seen of many runs: how many are done, which are under way, and the time to go. */
import { foldUnder } from "../../src/core/fold_text.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import type { PlannedCell } from "./cells.ts";
import { duration } from "./progress_text.ts";
import type { Screen } from "./screen.ts";

export interface CellsView {
  start(cell: PlannedCell): void;
  /** How far it is, from 0 to 1. */
  progress(cell: PlannedCell, share: number): void;
  /** What it does after its trainings. */
  doing(cell: PlannedCell, words: string): void;
  end(cell: PlannedCell, run: RunFacts): void;
  fail(cell: PlannedCell, why: string): void;
  stop(): void;
}

/** A cell under way. */
interface Underway {
  readonly cell: PlannedCell;
  share: number;
  /** What it does besides training. */
  words: string;
}

/** A view of these cells, of which `known` are done already. */
export function openCellsView(
  screen: Screen,
  cells: readonly PlannedCell[],
  { known, nowMs = () => performance.now() }: { readonly known: number; readonly nowMs?: () => number },
): CellsView {
  const startedMs = nowMs();
  const total = cells.length;
  const underway = new Map<string, Underway>();
  let ended = known;
  let doneMinutes = 0;
  let leftMinutes = cells.reduce((sum, { minutes }) => sum + minutes, 0);
  const bar = screen.bar?.(total);
  /** By what the ended ones and the parts of those under way have taken so far; `?` before anything has, "" where all is trained. */
  const timeToGo = (): string => {
    const partly = [...underway.values()].reduce((sum, { cell, share }) => sum + share * cell.minutes, 0);
    const gone = doneMinutes + partly, left = leftMinutes - partly;
    const elapsed = (nowMs() - startedMs) / 1000;
    if (left < 1e-9) return "";
    return `${gone <= 0 ? "?" : `~${duration(elapsed * left / gone)}`} to go`;
  };
  const draw = () => {
    // How far each is comes before what it is called: narrow terminals cut the end.
    const states = [...underway.values()].map(({ cell, share, words }) =>
      words === "" ? `${Math.floor(100 * share)}% ${cell.title}` : `${words}, ${cell.title}`
    );
    bar?.update(ended, [timeToGo(), ...states].filter((part) => part !== "").join(" · "));
  };
  const say = (text: string) => screen.say(foldUnder(`[${ended}/${total}] `, text, screen.columns));
  const close = (cell: PlannedCell) => {
    underway.delete(cell.key);
    ended++;
    doneMinutes += cell.minutes;
    leftMinutes -= cell.minutes;
  };
  return {
    start(cell) {
      underway.set(cell.key, { cell, share: 0, words: "" });
      draw();
    },
    progress(cell, share) {
      const own = underway.get(cell.key);
      if (own) Object.assign(own, { share: Math.max(own.share, share), words: "" });
      draw();
    },
    doing(cell, words) {
      const own = underway.get(cell.key);
      if (own) own.words = words;
      draw();
    },
    end(cell, run) {
      close(cell);
      const { epochs, seconds } = run.numbers;
      const words = `${epochs} epoch${epochs === 1 ? "" : "s"} in ${
        duration(seconds ?? NaN)
      } (${run.stopped})`;
      say([`${cell.title}: ${words} → ${run.id}`, timeToGo()].filter((part) => part !== "").join(" · "));
      draw();
    },
    fail(cell, why) {
      close(cell);
      say(`${cell.title} failed: ${why}`);
      draw();
    },
    stop: () => bar?.stop(),
  };
}
