/** The values of a CSV file's columns, row by row: numbers, and categories by their numbers. */
import { DescentError, require } from "../core/errors.ts";
import { type ChosenColumn, type CsvColumn, listed, quoted } from "./csv_columns.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** A column that no option calls categorical, and has more kinds of text, holds names or notes. */
const MOST_KINDS = 256;

/** A growing table: what some columns held in the rows so far. */
export interface ColumnValues {
  /** Adds what a row of the file holds. Throws on a value that its column does not take. */
  readonly add: (fields: readonly string[], line: number) => void;
  /** Numbers and positions of categories, row after row; and the columns, whose categories are sorted. */
  readonly finish: () => { readonly columns: readonly CsvColumn[]; readonly cells: Float32Array };
}

/** A table of `columns` without rows. `path` is how messages name the file. */
export function openColumns(chosen: readonly ChosenColumn[], path: string): ColumnValues {
  const columns = chosen.map((column): ColumnState => ({
    ...column,
    isCategorical: column.isCategorical,
    isOpen: column.isGiven !== true,
    isInferred: column.isCategorical === undefined,
    codes: new Map(column.categories?.map((name, code) => [name, code])),
  }));
  let cells = new Float32Array(1024), length = 0;
  return {
    add: (fields, line) => {
      if (length + columns.length > cells.length) {
        const larger = new Float32Array(2 * (length + columns.length));
        larger.set(cells);
        cells = larger;
      }
      for (const column of columns) cells[length++] = valueOf(column, fields[column.at]!, { line, path });
    },
    finish: () => {
      const categories = columns.map(({ codes, isOpen }) =>
        isOpen ? sortedNames([...codes.keys()]) : [...codes.keys()]
      );
      const held = cells.subarray(0, length);
      columns.forEach((column, at) => {
        if (column.isCategorical && column.isOpen) sortCodes(column, held, { at, step: columns.length });
      });
      return {
        cells: held,
        columns: columns.map(({ name, isCategorical }, at) => ({
          name,
          ...(isCategorical && { categories: categories[at]! }),
        })),
      };
    },
  };
}

interface ColumnState extends Omit<ChosenColumn, "isCategorical"> {
  isCategorical: boolean | undefined;
  /** Whether new categories are taken in. */
  readonly isOpen: boolean;
  readonly isInferred: boolean;
  readonly codes: Map<string, number>;
  /** What decided that a column holds numbers or categories. */
  first?: { readonly text: string; readonly line: number };
}

interface Place {
  readonly line: number;
  readonly path: string;
}

function valueOf(column: ColumnState, text: string, place: Place): number {
  if (column.isCategorical === undefined) {
    column.isCategorical = !NUMBER.test(text);
    column.first = { text, line: place.line };
  }
  return column.isCategorical ? codeOf(column, text, place) : numberOf(column, text, place);
}

/** Replaces codes, which are in order of appearance, by positions in the sorted names. */
function sortCodes(
  { codes }: ColumnState,
  cells: Float32Array,
  { at, step }: { readonly at: number; readonly step: number },
): void {
  const names = [...codes.keys()], sorted = sortedNames(names);
  const places = new Map(sorted.map((name, place) => [name, place]));
  const placeOfCode = names.map((name) => places.get(name)!);
  for (let cell = at; cell < cells.length; cell += step) cells[cell] = placeOfCode[cells[cell]!]!;
}

function numberOf(column: ColumnState, text: string, place: Place): number {
  if (!NUMBER.test(text)) {
    if (column.first !== undefined) refuseMixture(column, text, place);
    require(
      false,
      `Line ${place.line} of ${place.path} has ${quoted(text)} in the column ${
        quoted(column.name)
      }, which is no number` +
        (column.isOpen ? "; correct it, or name the column in categorical" : ""),
    );
  }
  const value = Number(text);
  require(
    Number.isFinite(Math.fround(value)),
    () =>
      `Line ${place.line} of ${place.path} has ${text} in the column ${
        quoted(column.name)
      }, which is more than ` +
      "float32 holds; give the column in another unit",
  );
  return value;
}

function codeOf(column: ColumnState, text: string, place: Place): number {
  const { codes, name, isOpen, isInferred } = column, known = codes.get(text);
  if (known !== undefined) return known;
  require(
    isOpen,
    () =>
      `Line ${place.line} of ${place.path} has ${quoted(text)} in the column ${
        quoted(name)
      }, where the rows before had ` +
      listed([...codes.keys()]),
  );
  require(
    !text.includes("\ufffd"),
    () =>
      `Line ${place.line} of ${place.path} has letters in the column ${
        quoted(name)
      } that are no UTF-8; save it as UTF-8`,
  );
  if (isInferred) {
    if (NUMBER.test(text)) refuseMixture(column, text, place);
    require(
      codes.size < MOST_KINDS,
      () =>
        `The column ${quoted(name)} of ${place.path} holds more than ${MOST_KINDS} kinds of text, such as ` +
        `${quoted(text)}; leave it out, { omit: [${quoted(name)}] }, or name it in categorical`,
    );
  }
  codes.set(text, codes.size);
  return codes.size - 1;
}

/** Most often a mark for a value that is missing, or a slip: as categories every number would be a column of its own. */
function refuseMixture({ name, first }: ColumnState, text: string, { line, path }: Place): never {
  const words = quoted(NUMBER.test(text) ? first!.text : text);
  throw new DescentError(
    `The column ${quoted(name)} of ${path} holds ${quoted(first!.text)} on line ${first!.line} and ${
      quoted(text)
    } on line ` +
      `${line}: correct it, name it in categorical, or let ${words} mean a missing value, { missingValues: [${words}] }`,
  );
}

/** By size where all are numbers, else by their characters' codes. */
function sortedNames(names: readonly string[]): readonly string[] {
  return names.every((name) => NUMBER.test(name))
    ? names.toSorted((a, b) => Number(a) - Number(b))
    : names.toSorted((a, b) => a < b ? -1 : 1);
}
