/** Everything that the page of one run shows. */
import type { RunData, RunRow, ScoreTable, StopRule, TextTable } from "../components/types.ts";
import { isJsonObject, type Json, type JsonObject } from "../src/runs/json.ts";
import { topicOf } from "./catalog.ts";
import { filesBelow, MAX_FILES } from "./files.ts";
import { readPictures } from "./pictures.ts";
import { inWords } from "../components/format.ts";
import { repeatCommand, reportDifferences } from "../experiments/reports/run_settings.ts";
import {
  factsOf,
  flatten,
  isCutOff,
  numberOf,
  objectOf,
  shorten,
  textOf,
  wordOf,
} from "../src/runs/facts.ts";
import { isPlainName } from "./folder.ts";
import type { Metrics } from "./metrics.ts";
import type { Store } from "./store.ts";

const SETS = ["train", "validation", "test"] as const;
const SCORES = ["accuracy", "precision", "recall", "f1", "mse", "loss"];
const MAX_CELLS = 500, MAX_STAGES = 32, MAX_KINDS = 12, MAX_LAYER_COLUMNS = 24;

/** The run `id`, or `undefined` where there is no such folder. Without `metrics` it has no curves. */
export async function runData(store: Store, id: string, metrics?: Metrics): Promise<RunData | undefined> {
  const row = await store.row(id);
  if (row === undefined) return undefined;
  const entry = await store.entry(id), { info, summary } = entry ?? {};
  const differences = entry === undefined ? null : reportDifferences(factsOf(entry));
  await metrics?.refresh();
  const pictures = readPictures(store.root, id), files = filesBelow(store.root, id);
  return {
    row,
    topic: topicOf(row.experiment),
    special: specialsOf(row, differences),
    command: info === undefined ? null : repeatCommand(info),
    differences,
    rule: ruleOf(objectOf(info?.settings), numberOf(info?.expectedEpochs)),
    stageRules: stageRulesOf(objectOf(info?.settings)),
    stages: metrics?.stages() ?? [],
    lines: metrics?.lines ?? 0,
    skippedLines: metrics?.skippedLines ?? 0,
    scores: scoreTables(summary),
    confusions: pictures.confusions,
    figures: pictures.figures,
    tables: [
      ...layerTable(summary),
      ...tablesOf(info, cellTables(summary, await cellsOf(store, row)), pictures.tables),
    ],
    settings: settingsOf(info),
    environment: environmentOf(row, info),
    files: files.slice(0, MAX_FILES),
    moreFiles: files.length > MAX_FILES,
  };
}

/** Tables of the run's files, its cells, and its settings where each kind of training has its own. */
function tablesOf(
  info: JsonObject | undefined,
  cells: readonly TextTable[],
  tables: readonly TextTable[],
): readonly TextTable[] {
  // The cells that the summary tells need not be shown again from a file.
  const files = tables.filter(({ title }) => cells.length === 0 || title !== "Cells");
  return [...files, ...cells, ...kindTable(info)];
}

/** Settings by kind of training; none where they are those of one. */
function kindTable(info: JsonObject | undefined): readonly TextTable[] {
  if (!hasKinds(info)) return [];
  const kinds = Object.entries(objectOf(info?.settings)).slice(0, MAX_KINDS).map(([name, value]) => ({
    name: shorten(name, 60),
    settings: new Map(flatten(value)),
  }));
  const names = [...new Set(kinds.flatMap(({ settings }) => [...settings.keys()]))];
  return [{
    title: "Settings of each kind of training",
    columns: ["setting", ...kinds.map(({ name }) => name)],
    rows: names.map((name) => [
      shorten(name, 80),
      ...kinds.map(({ settings }) => settings.has(name) ? textOf(settings.get(name)!) : "–"),
    ]),
  }];
}

function hasKinds(info: JsonObject | undefined): boolean {
  const settings = Object.values(objectOf(info?.settings));
  return settings.length > 1 && settings.every(isJsonObject);
}

