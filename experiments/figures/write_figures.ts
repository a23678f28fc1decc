/** Writing figures into a folder. */
import type { Figure } from "../../src/plot/figure.ts";
import { toPng } from "../../src/plot/png.ts";
import type { PngDrawer } from "./png_drawer.ts";

/** Around the writing: a signal that ends it, and what is told which figure is under way. */
export interface WriteFiguresOptions {
  readonly signal?: AbortSignal | undefined;
  readonly doing?: ((words: string) => void) | undefined;
  /** Draws the PNG files, all of them one after another; without it they are drawn here. */
  readonly drawer?: PngDrawer | undefined;
}

/** Each figure as SVG, PNG and CSV in `figures/`, by what writes a file of the folder; none after the signal. */
export async function writeFigures(
  folder: { writeFile(relative: string, data: string | Uint8Array): Promise<void> },
  figures: readonly Figure[],
  { signal, doing, drawer }: WriteFiguresOptions = {},
): Promise<void> {
  const drawn = drawer && figures.map(({ svg }) => drawer.draw(svg));
  // Whoever stops early, or fails, waits for none of them.
  for (const one of drawn ?? []) one.catch(() => {});
  for (const [i, { name, svg, csv }] of figures.entries()) {
    if (signal?.aborted) return;
    doing?.(`writing figure ${i + 1} of ${figures.length}`);
    await folder.writeFile(`figures/${name}.svg`, svg);
    await folder.writeFile(`figures/${name}.csv`, csv);
    await folder.writeFile(`figures/${name}.png`, await (drawn?.[i] ?? toPng(svg)));
  }
}
