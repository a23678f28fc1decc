/** A page as HTML, as the adapter draws it. */
import type { ComponentType } from "preact";
import { renderToString } from "preact-render-to-string";
import { DrawnIslands, scriptsOf } from "../components/island.tsx";
import { SiteContext, VersionsContext } from "../components/site.tsx";
import type { State } from "./define.ts";
import type { PageProps } from "./fresh.ts";

type Drawn = ComponentType<PageProps<unknown, State>>;

/** The whole document of a page in its frame, with the scripts of the islands that it holds. */
export function renderPage(
  Page: Drawn,
  App: Drawn,
  props: Omit<PageProps<unknown, State>, "Component">,
  versions: ReadonlyMap<string, string>,
): string {
  const islands = new Set<string>(), { site } = props.state, None = () => null;
  const html = renderToString(
    <SiteContext.Provider value={site}>
      <VersionsContext.Provider value={versions}>
        <DrawnIslands.Provider value={islands}>
          <App {...props} data={null} Component={() => <Page {...props} Component={None} />} />
        </DrawnIslands.Provider>
      </VersionsContext.Provider>
    </SiteContext.Provider>,
  );
  return `<!doctype html>\n${
    html.replace(/<\/body><\/html>$/, (end) => scriptsOf(islands, site, versions) + end)
  }`;
}
