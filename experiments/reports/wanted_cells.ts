/** Which runs items need, as cells. */
import { type Cell, keyOf } from "../lab/cells.ts";
import { type ClaimItem, type FigureItem, needsOf, type NumberItem } from "./item.ts";
import { type Changed, wantedSettings } from "./wanted.ts";

/** Seeds of each run where nothing is asked for: the fewest that decide anything. */
export const DEFAULT_SEEDS = 5;

type Item = NumberItem | FigureItem | ClaimItem;

/** Runs that items need, each with every seed; the first seed's draw their figures. */
export function cellsOf(
  items: readonly Item[],
  { seed, seeds, changed }: { readonly seed: number; readonly seeds: number; readonly changed?: Changed },
): readonly Cell[] {
  const cells = new Map<string, Cell>();
  const add = (item: Item, at: number) => {
    for (const wanted of needsOf(item)) {
      const cell = { ...wantedSettings(wanted, changed), seed: seed + at, figures: at === 0 };
      cells.set(keyOf(cell), cell);
    }
  };
  // A picture that one run has needs that one run.
  const isOfOne = (item: Item) => item.kind === "figure" && item.draw === undefined;
  for (const item of items.filter(isOfOne)) add(item, 0);
  for (let at = 0; at < seeds; at++) for (const item of items.filter((one) => !isOfOne(one))) add(item, at);
  return [...cells.values()];
}
