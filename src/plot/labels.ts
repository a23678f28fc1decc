/** Labels that keep out of each other's way. */

/** Something that wants its middle at `wish` and needs `size`. */
export interface Wish {
  readonly wish: number;
  readonly size: number;
}

/**
 * Places intervals on a line so that none overlap and each is as near to its wish as that allows (least
 * squares, by pooling those that touch). They stay between `low` and `high` if all of them fit there.
 *
 * @returns the middle of each, in the order given
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { nudgeApart } from "./labels.ts";
 * const [a, b] = nudgeApart([{ wish: 50, size: 10 }, { wish: 50, size: 10 }], 0, 100);
 * assert(a === 45 && b === 55);
 * ```
 */
export function nudgeApart(wishes: readonly Wish[], low: number, high: number): number[] {
  interface Pool {
    readonly members: number[];
    size: number;
    /** Sum over the members of the start that each would like the pool to have. */
    starts: number;
  }
  const order = wishes.map((_, i) => i).sort((a, b) => wishes[a]!.wish - wishes[b]!.wish || a - b);
  const total = wishes.reduce((sum, { size }) => sum + size, 0);
  const end = Math.max(high, low + total);
  const startOf = (pool: Pool) => Math.min(Math.max(pool.starts / pool.members.length, low), end - pool.size);
  const pools: Pool[] = [];
  for (const i of order) {
    const { wish, size } = wishes[i]!;
    let pool: Pool = { members: [i], size, starts: wish - size / 2 };
    for (
      let above = pools.at(-1);
      above && startOf(above) + above.size > startOf(pool);
      above = pools.at(-1)
    ) {
      pools.pop();
      pool = {
        members: [...above.members, ...pool.members],
        size: above.size + pool.size,
        starts: above.starts + pool.starts - pool.members.length * above.size,
      };
    }
    pools.push(pool);
  }
  const middles = new Array<number>(wishes.length);
  for (const pool of pools) {
    let at = startOf(pool);
    for (const i of pool.members) {
      middles[i] = at + wishes[i]!.size / 2;
      at += wishes[i]!.size;
    }
  }
  return middles;
}

/** Gives each interval `[start, end]` the first row in which it overlaps no other; `gap` is kept between two. */
export function stackRows(intervals: readonly (readonly [number, number])[], gap: number): number[] {
  const ends: number[] = [], rows = new Array<number>(intervals.length);
  const order = intervals.map((_, i) => i).sort((a, b) => intervals[a]![0] - intervals[b]![0]);
  for (const i of order) {
    const [start, end] = intervals[i]!;
    const free = ends.findIndex((taken) => taken + gap <= start);
    const row = free < 0 ? ends.length : free;
    ends[row] = end;
    rows[i] = row;
  }
  return rows;
}
