/** Runs compared. The address follows the choice, so that it can be sent as a link. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { checkedChoice } from "../components/compare/checked_choice.ts";
import { ALL_SETTINGS, type Choice, choiceOf, searchOf } from "../components/compare/choice.ts";
import { Beside } from "../components/compare/compare_beside.tsx";
import { CompareCharts, look } from "../components/compare/compare_charts.tsx";
import { filterRuns } from "../components/compare/compare_columns.ts";
import { CompareControls } from "../components/compare/compare_controls.tsx";
import { Picker } from "../components/compare/compare_picker.tsx";
import { CompareTable, GroupTable } from "../components/compare/compare_table.tsx";
import type { CompareData } from "../components/compare/compare_types.ts";
import { type Compared, differingSettings, groupRuns, labelsOf } from "../components/compare/grouping.ts";
import { Link, SiteContext } from "../components/site.tsx";

/** How long a hand may rest on a slider before the address follows: browsers refuse too many changes of it. */
const REST_MS = 200;

export default function CompareView({ data }: { readonly data: CompareData }) {
  const site = useContext(SiteContext), isExport = site.root !== undefined, alive = useAlive();
  const choice = useSignal(data.choice), known = useSignal(data.runs), problem = useSignal("");
  useEffect(() => {
    // A page from disk is the same for every address.
    if (isExport) choice.value = choiceOf(new URLSearchParams(location.search));
  }, []);
  const resting = useRef<ReturnType<typeof setTimeout>>();
  const change = async (part: Partial<Choice>) => {
    choice.value = { ...choice.peek(), ...part };
    const follow = () => history.replaceState(null, "", `?${searchOf(choice.peek())}`);
    clearTimeout(resting.current);
    if ("smoothing" in part || "filter" in part) resting.current = setTimeout(follow, REST_MS);
    else follow();
    const missing = choice.peek().runs.filter((id) => !known.peek().some(({ row }) => row.id === id));
    if (missing.length === 0 || isExport) return;
    try {
      const answer = await fetch(`/compare/data?${new URLSearchParams(missing.map((id) => ["run", id]))}`);
      if (!answer.ok) throw new Error(await answer.text());
      known.value = [...known.peek(), ...await answer.json() as readonly Compared[]];
      problem.value = "";
    } catch {
      problem.value = "These runs could not be read: is the dashboard still running?";
    }
  };
  const runs = choice.value.runs.flatMap((id) => known.value.find(({ row }) => row.id === id) ?? []);
  return (
    <article {...alive}>
      <header class="page-head">
        <h1>Compare</h1>
        <p class="lead">
          Any runs, beside each other. The address holds your choice, so a comparison can be sent as a link.
        </p>
      </header>
      {data.missing.length > 0 && (
        <p class="warning">
          Not there any more: <bdi>{data.missing.join(", ")}</bdi>
        </p>
      )}
      {data.leftOut > 0 && (
        <p class="warning">
          The first {data.choice.runs.length} are shown: {data.leftOut} more are too many for one page
        </p>
      )}
      {problem.value !== "" && <p class="warning" role="alert">{problem.value}</p>}
      {runs.length > 0 && <Comparison runs={runs} choice={choice.value} onChange={change} />}
      <section>
        <h2>{runs.length > 0 ? "Other runs" : "Choose runs"}</h2>
        <Suggestions data={data} />
        <Picker
          picks={data.picks}
          chosen={choice.value.runs}
          onChange={(chosen) => change({ runs: chosen })}
        />
      </section>
    </article>
  );
}

function Suggestions({ data: { suggestions, picks } }: { readonly data: CompareData }) {
  if (picks.length === 0) return <p>There is nothing to compare yet.</p>;
  return (
    <ul class="suggestions">
      {suggestions.map(({ title, runs, by }) => (
        <li key={title}>
          <Link to={`/compare?${searchOf({ ...choiceOf(new URLSearchParams()), runs, by })}`}>
            <bdi>{title}</bdi>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Comparison(
  { runs, choice: asked, onChange }: {
    readonly runs: readonly Compared[];
    readonly choice: Choice;
    onChange(part: Partial<Choice>): void;
  },
) {
  const rows = runs.map(({ row }) => row), ids = rows.map(({ id }) => id).join();
  const checked = checkedChoice(asked, runs), { choice, drawn, problems } = checked, { by, filter } = choice;
  const differing = differingSettings(rows).filter((name) => name !== "seed");
  // Of a setting that all share, too, a link may ask for groups.
  const settings = by === null || by === ALL_SETTINGS ? differing : [...new Set([...differing, by])];
  const { shown, groups, labels, looks } = useMemo(() => {
    const left = new Set(filterRuns(runs, filter)), names = labelsOf(rows);
    const labelled = runs.map((run, place) => ({ ...run, label: names[place]!, place }));
    return {
      shown: labelled.filter((_, i) => left.has(runs[i]!)),
      groups: by === null ? undefined : groupRuns(runs, by)
        .map((group, place) => ({ ...group, place, runs: group.runs.filter((run) => left.has(run)) }))
        .filter((group) => group.runs.length > 0),
      labels: new Map(labelled.map(({ row, label }) => [row.id, label])),
      looks: new Map(by === null ? labelled.map(({ row, place }) => [row.id, look(place)]) : []),
    };
  }, [ids, by, filter]);
  const { hidden } = choice;
  return (
    <>
      <section>
        {problems.map((problem) => (
          <p key={problem} class="warning">
            <bdi>{problem}</bdi>
          </p>
        ))}
        <CompareControls checked={checked} settings={settings} onChange={onChange} />
        {drawn.length === 0
          ? <p class="quiet">None of these runs has a curve.</p>
          : shown.length > 0 && (
            <CompareCharts keys={drawn} choice={choice} runs={shown} groups={groups} onChange={onChange} />
          )}
      </section>
      <section>
        {groups !== undefined && groups.length > 0 && <GroupTable groups={groups} />}
        <CompareTable
          runs={shown}
          all={runs}
          sort={choice.sort}
          looks={new Map(
            [...looks].map(([id, one]) => [id, { ...one, isHidden: hidden.includes(id) }]),
          )}
          onSort={(sort) => onChange({ sort })}
          onHide={(id) =>
            onChange({
              hidden: hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id],
            })}
          onRemove={(id) => onChange({ runs: choice.runs.filter((one) => one !== id) })}
        />
      </section>
      <Beside
        runs={shown.filter(({ row }) => !hidden.includes(row.id))}
        labels={labels}
        choice={choice}
        onChange={onChange}
      />
    </>
  );
}
