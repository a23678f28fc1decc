/** Images of a data set, or values as images, in a grid. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { formatShape } from "../core/tensor.ts";
import { type Figure, FIGURE_NAMES, type FigureOptions, titled } from "./figure.ts";
import type { ImageScale } from "./theme.ts";
import { type Tile, tiles } from "./tiles.ts";

/** Images one after another, as a data set holds its rows: the set itself, or what a network gives. */
export interface Images {
  /** Bytes or numbers, dense: images × the product of `inputShape`. */
  readonly inputs: ArrayLike<number>;
  /** `[height, width]`, or `[height, width, channels]` with one channel or with three, which are red, green and blue. */
  readonly inputShape: readonly number[];
  /** The class of each image, whose name stands below it. */
  readonly targets?: ArrayLike<number>;
  /** Names of the classes. */
  readonly classNames?: readonly string[];
}

/** Settings of `imageGrid`. */
export interface ImageGridOptions extends FigureOptions {
  /** Which images, by their positions from 0. Default: the first 32. */
  readonly rows?: ArrayLike<number>;
  /** Images beside each other; default 8. */
  readonly columns?: number;
  /** A text below each image that is shown, in their order. Default: the names of their classes, where they have some. */
  readonly labels?: readonly string[];
  /**
   * What grey values look like. `light`, the default: the lowest is black; `ink`: it is white, which suits MNIST;
   * `diverging`: vermilion below zero, white, blue above, which suits weights.
   */
  readonly scale?: ImageScale;
  /** The values at the ends of the scale. Default: 0 and 255 of bytes, of numbers the extremes of what is shown. */
  readonly domain?: readonly [number, number];
}

const SCALES: readonly ImageScale[] = ["ink", "light", "diverging"];
const SHOWN = 32;

/**
 * Small images in a grid, all on one scale of values, with crisp pixels: the first of a set, or those that one chooses.
 *
 * @throws DescentError if there are no images, they have another number of channels than 1 or 3, a row is not there, or
 *   there are more or fewer labels than images
 *
 * @example
 * ```ts
 * import { imageGrid } from "descent/plot";
 * import { mnist } from "descent/mnist";
 * const { train } = await mnist({ train: 100 });
 * const digits = imageGrid(train, { rows: [3, 5, 8], scale: "ink" });
 * const noise = Float32Array.from({ length: 2 * 8 * 8 * 3 }, () => Math.random());
 * const colours = imageGrid({ inputs: noise, inputShape: [8, 8, 3] }, { labels: ["one", "another"] });
 * ```
 */
export function imageGrid(images: Images, options: ImageGridOptions = {}): Figure {
  checkOptions("imageGrid", options, {
    ...FIGURE_NAMES,
    rows: true,
    columns: true,
    labels: true,
    scale: true,
    domain: true,
  });
  const { count, isBytes } = checkImages(images), { columns = 8, scale = "light" } = options;
  require(SCALES.includes(scale), () => `The scale of images is ${SCALES.join(", ")}, got ${shown(scale)}`);
  const rows = Array.from(options.rows ?? { length: Math.min(count, SHOWN) }, (row, i) => row ?? i);
  const missing = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
  require(missing === undefined, () => `There is no image ${missing} among ${count}, counted from 0`);
  const labels = options.labels ?? labelsOf(images, rows);
  require(
    labels === undefined || labels.length === rows.length,
    () => `Each image that is shown has a label, but there are ${labels!.length} for ${rows.length}`,
  );
  const domain = options.domain ?? (isBytes && scale !== "diverging" ? [0, 255] as const : undefined);
  return tiles({
    ...titled("images", options),
    images: rows.map((row, i) => tileOf(images, row, labels?.[i])),
    columns,
    scale,
    ...(domain && { domain }),
  });
}

function checkImages(images: Images): { readonly count: number; readonly isBytes: boolean } {
  const { inputs, inputShape } = images ?? {};
  require(
    typeof inputs?.length === "number" && Array.isArray(inputShape),
    () => `imageGrid() takes images as { inputs, inputShape }, such as a data set, got ${shown(images)}`,
  );
  const [height, width, channels = 1, ...others] = inputShape;
  require(
    [height, width].every((size) => Number.isInteger(size) && size! > 0) &&
      (channels === 1 || channels === 3) && others.length === 0,
    () =>
      `Images have the shape [height,width], [height,width,1] or [height,width,3], got ${
        formatShape(inputShape)
      }: ` +
      "channels of another number are shown one at a time",
  );
  const size = height! * width! * channels, count = inputs.length / size;
  require(
    count > 0 && Number.isInteger(count),
    () =>
      `${inputs.length} values are no whole number of images of ${formatShape(inputShape)}: each has ${size}`,
  );
  const isBytes = inputs instanceof Uint8Array || inputs instanceof Uint8ClampedArray;
  return { count, isBytes };
}

function tileOf({ inputs, inputShape }: Images, row: number, label: string | undefined): Tile {
  const [height, width, channels = 1] = inputShape as readonly [number, number, 1 | 3 | undefined];
  const size = height * width * channels;
  const pixels = Array.from({ length: size }, (_, i) => inputs[row * size + i]!);
  return { pixels, width, height, channels, ...(label !== undefined && { label }) };
}

/** The names of the images' classes. */
function labelsOf({ targets, classNames }: Images, rows: readonly number[]): readonly string[] | undefined {
  if (targets === undefined || classNames === undefined) return undefined;
  return rows.map((row) => classNames[targets[row]!] ?? String(targets[row]));
}
