/** Styles, pictures, fonts and scripts of the pages: made or read once, and kept. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isPlainName } from "./folder.ts";

/** Where the sources of the dashboard lie. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Weights of the one font, by file name. */
const FONTS: Readonly<Record<string, string>> = {
  "inter-400.ttf": "400Regular/Inter_400Regular.ttf",
  "inter-500.ttf": "500Medium/Inter_500Medium.ttf",
  "inter-600.ttf": "600SemiBold/Inter_600SemiBold.ttf",
};

export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Changes with the content. */
  readonly tag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ttf: "font/ttf",
  wasm: "application/wasm",
  wgsl: "text/plain; charset=utf-8",
};

const known = new Map<string, Promise<Asset | undefined>>();

/** `static/style.css`, `fonts/inter-400.ttf` or `islands/run_view.js`; `undefined` where there is no such thing. */
export function findAsset(path: string): Promise<Asset | undefined> {
  let asset = known.get(path);
  if (asset === undefined) {
    asset = loadAsset(path);
    known.set(path, asset);
    // What is missing or broken is looked for again: a typing error in an island should not need a restart.
    asset.then((found) => found ?? known.delete(path), () => known.delete(path));
  }
  return asset;
}

async function loadAsset(path: string): Promise<Asset | undefined> {
  const [folder, name = "", ...more] = path.split("/");
  if (!isPlainName(name) || more.length > 0) return undefined;
  const bytes = folder === "islands"
    ? await bundleIsland(name)
    : folder === "fonts"
    ? await readFont(name)
    : folder === "static"
    ? await readIfThere(join(ROOT, "static", name))
    : undefined;
  const type = TYPES[name.split(".").at(-1)!];
  if (bytes === undefined || type === undefined) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { bytes, type, tag: `"${hash.toHex().slice(0, 20)}"` };
}

/** Names of all islands, scripts and other files that pages may ask for. */
export async function assetPaths(): Promise<readonly string[]> {
  const names = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(join(ROOT, folder)))).map(({ name }) => name).filter(isPlainName);
  const islands = (await names("islands")).filter((name) => /^[a-z]\w*\.tsx$/.test(name));
  return [
    ...(await names("static")).map((name) => `static/${name}`),
    ...Object.keys(FONTS).map((name) => `fonts/${name}`),
    ...islands.map((name) => `islands/${name.replace(/tsx$/, "js")}`),
  ];
}

/** One script with all that the island needs. It is a classic one, because pages from disk may not load modules. */
async function bundleIsland(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [, stem] = /^([a-z]\w*)\.js$/.exec(name) ?? [];
  const entry = join(ROOT, "islands", `${stem}.tsx`);
  if (stem === undefined || await readIfThere(entry) === undefined) return undefined;
  const { outputFiles, errors } = await Deno.bundle({
    entrypoints: [entry],
    platform: "browser",
    format: "iife",
    minify: true,
    write: false,
  });
  const [script] = outputFiles ?? [];
  if (script?.contents === undefined) {
    throw new Error(`Cannot bundle islands/${stem}.tsx: ${errors.map(({ text }) => text).join("; ")}`);
  }
  return new Uint8Array(script.contents);
}

async function readFont(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = FONTS[name];
  if (file === undefined) return undefined;
  return await readIfThere(fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)));
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
