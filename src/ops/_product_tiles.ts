/** How the WGSL kernels of `linear` and `matmul` share out a product [M,N] with K terms an element. */
import type { TensorType } from "../core/tensor.ts";
import type { WgslDispatch } from "../ir/op.ts";
import { partsOf, sumOfParts } from "./_parts.ts";

/** A way of sharing out: the tile of the result that a workgroup computes, and what its rounds bring in and cost. */
export interface ProductTile {
  readonly rows: number;
  readonly columns: number;
  /** Terms that a round brings in. */
  readonly terms: number;
  /** Time of a round where a GPU is full, in units of 4,096 multiply-adds at its peak. */
  readonly roundTime: number;
  /** Time before the first round and after the last that others have less of. */
  readonly endTime: number;
  /** The kernel of large products instead of that of the op's name. */
  readonly isLarge: boolean;
  readonly overrides: Readonly<Record<string, number>>;
}

/**
 * A root of r: the threads of a workgroup take the terms in r² slices, and 4×4 results each; a round costs 16/r of
 * arithmetic and about 8 of waiting, the tree at the end has 2·log2(r) levels. Large tiles: 8×8 or 8×4 results a
 * thread, which read the workgroup memory half as often for each sum, or three quarters, and hardly wait.
 */
export const PRODUCT_TILES: readonly ProductTile[] = [
  ...[1, 2, 4].map((root) => ({
    rows: 64 / root,
    columns: 64 / root,
    terms: 16 * root,
    roundTime: 16 / root + 8,
    endTime: 4 * Math.log2(root),
    isLarge: false,
    overrides: { SPLIT_ROOT: root },
  })),
  { rows: 128, columns: 64, terms: 8, roundTime: 12, endTime: 24, isLarge: true, overrides: { WIDE: 0 } },
  { rows: 128, columns: 128, terms: 8, roundTime: 20, endTime: 40, isLarge: true, overrides: { WIDE: 1 } },
];

/** Workgroups that keep a GPU as busy as it gets. */
const CONCURRENT = 128;
/** What a second launch costs, in the same units of time, and how many numbers between the two cost one more. */
const LAUNCH = 160;
const NUMBERS = 16384;

interface Product {
  /** Name of the op. */
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly output: TensorType;
  /** The sums can be made in parts, which a second launch adds up. */
  readonly hasParts: boolean;
}

/**
 * The launch of a product with the least estimated time: the one place that knows which kernel serves which sizes.
 * Large tiles serve where they are not larger than the result.
 */
export function productLaunch(
  { name, m, k, n, output, hasParts }: Product,
  tiles = PRODUCT_TILES.filter(({ isLarge, rows, columns }) => !isLarge || (rows <= m && columns <= n)),
): WgslDispatch {
  const choices = tiles.map((tile) => {
    const { rows, columns, terms, roundTime, endTime, isLarge } = tile;
    const right = Math.ceil(n / columns), down = Math.ceil(m / rows), rounds = Math.ceil(k / terms);
    // Small tiles wait much of the time: twice as many fill the gaps.
    const most = isLarge ? CONCURRENT : 2 * CONCURRENT;
    const launchTime = LAUNCH + most * rows * columns / NUMBERS;
    const sums = { workgroups: right * down, rounds, launchRounds: launchTime / roundTime, most };
    const parts = hasParts ? partsOf(sums) : 1;
    const waves = Math.ceil(right * down * parts / CONCURRENT), second = parts > 1 ? launchTime : 0;
    const time = waves * (Math.ceil(rounds / parts) * roundTime + endTime) + second;
    return { tile, parts, time, workgroups: [right, down, parts] as const };
  });
  const { tile, parts, workgroups } = choices.reduce((best, one) => one.time < best.time ? one : best);
  return {
    ...(tile.isLarge && { kernel: `${name}_large` }),
    overrides: { ...tile.overrides, ...(hasParts && { PARTS: parts }) },
    workgroups,
    ...sumOfParts(parts, output),
  };
}
