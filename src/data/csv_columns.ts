/** The columns of a CSV file: which are inputs and targets, and what categories they hold. */
import { require } from "../core/errors.ts";
import { nearestName } from "../core/option_names.ts";

/** A column of a CSV file. */
export interface CsvColumn {
  /** As the header has it. */
  readonly name: string;
  /** What a column of categories may hold, sorted; a column of numbers has none. */
  readonly categories?: readonly string[];
}

/** What training rows were read by, and later rows are: plain data, which can be kept as JSON. */
export interface CsvColumns {
  /** In the order in which a row of the set holds them. */
  readonly inputs: readonly CsvColumn[];
  /** One column of categories (classes), or columns of numbers. */
  readonly targets: readonly CsvColumn[];
}

/** What decides which columns are read as what. */
export interface ColumnOptions {
  readonly target?: string | readonly string[];
  readonly omit?: readonly string[];
  readonly categorical?: readonly string[];
  readonly columns?: CsvColumns;
}

/** A column that is read, and where. */
export interface ChosenColumn {
  readonly name: string;
  /** Position in a row of the file. */
  readonly at: number;
  /** Undefined: as its first value is. */
  readonly isCategorical?: boolean;
  /** Whether training rows have said what it holds: numbers, or `categories` and no others. */
  readonly isGiven?: boolean;
  readonly categories?: readonly string[];
}

/** Columns in the order in which a row of the set holds them. */
export interface ChosenColumns {
  readonly inputs: readonly ChosenColumn[];
  readonly targets: readonly ChosenColumn[];
}

/** Throws where a name stands twice, or cannot be read. */
export function checkHeader(names: readonly string[], path: string): void {
  names.forEach((name, at) => {
    require(
      !name.includes("\ufffd"),
      `${path} has letters in its header that are no UTF-8; save it as UTF-8`,
    );
    const first = names.indexOf(name);
    require(
      first === at,
      `${path} has the column ${quoted(name)} twice, as columns ${first + 1} and ${
        at + 1
      }; rename one of them`,
    );
  });
}

/** Which columns of a file with these names are inputs and targets. `path` is how messages name the file. */
export function chooseColumns(
  names: readonly string[],
  path: string,
  { target = [], omit = [], categorical, columns }: ColumnOptions,
): ChosenColumns {
  if (columns !== undefined) return findColumns(names, path, columns);
  const targets = typeof target === "string" ? [target] : target;
  for (const name of [...targets, ...omit, ...categorical ?? []]) requireColumn(names, path, name);
  const clash = targets.find((name, i) => omit.includes(name) || targets.indexOf(name) !== i);
  require(
    clash === undefined,
    () => `The column ${quoted(clash!)} is a target and left out, or a target twice; name it once`,
  );
  const choose = (name: string): ChosenColumn => ({
    name,
    at: names.indexOf(name),
    ...(categorical !== undefined && { isCategorical: categorical.includes(name) }),
  });
  const inputs = names.filter((name) => !targets.includes(name) && !omit.includes(name));
  require(inputs.length > 0, `${path} has no columns for the inputs: it has ${listed(names)}`);
  return { inputs: inputs.map(choose), targets: targets.map(choose) };
}

/** The columns of training rows in another file, by name; targets may be absent, all of them. */
function findColumns(names: readonly string[], path: string, columns: CsvColumns): ChosenColumns {
  const find = ({ name, categories }: CsvColumn): ChosenColumn => {
    requireColumn(names, path, name);
    return {
      name,
      at: names.indexOf(name),
      isGiven: true,
      isCategorical: categories !== undefined,
      ...(categories !== undefined && { categories }),
    };
  };
  const hasTargets = columns.targets.some(({ name }) => names.includes(name));
  return { inputs: columns.inputs.map(find), targets: hasTargets ? columns.targets.map(find) : [] };
}

function requireColumn(names: readonly string[], path: string, name: string): void {
  if (names.includes(name)) return;
  const meant = nearestName(name, names);
  require(
    false,
    `${path} has no column ${quoted(name)}: ` +
      (meant === undefined ? `it has ${listed(names)}` : `did you mean ${quoted(meant)}?`),
  );
}

/** The first few of many names. */
export function listed(names: readonly string[]): string {
  const most = 12, rest = names.length - most;
  const first = names.slice(0, most).map((name) => /^[^\p{C}"]{1,40}$/u.test(name) ? name : quoted(name));
  return rest > 0 ? `${first.join(", ")} and ${rest} more` : first.join(", ");
}

/** A name or a value in quotes, on one line, and only its beginning where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
