/** What lies over the cloud: the name of each class in the middle of its points, and a ring round the chosen point. */
import { type Projected, projected } from "./latent_camera.ts";
import { cssOf, type Frame } from "./latent_renderer.ts";

/** Middle of the points of each class, x, y and z of one after another. */
export function middlesOf(points: Float32Array, labels: readonly number[], classes: number): Float32Array {
  const sums = new Float32Array(3 * classes), counts = new Array<number>(classes).fill(0);
  labels.forEach((label, i) => {
    counts[label]! += 1;
    for (let axis = 0; axis < 3; axis++) sums[3 * label + axis]! += points[3 * i + axis]!;
  });
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)]!));
}

export interface Overlay {
  readonly digits: readonly string[];
  readonly middles: Float32Array;
  /** The chosen point, and the one under the pointer. */
  readonly rings: readonly Projected[];
  readonly density: number;
}

export function drawOverlay(
  canvas: HTMLCanvasElement,
  { view, width, height, colors, paper, size }: Frame,
  { digits, middles, rings, density }: Overlay,
): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.clearRect(0, 0, width, height);
  context.font = `600 ${15 * density}px Inter, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const places = projected(view, middles, width, height), isDark = paper[0] < 0.5;
  const order = places.map((_, i) => i).sort((a, b) => places[b]!.depth - places[a]!.depth);
  for (const i of order) {
    const color = colors[i], { x, y, depth } = places[i]!;
    if (!color || depth === Infinity) continue;
    context.fillStyle = cssOf(paper);
    context.strokeStyle = cssOf(color);
    context.lineWidth = 2.5 * density;
    context.beginPath();
    context.arc(x, y, 13 * density, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.fillStyle = isDark ? "#ffffff" : "#000000";
    context.fillText(digits[i]!, x, y + density);
  }
  rings.forEach(({ x, y, depth }, i) => {
    if (depth === Infinity) return;
    context.strokeStyle = isDark ? "#ffffff" : "#000000";
    context.lineWidth = (i === 0 ? 2 : 1.25) * density;
    context.beginPath();
    context.arc(x, y, size * 0.5 + 4 * density, 0, 2 * Math.PI);
    context.stroke();
  });
}

/** The point nearest to a place on the screen, among those shown and within `reach`; the nearer to the camera wins ties. */
export function pointAt(
  places: readonly Projected[],
  isShown: (i: number) => boolean,
  { x, y, reach }: { readonly x: number; readonly y: number; readonly reach: number },
): number | undefined {
  let best: number | undefined, least = Infinity;
  places.forEach((place, i) => {
    if (place.depth === Infinity || !isShown(i)) return;
    const distance = Math.hypot(place.x - x, place.y - y);
    if (distance > reach) return;
    // A pixel of distance weighs as much as a hundredth of depth.
    const cost = distance + 100 * place.depth;
    if (cost < least) {
      least = cost;
      best = i;
    }
  });
  return best;
}
