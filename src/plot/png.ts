/** SVG to PNG, with one fixed font and one fixed renderer: the same bytes on every machine. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { causeOf, DescentError, require } from "../core/errors.ts";

/** Regular and bold of the one font; the names of other fonts in a figure fall back to it. */
const FONT_FILES = [
  "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf",
  "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf",
];
const FONT_NAME = "Inter";

async function readPackageFile(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(import.meta.resolve(specifier));
  try {
    return await Deno.readFile(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new DescentError(`Cannot draw PNG files: ${url.pathname} cannot be read: ${causeOf(error)}`);
    }
    throw new DescentError(`Cannot draw PNG files: ${url.pathname} is missing; "deno install" fetches it`);
  }
}

let ready: Promise<readonly Uint8Array[]> | undefined;

/** Starts the renderer, which can be done only once, and reads the fonts. */
async function prepare(): Promise<readonly Uint8Array[]> {
  const fonts = await Promise.all(FONT_FILES.map(readPackageFile));
  await initWasm(await readPackageFile("@resvg/resvg-wasm/index_bg.wasm"));
  return fonts;
}

/**
 * Draws an SVG document as a PNG file. System fonts are never used.
 *
 * @param svg the document, as in `Figure.svg`
 * @param options.scale pixels per unit of the SVG (default 2: a figure 480 units wide becomes 960 pixels,
 *   270 dots per inch at 90 mm)
 * @throws DescentError if `scale` is not in 0.1 … 16, if `svg` is no SVG document, or if packages are not installed
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { toPng } from "./png.ts";
 * const png = await toPng(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>`, { scale: 1 });
 * assert(png[1] === 0x50 && png[2] === 0x4e && png[3] === 0x47);
 * ```
 */
export async function toPng(svg: string, { scale = 2 }: { scale?: number } = {}): Promise<Uint8Array> {
  require(scale >= 0.1 && scale <= 16, `PNG scale must be between 0.1 and 16, got ${scale}`);
  ready ??= prepare();
  const fontBuffers = [...await ready];
  const options = {
    fitTo: { mode: "zoom" as const, value: scale },
    font: { fontBuffers, defaultFontFamily: FONT_NAME, sansSerifFamily: FONT_NAME },
  };
  let renderer: InstanceType<typeof Resvg>;
  try {
    renderer = new Resvg(svg, options);
  } catch (error) {
    throw new DescentError(`Cannot draw the SVG: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  const image = renderer.render(), png = image.asPng();
  image.free();
  renderer.free();
  return png;
}
