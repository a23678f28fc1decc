/** CSV files as sets. */
import { require } from "../core/errors.ts";
import { checkOptions, type OptionNames, shown } from "../core/option_names.ts";
import { roomForClasses } from "./class_indices.ts";
import {
  checkHeader,
  chooseColumns,
  type ChosenColumns,
  type CsvColumn,
  type CsvColumns,
  listed,
  quoted,
} from "./csv_columns.ts";
import { visitRows } from "./csv_rows.ts";
import { type ColumnValues, openColumns } from "./csv_values.ts";
import type { ClassIndices, DataSet } from "./data_set.ts";
import { nameOf, type Place, readBytes } from "./read_bytes.ts";

/** How a CSV file is read. */
export interface CsvOptions {
  /**
   * The column that should come out: its categories are classes, its numbers are values. Several columns, all of numbers,
   * are several values a row; 0 and 1 in each say which labels a row has. Without it the set has no targets.
   */
  readonly target?: string | readonly string[];
  /** Columns that are no inputs. */
  readonly omit?: readonly string[];
  /**
   * Columns that hold categories, target included; all others must then hold numbers. By default a column is what its
   * values are: all numbers, or all text.
   */
  readonly categorical?: readonly string[];
  /** What training rows were read by: `columns` of their set. Takes the place of the three options above. */
  readonly columns?: CsvColumns;
  /** What to do with a row in which a value is missing: `error` by default, or `drop` the row. */
  readonly missing?: "error" | "drop";
  /** What a missing value looks like. Default `["", "NA", "NaN"]`. */
  readonly missingValues?: readonly string[];
  /** What stands between fields: `,` by default. */
  readonly delimiter?: string;
  /** Names of the columns of a file whose first line is a row and no header. */
  readonly header?: readonly string[];
}

/** A set that was read from CSV. */
export interface CsvSet extends DataSet {
  /** Numbers, and 1 or 0 for each category. */
  readonly inputs: Float32Array;
  /** What each input is: `age`, and for a column of categories one for each, `city=Oslo`. */
  readonly inputNames: readonly string[];
  /** What later rows are read by, so that their inputs and classes mean the same. */
  readonly columns: CsvColumns;
  /** Lines of the rows that were left out because a value is missing. */
  readonly droppedLines: readonly number[];
}

const OPTIONS = {
  target: true,
  omit: true,
  categorical: true,
  columns: true,
  missing: true,
  missingValues: true,
  delimiter: true,
  header: true,
} as const satisfies OptionNames<CsvOptions>;

/** How CSV text is read. */
export interface ParseCsvOptions extends CsvOptions {
  /** How messages name the text: "the CSV text" by default. */
  readonly path?: string;
}

/**
 * Reads a CSV file, plain or gzip, as a set. Its first line names the columns; see `CsvOptions` for what becomes of them.
 *
 * A column of numbers is one input. A column of categories is one input for each of them, 1 where a row has it and 0
 * elsewhere. Categories and classes are sorted (by size where all are numbers, else by their characters' codes), so they
 * do not depend on the order of the rows. Fields may be quoted as RFC 4180 says; blanks around fields count for nothing.
 *
 * Throws `DescentError` if the file is missing or no UTF-8 text, a quote is never closed, a row has more or fewer fields
 * than there are columns, a column is asked for that there is not, a value is missing, or one does not fit its column.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readCsv } from "descent/data";
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "area,city,price\n50,Oslo,410\n75,Bergen,390\n");
 * const homes = await readCsv(path, { target: "price" });
 * assert(homes.inputNames.join() === "area,city=Bergen,city=Oslo");
 * assert(homes.inputs.join() === "50,0,1,75,1,0" && homes.targets?.join() === "410,390");
 * await Deno.remove(path);
 * ```
 */
export async function readCsv(place: Place, options: CsvOptions = {}): Promise<CsvSet> {
  checkOptions("readCsv", options, OPTIONS);
  checkValues("readCsv", options);
  return makeSet(await readBytes(place), nameOf(place), options);
}

/**
 * Reads CSV text as a set, as `readCsv` does.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { parseCsv } from "descent/data";
 * const train = parseCsv("petal,species\n1.4,setosa\n5.1,virginica\n4.5,versicolor\n", { target: "species" });
 * assert(train.classNames?.join() === "setosa,versicolor,virginica" && train.targets?.join() === "0,2,1");
 * const later = parseCsv("species,petal\nversicolor,4.7\n", { columns: train.columns });
 * assert(later.targets?.[0] === 1);
 * ```
 */
export function parseCsv(text: string, options: ParseCsvOptions = {}): CsvSet {
  checkOptions("parseCsv", options, { ...OPTIONS, path: true });
  checkValues("parseCsv", options);
  require(typeof text === "string", () => `parseCsv() takes the text of a CSV file, got ${shown(text)}`);
  return makeSet(new TextEncoder().encode(text), options.path ?? "the CSV text", options);
}

