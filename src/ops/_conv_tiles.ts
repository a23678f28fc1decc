/** How the WGSL kernels of the three convolution ops share out their results. */
import type { ConvAttrs } from "./_conv.ts";

/** Threads of a workgroup; the WGSL files carry the same number. */
const THREADS = 256;
/** Workgroups that a GPU is taken to run at a time: of such short loops, which wait for memory, several on each of its parts. */
const CONCURRENT = 512;
/** WebGPU's default limit along an axis of the grid. */
const MAX_WORKGROUPS = 65535;
/** Most terms of one thread where a split can help: llvmpipe ends loops after so many rounds. */
const MAX_TERMS = 65535;

/**
 * Shares out `tiles` of 4×4 sums of `terms` terms each: `split` threads of a workgroup share the terms of a tile and
 * meet in a tree. Picks the split with the least estimated time, where a level of the tree costs as much as a term.
 */
export function convTiling(tiles: number, terms: number): {
  readonly split: number;
  readonly workgroups: readonly [x: number, y: number, z: number];
} {
  const least = Math.min(THREADS, terms / MAX_TERMS);
  const choices = [1, 2, 4, 8, 16, 32, 64, 128, 256].filter((split) => split >= least).map((split) => {
    const workgroups = Math.ceil(tiles * split / THREADS);
    const time = Math.max(1, workgroups / CONCURRENT) * (Math.ceil(terms / split) + Math.log2(split));
    return { split, workgroups, time };
  });
  const { split, workgroups } = choices.reduce((best, choice) => choice.time < best.time ? choice : best);
  const rows = Math.ceil(workgroups / MAX_WORKGROUPS);
  return { split, workgroups: [Math.ceil(workgroups / rows), rows, 1] };
}

/** Whether a window can reach outside the image. */
export function isPadded({ padTop, padBottom, padLeft, padRight }: ConvAttrs): boolean {
  return padTop + padBottom + padLeft + padRight > 0;
}
