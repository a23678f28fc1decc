/** The modules of `routes/` and the addresses that their paths stand for. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RouteModule } from "./page.ts";

const ROUTES = new URL("../routes/", import.meta.url);

/** A module and its address: `runs/[id]/index.tsx` → `["runs", ":id"]`, `f/[...path].ts` → `["f", "*path"]`. */
export interface Route {
  readonly segments: readonly string[];
  readonly module: RouteModule;
}

/** Address of a module by its path below `routes/`. */
export function segmentsOf(path: string): readonly string[] {
  const parts = path.replace(/\.tsx?$/, "").split("/").filter((part) => part !== "index");
  return parts.map((part) => part.replace(/^\[\.\.\.(\w+)\]$/, "*$1").replace(/^\[(\w+)\]$/, ":$1"));
}

/**
 * The parameters of a path that is this route's, decoded; `undefined` if it is not. Each part is decoded by itself,
 * so that an encoded slash stays within its parameter; a part that cannot be decoded belongs to no route.
 */
export function matchRoute(
  segments: readonly string[],
  pathname: string,
): Record<string, string> | undefined {
  const parts = pathname.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const isRest = segment.startsWith("*");
    if (parts.length <= i) return undefined;
    const texts = (isRest ? parts.slice(i) : [parts[i]!]).map(decode);
    if (texts.some((text) => text === undefined)) return undefined;
    if (isRest) {
      params[segment.slice(1)] = texts.join("/");
      return params;
    }
    if (segment.startsWith(":")) params[segment.slice(1)] = texts[0]!;
    else if (texts[0] !== segment) return undefined;
  }
  return parts.length === segments.length ? params : undefined;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** All routes, those with fixed parts before those with parameters. */
export async function loadRoutes(): Promise<readonly Route[]> {
  const paths = await sourcesBelow(fileURLToPath(ROUTES), "");
  const routes = await Promise.all(paths.map(async (path) => ({
    segments: segmentsOf(path),
    module: await import(new URL(path, ROUTES).href) as RouteModule,
  })));
  const order = ({ segments }: Route) =>
    segments.map((part) => part.replace(/^:/, "\uFFFE").replace(/^\*/, "\uFFFF"));
  const key = (route: Route) => order(route).join("/");
  return routes.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

/** `_app.tsx` or `_error.tsx`. */
export async function loadFrame<M>(name: string): Promise<M> {
  return await import(new URL(name, ROUTES).href) as M;
}

async function sourcesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) found.push(...await sourcesBelow(root, path));
    else if (/\.tsx?$/.test(name) && !name.startsWith("_")) found.push(path);
  }
  return found;
}
