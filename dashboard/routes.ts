/**
 * The modules of `routes/` and the addresses that their paths stand for. Names mean what they mean to Fresh 2; what
 * this adapter does not support is refused by name, rather than served elsewhere than Fresh would.
 */
import type { ComponentType } from "preact";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescentError } from "../src/core/errors.ts";
import type { PageProps, RouteHandler } from "./fresh.ts";
import type { Library } from "./library.ts";
import type { State } from "./define.ts";

const ROUTES = new URL("../routes/", import.meta.url);
const FRAMES: readonly string[] = ["_app.tsx", "_error.tsx"];

/** What a module may export. `paths` is for the export alone; Fresh passes over it. */
export interface RouteModule {
  readonly handler?: RouteHandler<unknown, State>;
  readonly handlers?: RouteHandler<unknown, State>;
  readonly default?: ComponentType<PageProps<unknown, State>>;
  /** Addresses of this page in an export, where it has parameters; none leaves it out. */
  paths?(library: Library): Promise<readonly string[]>;
}

export interface Route {
  /** As `URLPattern` has it: `/runs/:id/files/:path*`. */
  readonly pattern: string;
  readonly matcher: URLPattern;
  readonly module: RouteModule;
}

/** All that `routes/` holds. */
export interface Routes {
  /** Those with fixed parts before those with parameters. */
  readonly routes: readonly Route[];
  readonly app: RouteModule;
  readonly errors: RouteModule;
}

/**
 * The address of a module by its path below `routes/`; `undefined` for what Fresh passes over: tests, and `_app.tsx`
 * and `_error.tsx` at the top, which are no pages.
 *
 * @throws DescentError when Fresh would give the name a meaning that this adapter does not know.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { patternOf } from "./routes.ts";
 * assertEquals(patternOf("runs/[id]/files/[...path].ts"), "/runs/:id/files/:path*");
 * ```
 */
export function patternOf(path: string): string | undefined {
  if (/[._]test\.[tj]sx?$/.test(path) || !/\.[tj]sx?$/.test(path) || FRAMES.includes(path)) return undefined;
  const parts = path.replace(/\.[tj]sx?$/, "").split("/");
  if (parts.at(-1) === "index") parts.pop();
  const texts = parts.map((part, i) => {
    const [, dots, name] = /^\[(\.\.\.)?([a-z]\w*)\]$/i.exec(part) ?? [];
    const isKnown = name === undefined
      ? /^[\w~-][\w.~-]*$/.test(part) && !part.startsWith("_")
      : dots === undefined || i === parts.length - 1;
    if (isKnown) return name === undefined ? part : dots === undefined ? `:${name}` : `:${name}*`;
    throw new DescentError(
      `Cannot serve routes/${path}: "${part}" means something to Fresh that its adapter does not know; ` +
        "use names, [name], and [...name] at the end",
    );
  });
  return `/${texts.join("/")}`;
}

/**
 * The route of a path, with its parameters. As with Fresh, a slash at the end is forgiven where all parts are fixed,
 * and fixed addresses come before those with parameters.
 */
export function matchRoute<R extends Omit<Route, "module">>(
  routes: readonly R[],
  pathname: string,
): { readonly route: R; readonly params: Readonly<Record<string, string>> } | undefined {
  const short = pathname.replace(/(?<=.)\/$/, "");
  const fixed = routes.find(({ pattern }) => pattern === short);
  if (fixed !== undefined) return { route: fixed, params: {} };
  for (const route of routes) {
    const groups = route.matcher.exec({ pathname })?.pathname.groups;
    if (groups === undefined) continue;
    const params = Object.entries(groups).map(([name, value]) => [name, decodeURI(value ?? "")] as const);
    return { route, params: Object.fromEntries(params) };
  }
  return undefined;
}

/**
 * Loads all of `routes/`.
 *
 * @throws DescentError when a name or a module asks for what the adapter does not support.
 */
export async function loadRoutes(): Promise<Routes> {
  const load = async (path: string) =>
    checked(path, await import(new URL(path, ROUTES).href) as Readonly<Record<string, unknown>>);
  const paths = await sourcesBelow(fileURLToPath(ROUTES), "");
  const sorted = sortPatterns(paths.flatMap((path) => {
    const pattern = patternOf(path);
    return pattern === undefined ? [] : [{ path, pattern }];
  }));
  const [app, errors, routes] = await Promise.all([
    load("_app.tsx"),
    load("_error.tsx"),
    Promise.all(sorted.map(async ({ path, pattern }) => ({
      pattern,
      matcher: new URLPattern({ pathname: pattern }),
      module: await load(path),
    }))),
  ]);
  return { app, errors, routes };
}

/**
 * Fixed parts before parameters, and the rest of a path last.
 *
 * @throws DescentError when two modules have one address.
 */
export function sortPatterns<R extends { readonly path: string; readonly pattern: string }>(
  routes: readonly R[],
): readonly R[] {
  const key = ({ pattern }: R) =>
    pattern.replaceAll(/:\w+(\*?)/g, (_, star: string) => star === "" ? "\uFFFE" : "\uFFFF");
  const sorted = [...routes].sort((a, b) => key(a) < key(b) ? -1 : 1);
  const twice = sorted.findIndex((route, i) => i > 0 && key(route) === key(sorted[i - 1]!));
  if (twice < 0) return sorted;
  const [one, two] = [sorted[twice - 1]!.path, sorted[twice]!.path].sort();
  throw new DescentError(`Cannot serve routes/${one} and routes/${two}: they have one address`);
}

/** A module, if it asks for nothing that the adapter does not do. */
export function checked(path: string, module: Readonly<Record<string, unknown>>): RouteModule {
  const refuse = (what: string, instead: string) => {
    throw new DescentError(
      `Cannot serve routes/${path}: ${what}, which Fresh's adapter does not do; ${instead}`,
    );
  };
  const { handler, handlers = handler, default: Page } = module;
  if (handlers === undefined && Page === undefined) {
    refuse("it exports neither a component nor a handler", "export one of them");
  }
  if ("config" in module) refuse('it exports "config"', "leave it out");
  if (Array.isArray(handlers)) refuse("its handlers are a list", "export one");
  if (Page?.constructor.name === "AsyncFunction") refuse("its component is async", "wait in its handler");
  return module as RouteModule;
}

async function sourcesBelow(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) found.push(...await sourcesBelow(root, path));
    else found.push(path);
  }
  return found;
}
