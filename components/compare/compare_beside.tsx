/** What runs have besides curves, beside each other: confusion matrices, and figures of one name. */
import { isDrawnAbove, Sheet } from "../run/run_files.tsx";
import { Matrix, ordered } from "../run/run_results.tsx";
import { RunLink } from "../parts.tsx";
import type { Choice } from "./choice.ts";
import type { Compared } from "./grouping.ts";

export interface BesideProps {
  readonly runs: readonly Compared[];
  /** What each is called here. */
  readonly labels: ReadonlyMap<string, string>;
  readonly choice: Pick<Choice, "matrix" | "figure">;
  onChange(part: Partial<Pick<Choice, "matrix" | "figure">>): void;
}

/** Two sections; none where no run has such. */
export function Beside({ runs, labels, choice: { matrix, figure }, onChange }: BesideProps) {
  const matrices = [
    ...new Set(ordered(runs.flatMap(({ confusions }) => confusions)).map(({ name }) => name)),
  ];
  // The last says most: of the test set.
  const ofMatrix = matrices.find((name) => name === matrix) ?? matrices.at(-1);
  const titles = new Map(
    runs.flatMap(({ figures }) => figures.filter(({ name }) => !isDrawnAbove(name)))
      .map(({ name, title }) => [name, title]),
  );
  const ofFigure = figure !== null && titles.has(figure) ? figure : [...titles.keys()][0];
  const labelOf = (id: string) => labels.get(id) ?? id;
  const without = (has: (run: Compared) => boolean) =>
    runs.filter((run) => !has(run)).map(({ row }) => labelOf(row.id));
  return (
    <>
      {ofMatrix !== undefined && (
        <section>
          <h2>Confusion matrices</h2>
          <Choose
            label="Of the set"
            value={ofMatrix}
            of={matrices.map((name) => [name, name])}
            onChange={(name) => onChange({ matrix: name })}
          />
          <div class="beside">
            {runs.map(({ row: { id }, confusions }) => {
              const own = confusions.find(({ name }) => name === ofMatrix);
              return own && (
                <div key={id}>
                  <h3>
                    <RunLink id={id}>{labelOf(id)}</RunLink>
                  </h3>
                  <Matrix confusion={own} />
                </div>
              );
            })}
          </div>
          <Without labels={without(({ confusions }) => confusions.some(({ name }) => name === ofMatrix))} />
        </section>
      )}
      {ofFigure !== undefined && (
        <section>
          <h2>Figures</h2>
          <Choose
            label="Figure"
            value={ofFigure}
            of={[...titles]}
            onChange={(name) => onChange({ figure: name })}
          />
          <div class="sheets even">
            {runs.map(({ row: { id }, figures }) => {
              const own = figures.find(({ name }) => name === ofFigure);
              return own && (
                <Sheet key={id} id={id} figure={{ ...own, title: labelOf(id), description: own.title }} />
              );
            })}
          </div>
          <Without labels={without(({ figures }) => figures.some(({ name }) => name === ofFigure))} />
        </section>
      )}
    </>
  );
}

/** Which runs have nothing to show here. */
function Without({ labels }: { readonly labels: readonly string[] }) {
  if (labels.length === 0) return null;
  return (
    <p class="quiet">
      Without it: <bdi>{labels.join("; ")}</bdi>
    </p>
  );
}

function Choose(
  { label, value, of, onChange }: {
    readonly label: string;
    readonly value: string;
    readonly of: readonly (readonly [string, string])[];
    onChange(value: string): void;
  },
) {
  return (
    <p class="needs-script">
      <label>
        {label}{" "}
        <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {of.map(([name, words]) => <option key={name} value={name}>{words}</option>)}
        </select>
      </label>
    </p>
  );
}
