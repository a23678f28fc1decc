/** Runs compared. The address follows the choice, so that it can be sent as a link. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect, useMemo } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { ACCURACY_SPAN, type ChartLine } from "../components/chart/chart_layout.ts";
import {
  ALL_SETTINGS,
  type Choice,
  choiceOf,
  type Compared,
  differingSettings,
  type Group,
  groupRuns,
  labelsOf,
  meanCurve,
  searchOf,
} from "../components/compare/grouping.ts";
import { checkedChoice, drawnRuns } from "../components/compare/checked_choice.ts";
import { Picker } from "../components/compare/compare_picker.tsx";
import { CompareTable, GroupTable } from "../components/compare/compare_table.tsx";
import type { CompareData } from "../components/compare/compare_types.ts";
import { capital, curveName, inWords } from "../components/format.ts";
import { LineChart } from "../components/chart/line_chart.tsx";
import { countOf } from "../components/run/run_words.ts";
import { Link, SiteContext } from "../components/site.tsx";

const TONES = 7;

export default function CompareView({ data }: { readonly data: CompareData }) {
  const site = useContext(SiteContext), isExport = site.root !== undefined, alive = useAlive();
  const choice = useSignal(data.choice), known = useSignal(data.runs), problem = useSignal("");
  useEffect(() => {
    // A page from disk is the same for every address.
    if (isExport) choice.value = choiceOf(new URLSearchParams(location.search));
  }, []);
  const change = async (part: Partial<Choice>) => {
    choice.value = { ...choice.peek(), ...part };
    history.replaceState(null, "", `?${searchOf(choice.peek())}`);
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
          Any runs, one chart. The address holds your choice, so a comparison can be sent as a link.
        </p>
      </header>
      {data.missing.length > 0 && (
        <p class="warning">
          Not there any more: <bdi>{data.missing.join(", ")}</bdi>
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
  const rows = runs.map(({ row }) => row);
  const { choice, curve: key, curves: keys, problems } = checkedChoice(asked, runs), { by, x, y } = choice;
  const differing = differingSettings(rows).filter((name) => name !== "seed");
  // Of a setting that all share, too, a link may ask for groups.
  const settings = by === null || by === ALL_SETTINGS ? differing : [...new Set([...differing, by])];
  const groups = useMemo(() => by === null ? undefined : groupRuns(runs, by), [
    runs.map(({ row }) => row.id).join(),
    by,
  ]);
  const lines = key === undefined ? [] : groups === undefined ? runLines(runs, key) : groupLines(groups, key);
  const { drawn, others } = drawnRuns(runs, key ?? "");
  return (
    <>
      <section>
        {problems.map((problem) => (
          <p key={problem} class="warning">
            <bdi>{problem}</bdi>
          </p>
        ))}
        <div class="controls needs-script">
          <label>
            Curve{" "}
            <select value={key} onChange={(event) => onChange({ curve: event.currentTarget.value })}>
              {keys.map((one) => <option key={one} value={one}>{curveName(one)}</option>)}
            </select>
          </label>
          <label>
            One line for{" "}
            <select
              value={by ?? ""}
              onChange={(event) => onChange({ by: event.currentTarget.value || null })}
            >
              <option value="">each run</option>
              <option value={ALL_SETTINGS}>each setting, over its seeds</option>
              {settings.map((name) => <option key={name} value={name}>each {inWords(name)}</option>)}
            </select>
          </label>
        </div>
        {lines.length > 0
          ? (
            <LineChart
              key={`${key} ${x} ${y}`}
              title={capital(curveName(key!))}
              yLabel={groups === undefined
                ? drawn.length === runs.length
                  ? countOf(runs.length, "run")
                  : `${drawn.length} of ${countOf(runs.length, "run")}`
                : "mean; shaded from lowest to highest; thin lines are single runs"}
              xLabel="Epoch"
              lines={lines}
              height={340}
              switches={["x", "y"]}
              xScale={x}
              yScale={y}
              {...(/accuracy$/i.test(key!) && { yMinSpan: ACCURACY_SPAN })}
              onScale={(axis, scale) => onChange({ [axis]: scale })}
            >
              {others !== "" && <bdi>{others}</bdi>}
            </LineChart>
          )
          : <p class="quiet">None of these runs has a curve.</p>}
      </section>
      <section>
        {groups !== undefined && <GroupTable groups={groups} />}
        <CompareTable
          runs={runs}
          choice={choice}
          onSort={(sort) => onChange({ sort })}
          onFilter={(filter) => onChange({ filter })}
          onRemove={(id) => onChange({ runs: choice.runs.filter((one) => one !== id) })}
        />
      </section>
    </>
  );
}

/** Colours in turn, then the same with dashes. */
function look(i: number): Pick<ChartLine, "tone" | "dash"> {
  return { tone: String(i % TONES), dash: Math.floor(i / TONES) % 4 };
}

function runLines(runs: readonly Compared[], key: string): readonly ChartLine[] {
  const labels = labelsOf(runs.map(({ row }) => row));
  return runs.flatMap(({ curves }, i) => {
    const curve = curves.find((one) => one.key === key);
    return curve === undefined ? [] : [{ label: labels[i]!, ...look(i), x: curve.x, y: curve.y }];
  });
}

function groupLines(groups: readonly Group[], key: string): readonly ChartLine[] {
  return groups.flatMap(({ label, runs }, i): ChartLine[] => {
    const curves = runs.flatMap(({ curves }) => curves.find((one) => one.key === key) ?? []);
    if (curves.length === 0) return [];
    const { x, mean, low, high } = meanCurve(curves), one = { label, ...look(i) };
    return [
      ...curves.map((curve) => ({ ...one, x: curve.x, y: curve.y, isFaint: true })),
      { ...one, x, y: mean, ...(curves.length > 1 && { band: { low, high } }) },
    ];
  });
}
