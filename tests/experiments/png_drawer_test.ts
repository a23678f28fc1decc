/** PNG files that are drawn in a thread of its own. */
import { assertEquals, assertRejects } from "@std/assert";
import { openPngDrawer } from "../../experiments/figures/png_drawer.ts";
import { writeFigures } from "../../experiments/figures/write_figures.ts";
import { DescentError } from "../../src/core/errors.ts";
import { toPng } from "../../src/plot/png.ts";

Deno.test("a thread draws the bytes that toPng() gives, in order, and says of what is no figure why not", async () => {
  const figures = [4, 8].map((width) => ({
    name: `wide_${width}`,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="4"><text y="3">Loss</text></svg>`,
    csv: `${width}\r\n`,
  }));
  const written = new Map<string, string | Uint8Array>();
  const folder = {
    writeFile: (path: string, data: string | Uint8Array) => Promise.resolve(void written.set(path, data)),
  };
  using drawer = openPngDrawer();
  const refused = assertRejects(() => drawer.draw("no figure"), DescentError, "Cannot draw the SVG: ");
  await writeFigures(folder, figures, { drawer });
  await refused;
  for (const { name, svg, csv } of figures) {
    assertEquals(written.get(`figures/${name}.png`), await toPng(svg));
    assertEquals([written.get(`figures/${name}.svg`), written.get(`figures/${name}.csv`)], [svg, csv]);
  }
});
