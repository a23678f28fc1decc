/** Room below each table, claim and figure of a report, for whoever shows the page. */
import { type ComponentType, createContext } from "preact";
import { useContext } from "preact/hooks";

/** What stands below a table, a claim or a figure, by the ids of its items; nothing where none is given. */
export const BelowContext = createContext<ComponentType<{ readonly ids: readonly string[] }> | undefined>(
  undefined,
);

/** What is given for these items. */
export function Below({ ids }: { readonly ids: readonly string[] }) {
  const Given = useContext(BelowContext);
  if (Given === undefined) return null;
  return (
    <div class="below">
      <Given ids={ids} />
    </div>
  );
}
