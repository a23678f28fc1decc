/** A page as HTML. */
import type { ComponentType } from "preact";
import { renderToString } from "preact-render-to-string";
import { type DrawnSite, type Site, SiteContext } from "../components/site.tsx";
import type { PageProps, RouteModule } from "./page.ts";

/** What `_app.tsx` gets: the page to put into its frame, the title, and where it is. */
export interface FrameProps {
  readonly Component: ComponentType;
  readonly title: string;
  readonly url: URL;
  /** As the server was given it. */
  readonly runs: string;
}

export interface Drawing {
  readonly Frame: ComponentType<FrameProps>;
  readonly site: Site;
  readonly runs: string;
}

/** The whole document of a page. */
export function renderPage<Data>(
  { default: Page, title }: RouteModule<Data>,
  props: PageProps<Data>,
  { Frame, site, runs }: Drawing,
): string {
  if (Page === undefined) throw new Error("This route has no page");
  const drawn: DrawnSite = { ...site, islands: new Set() };
  const words = typeof title === "function" ? title(props) : title ?? "";
  const html = renderToString(
    <SiteContext.Provider value={drawn}>
      <Frame Component={() => <Page {...props} />} title={words} url={props.url} runs={runs} />
    </SiteContext.Provider>,
  );
  return `<!doctype html>\n${html}`;
}
