/** A thread that draws PNG files as it is told; see `png_drawer.ts`. */
import { toPng } from "../../src/plot/png.ts";
import type { PngAnswer } from "./png_drawer.ts";

const tell = (answer: PngAnswer) => self.postMessage(answer);

/** Drawn before anyone asks: the renderer is compiled as it draws for the first time, and its text takes the fonts. */
const WARM_UP =
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30" font-family="Inter" font-size="9">' +
  '<text x="2" y="12">0.9</text><text x="2" y="24" font-weight="600">Loss</text><path d="M40 2L80 20" stroke="#000"/>' +
  "</svg>";

await toPng(WARM_UP).catch(() => {}); // what is missing is told to whoever wants a figure

self.onmessage = async ({ data: svg }: MessageEvent<string>) => {
  try {
    tell({ png: await toPng(svg) });
  } catch (error) {
    tell({ message: error instanceof Error ? error.message : String(error) });
  }
};
