/** The codes of autoencoders, as the page Latent space shows them. */
import type { LatentCodes, LatentData, LatentRun } from "../components/latent/latent_types.ts";
import type { RunRow } from "../components/types.ts";
import { DescentError } from "../src/core/errors.ts";
import { isJsonObject, type JsonObject } from "../src/runs/json.ts";
import { parseCsv } from "./csv.ts";
import { numberOf, shorten } from "../src/runs/facts.ts";
import { findFile, readText } from "./folder.ts";
import type { Store } from "./store.ts";

/** More points are not drawn, more bytes not read, more names not told apart. */
const MAX_POINTS = 12_000, MAX_BYTES = 8e6, MAX_DIGITS = 10, MAX_RUNS = 200;
const CODES = ["latent", "codes.csv"], SHEET = ["latent", "images.png"];
const COLUMNS = ["index", "label", "predicted", "x", "y", "z"] as const;

/** Runs with codes, and the codes of `id`, or of the newest where it is left out. */
export async function latentData(store: Store, id?: string): Promise<LatentData> {
  const runs = await latentRuns(store), shown = id ?? runs[0]?.id;
  if (shown === undefined) return { runs, codes: null, problem: null };
  try {
    return { runs, codes: await readCodes(store, shown), problem: null };
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    return { runs, codes: null, problem: `Cannot show the codes of ${shown}: ${error.message}` };
  }
}

/** Runs that have codes, the newest first. */
export async function latentRuns(store: Store): Promise<readonly LatentRun[]> {
  const runs: LatentRun[] = [];
  for (const row of await store.list()) {
    if (runs.length >= MAX_RUNS) break;
    if (hasLatent(row) && findFile(store.root, [row.id, ...CODES]) !== undefined) {
      runs.push({ id: row.id, experiment: row.experiment, nodes: row.numbers.nodes ?? null });
    }
  }
  return runs;
}

function hasLatent({ numbers }: RunRow): boolean {
  return Object.keys(numbers).some((name) => name.startsWith("latent."));
}

async function readCodes(store: Store, id: string): Promise<LatentCodes> {
  const text = readText(store.root, [id, ...CODES], MAX_BYTES);
  if (text === undefined) throw new DescentError(`it has no file ${CODES.join("/")}`);
  const [head = [], ...rows] = parseCsv(text, 10 * MAX_POINTS);
  const at = COLUMNS.map((name) => head.indexOf(name));
  const missing = COLUMNS.find((name, i) => at[i]! < 0 && name !== "predicted");
  if (missing !== undefined) throw new DescentError(`${CODES.join("/")} has no column "${missing}"`);
  const digits: string[] = [], points: number[] = [], labels: number[] = [], predicted: number[] = [];
  const indices: number[] = [];
  const positionOf = (name: string) => {
    const known = digits.indexOf(name);
    if (known >= 0 || digits.length >= MAX_DIGITS) return known;
    return digits.push(name) - 1;
  };
  // Sorted, so that a digit has its place whatever comes first.
  [...new Set(rows.map((row) => shorten(row[at[1]!] ?? "", 20)))].sort().forEach(positionOf);
  for (const row of rows.slice(0, MAX_POINTS)) {
    const [index, x, y, z] = [at[0]!, at[3]!, at[4]!, at[5]!].map((column) => Number(row[column] ?? NaN));
    const label = positionOf(shorten(row[at[1]!] ?? "", 20));
    if (![index, x, y, z].every(Number.isFinite) || label < 0) {
      throw new DescentError(`${CODES.join("/")} has a row that is no point: "${shorten(row.join(), 60)}"`);
    }
    points.push(x!, y!, z!);
    labels.push(label);
    predicted.push(digits.indexOf(row[at[2]!] ?? ""));
    indices.push(index!);
  }
  if (labels.length === 0) throw new DescentError(`${CODES.join("/")} has no points`);
  const latent = (await store.entry(id))?.summary?.latent;
  const { variance, images } = isJsonObject(latent) ? latent : {} as JsonObject;
  const shares = Array.isArray(variance) ? variance.map((one) => numberOf(one) ?? 0).slice(0, 3) : [];
  const sheet = findFile(store.root, [id, ...SHEET]) && sheetOf(images);
  return {
    id,
    digits,
    points,
    labels,
    predicted,
    indices,
    variance: shares,
    sheet: sheet ?? null,
    all: rows.length,
  };
}

/** How the sheet is divided, where the summary says so in sound numbers. */
function sheetOf(images: unknown): LatentCodes["sheet"] {
  const { columns, width, height } = isJsonObject(images as JsonObject) ? images as JsonObject : {};
  const sizes = [columns, width, height];
  if (!sizes.every((size) => Number.isSafeInteger(size) && Number(size) > 0 && Number(size) < 4096)) {
    return null;
  }
  return { file: SHEET.join("/"), columns: Number(columns), width: Number(width), height: Number(height) };
}
