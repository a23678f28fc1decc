/** What our numbers say of a printed one. */
import type { Verdict } from "../../components/report/report_types.ts";
import { overlap, prediction, wilson } from "./intervals.ts";
import type { CellSpec } from "./spec.ts";

export interface Judged {
  readonly verdict: Verdict;
  readonly why: string;
}

/** From so many seeds on their spread says more than the number of images. */
const MANY_SEEDS = 5;
/** Errors this near, and epochs within this factor, are close. */
const NEAR = 0.1, FACTOR = 2;

/** Judges a printed number by ours, one per seed. */
export function judgeNumber({ published, kind, images, digits }: CellSpec, ours: readonly number[]): Judged {
  if (ours.length === 0) return { verdict: "none", why: "No run yet." };
  if (kind === "minutes") return { verdict: "not comparable", why: "A time on another machine." };
  if (ours.length >= MANY_SEEDS) {
    const { low, high } = prediction(ours);
    if (low <= published && published <= high) {
      return {
        verdict: "reproduced",
        why: `A further run of ours would lie between ${low.toFixed(digits)} and ${high.toFixed(digits)}.`,
      };
    }
  }
  const mean = ours.reduce((sum, value) => sum + value, 0) / ours.length;
  const seeds = ours.length === 1 ? "one seed" : `${ours.length} seeds`;
  switch (kind) {
    case "share":
      return judgeShare(published, mean, images ?? 1000, seeds);
    case "error": {
      const change = mean / published - 1,
        share = `${Math.abs(change * 100).toFixed(0)}% ${change < 0 ? "lower" : "higher"}`;
      return { verdict: Math.abs(change) <= NEAR ? "close" : "differs", why: `Ours is ${share} (${seeds}).` };
    }
    case "epochs": {
      const factor = Math.max(mean / published, published / mean);
      return {
        verdict: factor <= FACTOR ? "close" : "differs",
        why: `Within a factor of ${
          factor.toFixed(1)
        }; epochs are judged by their order of magnitude (${seeds}).`,
      };
    }
    default:
      return kind satisfies never;
  }
}

function judgeShare(published: number, mean: number, images: number, seeds: string): Judged {
  const theirs = wilson(published, images),
    own = wilson(mean, images),
    apart = Math.round(Math.abs(mean - published) * images);
  const words = `${apart} of ${images.toLocaleString("en")} images apart (${seeds})`;
  return overlap(theirs, own)
    ? { verdict: "close", why: `${words}: fewer than so many images can tell.` }
    : { verdict: "differs", why: `${words}: more than chance.` };
}
