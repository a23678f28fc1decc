/** What a link asks for and these runs do not have: it is said, rather than passed over. */
import { capital, curveName } from "../format.ts";
import { axesOf, isClock } from "./axis.ts";
import { ALL_SETTINGS, type Choice, type XAxis } from "./choice.ts";
import { type Compared, comparedNumbers, resultKey } from "./grouping.ts";

/** What is drawn if nothing else is asked for: the first of these that there is. */
const FIRST_CURVES = ["valLoss", "testLoss", "loss"];
/** Settings of every run. */
const OF_ALL = ["experiment", "network", "seed"];

/** A choice that means something for the runs, and what of it did not. */
export interface CheckedChoice {
  readonly choice: Choice;
  /** Keys of the curves that are drawn; none where no run has any. */
  readonly drawn: readonly string[];
  /** Keys of all curves. */
  readonly curves: readonly string[];
  /** What they can be drawn over. */
  readonly axes: readonly XAxis[];
  readonly problems: readonly string[];
}

/** Leaves out what no run has: a setting to group by, a curve, an axis, a column to sort by. */
export function checkedChoice(choice: Choice, runs: readonly Compared[]): CheckedChoice {
  const { by, sort } = choice, rows = runs.map(({ row }) => row), problems: string[] = [];
  const curves = [...new Set(runs.flatMap((run) => run.curves.map(({ key }) => key)))]
    .filter((key) => !isClock(key));
  const memberOf = (key: string) => key.replace(/^.*: /, "");
  const usual = FIRST_CURVES.flatMap((one) => curves.find((key) => memberOf(key) === one) ?? [])[0] ??
    curves[0];
  const hasSetting = (name: string) =>
    OF_ALL.includes(name) || rows.some(({ settings }) => Object.hasOwn(settings, name));
  const canGroup = by === null || by === ALL_SETTINGS || hasSetting(by);
  if (!canGroup) problems.push(`No run here has a setting "${by}" to group by: each has a line of its own.`);
  const known = choice.curves.filter((key) => curves.includes(key));
  const drawn = known.length > 0 ? known : usual === undefined ? [] : [usual];
  for (const key of choice.curves) {
    if (!known.includes(key) && usual !== undefined) {
      const words = drawn.map(curveName).join(", ");
      problems.push(`No run here has a curve "${key}": ${words} is drawn.`);
    }
  }
  const axes = axesOf(runs), canMeasure = axes.includes(choice.over);
  if (!canMeasure && curves.length > 0) {
    problems.push(`No run here tells its ${choice.over === "step" ? "steps" : "time"}: epochs are drawn.`);
  }
  const column = sort?.replace(/^-/, "") ?? "";
  const canSort = sort === null || hasSetting(column) ||
    comparedNumbers(rows).map(resultKey).includes(column);
  if (!canSort) problems.push(`There is no column "${column}" to sort by.`);
  return {
    choice: {
      ...choice,
      by: canGroup ? by : null,
      sort: canSort ? sort : null,
      ...(!canMeasure && { over: "epoch", window: null }),
    },
    drawn,
    curves,
    axes,
    problems,
  };
}

/** The runs that have a line, and of the others, in sentences, why they have none. */
export function drawnRuns(runs: readonly Compared[], key: string) {
  const kinds = Map.groupBy(runs, ({ curves }) => {
    const curve = curves.find((one) => one.key === key);
    return curve === undefined ? "none" : curve.y.every((value) => value === null) ? "empty" : "drawn";
  });
  const names = (kind: "none" | "empty") => kinds.get(kind)?.map(({ row }) => row.id).join(", ");
  const [none, empty] = [names("none"), names("empty")], curve = curveName(key);
  return {
    drawn: kinds.get("drawn") ?? [],
    others: [
      ...(none === undefined ? [] : [`Without ${curve}: ${none}.`]),
      ...(empty === undefined ? [] : [`${capital(curve)} that is never a number: ${empty}.`]),
    ].join(" "),
  };
}
