/** Grids of small images: digits, reconstructions, weights. */
import { formatPlain } from "./axes.ts";
import { checkName, type Figure, finishFigure, startSheet, type TitledOptions } from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { type Cell, toCsv } from "../core/text_table.ts";
import { SIZE } from "./theme.ts";
import {
  addCrispRule,
  checkGrid,
  domainOf,
  drawGrid,
  drawScale,
  layoutGrid,
  type TileGrid,
} from "./tile_grid.ts";

export type { Tile } from "./tile_grid.ts";

export interface TilesOptions extends TitledOptions, TileGrid {}

function* csvRows({ images }: TilesOptions): Generator<readonly Cell[]> {
  const { width, height, channels = 1 } = images[0]!;
  const names = Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels),
      place = `row ${Math.floor(pixel / width)} column ${pixel % width}`;
    return channels === 1 ? place : `${place} ${["red", "green", "blue"][i % 3]}`;
  });
  yield ["image", "label", ...names];
  for (const [i, { pixels, label }] of images.entries()) {
    // Seven digits are all that a float32 holds.
    yield [i, label, ...Array.from(pixels, (value) => Number(value.toPrecision(7)))];
  }
}

/**
 * Small images in rows of `columns`, all on one scale of values, with crisp pixels.
 *
 * @throws DescentError if there are no images, or they differ in size
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { tiles } from "./tiles.ts";
 * const pixels = Float32Array.from({ length: 784 }, (_, i) => (i % 28) / 27);
 * const figure = tiles({
 *   name: "digits",
 *   title: "A ramp",
 *   columns: 1,
 *   scale: "ink",
 *   images: [{ pixels, width: 28, height: 28, label: "ramp" }],
 * });
 * assert(figure.svg.includes("data:image/png;base64,"));
 * ```
 */
export function tiles(options: TilesOptions): Figure {
  checkName(options.name);
  checkGrid(options.name, options);
  const { name, images, scale } = options, layout = layoutGrid(options), domain = domainOf(options);
  const width = Math.max(layout.width, 240), heading = layoutHeading(options, width);
  const top = heading.height + 10, bottom = top + layout.height;
  const height = bottom + (scale === "diverging" ? 24 : 0) + SIZE.pad;

  const sheet = startSheet({ width, height, marks: [] }, options);
  addCrispRule(sheet);
  drawGrid(sheet, options, layout, top);
  if (scale === "diverging") {
    drawScale(sheet, scale, { domain, id: `${name}-scale`, x: SIZE.pad, y: bottom + 12 });
  }
  const { width: pixelsWide, height: pixelsHigh } = images[0]!;
  const description = `${counted(images.length, "image")} of ${pixelsWide}×${pixelsHigh} pixels in ` +
    `${counted(layout.columns, "column")}, ` +
    `values from ${formatPlain(Number(domain[0].toPrecision(3)))} to ${
      formatPlain(Number(domain[1].toPrecision(3)))
    }.`;
  return finishFigure(sheet, options, { heading, description, csv: toCsv(csvRows(options)) });
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
