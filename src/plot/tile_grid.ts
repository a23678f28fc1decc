/** A grid of small images: how it is laid out, its scale of values, and how it is drawn. */
import { require } from "../core/errors.ts";
import { formatPlain } from "./axes.ts";
import { append, type Sheet } from "./dom.ts";
import { encodePng, toDataUri } from "./pixels.ts";
import { fitText, textWidth, widest } from "./text.ts";
import { type ImageScale, INK, scaleColor, SIZE } from "./theme.ts";

/** One image: `width` × `height` values, row after row; in colour three of them for each pixel. */
export interface Tile {
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  /** Default 1. */
  readonly channels?: 1 | 3;
  readonly label?: string;
}

/** Images of one size on one scale of values. */
export interface TileGrid {
  readonly images: readonly Tile[];
  readonly columns: number;
  /** What values look like; in colour the highest is bright whatever it is. */
  readonly scale: ImageScale;
  /** The values at the ends of the scale; without it the extremes of all images, about zero if diverging. */
  readonly domain?: readonly [number, number];
  /** Names of the rows, at the left: "Input", "Reconstruction". */
  readonly rowLabels?: readonly string[];
}

/** Where the parts of a grid come to lie, in units of the figure. */
export interface GridLayout {
  readonly columns: number;
  /** Left edge of the first column. */
  readonly left: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** From a row of images to the next. */
  readonly pitch: number;
  /** Of the page that the grid needs. */
  readonly width: number;
  readonly height: number;
}

const GAP = 4, LABEL_LINE = 14, MAX_TILE = 88, RAMP = 64;
/** Attribute for resvg, rule for browsers, which each know only one of the two. resvg skips @supports. */
const CRISP = "@supports (image-rendering:pixelated){.descent-tile{image-rendering:pixelated}}";

/** The values at the ends of a grid's scale. */
export function domainOf({ images, scale, domain }: TileGrid): readonly [number, number] {
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
  if (scale !== "diverging") return low === high ? [low, low + 1] : [low, high];
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-size, size];
}

/** Refuses a grid without images, or of images that differ in size; `figure` is what messages call it. */
export function checkGrid(figure: string, { images, columns, domain }: TileGrid): void {
  require(images.length > 0, `Figure "${figure}" has no images`);
  require(
    Number.isInteger(columns) && columns > 0,
    `Figure "${figure}": columns must be a whole number from 1, got ${columns}`,
  );
  require(!domain || domain[0] < domain[1], () => `Figure "${figure}": domain [${domain}] must rise`);
  const { width, height, channels = 1 } = images[0]!, values = width * height * channels;
  images.forEach((image, i) => {
    require(
      image.width === width && image.height === height && (image.channels ?? 1) === channels &&
        image.pixels.length === values,
      () =>
        `Image ${i} of figure "${figure}" has ${image.pixels.length} values as ${image.width}×${image.height}, ` +
        `expected ${values} as ${width}×${height} like the first`,
    );
  });
}

/**
 * How many columns a grid of `count` images has so that its last row is full: at most `most`, and no fewer than half of
 * them; where that cannot be, rows that differ by as few as can be.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { evenColumns } from "./tile_grid.ts";
 * assertEquals([15, 20, 30, 17, 3].map((count) => evenColumns(count, 8)), [5, 5, 6, 6, 3]);
 * ```
 */
export function evenColumns(count: number, most: number): number {
  for (let columns = Math.min(most, count); 2 * columns >= most; columns--) {
    if (count % columns === 0) return columns;
  }
  return Math.ceil(count / Math.ceil(count / most));
}

