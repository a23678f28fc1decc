/** Runs as a table: heads sort, boxes tick, arrows move. Without a script heads and groups are links. */
import { useEffect, useRef } from "preact/hooks";
import { formatCount } from "../format.ts";
import { ScrollArea } from "../scroll_area.tsx";
import { useAddress } from "../site.tsx";
import type { RunRow } from "../types.ts";
import { type Column, groupRows, groupText } from "./columns.ts";
import type { FieldNames } from "./fields.ts";
import { RunRowView, SwatchBox, toneAt } from "./run_row.tsx";
import { type RunsChoice, runsPath } from "./runs_choice.ts";

export interface RunsListProps {
  /** In their order. */
  readonly rows: readonly RunRow[];
  readonly names: FieldNames;
  readonly columns: readonly Column[];
  readonly choice: RunsChoice;
  /** Ids in the order in which they were ticked. */
  readonly ticked: readonly string[];
  onChange(part: Partial<RunsChoice>): void;
  onTick(ids: readonly string[]): void;
  /** Called when one has scrolled to the end of the rows. */
  onMore(): void;
}

export function RunsList(props: RunsListProps) {
  const { rows, names, columns, choice, ticked, onChange, onTick, onMore } = props, address = useAddress();
  const last = useRef<string | null>(null), end = useRef<HTMLTableRowElement>(null);
  const groups = choice.by === null ? [{ label: null, rows }] : groupRows(rows, choice.by, names);
  const isOpen = (label: string | null) => label === null || choice.open.includes(label);
  const visible = groups.flatMap((group) => isOpen(group.label) ? group.rows : []);
  const shown = new Set(visible.slice(0, choice.rows).map(({ id }) => id));
  const isMore = visible.length > shown.size;
  useEffect(() => {
    if (end.current === null) return;
    // On a small screen it is the page that scrolls.
    const area = end.current.closest(".runs-area"),
      isOwn = area !== null && area.scrollHeight > area.clientHeight + 1;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting)) onMore();
    }, { root: isOwn ? area : null, rootMargin: "400px" });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [choice.rows, isMore, visible.length]);
  const tick = (id: string, isRange: boolean) => {
    const order = visible.map((row) => row.id),
      from = isRange && last.current ? order.indexOf(last.current) : -1;
    const to = order.indexOf(id), isOn = !ticked.includes(id);
    const ids = from < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
    last.current = id;
    onTick(isOn ? [...new Set([...ticked, ...ids])] : ticked.filter((one) => !ids.includes(one)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    const row = event.target.closest("tr"), table = event.target.closest("table");
    if (row?.dataset.id !== undefined && event.key.toLowerCase() === "x") {
      event.preventDefault();
      return tick(row.dataset.id, event.shiftKey);
    }
    const links = [...table?.querySelectorAll<HTMLElement>("tbody a.run-link, tbody a.group-link") ?? []];
    const at = links.findIndex((link) => row?.contains(link) && row.closest("tbody") !== null);
    const to = { ArrowDown: at + 1, ArrowUp: Math.max(at, 1) - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined || links[to] === undefined) return;
    event.preventDefault();
    links[to].focus();
  };
  const all = visible.filter(({ id }) => shown.has(id)).map(({ id }) => id), width = columns.length + 3;
  return (
    <ScrollArea label="All runs" class="runs-area">
      <table class="booktabs runs" onKeyDown={onKeyDown}>
        <caption class="sr-only">All runs</caption>
        <thead>
          <tr>
            <th scope="col" class="run-cell" aria-sort={orderOf("run", choice)}>
              <SwatchBox
                label="Tick all that are shown"
                isOn={all.length > 0 && all.every((id) => ticked.includes(id))}
                onTick={(isOn) => onTick(isOn ? [...new Set([...ticked, ...all])] : [])}
              />
              <Sort name="run" words="run" choice={choice} onChange={onChange} />
            </th>
            {[["state", "state"], ["started", "started (UTC)"]].map(([name, words]) => (
              <th key={name} scope="col" aria-sort={orderOf(name!, choice)}>
                <Sort name={name!} words={words!} choice={choice} onChange={onChange} />
              </th>
            ))}
            {columns.map(({ key, words, isNumber }) => (
              <th
                key={key}
                scope="col"
                class={isNumber ? "number" : undefined}
                aria-sort={orderOf(key, choice)}
              >
                <Sort name={key} words={words} choice={choice} onChange={onChange} />
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.label ?? ""}>
            {group.label !== null && (
              <tr class="group-row">
                <th scope="rowgroup" class="run-cell">
                  <div class="run-name">
                    <SwatchBox
                      label={`Tick all of ${group.label}`}
                      isOn={group.rows.every(({ id }) => ticked.includes(id))}
                      onTick={(isOn) => {
                        const ids = group.rows.map(({ id }) => id);
                        const others = ticked.filter((id) => !ids.includes(id));
                        onTick(isOn ? [...others, ...ids] : others);
                      }}
                    />
                    <GroupLink
                      label={group.label}
                      count={group.rows.length}
                      choice={choice}
                      onChange={onChange}
                    />
                  </div>
                </th>
                <td colSpan={2} />
                {columns.map((column) => {
                  const { mean, sd } = groupText(column, group.rows);
                  return (
                    <td key={column.key} class={column.isNumber ? "number" : "nowrap"}>
                      <bdi>{mean}</bdi>
                      {sd !== "" && <span class="quiet">{` ± ${sd}`}</span>}
                    </td>
                  );
                })}
              </tr>
            )}
            {isOpen(group.label) && group.rows.filter(({ id }) => shown.has(id)).map((row) => (
              <RunRowView
                key={row.id}
                row={row}
                columns={columns}
                tone={toneAt(ticked.indexOf(row.id))}
                isTicked={ticked.includes(row.id)}
                onTick={tick}
              />
            ))}
          </tbody>
        ))}
        {isMore && (
          <tbody>
            <tr ref={end}>
              <td colSpan={width} class="more-rows">
                {formatCount(shown.size)} of {formatCount(visible.length)} are shown;{" "}
                <a
                  href={address(runsPath({ ...choice, rows: visible.length }))}
                  aria-current="false"
                  onClick={(event) => {
                    event.preventDefault();
                    onChange({ rows: visible.length });
                  }}
                >
                  all of them
                </a>
              </td>
            </tr>
          </tbody>
        )}
        {rows.length === 0 && (
          <tbody>
            <tr>
              <td colSpan={width} class="quiet">No run is like that.</td>
            </tr>
          </tbody>
        )}
      </table>
    </ScrollArea>
  );
}

