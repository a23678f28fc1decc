/** One run in the list: its name, its state, and what the columns show. */
import { formatTime } from "../format.ts";
import { RunLink, StateMark } from "../parts.tsx";
import type { RunRow } from "../types.ts";
import { cellText, type Column } from "./columns.ts";
import { nameOf, noteOf } from "./run_note.ts";
import { Tags } from "./tags.tsx";

/** Colours of lines in a comparison, in turn. */
const TONES = 7;

/** Texts of fewer characters stay on one line. */
const SHORT = 28;

/** The colour that the so-many-th run has in a comparison; none for one that is not in it. */
export function toneAt(place: number): string {
  return place < 0 ? "" : `tone-${place % TONES}`;
}

/** A box to tick; its colour is the one of the run's line in Compare. */
export function SwatchBox(
  { label, isOn, tone = "", onTick }: {
    readonly label: string;
    readonly isOn: boolean;
    readonly tone?: string;
    onTick(isOn: boolean, isRange: boolean): void;
  },
) {
  return (
    <input
      type="checkbox"
      class={`swatch needs-script ${tone}`}
      aria-label={label}
      checked={isOn}
      onClick={(event) => onTick(event.currentTarget.checked, event.shiftKey)}
    />
  );
}

export function RunRowView(
  { row, columns, tone, isTicked, onTick }: {
    readonly row: RunRow;
    readonly columns: readonly Column[];
    readonly tone: string;
    readonly isTicked: boolean;
    onTick(id: string, isRange: boolean): void;
  },
) {
  const { id, state, startedAt, error, experiment } = row, { name, tags, note, isArchived } = noteOf(row);
  return (
    <tr data-id={id} class={`${isTicked ? "ticked" : ""}${isArchived ? " archived" : ""}`}>
      <td class="run-cell">
        <div class="run-name">
          {experiment !== "" && (
            <SwatchBox
              label={`Tick ${nameOf(row)}`}
              isOn={isTicked}
              tone={tone}
              onTick={(_, isRange) => onTick(id, isRange)}
            />
          )}
          <div>
            <RunLink id={id}>{nameOf(row)}</RunLink>
            <Tags tags={tags} />
            {name !== "" && (
              <span class="run-small">
                <bdi>{id}</bdi>
              </span>
            )}
            {note !== "" && (
              <span class="run-small">
                <bdi>{note.length > 80 ? `${note.slice(0, 79)}…` : note}</bdi>
              </span>
            )}
            {error !== null && (
              <p class="row-error">
                <bdi>{error}</bdi>
              </p>
            )}
          </div>
        </div>
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td class="nowrap">{formatTime(startedAt).replace(/ UTC$/, "")}</td>
      {columns.map((column) => {
        const text = cellText(column, column.of(row));
        return (
          <td
            key={column.key}
            class={column.isNumber ? "number" : text.length < SHORT ? "nowrap" : "cell-text"}
          >
            <bdi>{text}</bdi>
          </td>
        );
      })}
    </tr>
  );
}
