/** Serves `routes/` and `islands/` as Fresh 2 would, over a runs folder. Nothing here listens on a port. */
import { HttpError } from "fresh";
import { markIslands } from "../components/island.tsx";
import type { Site } from "../components/site.tsx";
import { assetAnswer, assetVersions, loadIslands } from "./assets.ts";
import type { State } from "./define.ts";
import type { Context, PageProps, PageResponse } from "./fresh.ts";
import { Library } from "./library.ts";
import { renderPage } from "./render.tsx";
import { loadRoutes, matchRoute, type Route, type RouteModule } from "./routes.ts";
import { guard, newToken } from "./security.ts";

export interface AppOptions {
  /** The runs folder; it need not exist. */
  readonly runs: string;
  /** What pages call the folder. Default its path. */
  readonly shown?: string;
  /** Nothing can be written beside the runs, and no run be stopped. Default false. */
  readonly readOnly?: boolean;
  /** Where its pages will lie. Default: on a server. */
  readonly site?: (path: string) => Site;
}

export interface Dashboard {
  readonly app: {
    readonly fetch: (request: Request) => Promise<Response>;
    /** Asks for a path of this machine. */
    readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  };
  readonly library: Library;
  readonly routes: readonly Route[];
}

let marking: Promise<void> | undefined;

/** The application over a runs folder. */
export async function createDashboard(
  { runs, shown = runs, readOnly = false, site = () => ({}) }: AppOptions,
): Promise<Dashboard> {
  const [{ routes, app, errors }] = await Promise.all([
    loadRoutes(),
    marking ??= loadIslands().then(markIslands),
  ]);
  const library = new Library(runs), token = readOnly ? undefined : newToken();

  const drawn = async (
    { default: Page }: RouteModule,
    props: Omit<PageProps<unknown, State>, "Component">,
    { status = 200, headers }: Omit<PageResponse<unknown>, "data">,
  ) => {
    if (Page === undefined || app.default === undefined) throw new Error("There is no component to draw");
    const all = new Headers(headers);
    all.set("content-type", "text/html; charset=utf-8");
    all.set("cache-control", "no-store");
    const html = renderPage(Page, app.default, props, await assetVersions());
    return new Response(html, { status, headers: all });
  };

  const answer = async (module: RouteModule, context: Context<State>): Promise<Response> => {
    const handlers = module.handlers ?? module.handler;
    const method = context.req.method === "POST" ? "POST" : "GET";
    const handle = typeof handlers === "function" ? handlers : handlers?.[method];
    if (handle === undefined && (method === "POST" || module.default === undefined)) {
      // Of what only takes changes there is no page.
      throw new HttpError(method === "POST" ? 405 : 404);
    }
    const handled = await handle?.(context) ?? { data: {} };
    return handled instanceof Response
      ? handled
      : await drawn(module, { ...context, data: handled.data }, handled);
  };

  const fetch = guard(async (req: Request) => {
    const url = new URL(req.url);
    url.pathname = url.pathname.replaceAll(/\/+/g, "/");
    const asset = req.method === "GET" && /^\/(islands\/)?[\w-]+\.\w+$/.test(url.pathname)
      ? await assetAnswer(url.pathname.slice(1), req)
      : undefined;
    if (asset !== undefined) return asset;
    const state: State = { library, shown, site: site(url.pathname), ...(token && { token }) },
      found = matchRoute(routes, url.pathname);
    const context = { req, url, state, params: found?.params ?? {}, error: null };
    try {
      if (found === undefined) throw new HttpError(404);
      return await answer(found.route.module, context);
    } catch (error) {
      const isKnown = error instanceof HttpError;
      if (!isKnown) console.error(error);
      return await drawn(errors, { ...context, error, data: {} }, { status: isKnown ? error.status : 500 });
    }
  }, { token });
  const request = (path: string, init?: RequestInit) =>
    fetch(new Request(new URL(path, "http://127.0.0.1"), init));
  return { app: { fetch, request }, library, routes };
}
