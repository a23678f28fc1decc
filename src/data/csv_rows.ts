/** The rows of a CSV text, one after the other, each with its line. */
import { CsvError, parse } from "csv-parse/sync";
import { DescentError, require } from "../core/errors.ts";
import { describeStart, knownKind } from "./file_start.ts";

/** What is read, and how. */
export interface CsvText {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** How messages name the text. */
  readonly path: string;
  readonly delimiter: string;
}

/**
 * Calls `visit` with the fields of each row, header included, and the line on which the row begins. Blanks around fields
 * are taken off, and empty lines passed over.
 *
 * Throws `DescentError` where the text is none, or breaks the rules of quotes (RFC 4180).
 */
export function visitRows(
  { bytes, path, delimiter }: CsvText,
  visit: (fields: readonly string[], line: number) => void,
): void {
  requireText(bytes, path);
  // The parser counts a line's end of two characters twice where it stands inside quotes.
  let end = 0, countedTwice = 0;
  const onRow = (fields: readonly string[], lines: number) => {
    const last = lines - countedTwice;
    let begin = last;
    if (last > end + 1) {
      const inner = fields.join("").match(/\r\n|\n|\r/g) ?? [];
      const twice = inner.filter((lineEnd) => lineEnd.length === 2).length;
      countedTwice += twice;
      end = last - twice;
      begin = end - inner.length;
    } else {
      end = last;
    }
    visit(fields, begin);
  };
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (fields: readonly string[], { lines }) => {
        onRow(fields, lines);
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw brokenRule(error, { path, line: end + 1 });
    throw error;
  }
}

function requireText(bytes: Uint8Array, path: string): void {
  require(bytes.length > 0, `${path} is empty; a CSV file begins with a line of column names`);
  require(knownKind(bytes) === undefined, () => `${path} is no CSV file: ${describeStart(bytes)}`);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  require(!isUtf16, `${path} is text in UTF-16; save it as UTF-8`);
  require(
    !bytes.subarray(0, 4096).includes(0),
    () => `${path} is no CSV file: it holds bytes that are no text; ${describeStart(bytes)}`,
  );
}

/** What the parser found wrong, in our words. `line` is where the row begins, empty lines before it aside. */
function brokenRule(
  error: CsvError,
  { path, line }: { readonly path: string; readonly line: number },
): DescentError {
  const column = typeof error.column === "number" ? ` in field ${error.column + 1}` : "";
  const where = `The row that begins on line ${line} of ${path}`;
  const twice = "a quote within a field in quotes is written as two";
  const sentence = error.code === "CSV_QUOTE_NOT_CLOSED"
    ? `${where} has a quote${column} that is never closed; close it: ${twice}`
    : error.code === "INVALID_OPENING_QUOTE"
    ? `${where} has a quote${column} within a field that is not in quotes; put the field in quotes: ${twice}`
    : `${where} has more behind a closing quote${column}; ${twice}`;
  return new DescentError(sentence, { cause: error });
}
