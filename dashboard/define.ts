/** What modules of `routes/` share, on Fresh and on the adapter alike. */
import { createDefine, HttpError } from "fresh";
import type { Site } from "../components/site.tsx";
import type { Library } from "./library.ts";

/** What the application puts into `state` for each request. */
export interface State {
  readonly library: Library;
  /** Where the pages lie. */
  readonly site: Site;
  /** The runs folder, as the server was given it. */
  readonly shown: string;
  /** What a page must show to change anything; where it is absent, nothing can be changed. */
  readonly token?: string;
  /** Of the browser's tab, before the name of the site. A handler sets it. */
  title?: string;
}

export const define = createDefine<State>();

/** The page of `_error.tsx` is drawn for it. */
export function notFound(what: string): never {
  throw new HttpError(404, what);
}

/** JSON for an island. */
export function json(value: unknown, status = 200): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(JSON.stringify(value), { status, headers });
}

/**
 * The parts of an address, wholly decoded, which `params` are not: `%2F` is a slash within a name. The guard lets no
 * address pass that cannot be decoded.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { namesIn } from "./define.ts";
 * assertEquals(namesIn(new URL("http://127.0.0.1/runs/a%23b/files")), ["runs", "a#b", "files"]);
 * ```
 */
export function namesIn({ pathname }: URL): readonly string[] {
  return pathname.split("/").slice(1).map(decodeURIComponent);
}
