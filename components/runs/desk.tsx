/** On the page of a run: what people keep of it, and the way to stop it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RunRow } from "../types.ts";
import { NO_NOTE, type NoteChange, noteOf, type RunNote, tagProblem, tagsIn } from "./run_note.ts";
import { Tags } from "./tags.tsx";
import { sendChange } from "./send_change.ts";

/** What the page is given besides the run. */
export interface DeskData {
  /** Absent where nothing can be changed. */
  readonly token?: string;
  /** Whether it is asked to stop already. */
  readonly isStopping: boolean;
}

export function Desk({ row, desk }: { readonly row: RunRow; readonly desk: DeskData }) {
  const { token } = desk, { id, state, isGroup } = row;
  const kept = useSignal<RunNote | undefined>(undefined),
    problem = useSignal(""),
    isStopping = useSignal(desk.isStopping);
  const isEditing = useSignal(false), note = kept.value ?? noteOf(row);
  // News of the run bring what is kept of it too.
  useEffect(() => void (kept.value = undefined), [JSON.stringify(row.kept)]);
  const send = async (change: NoteChange) => {
    const sent = await sendChange<readonly [RunNote | null]>("/notes", token!, { ids: [id], change });
    problem.value = "problem" in sent ? sent.problem : "";
    if ("value" in sent) kept.value = sent.value[0] ?? NO_NOTE;
    // What is being written stays; written once more it takes the place of what is there now.
    else if (sent.now !== undefined) kept.value = { ...(kept.value ?? noteOf(row)), [change.kind]: sent.now };
    return "value" in sent;
  };
  const stop = async () => {
    const sent = await sendChange("/stop", token!, { id });
    problem.value = "problem" in sent ? sent.problem : "";
    isStopping.value = "value" in sent;
  };
  const save = async (asked: RunNote) => {
    const wrong = asked.tags.map(tagProblem).find((one) => one !== undefined);
    if (wrong !== undefined) return void (problem.value = wrong);
    const add = asked.tags.filter((tag) => !note.tags.includes(tag));
    const remove = note.tags.filter((tag) => !asked.tags.includes(tag));
    const changes: readonly NoteChange[] = [
      ...(asked.name === note.name ? [] : [{ kind: "name", before: note.name, value: asked.name } as const]),
      ...(asked.note === note.note ? [] : [{ kind: "note", before: note.note, value: asked.note } as const]),
      ...(add.length + remove.length === 0 ? [] : [{ kind: "tags", add, remove } as const]),
    ];
    for (const change of changes) if (!await send(change)) return;
    problem.value = "";
    isEditing.value = false;
  };
  const isBlank = note.name === "" && note.note === "" && note.tags.length === 0;
  return (
    <div class="desk">
      {isEditing.value
        ? <NoteEditor note={note} onSave={save} onCancel={() => isEditing.value = false} />
        : !isBlank && (
          <div class="kept">
            <p>
              {note.name !== "" && (
                <strong>
                  <bdi>{note.name}</bdi>
                </strong>
              )}
              <Tags tags={note.tags} />
            </p>
            {note.note !== "" && (
              <p class="note-text">
                <bdi>{note.note}</bdi>
              </p>
            )}
          </div>
        )}
      {note.isArchived && <p class="quiet">Archived: lists leave it out.</p>}
      {problem.value !== "" && <p class="warning" role="alert">{problem.value}</p>}
      <div class="desk-actions">
        {token !== undefined && !isEditing.value && (
          <>
            <button type="button" class="button needs-script" onClick={() => isEditing.value = true}>
              {isBlank ? "Name, tags and note" : "Change name, tags and note"}
            </button>
            <button
              type="button"
              class="button needs-script"
              onClick={() => send({ kind: "archive", value: !note.isArchived })}
            >
              {note.isArchived ? "Bring back" : "Archive"}
            </button>
            {state === "running" && (
              <button type="button" class="button needs-script" disabled={isStopping.value} onClick={stop}>
                {isStopping.value ? "Stopping…" : `Stop the ${isGroup ? "group" : "training"}`}
              </button>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function NoteEditor(
  { note, onSave, onCancel }: {
    readonly note: RunNote;
    onSave(note: RunNote): void;
    onCancel(): void;
  },
) {
  const name = useSignal(note.name), tags = useSignal(note.tags.join(" ")), text = useSignal(note.note);
  const save = () =>
    onSave({ ...note, name: name.value.trim(), tags: tagsIn(tags.value), note: text.value.trim() });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    const isField = event.target instanceof HTMLInputElement;
    if (event.key === "Enter" && (isField || event.ctrlKey || event.metaKey)) save();
  };
  return (
    <div class="note-editor" onKeyDown={onKeyDown}>
      <label>
        Name
        <input
          type="text"
          maxLength={80}
          value={name.value}
          onInput={(event) => name.value = event.currentTarget.value}
        />
      </label>
      <label>
        Tags, with spaces between
        <input
          type="text"
          maxLength={400}
          value={tags.value}
          placeholder="baseline"
          onInput={(event) => tags.value = event.currentTarget.value}
        />
      </label>
      <label>
        Note
        <textarea
          rows={4}
          maxLength={4000}
          value={text.value}
          onInput={(event) => text.value = event.currentTarget.value}
        />
      </label>
      <div class="desk-actions">
        <button type="button" class="button strong" onClick={save}>Keep</button>
        <button type="button" class="button" onClick={onCancel}>Cancel</button>
      </div>
    </div>
  );
}
