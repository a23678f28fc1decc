/** Islands: parts of a page that come alive in the browser. All else is plain HTML. */
import { type ComponentType, hydrate } from "preact";
import { useContext } from "preact/hooks";
import { type DrawnSite, type Site, SiteContext } from "./site.tsx";

/** An island: `name` is that of its file in `islands/`. */
export interface IslandOf<Props> {
  readonly name: string;
  readonly component: ComponentType<Props>;
}

/**
 * Declares an island, as the default export of its file. In the browser, where that file is the script, it also
 * brings every such island of the page to life.
 */
export function defineIsland<Props extends object>(
  name: string,
  component: ComponentType<Props>,
): IslandOf<Props> {
  if (typeof document !== "undefined") {
    for (const element of document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
      wake(element, component);
    }
  }
  return { name, component };
}

function wake<Props extends object>(element: HTMLElement, Component: ComponentType<Props>): void {
  const { nextElementSibling: data } = element;
  if (element.dataset.alive !== undefined || data === null) return;
  const { site, props } = JSON.parse(data.textContent ?? "") as {
    readonly site: Site;
    readonly props: Props;
  };
  hydrate(
    <SiteContext.Provider value={site}>
      <Component {...props} />
    </SiteContext.Provider>,
    element,
  );
  element.dataset.alive = "";
}

/** Puts an island into a page. What it is given must be JSON. */
export function Island<Props extends object>(
  { of: { name, component: Component }, props }: { readonly of: IslandOf<Props>; readonly props: Props },
) {
  const { islands, ...site } = useContext<DrawnSite>(SiteContext);
  islands?.add(name);
  // Inside of a script nothing is escaped, so that nothing may look like its end.
  const data = JSON.stringify({ site, props }).replaceAll("<", "\\u003c");
  return (
    <>
      <div data-island={name}>
        <Component {...props} />
      </div>
      <script type="application/json" dangerouslySetInnerHTML={{ __html: data }} />
    </>
  );
}

/** The scripts of all islands above it; the last thing of a page. */
export function IslandScripts() {
  const { islands = new Set<string>(), root = "/" } = useContext<DrawnSite>(SiteContext);
  return <>{[...islands].map((name) => <script key={name} src={`${root}islands/${name}.js`} defer />)}</>;
}
