/** The same pages as files, which open from disk; from a file host, the reports train what they print. */
import { dirname, join, resolve, sep } from "node:path";
import type { Site } from "../components/site.tsx";
import { causeOf, DescentError } from "../src/core/errors.ts";
import { createDashboard, type Dashboard } from "./app.ts";
import { assetPaths, findAsset } from "./assets.ts";
import { filesBelow } from "./files.ts";
import { findFile } from "./folder.ts";
import { recomputeFile, recomputePaths } from "./recompute_files.ts";

/** Says that a folder is an export, which may be written again. */
const MARK = "descent-export.json";

export interface Exported {
  readonly pages: number;
  readonly files: number;
  /** Of all that was written. */
  readonly bytes: number;
  /** Of that, what a reader loads who trains: images, kernels and the worker. */
  readonly recomputeBytes: number;
  /** The page to begin with. */
  readonly index: string;
}

/**
 * Writes every page below `out`, with the files of the runs `runs` and all that pages load.
 *
 * @throws DescentError when `out` holds something else, lies in the runs folder, or cannot be written.
 */
export async function exportSite(runs: string, out: string): Promise<Exported> {
  const target = resolve(out);
  if (`${target}${sep}`.startsWith(`${resolve(runs)}${sep}`)) {
    throw new DescentError(
      `Cannot export into ${out}: it lies in the runs folder ${runs}; choose another folder`,
    );
  }
  try {
    await claim(target, out);
    const dashboard = await createDashboard({ runs, readOnly: true, site: siteOf });
    const output = new Output(target), pages = await writePages(dashboard, output);
    for (const path of await assetPaths()) await writeAsset(path, output);
    const files = await copyFiles(dashboard, output), before = output.bytes;
    for (const path of await recomputePaths()) await writeRecomputeFile(path, output);
    const { bytes } = output;
    return { pages, files, bytes, recomputeBytes: bytes - before, index: join(out, "index.html") };
  } catch (error) {
    if (error instanceof DescentError) throw error;
    throw new DescentError(`Cannot export into ${out}: ${causeOf(error)}`, { cause: error });
  }
}

/** Where a page lies, seen from itself: one step up for each part of its address. */
function siteOf(path: string): Site {
  return { root: "../".repeat(path.split("/").filter((part) => part !== "").length) };
}

async function claim(target: string, out: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  const names = (await Array.fromAsync(Deno.readDir(target))).map(({ name }) => name);
  if (names.length > 0 && !names.includes(MARK)) {
    throw new DescentError(
      `Cannot export into ${out}: it holds other files; choose a new folder or an earlier export`,
    );
  }
  await Deno.writeTextFile(
    join(target, MARK),
    `${JSON.stringify({ exportedAt: new Date().toISOString() })}\n`,
  );
}

/** Addresses of all pages: those without parameters, and what modules say of theirs. */
async function pagePaths({ routes, library }: Dashboard): Promise<readonly string[]> {
  const paths = await Promise.all(routes.map(async ({ pattern, module }) => {
    if (module.default === undefined) return [];
    if (module.paths !== undefined) return await module.paths(library);
    return pattern.includes(":") ? [] : [pattern];
  }));
  return paths.flat();
}

async function writePages(dashboard: Dashboard, output: Output): Promise<number> {
  let pages = 0;
  for (const path of await pagePaths(dashboard)) {
    const answer = await dashboard.app.request(path), html = await answer.text();
    // A run may have gone since it was listed.
    if (!answer.ok) continue;
    await output.write([
      ...path.split("/").filter((part) => part !== "").map(decodeURIComponent),
      "index.html",
    ], html);
    pages++;
  }
  return pages;
}

async function writeAsset(path: string, output: Output): Promise<void> {
  const asset = await findAsset(path);
  if (asset !== undefined) await output.write(path.split("/"), asset.bytes);
}

async function writeRecomputeFile(path: string, output: Output): Promise<void> {
  const file = await recomputeFile(path);
  if (file !== undefined) await output.write(["recompute", ...path.split("/")], file.bytes);
}

async function copyFiles({ library: { store } }: Dashboard, output: Output): Promise<number> {
  let files = 0;
  for (const { id } of await store.list()) {
    for (const { path } of filesBelow(store.root, id)) {
      const names = path.split("/"), found = findFile(store.root, [id, ...names]);
      if (found === undefined) continue;
      await output.write(["runs", id, "files", ...names], await Deno.readFile(found.path));
      files++;
    }
  }
  return files;
}

/** A folder that is written, and how much. */
class Output {
  bytes = 0;

  constructor(private readonly target: string) {}

  async write(names: readonly string[], data: string | Uint8Array): Promise<void> {
    const path = join(this.target, ...names),
      bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    this.bytes += bytes.length;
  }
}
