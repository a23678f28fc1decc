/** What `figures/` of a run holds: pictures with their titles, confusion matrices and tables as numbers. */
import { join } from "node:path";
import type { Confusion, FigureFile, TextTable } from "../components/types.ts";
import { FIGURES_FOLDER } from "../src/runs/layout.ts";
import { parseCsv } from "./csv.ts";
import { shorten } from "../src/runs/facts.ts";
import { findFolder, isPlainName, listNames, readBytes, readText } from "./folder.ts";

const FORMATS = ["png", "svg", "csv"], MAX_FIGURES = 120, HEAD_BYTES = 4096;
const MAX_CSV_BYTES = 2 ** 20, MAX_CLASSES = 50, MAX_ROWS = 500, MAX_COLUMNS = 40;

/** Everything in `figures/` of the run `id`. */
export interface Pictures {
  readonly figures: readonly FigureFile[];
  readonly confusions: readonly Confusion[];
  readonly tables: readonly TextTable[];
}

/** Reads the folder; what cannot be read is left out. */
export function readPictures(root: string, id: string): Pictures {
  const names = folderNames(root, id), stems = new Map<string, string[]>();
  for (const name of names) {
    const [, stem, ending] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    if (stem === undefined || !FORMATS.includes(ending!)) continue;
    if (!stems.has(stem) && stems.size >= MAX_FIGURES) continue;
    stems.set(stem, [...stems.get(stem) ?? [], ending!]);
  }
  const isPicture = (formats: readonly string[]) => formats.includes("png") || formats.includes("svg");
  return {
    figures: [...stems].filter(([, formats]) => isPicture(formats))
      .map(([stem, formats]) => figureOf(root, id, stem, formats)),
    confusions: [...stems.keys()].flatMap((stem) => confusionOf(root, id, stem) ?? []),
    tables: [...stems].filter(([stem, formats]) => stem.startsWith("table_") && !isPicture(formats))
      .flatMap(([stem]) => tableOf(root, id, stem) ?? []),
  };
}

function folderNames(root: string, id: string): readonly string[] {
  const folder = findFolder(root, [id, FIGURES_FOLDER]);
  return folder === undefined ? [] : listNames(folder, 10 * MAX_FIGURES).filter(isPlainName).sort(inOrder);
}

const SETS = ["train", "validation", "test"], BY_NAME = new Intl.Collator("en", { numeric: true });

/** By name, but train before validation before test. */
function inOrder(a: string, b: string): number {
  const rank = (name: string) => SETS.findIndex((set) => name.includes(`_${set}.`));
  const stem = (name: string) => rank(name) < 0 ? name : name.slice(0, name.lastIndexOf("_"));
  return BY_NAME.compare(stem(a), stem(b)) || rank(a) - rank(b) || BY_NAME.compare(a, b);
}

/** Changes whenever a figure comes or goes. */
export function picturesStamp(root: string, id: string): string {
  const folder = isPlainName(id) ? join(root, id, FIGURES_FOLDER) : root;
  try {
    return String(Deno.lstatSync(folder).mtime?.getTime());
  } catch {
    return "";
  }
}

function figureOf(root: string, id: string, stem: string, formats: readonly string[]): FigureFile {
  const head = formats.includes("svg") ? headOf(root, [id, FIGURES_FOLDER, `${stem}.svg`]) : "";
  const size = (name: string) => {
    const value = Number(new RegExp(`<svg\\b[^>]*?\\s${name}="([\\d.]+)"`).exec(head)?.[1]);
    return value > 0 && value < 10_000 ? value : null;
  };
  const word = (name: string) => unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(head)?.[1] ?? "");
  return {
    name: stem,
    title: shorten(word("title") || inWords(stem)),
    description: shorten(word("desc"), 1000),
    width: size("width"),
    height: size("height"),
    formats: FORMATS.filter((format) => formats.includes(format)),
  };
}

function headOf(root: string, names: readonly string[]): string {
  try {
    const bytes = readBytes(root, names, { maxBytes: HEAD_BYTES, length: HEAD_BYTES });
    return bytes === undefined ? "" : new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name]!);
}

/** `feature_maps_1` → `Feature maps 1`. */
function inWords(stem: string): string {
  const words = stem.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function rowsOf(root: string, id: string, stem: string): readonly string[][] | undefined {
  try {
    const text = readText(root, [id, FIGURES_FOLDER, `${stem}.csv`], MAX_CSV_BYTES);
    return text === undefined ? undefined : parseCsv(text, MAX_ROWS + 1);
  } catch {
    return undefined;
  }
}

/** The matrix in `confusion_….csv`, or `undefined` where there is none. */
function confusionOf(root: string, id: string, stem: string): Confusion | undefined {
  if (!/^(.+_)?confusion(_|$)/.test(stem)) return undefined;
  const [head, ...body] = rowsOf(root, id, stem) ?? [],
    classes = body.map((row) => shorten(row[0] ?? "", 40));
  const counts = body.map((row) => row.slice(1).map((cell) => cell === "" ? NaN : Number(cell)));
  const isSquare = head !== undefined && classes.length > 0 && classes.length <= MAX_CLASSES &&
    counts.every((row) =>
      row.length === classes.length && row.every((count) => Number.isSafeInteger(count) && count >= 0)
    );
  return isSquare ? { name: inWords(stem.replace(/confusion_?/, "")) || "All", classes, counts } : undefined;
}

function tableOf(root: string, id: string, stem: string): TextTable | undefined {
  const rows = rowsOf(root, id, stem)?.map((row) => row.slice(0, MAX_COLUMNS).map((cell) => shorten(cell)));
  const [columns, ...body] = rows ?? [];
  if (columns === undefined || body.length === 0) return undefined;
  return { title: inWords(stem.replace("table_", "")), columns, rows: body };
}
