/** All runs: found by words and settings, sorted, grouped, ticked, and followed while they train. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { listen } from "../components/run/news.ts";
import { Command } from "../components/parts.tsx";
import { columnOf, defaultColumns, sortRows } from "../components/runs/columns.ts";
import { filterRows } from "../components/runs/filter.ts";
import { type RunsData, type RunsNews, unpackRuns } from "../components/runs/packed.ts";
import type { RunNote } from "../components/runs/run_note.ts";
import { ROWS, type RunsChoice, runsChoiceOf, runsPath } from "../components/runs/runs_choice.ts";
import { RunsControls } from "../components/runs/runs_controls.tsx";
import { RunsList } from "../components/runs/runs_list.tsx";
import { TickBar } from "../components/runs/tick_bar.tsx";
import { SiteContext } from "../components/site.tsx";
import type { RunRow } from "../components/types.ts";

export interface RunsViewProps {
  readonly data: RunsData;
  /** What the address holds behind its question mark. */
  readonly search: string;
  /** Absent where nothing can be changed. */
  readonly token?: string;
}

export default function RunsView(props: RunsViewProps) {
  const site = useContext(SiteContext), isExport = site.root !== undefined, alive = useAlive();
  const unpacked = useMemo(() => unpackRuns(props.data.runs), [props.data]);
  const all = useSignal(unpacked), problem = useSignal(props.data.problem);
  const choice = useSignal(runsChoiceOf(new URLSearchParams(props.search)));
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // A page from disk is the same for every address.
    if (isExport) choice.value = runsChoiceOf(new URLSearchParams(location.search));
    const onPopState = () => choice.value = runsChoiceOf(new URLSearchParams(location.search));
    addEventListener("popstate", onPopState);
    const onKeyDown = (event: KeyboardEvent) => {
      const { target, key } = event,
        isTyping = target instanceof Element && target.matches("input, textarea, select");
      if (key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", onKeyDown);
    const end = isExport ? () => {} : listen<RunsNews>(() => "/list_events", (news) => {
      const rows = unpackRuns(news.runs);
      all.value = news.isAll ? rows : withRows(all.peek(), new Map(rows.map((row) => [row.id, row])));
      problem.value = news.problem;
      return true;
    });
    return () => {
      removeEventListener("popstate", onPopState);
      removeEventListener("keydown", onKeyDown);
      end();
    };
  }, []);
  const change = (part: Partial<RunsChoice>) => {
    // Another list begins at its top.
    const rows = "rows" in part || "columns" in part || "open" in part ? {} : { rows: ROWS };
    choice.value = { ...choice.peek(), ...rows, ...part };
    const path = runsPath(choice.peek());
    history.replaceState(null, "", path === "/runs" ? location.pathname : path.slice(path.indexOf("?")));
  };
  const { filter, sort, columns: asked } = choice.value;
  const found = useMemo(() => filterRows(all.value, filter), [all.value, filter]);
  const keys = useMemo(() => asked ?? defaultColumns(found.rows, found.names), [found, asked]);
  const columns = keys.flatMap((key) => columnOf(key, found.names) ?? []);
  const rows = useMemo(() => sortRows(found.rows, sort, found.names), [found, sort]);
  const chosen = [...ticked.value].filter((id) => all.value.some((row) => row.id === id));
  const onNotes = (ids: readonly string[], notes: readonly (RunNote | null)[]) => {
    const own = new Map(ids.map((id, i) => [id, notes[i] ?? undefined]));
    all.value = all.peek().map((row) => own.has(row.id) ? withNote(row, own.get(row.id)) : row);
  };
  const isEmpty = all.value.length === 0;
  return (
    <div class="all-runs" {...alive}>
      <header class="page-head">
        <h1>Runs</h1>
        {isEmpty && (
          <p class="lead">
            There is none yet. <Command text="deno task q1-adam" /> makes the first in seconds.
          </p>
        )}
      </header>
      {problem.value !== null && <p class="warning">{problem.value}</p>}
      {!isEmpty && (
        <>
          <RunsControls
            all={all.value}
            found={found}
            choice={choice.value}
            keys={keys}
            input={input}
            onChange={change}
          />
          <RunsList
            rows={rows}
            names={found.names}
            columns={columns}
            choice={choice.value}
            ticked={chosen}
            onChange={change}
            onTick={(ids) => ticked.value = new Set(ids)}
            onMore={() => choice.value = { ...choice.peek(), rows: choice.peek().rows + ROWS }}
          />
        </>
      )}
      {chosen.length > 0 && (
        <TickBar
          rows={all.value.filter(({ id }) => ticked.value.has(id))}
          ids={chosen}
          {...(props.token !== undefined && { token: props.token })}
          onClear={() => ticked.value = new Set()}
          onNotes={onNotes}
        />
      )}
    </div>
  );
}

function withRows(rows: readonly RunRow[], news: ReadonlyMap<string, RunRow>): readonly RunRow[] {
  return rows.map((row) => news.get(row.id) ?? row);
}

function withNote({ kept: _, ...row }: RunRow, kept: RunNote | undefined): RunRow {
  return kept === undefined ? row : { ...row, kept };
}