interface Changing {
  readonly choice: RunsChoice;
  onChange(part: Partial<RunsChoice>): void;
}

function orderOf(name: string, { sort }: RunsChoice): "ascending" | "descending" | "none" {
  return sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
}

/** A head that sorts: first so that the best or newest is on top, then the other way, then as it was. */
function Sort(
  { name, words, choice, onChange }: Changing & { readonly name: string; readonly words: string },
) {
  const address = useAddress(), order = orderOf(name, choice);
  const [first, second] = /accuracy$|f1$|started/.test(name) ? [`-${name}`, name] : [name, `-${name}`];
  const sort = choice.sort === first ? second! : choice.sort === second ? null : first!;
  return (
    <a
      class="sort"
      href={address(runsPath({ ...choice, sort }))}
      aria-current="false"
      onClick={(event) => {
        event.preventDefault();
        onChange({ sort });
      }}
    >
      <bdi>{words}</bdi>
      <span aria-hidden="true">{order === "ascending" ? " ↑" : order === "descending" ? " ↓" : ""}</span>
    </a>
  );
}

function GroupLink(
  { label, count, choice, onChange }: Changing & { readonly label: string; readonly count: number },
) {
  const address = useAddress(), isOpen = choice.open.includes(label);
  const open = isOpen ? choice.open.filter((one) => one !== label) : [...choice.open, label];
  return (
    <a
      class="group-link"
      href={address(runsPath({ ...choice, open }))}
      aria-current="false"
      aria-expanded={isOpen}
      onClick={(event) => {
        event.preventDefault();
        onChange({ open });
      }}
    >
      <span aria-hidden="true">{isOpen ? "▾ " : "▸ "}</span>
      <bdi>{label}</bdi> <span class="quiet">{formatCount(count)}</span>
    </a>
  );
}
