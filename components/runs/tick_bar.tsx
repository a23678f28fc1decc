/** What can be done with the runs that are ticked. */
import { useSignal } from "@preact/signals";
import { MAX_COMPARED } from "../compare/choice.ts";
import { formatCount } from "../format.ts";
import { Link } from "../site.tsx";
import type { RunRow } from "../types.ts";
import { type NoteChange, noteOf, type RunNote, tagProblem, tagsIn } from "./run_note.ts";
import { sendChange } from "./send_change.ts";

export function TickBar(
  { rows, ids, token, onClear, onNotes }: {
    readonly rows: readonly RunRow[];
    /** In the order in which they were ticked. */
    readonly ids: readonly string[];
    readonly token?: string;
    onClear(): void;
    onNotes(ids: readonly string[], notes: readonly (RunNote | null)[]): void;
  },
) {
  const text = useSignal(""), problem = useSignal("");
  const send = async (change: NoteChange) => {
    const sent = await sendChange<readonly (RunNote | null)[]>("/notes", token!, { ids, change });
    problem.value = "problem" in sent ? sent.problem : "";
    if ("value" in sent) onNotes(ids, sent.value);
    return "value" in sent;
  };
  const tag = async (isAdded: boolean) => {
    const tags = tagsIn(text.value),
      wrong = isAdded ? tags.map(tagProblem).find((one) => one !== undefined) : undefined;
    if (tags.length === 0) problem.value = "Type a tag first";
    else if (wrong !== undefined) problem.value = wrong;
    else if (await send({ kind: "tags", add: isAdded ? tags : [], remove: isAdded ? [] : tags })) {
      text.value = "";
    }
  };
  const isArchived = rows.every((row) => noteOf(row).isArchived);
  const compared = ids.filter((id) => rows.some((row) => row.id === id && !row.isGroup)).slice(
    0,
    MAX_COMPARED,
  );
  return (
    <div class="tick-bar" role="region" aria-label="Ticked runs">
      <strong>{formatCount(ids.length)} ticked</strong>
      {compared.length > 0 && (
        <Link to={`/compare?${new URLSearchParams(compared.map((id) => ["run", id]))}`} class="button strong">
          {compared.length < ids.length ? `Compare ${compared.length} of them` : "Compare"}
        </Link>
      )}
      {token !== undefined && (
        <>
          <button
            type="button"
            class="button"
            onClick={() => send({ kind: "archive", value: !isArchived })}
          >
            {isArchived ? "Bring back" : "Archive"}
          </button>
          <span class="tagging">
            <input
              type="text"
              aria-label="Tags"
              placeholder="baseline"
              value={text.value}
              maxLength={200}
              onInput={(event) => text.value = event.currentTarget.value}
              onKeyDown={(event) => event.key === "Enter" && tag(true)}
            />
            <button type="button" class="button" onClick={() => tag(true)}>Tag</button>
            <button type="button" class="button" onClick={() => tag(false)}>Untag</button>
          </span>
        </>
      )}
      <button type="button" class="button" onClick={onClear}>Untick</button>
      {problem.value !== "" && <p class="warning" role="alert">{problem.value}</p>}
    </div>
  );
}
