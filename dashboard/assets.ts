/** Styles, pictures, fonts and scripts of the pages: made or read once, and kept. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescentError } from "../src/core/errors.ts";
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

/** `style.css`, `fonts/inter-400.ttf`, `islands/run_view.js` or `workers/….js`; `undefined` where there is no such thing. */
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

/** An asset as an answer to a request, which may have it already; `undefined` where there is no such thing. */
export async function assetAnswer(
  path: string,
  { headers: asked }: Request,
  more: Readonly<Record<string, string>> = {},
): Promise<Response | undefined> {
  const asset = await findAsset(path);
  if (asset === undefined) return undefined;
  const { bytes, type, tag } = asset;
  const headers = { "content-type": type, etag: tag, "cache-control": "no-cache", ...more };
  return asked.get("if-none-match") === tag
    ? new Response(null, { status: 304, headers })
    : new Response(bytes, { headers });
}

async function loadAsset(path: string): Promise<Asset | undefined> {
  const parts = path.split("/"), name = parts.at(-1)!, type = TYPES[name.split(".").at(-1)!];
  if (!parts.every(isPlainName) || parts.length > 2 || type === undefined) return undefined;
  const bytes = await readAsset(parts.length === 1 ? "static" : parts[0]!, name);
  if (bytes === undefined) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { bytes, type, tag: `"${hash.toHex().slice(0, 20)}"` };
}

async function readAsset(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stem = /^([a-z]\w*)\.js$/.exec(name)?.[1];
  switch (folder) {
    case "static":
      return await readIfThere(join(ROOT, "static", name));
    case "fonts":
      return await readFont(name);
    case "islands":
      return stem === undefined
        ? undefined
        : await bundle(join(ROOT, "dashboard/entries", `wake_${stem}.ts`), "iife");
    case "workers":
      return stem === undefined ? undefined : await bundle(join(ROOT, "workers", `${stem}.ts`), "esm");
    default:
      return undefined;
  }
}

/** The islands there are, by their components. */
export async function loadIslands(): Promise<ReadonlyMap<unknown, string>> {
  const found = await Promise.all((await islandNames()).map(async (name) => {
    const module = await import(new URL(`../islands/${name}.tsx`, import.meta.url).href);
    const functions = Object.keys(module).filter((key) => typeof module[key] === "function");
    if (functions.join() !== "default") {
      throw new DescentError(
        `Cannot serve islands/${name}.tsx: Fresh makes an island of each function that it exports, its adapter of ` +
          "the default alone; export that one",
      );
    }
    return [module.default as unknown, name] as const;
  }));
  return new Map(found);
}

async function islandNames(): Promise<readonly string[]> {
  return (await namesIn("islands")).map((name) => name.replace(/\.tsx$/, ""));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(join(ROOT, folder)))).map(({ name }) => name).filter(
    isPlainName,
  );
}

/** All that pages of an export may load, at the same addresses as on a server. */
export async function assetPaths(): Promise<readonly string[]> {
  return [
    ...await namesIn("static"),
    ...Object.keys(FONTS).map((name) => `fonts/${name}`),
    ...(await islandNames()).map((name) => `islands/${name}.js`),
  ];
}

/** One script with all that its entry needs. Of islands it is a classic one: pages from disk may not load modules. */
async function bundle(entry: string, format: "iife" | "esm"): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (await readIfThere(entry) === undefined) return undefined;
  const { outputFiles, errors } = await Deno.bundle({
    entrypoints: [entry],
    platform: "browser",
    format,
    minify: true,
    write: false,
  });
  const [script] = outputFiles ?? [];
  if (script?.contents === undefined) {
    throw new Error(`Cannot bundle ${entry}: ${errors.map(({ text }) => text).join("; ")}`);
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
