/**
 * How values show themselves in a notebook. A kernel that knows `Symbol.for("Jupyter.display")`, as Deno's does, asks the
 * last value of a cell for its contents by media type.
 */

const DISPLAY = Symbol.for("Jupyter.display");

/** Contents by media type, such as `image/svg+xml`; a notebook takes the richest that it can show. */
export type MediaBundle = Readonly<Record<string, string>>;

/** Lets a value show itself; neither printing, comparing nor spreading it sees that. */
export function shownAs<T extends object>(value: T, show: () => MediaBundle | Promise<MediaBundle>): T {
  return Object.defineProperty(value, DISPLAY, { value: show, configurable: true });
}

/** What src/notebook/displays.ts draws, by the name of the function that does. */
export type DisplayName = "showModel" | "showTraining" | "showEvaluation";

/**
 * Lets a value of the library show itself. What draws it is loaded when a notebook first asks, by an address that no
 * bundler follows: programs and pages hold nothing of it.
 */
export function drawnBy<T extends object>(name: DisplayName, value: T): T {
  return shownAs(value, async () => {
    const address = import.meta.resolve("../notebook/displays.ts");
    const displays: Displays = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
    return displays[name](value);
  });
}

type Displays = Readonly<Record<DisplayName, (value: unknown) => MediaBundle>>;