function makeSet(bytes: Uint8Array, path: string, options: CsvOptions): CsvSet {
  const { delimiter = ",", missing = "error", missingValues = ["", "NA", "NaN"] } = options;
  const droppedLines: number[] = [];
  let table = options.header && openTable(options.header, path, options), rows = 0;
  visitRows({ bytes, path, delimiter }, (fields, line) => {
    if (table === undefined) {
      requireFields(fields, path, delimiter);
      table = openTable(fields, path, options);
      return;
    }
    const { names, columns, used, inputs, targets } = table;
    require(
      fields.length === names.length,
      () =>
        `Line ${line} of ${path} has ${fields.length} fields, but there are ${names.length} columns: ` +
        `${listed(names)}; correct the line`,
    );
    const gap = used.find((at) => missingValues.includes(fields[at]!));
    if (gap !== undefined) {
      require(
        missing === "drop",
        () =>
          `Line ${line} of ${path} has ${
            fields[gap] === "" ? "no value" : quoted(fields[gap]!)
          } in the column ` +
          `${quoted(names[gap]!)}; fill it in, or drop such rows, { missing: "drop" }`,
      );
      droppedLines.push(line);
      return;
    }
    inputs.add(fields, line);
    if (columns.targets.length > 0) targets.add(fields, line);
    rows++;
  });
  require(table !== undefined, `${path} is empty; a CSV file begins with a line of column names`);
  require(
    rows > 0,
    () =>
      `${path} holds no rows` +
      (droppedLines.length > 0 ? `: each of the ${droppedLines.length} lacks a value` : " behind its header"),
  );
  return { ...assemble(table, rows, options.columns), droppedLines };
}

interface Table {
  readonly names: readonly string[];
  readonly columns: ChosenColumns;
  /** Positions of the columns that are read. */
  readonly used: readonly number[];
  readonly inputs: ColumnValues;
  readonly targets: ColumnValues;
}

function openTable(names: readonly string[], path: string, options: CsvOptions): Table {
  checkHeader(names, path);
  const columns = chooseColumns(names, path, options);
  return {
    names,
    columns,
    used: [...columns.inputs, ...columns.targets].map(({ at }) => at),
    inputs: openColumns(columns.inputs, path),
    targets: openColumns(columns.targets, path),
  };
}

function assemble(table: Table, rows: number, given?: CsvColumns): Omit<CsvSet, "droppedLines"> {
  const inputs = table.inputs.finish(), targets = table.targets.finish();
  const inputNames = inputs.columns.flatMap(({ name, categories }) =>
    categories?.map((category) => `${name}=${category}`) ?? [name]
  );
  const classes = targets.columns.find(({ categories }) => categories !== undefined);
  require(
    classes === undefined || targets.columns.length === 1,
    () =>
      `The target ${
        quoted(classes?.name ?? "")
      } holds categories, so it must be the only target; several targets are columns ` +
      "of numbers",
  );
  return {
    inputs: spread(inputs.columns, inputs.cells, inputNames.length),
    inputShape: [inputNames.length],
    inputNames,
    ...(targets.columns.length > 0 && { targets: targetsOf(classes, targets.cells, rows) }),
    ...(classes?.categories && { classNames: classes.categories }),
    columns: given ?? { inputs: inputs.columns, targets: targets.columns },
  };
}

function targetsOf(
  classes: CsvColumn | undefined,
  cells: Float32Array,
  rows: number,
): ClassIndices | Float32Array {
  if (classes?.categories === undefined) return cells.slice();
  const indices = roomForClasses(rows, classes.categories.length);
  indices.set(cells);
  return indices;
}

/** Cells with each category in a place of its own. */
function spread(columns: readonly CsvColumn[], cells: Float32Array, width: number): Float32Array {
  if (columns.every(({ categories }) => categories === undefined)) return cells.slice();
  const inputs = new Float32Array(cells.length / columns.length * width);
  for (let cell = 0, at = 0; cell < cells.length;) {
    for (const { categories } of columns) {
      const value = cells[cell++]!;
      inputs[categories === undefined ? at : at + value] = categories === undefined ? value : 1;
      at += categories?.length ?? 1;
    }
  }
  return inputs;
}

function requireFields(names: readonly string[], path: string, delimiter: string): void {
  const other = [";", "\t", ",", "|"].find((mark) => mark !== delimiter && names[0]!.includes(mark));
  require(
    names.length > 1 || other === undefined,
    () =>
      `The first line of ${path} is one field, ${quoted(names[0]!)}; say what stands between fields, ` +
      `{ delimiter: ${shown(other)} }`,
  );
}

function checkValues(called: string, options: CsvOptions): void {
  const { missing = "error", delimiter = ",", columns } = options;
  require(
    missing === "error" || missing === "drop",
    () => `The option missing of ${called}() is "error" or "drop", got ${shown(missing)}`,
  );
  require(
    typeof delimiter === "string" && delimiter.length > 0 && !/["\r\n]/.test(delimiter),
    () => `The delimiter of ${called}() is a character such as "," or ";", got ${shown(delimiter)}`,
  );
  for (const name of ["omit", "categorical", "missingValues", "header"] as const) {
    require(
      options[name] === undefined || Array.isArray(options[name]),
      () => `The option ${name} of ${called}() is a list, such as ["a", "b"], got ${shown(options[name])}`,
    );
  }
  const { target = [] } = options, targets: readonly unknown[] = Array.isArray(target) ? target : [target];
  require(
    targets.every((name) => typeof name === "string"),
    () => `The target of ${called}() is the name of a column, or a list of names, got ${shown(target)}`,
  );
  const second = (["target", "omit", "categorical"] as const).find((name) => options[name] !== undefined);
  require(
    columns === undefined || second === undefined,
    `The option columns of ${called}() says what each column is, so leave ${second} out`,
  );
}
