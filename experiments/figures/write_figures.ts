/** Writing figures into a folder. */
import { type Figure, toPng } from "../../src/plot/mod.ts";

/** Each figure as SVG, PNG and CSV in `figures/`, by what writes a file of the folder; none after the signal. */
export async function writeFigures(
  folder: { writeFile(relative: string, data: string | Uint8Array): Promise<void> },
  figures: readonly Figure[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, svg, csv } of figures) {
    if (signal?.aborted) return;
    await folder.writeFile(`figures/${name}.svg`, svg);
    await folder.writeFile(`figures/${name}.csv`, csv);
    await folder.writeFile(`figures/${name}.png`, await toPng(svg));
  }
}
