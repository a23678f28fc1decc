/** Where pictures and runs of a report are: on the dashboard, or beside a document. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { JudgedPicture } from "../../experiments/reports/judged.ts";
import { Link, runPath } from "../site.tsx";

/** Where pictures and runs are, other than on the dashboard's pages. */
export interface Places {
  /** Address of a picture, for `src`. */
  picture(picture: JudgedPicture): string;
  /** Address of a run. */
  run(id: string): string;
}

export const PlacesContext = createContext<Places | undefined>(undefined);

/** A link to a run. */
export function Run({ id, children }: { readonly id: string; readonly children?: string }) {
  const places = useContext(PlacesContext);
  return places === undefined
    ? <Link to={runPath(id)}>{children ?? id}</Link>
    : <a href={places.run(id)}>{children ?? id}</a>;
}

/** Words between backticks are code. */
export function withCode(text: string) {
  return text.split("`").map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part);
}
