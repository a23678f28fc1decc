/** How fast this machine is beside a usual one: from a short loop at first, then from what it has trained. */

/** The loop below takes so long on the machine that the minutes of the experiments are of. */
const USUAL_MS = 6;
const LOOP = 1 << 22;

let factor: number | undefined;

/** How many times as long as on a usual machine a training takes here, about. */
export function timesAsLong(): number {
  return factor ??= Math.min(8, Math.max(0.3, Math.min(timeLoop(), timeLoop(), timeLoop()) / USUAL_MS));
}

/** Learns from a training: `usual` minutes that it was to take, and what it took. */
export function learnSpeed(usual: number, seconds: number): void {
  // Starting, reading the images and drawing are a part of short ones.
  if (usual >= 0.04) factor = seconds / (60 * usual);
}

/** Products and sums that hang on each other, in ms. */
function timeLoop(): number {
  const before = performance.now();
  let sum = 0.5;
  for (let i = 0; i < LOOP; i++) sum = sum * 0.999 + 0.001;
  return sum > 2 ? Infinity : performance.now() - before;
}
