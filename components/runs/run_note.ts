/** What people keep of a run, beside it: a name, tags, a note, and whether it is put away. */
export interface RunNote {
  /** What the run is called besides its id; empty for none. */
  readonly name: string;
  readonly note: string;
  /** Without doubles, in the order in which they were given. */
  readonly tags: readonly string[];
  /** Whether lists leave it out. */
  readonly isArchived: boolean;
}

export const NO_NOTE: RunNote = { name: "", note: "", tags: [], isArchived: false };

/** Characters of a name, a note and a tag, and tags of a run. */
export const MAX_NAME = 80, MAX_NOTE = 4000, MAX_TAG = 32, MAX_TAGS = 16;

/** What a page asks to be changed. A text is changed only where it still is what the page had shown. */
export type NoteChange =
  | { readonly kind: "name" | "note"; readonly before: string; readonly value: string }
  | { readonly kind: "tags"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: "archive"; readonly value: boolean };

/** What is kept of a run; nothing where nobody has written anything. */
export function noteOf({ kept }: { readonly kept?: RunNote }): RunNote {
  return kept ?? NO_NOTE;
}

/** What people call a run: the name that somebody gave it, else its id. */
export function nameOf({ id, kept }: { readonly id: string; readonly kept?: RunNote }): string {
  return kept?.name || id;
}

/** Tags as somebody types them: with commas or spaces between. */
export function tagsIn(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).map((tag) => tag.replace(/^#/, "")).filter((tag) => tag !== ""))];
}

/** What is wrong with a tag, in a sentence; `undefined` where nothing is. */
export function tagProblem(tag: string): string | undefined {
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(tag) && tag.length <= MAX_TAG
    ? undefined
    : `"${tag.slice(0, MAX_TAG)}" cannot be a tag: use up to ${MAX_TAG} letters, digits, ".", "_" and "-"`;
}
