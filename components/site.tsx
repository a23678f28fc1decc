/** Where pages lie: on the server from its root, in an export beside each other. */
import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";

/** Where the pages are. */
export interface Site {
  /** In an export, the way from the page to the top: `../../`. Absent on the server. */
  readonly root?: string;
}

/** Its default is a server: only the adapter, which writes exports, provides it. */
export const SiteContext = createContext<Site>({});

/** By path, what stands behind `?v=` in the addresses of files that browsers may keep. The adapter provides it. */
export const VersionsContext = createContext<ReadonlyMap<string, string>>(new Map());

/** Addresses that name files, not pages. */
const FILES = /^\/(islands|fonts|recompute)\/|^\/[\w-]+\.(css|svg)$|^\/runs\/[^/]+\/files\//;

/**
 * The address of a page or file, given as the server knows it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addressOf } from "./site.tsx";
 * assertEquals(addressOf({}, "/runs/a?y=log"), "/runs/a?y=log");
 * assertEquals(addressOf({ root: "../../" }, "/runs/a?y=log"), "../../runs/a/index.html?y=log");
 * assertEquals(addressOf({ root: "../" }, "/style.css"), "../style.css");
 * ```
 */
export function addressOf({ root }: Site, path: string): string {
  if (root === undefined) return path;
  const [, place = "/", rest = ""] = /^([^?#]*)(.*)$/s.exec(path) ?? [];
  const inside = place.slice(1).replace(/\/$/, "");
  if (FILES.test(place)) return `${root}${inside}${rest}`;
  return `${root}${inside === "" ? "" : `${inside}/`}index.html${rest}`;
}

/** The page of a run. */
export function runPath(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}

/** A file of a run, `path` below its folder. */
export function filePath(id: string, path: string): string {
  return `${runPath(id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Turns paths of the server into addresses of this site. */
export function useAddress(): (path: string) => string {
  const site = useContext(SiteContext), versions = useContext(VersionsContext);
  return (path) => addressOf(site, versioned(path, versions));
}

/** The address of a file with its version, if it has one. */
export function versioned(path: string, versions: ReadonlyMap<string, string>): string {
  const version = versions.get(path.slice(1));
  return version === undefined ? path : `${path}?v=${version}`;
}

/** A link to a page or a file of the dashboard. */
export function Link(
  { to, children, ...rest }: {
    readonly to: string;
    readonly children: ComponentChildren;
    readonly class?: string;
    readonly download?: string | boolean;
    readonly "aria-current"?: "page";
    readonly "aria-label"?: string;
  },
) {
  // Fresh marks links by itself where this is left out, and takes "/" for an ancestor of every page.
  return <a href={useAddress()(to)} aria-current="false" {...rest}>{children}</a>;
}
