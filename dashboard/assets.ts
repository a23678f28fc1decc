/** Styles, pictures, fonts and scripts of the pages: made or read once, and kept. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescentError } from "../src/core/errors.ts";
import { isPlainName } from "./folder.ts";
import { FONT_NAMES, readFont } from "./fonts.ts";

/** Where the sources of the dashboard lie. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** What the scripts of islands are made of. */
const SCRIPT_SOURCES = ["deno.lock", "components", "dashboard/entries", "islands", "src/core", "src/plot"];
/** An address with the hash of what it stands for never means anything else. */
const FOR_EVER = "public, max-age=31536000, immutable";

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
  woff2: "font/woff2",
  wasm: "application/wasm",
  wgsl: "text/plain; charset=utf-8",
};

const known = new Map<string, Promise<Asset | undefined>>();

/** `style.css`, `fonts/inter-400.woff2`, `islands/run_view.js` or `workers/….js`; `undefined` where there is no such thing. */
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
  { headers: asked, url }: Request,
  more: Readonly<Record<string, string>> = {},
): Promise<Response | undefined> {
  const asset = await findAsset(path);
  if (asset === undefined) return undefined;
  const { bytes, type, tag } = asset, version = new URL(url).searchParams.get("v");
  const isNamed = version !== null && version === (await assetVersions()).get(path);
  const headers = {
    "content-type": type,
    etag: tag,
    "cache-control": isNamed ? FOR_EVER : "no-cache",
    ...more,
  };
  // A server that compresses says of the tag that it is a weak one.
  return asked.get("if-none-match")?.replace("W/", "") === tag
    ? new Response(null, { status: 304, headers })
    : new Response(bytes, { headers });
}

async function loadAsset(path: string): Promise<Asset | undefined> {
  const parts = path.split("/"), name = parts.at(-1)!, type = TYPES[name.split(".").at(-1)!];
  if (!parts.every(isPlainName) || parts.length > 2 || type === undefined) return undefined;
  const bytes = await readAsset(parts.length === 1 ? "static" : parts[0]!, name);
  if (bytes === undefined) return undefined;
  return { bytes, type, tag: `"${await hashOf(bytes)}"` };
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 20);
}

async function readAsset(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stem = /^([a-z]\w*)\.js$/.exec(name)?.[1];
  switch (folder) {
    case "static":
      return await readStatic(name);
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

/** A style names its fonts with their hashes. */
async function readStatic(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await readIfThere(join(ROOT, "static", name));
  if (bytes === undefined || !name.endsWith(".css")) return bytes;
  let text = new TextDecoder().decode(bytes);
  for (const font of FONT_NAMES) {
    if (!text.includes(`"fonts/${font}"`)) continue;
    text = text.replaceAll(`"fonts/${font}"`, `"fonts/${font}?v=${await contentVersion(`fonts/${font}`)}"`);
  }
  return new TextEncoder().encode(text);
}

let versions: Promise<ReadonlyMap<string, string>> | undefined;

/**
 * What stands behind `?v=` in the address of an asset, by its path, so that a browser may keep it: its own hash, and of
 * scripts that of all sources, as no page should wait for scripts that it does not load.
 */
export function assetVersions(): Promise<ReadonlyMap<string, string>> {
  return versions ??= readVersions().catch((error) => {
    versions = undefined;
    throw error;
  });
}

async function readVersions(): Promise<ReadonlyMap<string, string>> {
  const sources = await Promise.all(SCRIPT_SOURCES.map((path) => readAll(join(ROOT, path))));
  const ofScripts = await hashOf(new TextEncoder().encode(`${Deno.version.deno}\n${sources.join("\n")}`));
  return new Map(
    await Promise.all(
      (await assetPaths()).map(async (path) =>
        [path, path.startsWith("islands/") ? ofScripts : await contentVersion(path)] as const
      ),
    ),
  );
}

async function contentVersion(path: string): Promise<string> {
  return (await findAsset(path))?.tag.slice(1, -1) ?? "";
}

/** The text of a file, or of all in a folder. */
async function readAll(path: string): Promise<string> {
  if ((await Deno.stat(path)).isFile) return await Deno.readTextFile(path);
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).filter(isPlainName)
    .sort();
  return (await Promise.all(names.map((name) => readAll(join(path, name))))).join("\n");
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
    ...FONT_NAMES.map((name) => `fonts/${name}`),
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

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
