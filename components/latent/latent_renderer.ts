/** What draws the cloud: WebGPU, or a 2D canvas where there is none. */
import { projected } from "./latent_camera.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** One picture. Sizes in device pixels, colours from 0 to 1. */
export interface Frame {
  readonly view: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Diameter of a point at the middle of the cloud. */
  readonly size: number;
  readonly paper: Rgb;
  /** Of each class; null where it is not shown. */
  readonly colors: readonly (Rgb | null)[];
  /** Distance of the camera from the middle. */
  readonly distance: number;
}

export interface Renderer {
  readonly name: "webgpu" | "canvas";
  draw(frame: Frame): void;
  close(): void;
}

/** How strongly a point shows at a depth: what is behind fades into the paper. */
export function strengthAt(depth: number, distance: number): number {
  return Math.min(1, Math.max(0.25, 0.8 - 0.5 * (depth - distance)));
}

/** Draws on a 2D canvas, the farthest points first. */
export function canvasRenderer(
  canvas: HTMLCanvasElement,
  points: Float32Array,
  labels: readonly number[],
): Renderer {
  const context = canvas.getContext("2d")!;
  return {
    name: "canvas",
    draw({ view, width, height, size, paper, colors, distance }) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      context.fillStyle = cssOf(paper);
      context.fillRect(0, 0, width, height);
      const places = projected(view, points, width, height);
      const order = places.map((_, i) => i).filter((i) => colors[labels[i]!] && places[i]!.depth < Infinity);
      for (const i of order.sort((a, b) => places[b]!.depth - places[a]!.depth)) {
        const { x, y, depth } = places[i]!, color = colors[labels[i]!]!;
        const share = strengthAt(depth, distance);
        context.fillStyle = cssOf(mixed(color, paper, share));
        context.beginPath();
        context.arc(x, y, size / 2 * distance / depth, 0, 2 * Math.PI);
        context.fill();
      }
    },
    close() {},
  };
}

function mixed(color: Rgb, paper: Rgb, share: number): Rgb {
  const mix = (i: 0 | 1 | 2) => paper[i] + (color[i] - paper[i]) * share;
  return [mix(0), mix(1), mix(2)];
}

export function cssOf(color: Rgb): string {
  return `rgb(${color.map((value) => Math.round(255 * value)).join(" ")})`;
}
