/** Who may ask for what: this machine's own browser, within bounds. */
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

/** Who may change something. */
export interface Rights {
  /** What a request to change something must show; without one nothing can be changed. */
  readonly token?: string | undefined;
}

/** The header that shows it. */
export const TOKEN_HEADER = "x-descent-token";

/** A token that nobody can guess: a page of this server has it, a page of anybody else does not. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}

/** Why a request is refused, and with what status; `undefined` for one that may go on. */
export function refusal(
  request: Request,
  { token }: Rights = {},
): { readonly status: 400 | 403 | 405 | 414 | 415; readonly reason: string } | undefined {
  const { headers, method, url } = request;
  if (url.length > MAX_URL_LENGTH) return { status: 414, reason: "The address is too long" };
  if (!canDecode(new URL(url).pathname)) {
    return { status: 400, reason: 'The address has a "%" that stands for no character' };
  }
  const isChange = method === "POST" && token !== undefined;
  if (method !== "GET" && method !== "HEAD" && !isChange) {
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
  return isChange ? changeRefusal(headers, token) : undefined;
}

/** What a request to change something must have besides: it comes from a script in a page of this very server. */
function changeRefusal(headers: Headers, token: string) {
  const site = headers.get("sec-fetch-site"), isScript = headers.get("sec-fetch-mode") !== "navigate";
  // Browsers name the origin of every POST; a page that has none, such as one in a sandbox, says "null".
  if (headers.get("origin") === null || (site !== null && site !== "same-origin") || !isScript) {
    return { status: 403, reason: "Only the dashboard's own pages change anything" } as const;
  }
  // No form, and no script of another site that has not asked before, can send this type.
  if (headers.get("content-type") !== "application/json") {
    return { status: 415, reason: "Changes are sent as application/json" } as const;
  }
  if (!isSame(headers.get(TOKEN_HEADER) ?? "", token)) {
    return {
      status: 403,
      reason: "This page is from before the dashboard was started: load it again",
    } as const;
  }
}

/** Whether two texts are the same, in a time that does not tell how far they are. */
function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i % (a.length || 1)) ^ b.charCodeAt(i);
  return difference === 0;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Where Fresh leaves what its inline scripts are marked with, on the answer. The adapter's pages have none. */
const NONCE = Symbol.for("__freshNonce");

/**
 * Wraps a whole server, ours or Fresh's, so that nothing gets by: refuses what is not for us, bounds how much is under
 * way, and puts the headers on every answer.
 */
export function guard<Info extends readonly unknown[]>(
  handler: (request: Request, ...info: Info) => Response | Promise<Response>,
  rights: Rights = {},
): (request: Request, ...info: Info) => Promise<Response> {
  let underWay = 0;
  const answer = async (request: Request, info: Info): Promise<Response> => {
    const refused = refusal(request, rights);
    if (refused !== undefined) return plainAnswer(refused.reason, refused.status);
    if (underWay >= MAX_REQUESTS) return plainAnswer("Too many requests at once: try again", 503);
    underWay++;
    try {
      return await handler(request, ...info);
    } catch (error) {
      console.error(error);
      return plainAnswer("Something went wrong here; the terminal says more", 500);
    } finally {
      underWay--;
    }
  };
  return async (request, ...info) => {
    const isHead = request.method === "HEAD";
    // Asked for by HEAD, Fresh lets go of a body that stays open: a file, or a stream of events.
    const answered = await answer(isHead ? new Request(request, { method: "GET" }) : request, info);
    if (isHead) await answered.body?.cancel();
    const { status } = answered, headers = headersOf(answered, rights);
    return new Response(isHead ? null : answered.body, { status, headers });
  };
}

/** What the answer has of its own, and what every answer has. */
function headersOf(answer: Response, { token }: Rights): Headers {
  const headers = new Headers(answer.headers), nonce = (answer as { readonly [NONCE]?: unknown })[NONCE];
  if (answer.status === 405) headers.set("allow", token === undefined ? "GET, HEAD" : "GET, HEAD, POST");
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (typeof nonce === "string" && /^[\w+/=-]+$/.test(nonce)) {
    const policy = headers.get("content-security-policy")!;
    headers.set("content-security-policy", policy.replace("script-src 'self'", `$& 'nonce-${nonce}'`));
  }
  return headers;
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
