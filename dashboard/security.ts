/** Who may ask for what: this machine's own browser, reading, within bounds. */
import type { MiddlewareHandler } from "hono";

/** Names by which a browser on this machine calls it. Any port: there may be a tunnel in between. */
const LOCAL_NAMES: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
const MAX_URL_LENGTH = 8000, MAX_REQUESTS = 64;

/** What a page may load: its own files, and nothing that is written inside of it. */
export function contentPolicy({ wasm = false }: { readonly wasm?: boolean } = {}): string {
  return [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ""}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For files of a run, which may be anything: shown alone, they can do nothing. */
export const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** Headers of every answer. The two Cross-Origin policies also give pages shared memory. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": contentPolicy(),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** Why a request is refused, and with what status; `undefined` for one that may go on. */
export function refusal(
  request: Request,
): { readonly status: 403 | 405 | 414; readonly reason: string } | undefined {
  const { headers, method, url } = request;
  if (url.length > MAX_URL_LENGTH) return { status: 414, reason: "The address is too long" };
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, reason: "The dashboard only reads: use GET" };
  }
  // A page elsewhere can make its own name point here (DNS rebinding), but not change the name that it asks for.
  const host = headers.get("host") ?? new URL(url).host;
  if (!LOCAL_NAMES.includes(host.replace(/:\d+$/, "").toLowerCase())) {
    return { status: 403, reason: "Open the dashboard as localhost or 127.0.0.1" };
  }
  const origin = headers.get("origin");
  if (origin !== null && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return { status: 403, reason: "The dashboard answers its own pages only" };
  }
  // Other sites may link here, but not load anything into their pages.
  const site = headers.get("sec-fetch-site"), isLink = headers.get("sec-fetch-mode") === "navigate";
  if (site !== null && site !== "same-origin" && site !== "none" && !isLink) {
    return { status: 403, reason: "The dashboard answers its own pages only" };
  }
  return undefined;
}

/** Refuses what is not for us, bounds how much is under way, and puts the headers on every answer. */
export function guard(): MiddlewareHandler {
  let underWay = 0;
  return async (c, next) => {
    const refused = refusal(c.req.raw);
    if (refused !== undefined) c.res = plainAnswer(refused.reason, refused.status);
    else if (underWay >= MAX_REQUESTS) c.res = plainAnswer("Too many requests at once: try again", 503);
    else {
      underWay++;
      try {
        await next();
      } finally {
        underWay--;
      }
    }
    if (c.req.method === "HEAD" && c.res.body !== null) {
      // Nobody will read it, and a file or a stream of events would stay open.
      await c.res.body.cancel();
      c.res = new Response(null, c.res);
    }
    if (c.res.status === 405) c.res.headers.set("allow", "GET, HEAD");
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}

/** An answer of one line. */
export function plainAnswer(text: string, status: number): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return new Response(`${text}\n`, { status, headers });
}

/** Counts what stays open, so that there is never too much of it. */
export class Slots {
  #taken = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a slot and returns what gives it back, once; `undefined` where none is free. */
  take(): (() => void) | undefined {
    if (this.#taken >= this.#most) return undefined;
    this.#taken++;
    let isOpen = true;
    return () => {
      if (isOpen) this.#taken--;
      isOpen = false;
    };
  }
}
