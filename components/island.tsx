/**
 * How islands come alive on the adapter, both sides of it: the server marks them and writes down what they are given,
 * scripts find them again. Pages and islands know nothing of it, and on Fresh nothing of it is used.
 */
import { type ComponentType, createContext, h, hydrate, options, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { addressOf, type Site, SiteContext, versioned } from "./site.tsx";

type AnyComponent = ComponentType<Readonly<Record<string, unknown>>>;

interface FrameProps {
  readonly name: string;
  readonly component: AnyComponent;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Names of the islands that a page holds, collected while it is drawn. */
export const DrawnIslands = createContext<Set<string> | undefined>(undefined);
/** An island within another is a part of it. */
const Within = createContext(false);

let isPlain = false;

/** From now on, whatever element of an island is made gets the frame that its script looks for. Once per server. */
export function markIslands(names: ReadonlyMap<unknown, string>): void {
  const { vnode: before } = options;
  options.vnode = (vnode: VNode) => {
    const name = names.get(vnode.type);
    if (name !== undefined && !isPlain) {
      const marked = vnode as unknown as { type: unknown; props: unknown };
      marked.props = { name, component: vnode.type, given: vnode.props } as FrameProps;
      marked.type = Frame;
    }
    before?.(vnode);
  };
}

function Frame({ name, component, given }: FrameProps) {
  const islands = useContext(DrawnIslands), isWithin = useContext(Within), site = useContext(SiteContext);
  const island = plain(component, given);
  if (isWithin) return island;
  islands?.add(name);
  // Inside of a script nothing is escaped, so that nothing may look like its end.
  const data = JSON.stringify({ site, props: given }).replaceAll("<", "\\u003c");
  return (
    <>
      <div data-island={name}>
        <Within.Provider value>{island}</Within.Provider>
      </div>
      <script type="application/json" dangerouslySetInnerHTML={{ __html: data }} />
    </>
  );
}

/** An element that is not marked. */
function plain(component: AnyComponent, props: Readonly<Record<string, unknown>>): VNode {
  isPlain = true;
  try {
    return h(component, props);
  } finally {
    isPlain = false;
  }
}

/** Loads the scripts of these islands; the last thing of a page. */
export function scriptsOf(
  islands: ReadonlySet<string>,
  site: Site,
  versions: ReadonlyMap<string, string>,
): string {
  return [...islands].map((name) => {
    const address = addressOf(site, versioned(`/islands/${name}.js`, versions));
    return `<script src="${address}" defer></script>`;
  }).join("");
}

/** In the browser: brings all islands of this name to life. */
export function wake<Props extends object>(name: string, Component: ComponentType<Props>): void {
  for (const element of document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
    const { site, props } = JSON.parse(element.nextElementSibling?.textContent ?? "") as {
      readonly site: Site;
      readonly props: Props;
    };
    hydrate(
      <SiteContext.Provider value={site}>
        <Component {...props} />
      </SiteContext.Provider>,
      element,
    );
  }
}
