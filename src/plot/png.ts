/** SVG to PNG, with one fixed font and one fixed renderer: the same bytes on every machine. */
import type { initWasm, Resvg } from "@resvg/resvg-wasm";
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";

/** Settings of `toPng`. */
export interface ToPngOptions {
  /** Pixels per unit of the SVG, from 0.1 to 16; default 2: of a figure 480 units wide 960 pixels, 270 dots per inch at 90 mm. */
  readonly scale?: number;
}

interface Renderer {
  readonly Resvg: typeof Resvg;
  readonly initWasm: typeof initWasm;
}

const RENDERER = "@resvg/resvg-wasm";
/** Regular and bold of the one font; the names of other fonts in a figure fall back to it. */
const FONT_FILES = [
  "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf",
  "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf",
];
const FONT_NAME = "Inter";
const MISSING =
  'Cannot draw PNG files: the packages "@resvg/resvg-wasm" and "@expo-google-fonts/inter" are not ' +
  "installed; `npm install @resvg/resvg-wasm@2.6.2 @expo-google-fonts/inter@0.4.2` does it, or `deno install` where " +
  "deno.json lists them";

async function readPackageFile(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(import.meta.resolve(specifier));
  // Deno knows what a package of that name would be called, and has none.
  require(url.protocol === "file:", MISSING);
  try {
    return await platform().readAsset(url);
  } catch (error) {
    if (platform().files.isNotFound(error)) throw new DescentError(MISSING);
    throw new DescentError(`Cannot draw PNG files: ${url.pathname} cannot be read: ${causeOf(error)}`);
  }
}

/** The renderer, by a name that no bundler follows: only who draws PNG files needs it. */
async function loadRenderer(): Promise<Renderer> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ RENDERER);
  } catch (error) {
    throw new DescentError(MISSING, { cause: error });
  }
}

interface Prepared {
  readonly renderer: Renderer;
  readonly fonts: readonly Uint8Array[];
}

let ready: Promise<Prepared> | undefined;

/** Starts the renderer, which can be done only once, and reads the fonts. */
async function prepare(): Promise<Prepared> {
  require(
    !("document" in globalThis),
    "PNG files are drawn in Deno, Node and Bun; a page shows a figure's svg as it is",
  );
  const renderer = await loadRenderer();
  const fonts = await Promise.all(FONT_FILES.map(readPackageFile));
  await renderer.initWasm(await readPackageFile("@resvg/resvg-wasm/index_bg.wasm"));
  return { renderer, fonts };
}

/**
 * Draws a figure, or the text of an SVG document, as a PNG file. System fonts are never used.
 *
 * In the npm package it takes `@resvg/resvg-wasm` and `@expo-google-fonts/inter` beside it.
 *
 * @throws DescentError if `scale` is not in 0.1 … 16, if the text is no SVG document, if packages are not installed, or in a
 *   page
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { bars, toPng } from "descent/plot";
 * const figure = bars([{ label: "Accuracy", values: [{ label: "Test", value: 0.98 }] }]);
 * const png = await toPng(figure, { scale: 1 });
 * assert(png[1] === 0x50 && png[2] === 0x4e && png[3] === 0x47);
 * ```
 */
export async function toPng(
  figure: string | { readonly svg: string },
  options: ToPngOptions = {},
): Promise<Uint8Array> {
  checkOptions("toPng", options, { scale: true });
  const { scale = 2 } = options, svg = typeof figure === "string" ? figure : figure?.svg;
  require(
    typeof svg === "string",
    () => `toPng() takes a figure, or the text of an SVG, got ${shown(figure)}`,
  );
  require(scale >= 0.1 && scale <= 16, `PNG scale must be between 0.1 and 16, got ${scale}`);
  const { renderer: { Resvg }, fonts } = await (ready ??= prepare().catch((error) => {
    ready = undefined;
    throw error;
  }));
  const look = {
    fitTo: { mode: "zoom" as const, value: scale },
    font: { fontBuffers: [...fonts], defaultFontFamily: FONT_NAME, sansSerifFamily: FONT_NAME },
  };
  let renderer: InstanceType<typeof Resvg>;
  try {
    renderer = new Resvg(svg, look);
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
