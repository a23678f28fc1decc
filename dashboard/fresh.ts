/**
 * What modules of `routes/` import from "fresh", where the import map names this file: of Fresh 2 the part that they
 * use. `deno.fresh.json` names Fresh itself, and nothing in `routes/` and `islands/` knows which it is.
 */
import type { ComponentType } from "preact";
import { STATUS_CODES } from "node:http";

/** A request on its way. `Shared` is what the application has put into `state`. */
export interface Context<Shared> {
  readonly req: Request;
  /** With single slashes. */
  readonly url: URL;
  /** Parts of the path, decoded by `decodeURI` as Fresh does: `%23` stays. Names of runs come from `url.pathname`. */
  readonly params: Readonly<Record<string, string>>;
  readonly state: Shared;
  /** What was thrown, in `_error` and in `_app` around it; else null. */
  readonly error: unknown;
}

/** What pages, `_app` and `_error` are drawn from. */
export interface PageProps<Data = unknown, Shared = unknown> extends Context<Shared> {
  readonly data: Data;
  /** In `_app`: the page. */
  readonly Component: ComponentType;
}

/** A page's data, and what its answer has besides. */
export interface PageResponse<Data> {
  readonly data: Data;
  readonly status?: number;
  readonly headers?: HeadersInit;
}

export type HandlerFn<Data, Shared> = (
  context: Context<Shared>,
) => Response | PageResponse<Data> | Promise<Response | PageResponse<Data>>;

export type RouteHandler<Data, Shared> =
  | HandlerFn<Data, Shared>
  | { readonly GET?: HandlerFn<Data, Shared>; readonly POST?: HandlerFn<Data, Shared> };

/**
 * What a handler gives to its page.
 *
 * @example
 * ```ts
 * import { page } from "fresh";
 * import { assertEquals } from "@std/assert";
 * assertEquals(page({ runs: 3 }, { status: 202 }), { data: { runs: 3 }, status: 202 });
 * ```
 */
export function page<Data>(data: Data, init: Omit<PageResponse<Data>, "data"> = {}): PageResponse<Data> {
  return { data, ...init };
}

/** Thrown by a handler: `_error` is drawn for it, with its status. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string = STATUS_CODES[status] ?? "") {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }
}

/** Identity functions that know the type of the application's `state`. */
export function createDefine<Shared>() {
  return {
    handlers: <Handlers extends RouteHandler<unknown, Shared>>(handlers: Handlers): Handlers => handlers,
  };
}
