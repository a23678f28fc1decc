/**
 * Figures of data and of trainings, as SVG with the numbers that are in them, and as PNG.
 *
 * In a notebook of Deno's kernel a figure shows itself; in a program it is text to write to a file.
 *
 * @example
 * ```ts
 * import { curves } from "descent/plot";
 * const figure = curves([{ label: "sine", x: [0, 1, 2, 3], y: [0, 0.84, 0.91, 0.14] }], { title: "A sine" });
 * await Deno.writeTextFile(await Deno.makeTempFile({ suffix: ".svg" }), figure.svg);
 * ```
 * @module
 */
export type { Mark } from "./annotations.ts";
export type { ScaleType } from "./axes.ts";
export type { Band } from "./bands.ts";
export { bars, type BarsOptions } from "./bars.ts";
export type { BarGroup, BarValue } from "./bars_layout.ts";
export { type Confusion, confusionMatrix, type ConfusionOptions } from "./confusion.ts";
export { curves, type CurvesOptions, type Series, type Values } from "./curves.ts";
export type { Figure, FigureOptions } from "./figure.ts";
export { histogram, type HistogramOptions, type Sample } from "./histogram.ts";
export { imageGrid, type ImageGridOptions, type Images } from "./image_grid.ts";
export {
  learningCurves,
  type LearningCurvesOptions,
  type LearningEpoch,
  type LearningHistory,
} from "./learning_curves.ts";
export { toPng, type ToPngOptions } from "./png.ts";
export type { ImageScale, Role } from "./theme.ts";
