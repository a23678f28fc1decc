/** What is seen of many runs: how many are done, which are under way, and the time to go. */
import type { RunFacts } from "../../src/runs/facts.ts";
import type { PlannedCell } from "./cells.ts";
import { duration, type Screen } from "./screen.ts";

export interface CellsView {
  start(cell: PlannedCell): void;
  /** How far it is, from 0 to 1. */
  progress(cell: PlannedCell, share: number): void;
  end(cell: PlannedCell, run: RunFacts): void;
  fail(cell: PlannedCell, why: string): void;
  stop(): void;
}

/** A cell under way. */
interface Underway {
  readonly cell: PlannedCell;
  share: number;
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
  /** By what the ended ones and the parts of those under way have taken so far; `?` before anything has. */
  const timeToGo = (): string => {
    const partly = [...underway.values()].reduce((sum, { cell, share }) => sum + share * cell.minutes, 0);
    const gone = doneMinutes + partly;
    const elapsed = (nowMs() - startedMs) / 1000;
    return gone <= 0 ? "?" : `~${duration(elapsed * Math.max(0, leftMinutes - partly) / gone)}`;
  };
  const draw = () => {
    const names = [...underway.values()].map(({ cell, share }) =>
      `${cell.title} ${Math.floor(100 * share)}%`
    );
    bar?.update(ended, `${timeToGo()} to go · ${names.join(" · ")}`);
  };
  const close = (cell: PlannedCell) => {
    underway.delete(cell.key);
    ended++;
    doneMinutes += cell.minutes;
    leftMinutes -= cell.minutes;
  };
  return {
    start(cell) {
      underway.set(cell.key, { cell, share: 0 });
      draw();
    },
    progress(cell, share) {
      const own = underway.get(cell.key);
      if (own) own.share = Math.max(own.share, share);
      draw();
    },
    end(cell, run) {
      close(cell);
      const { epochs, seconds } = run.numbers;
      const words = `${epochs} epoch${epochs === 1 ? "" : "s"} in ${
        duration(seconds ?? NaN)
      } (${run.stopped})`;
      screen.say(`[${ended}/${total}] ${cell.title}: ${words} → ${run.id} · ${timeToGo()} to go`);
      draw();
    },
    fail(cell, why) {
      close(cell);
      screen.say(`[${ended}/${total}] ${cell.title} failed: ${why}`);
      draw();
    },
    stop: () => bar?.stop(),
  };
}
