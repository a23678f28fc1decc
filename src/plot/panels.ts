/** Several grids of small images below one another, each on a scale of its own: what the layers of a network show. */
import { require } from "../core/errors.ts";
import { formatPlain } from "./axes.ts";
import { append } from "./dom.ts";
import { checkName, type Figure, finishFigure, startSheet, type TitledOptions } from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { type Cell, toCsv } from "../core/text_table.ts";
import { fitText } from "./text.ts";
import { INK, SIZE, STRONG } from "./theme.ts";
import {
  addCrispRule,
  checkGrid,
  domainOf,
  drawGrid,
  drawScale,
  layoutGrid,
  scaleWidth,
  type TileGrid,
} from "./tile_grid.ts";

/** One grid under its name. */
export interface TilePanel extends TileGrid {
  /** `C1: 15 maps of 20×20`. */
  readonly title: string;
}

export interface TilePanelsOptions extends TitledOptions {
  readonly panels: readonly TilePanel[];
}

const TITLE_LINE = 22, PANEL_GAP = 16;

function* csvRows({ panels }: TilePanelsOptions): Generator<readonly Cell[]> {
  const widest = panels.reduce((most, { images }) => Math.max(most, images[0]!.width), 0);
  yield ["panel", "image", "label", "row", ...Array.from({ length: widest }, (_, i) => `column ${i}`)];
  for (const { title, images } of panels) {
    for (const [i, { pixels, width, height, label }] of images.entries()) {
      for (let row = 0; row < height; row++) {
        const values = Array.from({ length: width }, (_, x) => pixels[row * width + x]!);
        // Seven digits are all that a float32 holds.
        yield [title, i, label, row, ...values.map((value) => Number(value.toPrecision(7)))];
      }
    }
  }
}

/**
 * Grids of small images below one another, each under its name and beside the scale of its values: images of one
 * panel can be compared by their shades, those of different panels by their scales.
 *
 * @throws DescentError if there is no panel, or a panel has no images or images that differ in size
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { tilePanels } from "./panels.ts";
 * const map = (side: number, top: number) => ({
 *   pixels: Float32Array.from({ length: side * side }, (_, i) => top * i / (side * side - 1)),
 *   width: side,
 *   height: side,
 * });
 * const figure = tilePanels({
 *   name: "maps",
 *   title: "Feature maps",
 *   panels: [
 *     { title: "C1", columns: 8, scale: "ink", images: [map(20, 1), map(20, 2)] },
 *     { title: "S1", columns: 8, scale: "ink", images: [map(10, 3)] },
 *   ],
 * });
 * assert(figure.svg.includes("S1") && figure.csv.includes("S1,0,,9"));
 * ```
 */
export function tilePanels(options: TilePanelsOptions): Figure {
  const { name, panels } = options;
  checkName(name);
  require(panels.length > 0, `Figure "${name}" has no panels`);
  for (const panel of panels) checkGrid(`${name}: ${panel.title}`, panel);
  const layouts = panels.map((panel) => layoutGrid(panel, { within: true }));
  // Many columns of large images, a pixel each, may need more.
  const width = Math.max(SIZE.width, ...layouts.map((layout) => layout.width)),
    heading = layoutHeading(options, width);
  const tops: number[] = [];
  let y = heading.height + 8;
  for (const layout of layouts) {
    tops.push(y);
    y += TITLE_LINE + layout.height + PANEL_GAP;
  }
  const sheet = startSheet({ width, height: y - PANEL_GAP + SIZE.pad, marks: [] }, options);
  addCrispRule(sheet);
  panels.forEach((panel, i) => {
    const top = tops[i]!, domain = domainOf(panel), scaleAt = width - SIZE.pad - scaleWidth(domain);
    const look = {
      x: SIZE.pad,
      y: top + 12,
      "text-anchor": "start",
      "font-size": SIZE.label,
      fill: INK.text,
    };
    const title = fitText(panel.title, scaleAt - SIZE.pad - 10, SIZE.label, true);
    append(sheet.document, sheet.svg, "text", { ...look, "font-weight": STRONG }, title);
    drawScale(sheet, panel.scale, { domain, id: `${name}-scale-${i + 1}`, x: scaleAt, y: top + 3 });
    drawGrid(sheet, panel, layouts[i]!, top + TITLE_LINE);
  });
  const description = panels.map((panel) => {
    const [low, high] = domainOf(panel).map((value) => formatPlain(Number(value.toPrecision(3))));
    return `${panel.title}: ${panel.images.length} images, values from ${low} to ${high}.`;
  }).join(" ");
  return finishFigure(sheet, options, { heading, description, csv: toCsv(csvRows(options)) });
}
