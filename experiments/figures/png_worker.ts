/** A thread that draws PNG files as it is told; see `png_drawer.ts`. */
import { toPng } from "../../src/plot/png.ts";
import type { PngAnswer } from "./png_drawer.ts";

const tell = (answer: PngAnswer) => self.postMessage(answer);

/** Drawn before anyone asks: the renderer is compiled as it draws for the first time, and its text takes the fonts. */
const WARM_UP =
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30" font-family="Inter" font-size="9">' +
  '<text x="2" y="12">0.9</text><text x="2" y="24" font-weight="600">Loss</text><path d="M40 2L80 20" stroke="#000"/>' +
  "</svg>";

// What is missing is told to whoever wants a figure. All take their turns: an answer says not whose it is.
let last: Promise<unknown> = toPng(WARM_UP).catch(() => {});

// Set before anything is awaited: what comes while there is no listener is lost.
self.onmessage = ({ data: svg }: MessageEvent<string>) => {
  last = last.then(() => answer(svg));
};

async function answer(svg: string): Promise<void> {
  try {
    tell({ png: await toPng(svg) });
  } catch (error) {
    tell({ message: error instanceof Error ? error.message : String(error) });
  }
}
