/** The frame of every page. */
import type { PageProps } from "fresh";
import { useContext } from "preact/hooks";
import { Link, SiteContext, useAddress } from "../components/site.tsx";
import type { State } from "../dashboard/define.ts";

/** The parts of the site, in the order of the menu. */
const PLACES = [
  ["/", "Home"],
  ["/runs", "Runs"],
  ["/compare", "Compare"],
  ["/reports", "Reports"],
  ["/inside", "Inside"],
  ["/playground", "Playground"],
  ["/latent", "Latent space"],
] as const;

export default function App({ Component, url, state, error }: PageProps<unknown, State>) {
  const title = error ? "Not here" : state.title;
  // From disk, browsers refuse to fetch a font ahead.
  const address = useAddress(), isServed = useContext(SiteContext).root === undefined;
  const isAt = (place: string) => place === "/" ? url.pathname === "/" : url.pathname.startsWith(place);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === undefined ? "Descent" : `${title} · Descent`}</title>
        <link rel="icon" href={address("/icon.svg")} type="image/svg+xml" />
        {isServed && (
          <link
            rel="preload"
            href={address("/fonts/inter-400.woff2")}
            as="font"
            type="font/woff2"
            crossorigin="anonymous"
          />
        )}
        <link rel="stylesheet" href={address("/style.css")} />
        <link rel="stylesheet" href={address("/charts.css")} />
        <link rel="stylesheet" href={address("/pages.css")} />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="site">
          <Link to="/" class="brand" aria-label="Descent, home">
            <svg viewBox="0 0 32 20" aria-hidden="true">
              <path d="M1,3C7,3 8,17 15,17S22,9 31,8" />
            </svg>
            Descent
          </Link>
          <nav aria-label="Pages">
            {PLACES.map(([place, name]) => (
              <Link key={place} to={place} {...(isAt(place) && { "aria-current": "page" as const })}>
                {name}
              </Link>
            ))}
          </nav>
        </header>
        <main id="content">
          <Component />
        </main>
        <footer class="site">
          <p>
            Runs are read from{" "}
            <code>
              <bdi>{state.shown}</bdi>
            </code>. They are never changed, and nothing leaves this machine.
          </p>
        </footer>
      </body>
    </html>
  );
}
