/** Choosing runs: a list that a few words make shorter. */
import { useSignal } from "@preact/signals";
import { MAX_COMPARED } from "./choice.ts";
import type { PickRow } from "./compare_types.ts";
import { formatCount, formatScore } from "../format.ts";
import { StateMark } from "../parts.tsx";

const SHOWN = 60;

export interface PickerProps {
  readonly picks: readonly PickRow[];
  readonly chosen: readonly string[];
  onChange(runs: readonly string[]): void;
}

/** Boxes to tick, the runs that are chosen first. */
export function Picker({ picks, chosen, onChange }: PickerProps) {
  const words = useSignal("");
  const wanted = words.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const matches = (pick: PickRow) => {
    const text = `${pick.id} ${pick.experiment} ${pick.network ?? ""} seed ${pick.seed} ${pick.state}`
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const found = picks.filter(matches), shown = found.slice(0, SHOWN), isFull = chosen.length >= MAX_COMPARED;
  const toggle = (id: string) =>
    onChange(
      chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(0, MAX_COMPARED),
    );
  return (
    <div class="picker needs-script">
      <div class="picker-bar">
        <label>
          Find runs{" "}
          <input
            type="search"
            placeholder="adam seed 2"
            value={words.value}
            onInput={(event) => words.value = event.currentTarget.value}
          />
        </label>
        <button
          type="button"
          onClick={() =>
            onChange([
              ...new Set([
                ...chosen,
                ...shown.map(({ id }) => id),
              ]),
            ].slice(0, MAX_COMPARED))}
        >
          add all shown
        </button>
        <button type="button" disabled={chosen.length === 0} onClick={() => onChange([])}>clear</button>
        <span class="quiet" role="status">
          {formatCount(chosen.length)} chosen{isFull && `, which is the most`}
        </span>
      </div>
      <div class="picker-list" tabIndex={0} role="group" aria-label="Runs">
        {shown.map(({ id, experiment, seed, state, score }) => (
          <label key={id} class="pick">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              disabled={isFull && !chosen.includes(id)}
              onChange={() => toggle(id)}
            />
            <bdi class="pick-id">{id}</bdi>
            <span class="quiet">
              <bdi>{experiment}</bdi>
              {seed !== null && `, seed ${seed}`}
            </span>
            <StateMark state={state} />
            <span class="number">{score === null ? "" : formatScore(score)}</span>
          </label>
        ))}
      </div>
      {found.length > SHOWN && (
        <p class="quiet">{formatCount(found.length - SHOWN)} more: narrow them down by a word.</p>
      )}
      {found.length === 0 && <p class="quiet">No run has these words.</p>}
    </div>
  );
}
