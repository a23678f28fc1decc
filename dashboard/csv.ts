/** Comma-separated values (RFC 4180) back into rows. */

/**
 * Rows of cells; at most `maxRows`. Quotes are undone; a quote that is never closed ends with the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseCsv } from "./csv.ts";
 * assertEquals(parseCsv('a,"b ""c""\r\n"\r\n1,\r\n'), [["a", 'b "c"\r\n'], ["1", ""]]);
 * ```
 */
export function parseCsv(text: string, maxRows = 10_000): string[][] {
  const rows: string[][] = [];
  let row: string[] = [], at = 0;
  while (at < text.length && rows.length < maxRows) {
    const quoted = text[at] === '"';
    let cell = "", end = at;
    if (quoted) {
      end = at + 1;
      for (let close = text.indexOf('"', end);; close = text.indexOf('"', end)) {
        if (close < 0) close = text.length;
        cell += text.slice(end, close);
        end = close + 1;
        if (text[end] !== '"') break;
        cell += '"';
        end++;
      }
    }
    const stop = /[,\r\n]/g;
    stop.lastIndex = end;
    const next = stop.exec(text)?.index ?? text.length;
    if (!quoted) cell = text.slice(at, next);
    row.push(cell);
    at = next + 1;
    if (text[next] === ",") {
      if (at >= text.length) row.push("");
      continue;
    }
    if (text[next] === "\r" && text[at] === "\n") at++;
    rows.push(row);
    row = [];
  }
  if (row.length > 0 && rows.length < maxRows) rows.push(row);
  return rows;
}
