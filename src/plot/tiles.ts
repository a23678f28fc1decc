/** Grids of small images: digits, reconstructions, weights, feature maps. */
import { require } from "../core/errors.ts";
import { formatPlain } from "./axes.ts";
import { append, type Sheet } from "./dom.ts";
import { checkName, type Figure, type FigureOptions, finishFigure, startSheet } from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { encodePng, toDataUri } from "./pixels.ts";
import { type Cell, toCsv } from "./table.ts";
import { fitText, textWidth, widest } from "./text.ts";
import { INK, scaleColor, SIZE } from "./theme.ts";

/** One image: `width` × `height` values, row after row. */
export interface Tile {
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly label?: string;
}

export interface TilesOptions extends FigureOptions {
  readonly images: readonly Tile[];
  readonly columns: number;
  /** `gray`: ink on paper, the lowest value is white. `diverging`: vermilion below zero, white, blue above. */
  readonly scale: "gray" | "diverging";
  /** The values at the ends of the scale; without it the extremes of all images, about zero if diverging. */
  readonly domain?: readonly [number, number];
  /** Names of the rows, at the left: "Input", "Reconstruction". */
  readonly rowLabels?: readonly string[];
}

const GAP = 4, LABEL_LINE = 14, MAX_TILE = 64;
/** Attribute for resvg, rule for browsers, which each know only one of the two. resvg skips @supports. */
const CRISP = "@supports (image-rendering:pixelated){.descent-tile{image-rendering:pixelated}}";

