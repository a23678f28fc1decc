/** Above the list of runs: what is looked for, how it is grouped, and which columns there are. */
import type { RefObject } from "preact";
import { ALL_SETTINGS } from "../compare/choice.ts";
import { resultKey } from "../compare/grouping.ts";
import { formatCount, inWords } from "../format.ts";
import { Popup } from "../popup.tsx";
import { countOf } from "../run/run_words.ts";
import { useAddress } from "../site.tsx";
import type { RunRow } from "../types.ts";
import { columnOf, columnTitle, commonSettings, tellingNames } from "./columns.ts";
import type { FieldNames } from "./fields.ts";
import type { Filter } from "./filter.ts";
import { FilterHelp } from "./filter_help.tsx";
import { noteOf } from "./run_note.ts";
import { type RunsChoice, runsPath } from "./runs_choice.ts";

export interface RunsControlsProps {
  readonly all: readonly RunRow[];
  readonly found: Filter & { readonly rows: readonly RunRow[]; readonly names: FieldNames };
  readonly choice: RunsChoice;
  /** Keys of the columns that are shown. */
  readonly keys: readonly string[];
  readonly input: RefObject<HTMLInputElement>;
  onChange(part: Partial<RunsChoice>): void;
}

export function RunsControls({ all, found, choice, keys, input, onChange }: RunsControlsProps) {
  const { rows, names, problems } = found;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    if (choice.filter === "") input.current?.blur();
    else onChange({ filter: "" });
  };
  return (
    <>
      <div class="runs-bar">
        <label class="runs-filter">
          <span class="sr-only">Filter</span>
          <input
            ref={input}
            type="search"
            class="needs-script"
            value={choice.filter}
            placeholder="Filter: adam lr<0.01 tag:baseline"
            spellcheck={false}
            autocomplete="off"
            aria-describedby="filter-says"
            onInput={(event) => onChange({ filter: event.currentTarget.value })}
            onKeyDown={onKeyDown}
          />
        </label>
        <GroupBy names={names} rows={all} by={choice.by} onChange={onChange} />
        <ColumnPicker names={names} keys={keys} isDefault={choice.columns === null} onChange={onChange} />
        <FilterHelp />
      </div>
      <div id="filter-says" class="runs-says" role="status">
        {problems.map((problem) => (
          <p key={problem} class="warning">
            <bdi>{problem}.</bdi>
          </p>
        ))}
        <p>
          {summaryOf(all, rows)}
          <Archived all={all} choice={choice} isOf={found.isOfArchive} onChange={onChange} />
        </p>
      </div>
      <Common rows={rows} names={names} />
    </>
  );
}

function summaryOf(all: readonly RunRow[], rows: readonly RunRow[]): string {
  const running = rows.filter(({ state }) => state === "running").length;
  const count = rows.length === all.length
    ? countOf(all.length, "run")
    : `${formatCount(rows.length)} of ${countOf(all.length, "run")}`;
  return running === 0 ? `${count}.` : `${count}, ${formatCount(running)} training now.`;
}

/** How many are put away, and the way to them and back. */
function Archived(
  { all, choice, isOf, onChange }: {
    readonly all: readonly RunRow[];
    readonly choice: RunsChoice;
    readonly isOf: boolean;
    onChange(part: Partial<RunsChoice>): void;
  },
) {
  const address = useAddress(), count = all.filter((row) => noteOf(row).isArchived).length;
  if (count === 0 && !isOf) return null;
  const filter = isOf
    ? choice.filter.replaceAll(/(^|\s)-?archived?[:=]\S*/gi, "").trim()
    : `${choice.filter} archived:any`.trim();
  return (
    <>
      {" "}
      <a
        href={address(runsPath({ ...choice, filter }))}
        aria-current="false"
        onClick={(event) => {
          event.preventDefault();
          onChange({ filter });
        }}
      >
        {isOf ? "Leave out what is archived" : `${formatCount(count)} archived`}
      </a>
    </>
  );
}

function GroupBy(
  { names, rows, by, onChange }: {
    readonly names: FieldNames;
    readonly rows: readonly RunRow[];
    readonly by: string | null;
    onChange(part: Partial<RunsChoice>): void;
  },
) {
  const telling = tellingNames(rows, names.settings).filter((name) => name !== "seed");
  const more = ["state", "group", "tag"].filter((name) => !telling.includes(name));
  const listed = [...telling, ...more],
    others = by === null || by === ALL_SETTINGS || listed.includes(by) ? [] : [by];
  return (
    <label class="needs-script">
      Group by{" "}
      <select
        value={by ?? ""}
        onChange={(event) => onChange({ by: event.currentTarget.value || null, open: [] })}
      >
        <option value="">nothing</option>
        <option value={ALL_SETTINGS}>all settings but the seed</option>
        {[...listed, ...others].map((name) => <option key={name} value={name}>{inWords(name)}</option>)}
      </select>
    </label>
  );
}

function ColumnPicker(
  { names, keys, isDefault, onChange }: {
    readonly names: FieldNames;
    readonly keys: readonly string[];
    readonly isDefault: boolean;
    onChange(part: Partial<RunsChoice>): void;
  },
) {
  const possible = [
    ...names.settings,
    "stopped",
    "backend",
    "note",
    "group",
    ...names.numbers.map(resultKey),
  ];
  const all = [...keys, ...possible.filter((key) => !keys.includes(key))];
  const columns = all.flatMap((key) => columnOf(key, names) ?? []);
  return (
    <Popup label="Columns" class="needs-script">
      <p>
        {isDefault
          ? "Shown are those in which these runs differ."
          : (
            <button type="button" class="button" onClick={() => onChange({ columns: null })}>
              Those in which the runs differ
            </button>
          )}
      </p>
      <ul class="column-list">
        {columns.map((column) => (
          <li key={column.key}>
            <label>
              <input
                type="checkbox"
                checked={keys.includes(column.key)}
                onChange={() =>
                  onChange({
                    columns: keys.includes(column.key)
                      ? keys.filter((key) => key !== column.key)
                      : [...keys, column.key],
                  })}
              />{" "}
              <bdi>{columnTitle(column)}</bdi>
            </label>
          </li>
        ))}
      </ul>
    </Popup>
  );
}

/** What need not be a column: all the runs have it in common. */
function Common({ rows, names }: { readonly rows: readonly RunRow[]; readonly names: FieldNames }) {
  const common = commonSettings(rows, names);
  if (common.length === 0) return null;
  return (
    <details class="runs-common">
      <summary>The same in all of them: {countOf(common.length, "setting")}</summary>
      <p>
        {common.map(([name, value], i) => (
          <span key={name}>
            {i > 0 && ", "}
            <bdi>{inWords(name)}</bdi> <bdi class="common-value">{value}</bdi>
          </span>
        ))}
      </p>
    </details>
  );
}