function ruleOf(
  { monitor, minDelta, patience, epochs }: JsonObject,
  expectedEpochs: number | null = null,
): StopRule | null {
  const rule = {
    monitor: wordOf(monitor),
    minDelta: numberOf(minDelta),
    patience: numberOf(patience),
    maxEpochs: numberOf(epochs),
    expectedEpochs,
  };
  return Object.values(rule).every((value) => value === null) ? null : rule;
}

/** Settings that are objects are a stage's, which has the others too: `{ patience: 15, classifier: { epochs: 99 } }`. */
function stageRulesOf(settings: JsonObject): Readonly<Record<string, StopRule>> {
  const own = Object.entries(settings).filter(([, value]) => isJsonObject(value)).slice(0, MAX_STAGES);
  return Object.fromEntries(own.flatMap(([name, value]) => {
    const rule = ruleOf({ ...settings, ...objectOf(value) });
    return rule === null ? [] : [[name, rule] as const];
  }));
}

/** A table for the summary itself and for each of its members that has scores on sets: `classifier`. */
function scoreTables(summary: JsonObject | undefined): readonly ScoreTable[] {
  const published = isCutOff(wordOf(summary?.stopped)) ? {} : objectOf(summary?.published);
  const places = [[null, summary, published] as const].concat(
    Object.entries(summary ?? {}).filter(([name]) => name !== "published")
      .map(([name, value]) => [name, value, objectOf(published[name])] as never),
  );
  return places.slice(0, 20).flatMap(([name, value, theirs]) => {
    if (!isJsonObject(value)) return [];
    const sets = SETS.filter((set) => isJsonObject(value[set]));
    const columns = SCORES.filter((score) =>
      sets.some((set) => typeof objectOf(value[set])[score] === "number")
    );
    if (columns.length === 0) return [];
    const rows = sets.map((set) => {
      const own = columns.map((column) =>
        publishedIn({ part: theirs, all: published }, { name, set, column })
      );
      return {
        set,
        ours: columns.map((column) => numberOf(objectOf(value[set])[column])),
        published: own.some((number) => number !== null) ? own : null,
      };
    });
    return [{ name: name === null ? null : shorten(name, 60), columns, rows }];
  });
}

/** A printed number: in an object for its set, or as `validation` (an error) and `validationAccuracy`. */
function publishedIn(
  { part, all }: { readonly part: JsonObject; readonly all: JsonObject },
  { name, set, column }: { readonly name: string | null; readonly set: string; readonly column: string },
): number | null {
  const own = numberOf(objectOf(part[set])[column]);
  if (own !== null || name === null) return own;
  if (name === "classifier" && column === "accuracy") return numberOf(all[`${set}Accuracy`]);
  return name === "reconstruction" && column === "mse" ? numberOf(all[set]) : null;
}

/** The trainings of a group that are there, whether its summary tells of them yet or not. */
async function cellsOf(store: Store, { id, isGroup, experiment }: RunRow): Promise<readonly RunRow[]> {
  const mayBeGroup = isGroup || experiment !== "";
  return mayBeGroup ? (await store.list()).filter(({ group }) => group === id).slice(0, MAX_CELLS) : [];
}

/** The cells as the summary tells them, then those that it does not tell of. */
function cellTables(summary: JsonObject | undefined, rows: readonly RunRow[]): readonly TextTable[] {
  const told = (Array.isArray(summary?.cells) ? summary.cells : []).filter(isJsonObject).slice(0, MAX_CELLS);
  const isPlain = (name: string) =>
    told.every((cell) => typeof cell[name] !== "object" || cell[name] === null);
  const columns = [...new Set(told.flatMap((cell) => Object.keys(cell)))]
    .filter((name) => name !== "run" && isPlain(name)).slice(0, 14);
  const ids = told.map((cell) => typeof cell.run === "string" && isPlainName(cell.run) ? cell.run : null);
  const cell = (value: Json | undefined) =>
    typeof value === "number" ? shortNumber(value) : textOf(value ?? "");
  const untold = rows.filter(({ id }) => !ids.includes(id));
  const table = {
    title: "Trainings",
    columns,
    rows: told.map((one) => columns.map((name) => cell(one[name]))),
    runs: ids,
  };
  const others = {
    title: told.length > 0 ? "More trainings" : "Trainings",
    columns: ["experiment", "seed", "state"],
    rows: untold.map(({ experiment, seed, state }) => [experiment, String(seed ?? ""), state]),
    runs: untold.map(({ id }) => id),
  };
  return [table, others].filter((one) => one.rows.length > 0);
}

