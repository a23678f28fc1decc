/** Figures and tables: data in, SVG, PNG, CSV and text out. Nothing here knows about training. */
export type { Mark } from "./annotations.ts";
export type { ScaleType } from "./axes.ts";
export type { Band } from "./bands.ts";
export { bars, type BarsOptions } from "./bars.ts";
export type { BarGroup, BarValue } from "./bars_layout.ts";
export { confusionMatrix, type ConfusionOptions } from "./confusion.ts";
export { curves, type CurvesOptions, type Series, type Values } from "./curves.ts";
export {
  diagram,
  type DiagramColumn,
  type DiagramLink,
  type DiagramOptions,
  type DiagramPair,
} from "./diagram.ts";
export type { SvgDocument } from "./dom.ts";
export { dotComparison, type DotOptions, type DotRow } from "./dots.ts";
export type { Figure, FigureOptions } from "./figure.ts";
export { histogram, type HistogramOptions, type Sample } from "./histogram.ts";
export { type TilePanel, tilePanels, type TilePanelsOptions } from "./panels.ts";
export { compressPng } from "./pixels.ts";
export { toPng } from "./png.ts";
export {
  type Cell,
  type Column,
  markdownTable,
  type TableOptions,
  textTable,
  toCsv,
} from "../core/text_table.ts";
export type { Role } from "./theme.ts";
export { evenColumns } from "./tile_grid.ts";
export { type Tile, tiles, type TilesOptions } from "./tiles.ts";
