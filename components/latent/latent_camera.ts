/** A camera that goes round a cloud of points. */
import { mat4 } from "wgpu-matrix";

/** Angles in radians, distance in radii of the cloud. */
export interface Camera {
  readonly yaw: number;
  readonly pitch: number;
  readonly distance: number;
}

export const START: Camera = { yaw: 0.6, pitch: 0.35, distance: 2.7 };
const FIELD_OF_VIEW = 0.72, NEAREST = 0.6, FARTHEST = 8, STEEPEST = 1.5;

/** The camera turned and moved, within bounds. */
export function moved(
  { yaw, pitch, distance }: Camera,
  { turn = 0, tilt = 0, zoom = 1 }: {
    readonly turn?: number;
    readonly tilt?: number;
    readonly zoom?: number;
  },
): Camera {
  return {
    yaw: yaw + turn,
    pitch: Math.min(STEEPEST, Math.max(-STEEPEST, pitch + tilt)),
    distance: Math.min(FARTHEST, Math.max(NEAREST, distance * zoom)),
  };
}

/**
 * From the cloud to the screen: 16 numbers, column after column, depth 0 … 1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { projected, START, viewOf } from "./latent_camera.ts";
 * const [middle] = projected(viewOf(START, 2), [0, 0, 0], 200, 100);
 * assertAlmostEquals(middle!.x, 100, 1e-3);
 * assertAlmostEquals(middle!.y, 50, 1e-3);
 * ```
 */
export function viewOf({ yaw, pitch, distance }: Camera, aspect: number): Float32Array {
  const eye = [
    distance * Math.cos(pitch) * Math.sin(yaw),
    distance * Math.sin(pitch),
    distance * Math.cos(pitch) * Math.cos(yaw),
  ];
  // In a narrow window all of the width must fit too.
  const field = 2 * Math.atan(Math.tan(FIELD_OF_VIEW / 2) / Math.min(1, aspect));
  const lens = mat4.perspective(field, aspect, 0.05, 20);
  return Float32Array.from(mat4.multiply(lens, mat4.lookAt(eye, [0, 0, 0], [0, 1, 0])));
}

/** Where a point comes to lie: pixels, and its depth, larger farther away; behind the camera it has none. */
export interface Projected {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

export function projected(
  view: Float32Array,
  points: ArrayLike<number>,
  width: number,
  height: number,
): Projected[] {
  const out: Projected[] = [], m = view;
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!];
    const w = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!;
    const across = (m[0]! * x + m[4]! * y + m[8]! * z + m[12]!) / w;
    const up = (m[1]! * x + m[5]! * y + m[9]! * z + m[13]!) / w;
    out.push({ x: (across + 1) * width / 2, y: (1 - up) * height / 2, depth: w > 0.05 ? w : Infinity });
  }
  return out;
}

/** The cloud moved to the middle, and scaled so that nearly all of it lies within a radius of 1. */
export function normalized(points: readonly number[]): Float32Array {
  const count = points.length / 3, middle = [0, 0, 0];
  points.forEach((value, i) => middle[i % 3]! += value / count);
  const out = Float32Array.from(points, (value, i) => value - middle[i % 3]!);
  const radii = Float32Array.from({ length: count }, (_, i) => Math.hypot(...out.subarray(3 * i, 3 * i + 3)))
    .sort();
  const radius = radii[Math.floor(0.98 * (count - 1))] || 1;
  return out.map((value) => value / radius);
}