/** Names that a title has room for, besides the network's and the learning rate. */
const MAX_SPECIAL = 3;

/** What tells a run from others of its experiment: its network, its learning rate, and what the report has otherwise. */
function specialsOf(row: RunRow, differences: RunData["differences"]): readonly string[] {
  const { network, settings: { learningRate } } = row;
  const others = differences?.filter(({ name }) => !["arch", "nodes", "learningRate"].includes(name)) ?? [];
  return [
    ...(network === null ? [] : [network]),
    ...(learningRate === undefined ? [] : [`lr ${learningRate}`]),
    ...others.slice(0, MAX_SPECIAL).map(({ name, ours }) => `${inWords(name)} ${ours}`),
  ].map((word) => shorten(word, 60));
}

/** The layers of a pre-training as the summary tells them, with what is printed of them. */
function layerTable(summary: JsonObject | undefined): readonly TextTable[] {
  const layers = (Array.isArray(summary?.layers) ? summary.layers : []).filter(isJsonObject).slice(
    0,
    MAX_STAGES,
  );
  const printed = isCutOff(wordOf(summary?.stopped)) ? {} : objectOf(objectOf(summary?.published).layers);
  const rows = layers.map((layer, i) => {
    const theirs = flatten(objectOf(printed[String(i + 1)])).map(([name, value]) =>
      [`published ${name}`, value] as const
    );
    return new Map([...flatten(layer), ...theirs].filter(([, value]) => !Array.isArray(value)));
  });
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))].slice(0, MAX_LAYER_COLUMNS);
  const cell = (value: Json | undefined) =>
    typeof value === "number" ? shortNumber(value) : value === undefined ? "" : textOf(value);
  return columns.length === 0
    ? []
    : [{ title: "Layers", columns, rows: rows.map((row) => columns.map((name) => cell(row.get(name)))) }];
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

type Pairs = readonly (readonly [string, string])[];

function pairs(value: Json | undefined, prefix = ""): Pairs {
  return flatten(value).map(([path, leaf]) => [shorten(`${prefix}${path}`, 80), textOf(leaf)]);
}

function settingsOf(info: JsonObject | undefined): Pairs {
  const network = wordOf(info?.network);
  const experiment = wordOf(info?.experiment) ?? wordOf(info?.name);
  const head: Pairs = [
    ...(experiment === null ? [] : [["experiment", experiment] as const]),
    ...(network === null ? [] : [["network", network] as const]),
    ...(typeof info?.seed === "number" ? [["seed", String(info.seed)] as const] : []),
  ];
  return [...head, ...(hasKinds(info) ? [] : pairs(info?.settings)), ...pairs(info?.optimizer, "optimizer.")];
}

function environmentOf({ backend }: RunRow, info: JsonObject | undefined): Pairs {
  const { files, ...data } = objectOf(info?.data);
  const hashes = Array.isArray(files) ? files.filter(isJsonObject).slice(0, 8) : [];
  const one = (name: string, value: Json | undefined): Pairs =>
    typeof value === "string" || typeof value === "number" ? [[name, textOf(value)]] : [];
  return [
    ...(backend === null ? [] : [["backend", backend] as const]),
    ...one("chosen because", objectOf(info?.backend).why),
    ...pairs(info?.versions),
    ...one("machine", info?.host),
    ...one("process", info?.pid),
    ...one("started", info?.startedAt),
    ...one("ended", info?.finishedAt),
    ...pairs(data, "data."),
    ...hashes.map((file) =>
      [`data ${textOf(file.name ?? "")}`, `SHA-256 ${textOf(file.sha256 ?? "")}`] as const
    ),
  ];
}
