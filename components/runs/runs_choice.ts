/** What a list of runs shows, as its address says it: a view can be linked. */

export interface RunsChoice {
  /** In the language of `filter.ts`. */
  readonly filter: string;
  /** Key of a column, with a minus before it to turn the order round; null for the newest first. */
  readonly sort: string | null;
  /** Setting by which runs are grouped, `*` for all but the seed; null for none. */
  readonly by: string | null;
  /** Keys of the columns; null for those that differ. */
  readonly columns: readonly string[] | null;
  /** So many rows are drawn at first. */
  readonly rows: number;
  /** Labels of the groups whose runs are shown. */
  readonly open: readonly string[];
}

/** Rows that are drawn at once, and how many more when one scrolls to their end. */
export const ROWS = 60;
const MAX_ROWS = 20_000, MAX_COLUMNS = 60, MAX_OPEN = 100;

/** Reads a choice from an address; what is nonsense is left out. */
export function runsChoiceOf(search: URLSearchParams): RunsChoice {
  const rows = Number(search.get("rows") ?? ROWS), columns = search.get("columns");
  return {
    filter: (search.get("filter") ?? "").slice(0, 1000),
    sort: search.get("sort") || null,
    by: search.get("by") || null,
    columns: columns === null ? null : listIn(columns).slice(0, MAX_COLUMNS),
    rows: Number.isSafeInteger(rows) && rows >= 1 ? Math.min(rows, MAX_ROWS) : ROWS,
    open: [...new Set(search.getAll("open"))].slice(0, MAX_OPEN),
  };
}

function listIn(text: string): readonly string[] {
  return [...new Set(text.split(",").filter((one) => one !== ""))];
}

/** The address of a choice; what is as by default is left out. */
export function runsPath({ filter, sort, by, columns, rows, open }: RunsChoice): string {
  const search = new URLSearchParams();
  if (filter !== "") search.set("filter", filter);
  if (sort !== null) search.set("sort", sort);
  if (by !== null) search.set("by", by);
  if (columns !== null) search.set("columns", columns.join());
  if (rows !== ROWS) search.set("rows", String(rows));
  for (const label of open) search.append("open", label);
  const text = search.toString();
  return text === "" ? "/runs" : `/runs?${text}`;
}
