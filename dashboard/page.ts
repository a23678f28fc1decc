/** What a module of `routes/` exports. The conventions are Fresh's; nothing here pretends to be it. */
import type { ComponentType } from "preact";
import type { Site } from "../components/site.tsx";
import type { Library } from "./library.ts";

/** A request as handlers see it. */
export interface Context {
  readonly request: Request;
  readonly url: URL;
  /** Decoded parts of the path: `runs/[id].tsx` has `id`, `[...path]` the rest with its slashes. */
  readonly params: Readonly<Record<string, string>>;
  readonly library: Library;
  readonly site: Site;
}

/** What a page is drawn from. */
export interface PageProps<Data = undefined> {
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly data: Data;
}

/** What a handler gives: the page's data, or an answer of its own. */
export type Handled<Data> = { readonly data: Data } | Response;

export interface Handlers<Data = undefined> {
  GET(context: Context): Promise<Handled<Data>> | Handled<Data>;
}

export interface RouteModule<Data = unknown> {
  readonly handler?: Handlers<Data>;
  readonly default?: ComponentType<PageProps<Data>>;
  /** Of the browser's tab, before the name of the site. */
  readonly title?: string | ((props: PageProps<Data>) => string);
  /** Whether the page compiles WebAssembly. */
  readonly wasm?: boolean;
  /** The addresses of this page in a static export, where it has parameters; none leaves it out. */
  paths?(library: Library): Promise<readonly string[]>;
}

/** The answer for something that is not there; the page of `_error.tsx` is drawn for it. */
export function notFound(what: string): Response {
  return new Response(what, { status: 404, headers: { "x-descent-error": "1" } });
}

/** JSON for an island. */
export function json(value: unknown): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(JSON.stringify(value), { headers });
}