function domainOf({ images, scale, domain }: TilesOptions): readonly [number, number] {
  if (domain) return domain;
  let low = Infinity, high = -Infinity;
  for (const { pixels } of images) {
    for (let i = 0; i < pixels.length; i++) {
      const value = pixels[i]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  if (scale === "gray") return low === high ? [low, low + 1] : [low, high];
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-size, size];
}

function check({ name, images, columns, domain }: TilesOptions): void {
  checkName(name);
  require(images.length > 0, `Figure "${name}" has no images`);
  require(
    Number.isInteger(columns) && columns > 0,
    `Figure "${name}": columns must be a whole number from 1, got ${columns}`,
  );
  require(!domain || domain[0] < domain[1], () => `Figure "${name}": domain [${domain}] must rise`);
  const { width, height } = images[0]!;
  images.forEach((image, i) => {
    require(
      image.width === width && image.height === height && image.pixels.length === width * height,
      () =>
        `Image ${i} of figure "${name}" has ${image.pixels.length} pixels as ${image.width}×${image.height}, ` +
        `expected ${width * height} as ${width}×${height} like the first`,
    );
  });
}

function* csvRows({ images }: TilesOptions): Generator<readonly Cell[]> {
  const { width, height } = images[0]!;
  const names = Array.from(
    { length: width * height },
    (_, i) => `row ${Math.floor(i / width)} column ${i % width}`,
  );
  yield ["image", "label", ...names];
  for (const [i, { pixels, label }] of images.entries()) {
    // Seven digits are all that a float32 holds.
    yield [i, label, ...Array.from(pixels, (value) => Number(value.toPrecision(7)))];
  }
}

function drawScale(
  { document, svg }: Sheet,
  options: TilesOptions,
  domain: readonly [number, number],
  y: number,
): void {
  const x = SIZE.pad, ends = domain.map((value) => formatPlain(Number(value.toPrecision(2))));
  const look = { "font-size": SIZE.small, fill: INK.quiet, "text-anchor": "start", y: y + 9 };
  const rampAt = x + textWidth(ends[0]!, SIZE.small) + 6, width = 90, id = `${options.name}-scale`;
  const gradient = append(document, append(document, svg, "defs", {}), "linearGradient", { id });
  for (let i = 0; i <= 12; i++) {
    const [red, green, blue] = scaleColor(options.scale, i / 12);
    append(document, gradient, "stop", { offset: i / 12, "stop-color": `rgb(${red},${green},${blue})` });
  }
  append(document, svg, "text", { ...look, x }, ends[0]);
  append(document, svg, "rect", { x: rampAt, y, width, height: 10, fill: `url(#${id})`, stroke: INK.grid });
  append(document, svg, "text", { ...look, x: rampAt + width + 6 }, ends[1]);
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
 *   scale: "gray",
 *   images: [{ pixels, width: 28, height: 28, label: "ramp" }],
 * });
 * assert(figure.svg.includes("data:image/png;base64,"));
 * ```
 */
export function tiles(options: TilesOptions): Figure {
  check(options);
  const { images, scale, rowLabels = [] } = options, columns = Math.min(options.columns, images.length);
  const domain = domainOf(options), { width: pixelsWide, height: pixelsHigh } = images[0]!;
  const rows = Math.ceil(images.length / columns);
  const left = Math.ceil(SIZE.pad + (rowLabels.length > 0 ? widest(rowLabels, SIZE.tick) + 10 : 0));
  // Half units are whole pixels of a PNG at scale 2, so that all pixels of an image come out equally large.
  const room = (SIZE.width - left - SIZE.pad - GAP * (columns - 1)) / columns;
  const zoom = Math.max(1, Math.round((2 * Math.min(room, MAX_TILE)) / pixelsWide) / 2);
  const tileWidth = pixelsWide * zoom, tileHeight = pixelsHigh * zoom;
  const labelRoom = images.some(({ label }) => label) ? LABEL_LINE : 0;
  const width = Math.max(left + columns * (tileWidth + GAP) - GAP + SIZE.pad, 240);
  const heading = layoutHeading(options, width), top = heading.height + 10;
  const pitch = tileHeight + GAP + labelRoom, bottom = top + rows * pitch - GAP;
  const scaleRoom = scale === "diverging" ? 24 : 0, height = bottom + scaleRoom + SIZE.pad;

  const sheet = startSheet({ width, height, marks: [] }, options), { document, svg } = sheet;
  append(document, svg, "style", {}, CRISP);
  const palette = Array.from({ length: 256 }, (_, byte) => scaleColor(scale, byte / 255));
  images.forEach(({ pixels, label }, i) => {
    const x = left + (i % columns) * (tileWidth + GAP), y = top + Math.floor(i / columns) * pitch;
    const bytes = Uint8Array.from(pixels, (value) => {
      const share = Math.min(Math.max((value - domain[0]) / (domain[1] - domain[0]), 0), 1);
      // A pixel that is not a number is drawn as the lowest.
      const byte = Math.round((share || 0) * 255);
      return scale === "gray" ? 255 - byte : byte;
    });
    const png = encodePng(bytes, pixelsWide, pixelsHigh, scale === "gray" ? undefined : palette);
    append(document, svg, "image", {
      x,
      y,
      width: tileWidth,
      height: tileHeight,
      href: toDataUri(png),
      class: "descent-tile",
      "image-rendering": "optimizeSpeed",
      "preserveAspectRatio": "none",
    });
    const frame = { x: x - 0.25, y: y - 0.25, width: tileWidth + 0.5, height: tileHeight + 0.5 };
    append(document, svg, "rect", { ...frame, fill: "none", stroke: INK.frame, "stroke-width": 0.5 });
    if (label) {
      const look = {
        x: x + tileWidth / 2,
        y: y + tileHeight + 11.5,
        "font-size": SIZE.small,
        fill: INK.quiet,
      };
      append(document, svg, "text", look, fitText(label, tileWidth + GAP - 1, SIZE.small));
    }
  });
  rowLabels.slice(0, rows).forEach((label, row) => {
    const y = top + row * pitch + tileHeight / 2 + 4.3;
    append(document, svg, "text", { x: left - 10, y, "text-anchor": "end", fill: INK.text }, label);
  });
  if (scale === "diverging") drawScale(sheet, options, domain, bottom + 12);
  const description =
    `${images.length} images of ${pixelsWide}×${pixelsHigh} pixels in ${columns} columns, ` +
    `values from ${formatPlain(Number(domain[0].toPrecision(3)))} to ${
      formatPlain(Number(domain[1].toPrecision(3)))
    }.`;
  return finishFigure(sheet, options, { heading, description, csv: toCsv(csvRows(options)) });
}