/** Lays a grid out on a page of about the figures' width; with `within`, of no more. */
export function layoutGrid(
  { images, rowLabels = [], ...grid }: TileGrid,
  { within = false }: { readonly within?: boolean } = {},
): GridLayout {
  const columns = Math.min(grid.columns, images.length), rows = Math.ceil(images.length / columns);
  const { width: pixelsWide, height: pixelsHigh } = images[0]!;
  const left = Math.ceil(SIZE.pad + (rowLabels.length > 0 ? widest(rowLabels, SIZE.tick) + 10 : 0));
  // Half units are whole pixels of a PNG at scale 2, so that all pixels of an image come out equally large.
  const room = (SIZE.width - left - SIZE.pad - GAP * (columns - 1)) / columns;
  const whole = within ? Math.floor : Math.round;
  const zoom = Math.max(1, whole((2 * Math.min(room, MAX_TILE)) / pixelsWide) / 2);
  const tileWidth = pixelsWide * zoom, tileHeight = pixelsHigh * zoom;
  const labelRoom = images.some(({ label }) => label) ? LABEL_LINE : 0;
  const pitch = tileHeight + GAP + labelRoom;
  const width = left + columns * (tileWidth + GAP) - GAP + SIZE.pad, height = rows * pitch - GAP;
  return { columns, left, tileWidth, tileHeight, pitch, width, height };
}

/** Draws the images of a grid from `top` down. */
export function drawGrid({ document, svg }: Sheet, grid: TileGrid, layout: GridLayout, top: number): void {
  const { images, scale, rowLabels = [] } = grid, [low, high] = domainOf(grid);
  const { columns, left, tileWidth, tileHeight, pitch } = layout, isInked = scale === "ink";
  const palette = Array.from({ length: 256 }, (_, byte) => scaleColor(scale, byte / 255));
  images.forEach(({ pixels, width, height, channels, label }, i) => {
    const x = left + (i % columns) * (tileWidth + GAP), y = top + Math.floor(i / columns) * pitch;
    const bytes = Uint8Array.from(pixels, (value) => {
      const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
      // A pixel that is not a number is drawn as the lowest.
      const byte = Math.round((share || 0) * 255);
      return isInked && channels !== 3 ? 255 - byte : byte;
    });
    const look = channels === 3 ? "rgb" : scale === "diverging" ? palette : undefined;
    const png = encodePng(bytes, width, height, look);
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
      const look = { "font-size": SIZE.small, fill: INK.quiet };
      const at = { x: x + tileWidth / 2, y: y + tileHeight + 11.5 };
      append(
        document,
        svg,
        "text",
        { ...at, ...look },
        fitText(label, tileWidth + GAP - 1, SIZE.small),
      );
    }
  });
  rowLabels.slice(0, Math.ceil(images.length / columns)).forEach((label, row) => {
    const y = top + row * pitch + tileHeight / 2 + 4.3;
    append(document, svg, "text", { x: left - 10, y, "text-anchor": "end", fill: INK.text }, label);
  });
}

/** The rule that keeps pixels crisp in browsers. */
export function addCrispRule({ document, svg }: Sheet): void {
  append(document, svg, "style", {}, CRISP);
}

/** The ends of a scale, as they are written beside its ramp. */
function endsOf(domain: readonly [number, number]): readonly [string, string] {
  const [low, high] = domain.map((value) => formatPlain(Number(value.toPrecision(2))));
  return [low!, high!];
}

/** Width of a scale with its numbers. */
export function scaleWidth(domain: readonly [number, number]): number {
  const [low, high] = endsOf(domain);
  return textWidth(low, SIZE.small) + RAMP + 12 + textWidth(high, SIZE.small);
}

/** A ramp of a scale's colours between the values at its ends. `id` names its gradient within the page. */
export function drawScale(
  { document, svg }: Sheet,
  scale: TileGrid["scale"],
  { domain, id, x, y }: {
    readonly domain: readonly [number, number];
    readonly id: string;
    readonly x: number;
    readonly y: number;
  },
): void {
  const [low, high] = endsOf(domain), rampAt = x + textWidth(low, SIZE.small) + 6;
  const look = { "font-size": SIZE.small, fill: INK.quiet, "text-anchor": "start", y: y + 9 };
  const gradient = append(document, append(document, svg, "defs", {}), "linearGradient", { id });
  for (let i = 0; i <= 12; i++) {
    const [red, green, blue] = scaleColor(scale, i / 12);
    append(document, gradient, "stop", { offset: i / 12, "stop-color": `rgb(${red},${green},${blue})` });
  }
  append(document, svg, "text", { ...look, x }, low);
  append(document, svg, "rect", {
    x: rampAt,
    y,
    width: RAMP,
    height: 10,
    fill: `url(#${id})`,
    stroke: INK.grid,
  });
  append(document, svg, "text", { ...look, x: rampAt + RAMP + 6 }, high);
}
