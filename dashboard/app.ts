/** The dashboard as a web application: give it requests, get answers. Nothing here listens on a port. */
import { Hono } from "hono";
import type { ComponentType } from "preact";
import type { Site } from "../components/site.tsx";
import { findAsset } from "./assets.ts";
import { Library } from "./library.ts";
import type { Context, PageProps, RouteModule } from "./page.ts";
import { type FrameProps, renderPage } from "./render.tsx";
import { loadFrame, loadRoutes, matchRoute, type Route } from "./routes.ts";
import { contentPolicy, guard, plainAnswer } from "./security.ts";

export interface AppOptions {
  /** The runs folder; it need not exist. */
  readonly runs: string;
  /** What pages call the folder. Default its path. */
  readonly shown?: string;
  /** Where its pages will lie. Default: on a server. */
  readonly site?: (path: string) => Site;
}

export interface Dashboard {
  readonly app: Hono;
  readonly library: Library;
  readonly routes: readonly Route[];
}

/** What the page of an error is drawn from. */
export interface ErrorData {
  readonly status: number;
  readonly message: string;
}

/** The application over a runs folder. */
export async function createDashboard(
  { runs, shown = runs, site = () => ({}) }: AppOptions,
): Promise<Dashboard> {
  const [routes, { default: Frame }, errors] = await Promise.all([
    loadRoutes(),
    loadFrame<{ default: ComponentType<FrameProps> }>("_app.tsx"),
    loadFrame<RouteModule<ErrorData>>("_error.tsx"),
  ]);
  const library = new Library(runs), app = new Hono();

  const page = <Data>(module: RouteModule<Data>, props: PageProps<Data>, status = 200) => {
    const drawing = { Frame, site: site(props.url.pathname), runs: shown };
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      ...(module.wasm && { "content-security-policy": contentPolicy({ wasm: true }) }),
    };
    return new Response(renderPage(module, props, drawing), { status, headers });
  };
  const errorPage = (url: URL, status: number, message: string) =>
    page(errors, { url, params: {}, data: { status, message } }, status);

  const answer = async (module: RouteModule, context: Context): Promise<Response> => {
    const handled = await module.handler?.GET(context) ?? { data: undefined };
    if (handled instanceof Response) {
      if (!handled.headers.has("x-descent-error")) return handled;
      return errorPage(context.url, handled.status, await handled.text());
    }
    const { url, params } = context;
    return page(module, { url, params, data: handled.data });
  };

  app.use(guard());
  app.get("/:folder{static|fonts|islands}/:name", async ({ req }) => {
    const asset = await findAsset(new URL(req.url).pathname.slice(1));
    if (asset === undefined) return plainAnswer("There is no such file", 404);
    const { bytes, type, tag } = asset;
    const headers = {
      "content-type": type,
      etag: tag,
      "cache-control": "no-cache",
      ...workerPolicy(req.path),
    };
    if (req.header("if-none-match") === tag) return new Response(null, { status: 304, headers });
    return new Response(bytes, { headers });
  });
  app.get("*", async ({ req }) => {
    const url = new URL(req.url);
    for (const { segments, module } of routes) {
      const params = matchRoute(segments, url.pathname);
      if (params === undefined) continue;
      return await answer(module, { request: req.raw, url, params, library, site: site(url.pathname) });
    }
    return errorPage(url, 404, "There is no such page.");
  });
  app.onError((error, { req }) => {
    console.error(error);
    return errorPage(new URL(req.url), 500, "Something went wrong here; the terminal says more.");
  });
  return { app, library, routes };
}

/** A worker has a policy of its own, and those of ours compile WebAssembly. */
function workerPolicy(path: string): Readonly<Record<string, string>> {
  return path.endsWith("_worker.js") ? { "content-security-policy": contentPolicy({ wasm: true }) } : {};
}
