/** Folders of IDX files as MNIST, Fashion-MNIST, EMNIST and QMNIST are published, as sets. */
import { require } from "../core/errors.ts";
import { checkOptions, nearestName, shown } from "../core/option_names.ts";
import { joinPath } from "../core/paths.ts";
import { sha256 } from "../core/sha256.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import { roomForClasses } from "./class_indices.ts";
import {
  emnistNames,
  fashionNames,
  type LabelNames,
  namesByLabel,
  namesInFile,
  namesInOrder,
} from "./class_names.ts";
import type { DataSet } from "./data_set.ts";
import { holdsWhole, type NdArray, type NumberArray } from "./elements.ts";
import { type FilePair, type FileSpec, type LoadedIdx, loadFour } from "./four_files.ts";
import { parseIdx, readIdx, readIdxBytes } from "./idx.ts";
import { namesIn } from "./read_bytes.ts";

/** What to read of a folder. */
export interface IdxFolderOptions {
  /** Which set, where the folder holds several: `balanced` of EMNIST's, `qmnist`. */
  readonly set?: string;
  /** Names of the classes, in the order of their labels; see `readIdxFolder` for where else they come from. */
  readonly classNames?: readonly string[];
}

/** The two sets of a folder. */
export interface IdxFolder {
  /** Of the files named train. */
  readonly train: DataSet;
  /** Of those named t10k or test. */
  readonly test: DataSet;
}

const FILE_NAME = /^(?:(.+)-)?(train|t10k|test)-(images|labels)[-.]idx[1-4]-[a-z]+(?:\.gz)?$/;
const EMNIST = "emnist-";

interface ListedFile extends FileSpec {
  readonly name: string;
  /** What stands before the part: `emnist-balanced`, `qmnist`, nothing. */
  readonly set: string;
}

interface LoadedFile extends LoadedIdx {
  /** Of labels alone: it says what they mean. */
  readonly sha256: string;
}

/**
 * Reads a folder that holds images and labels to train on and to test with, as IDX files under the names of MNIST
 * (`train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`), EMNIST (`emnist-balanced-train-images-idx3-ubyte`) or
 * QMNIST (`qmnist-train-labels-idx2-int`), plain or gzip.
 *
 * EMNIST's images lie on their sides in the files and come out upright; of QMNIST's eight columns of labels the first
 * is the class. Bytes stay bytes, other numbers become float32. Classes are called as `classNames` says, or the file
 * `classes.txt` of the folder (a name on each line), or EMNIST's mapping file, or as Fashion-MNIST's and EMNIST's are
 * known to be called; else by their labels. Indices count from 0 whatever the labels are.
 *
 * Throws `DescentError` if the folder or a file is missing, a file is damaged, or the files do not fit together.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readIdxFolder } from "descent/data";
 * const folder = await Deno.makeTempDir();
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40);
 * const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 8);
 * for (const part of ["train", "t10k"]) {
 *   await Deno.writeFile(`${folder}/${part}-images-idx3-ubyte`, images);
 *   await Deno.writeFile(`${folder}/${part}-labels-idx1-ubyte`, labels);
 * }
 * const { train, test } = await readIdxFolder(folder);
 * assert(train.inputs.length === 4 && train.inputShape.join() === "1,2");
 * assert(test.classNames?.join() === "3,8" && test.targets?.[1] === 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<IdxFolder> {
  checkOptions("readIdxFolder", options, { set: true, classNames: true });
  const listed = listSets(await namesIn(folder));
  const set = chooseSet(folder, [...new Set(listed.map((file) => file.set))], options.set);
  const files = listed.filter((file) => file.set === set);
  const { train, test } = await loadFour(({ part, kind }) => load(folder, files, { part, kind }));
  const labels = classLabels(train.labels), path = train.labels.path;
  const names = await labelNames(folder, set, {
    labels,
    path,
    hashes: [train.labels.sha256, test.labels.sha256],
    given: options.classNames,
  });
  const isOnItsSide = set.startsWith(EMNIST);
  return { train: dataSetOf(train, names, isOnItsSide), test: dataSetOf(test, names, isOnItsSide) };
}

/** In the order in which names are preferred: hyphens before dots, plain before packed. */
function listSets(
  names: readonly { readonly name: string; readonly isFolder: boolean }[],
): readonly ListedFile[] {
  return names.flatMap(({ name, isFolder }): ListedFile[] => {
    const match = isFolder ? null : FILE_NAME.exec(name);
    if (match === null) return [];
    const [, set = "", part, kind] = match;
    return [{
      name,
      set,
      part: part === "train" ? "train" : "test",
      kind: kind === "images" ? "images" : "labels",
    }];
  });
}

function chooseSet(folder: string, sets: readonly string[], asked: string | undefined): string {
  require(
    sets.length > 0,
    () =>
      `The folder "${folder}" holds no IDX files by the names of MNIST, EMNIST or QMNIST, such as ` +
      "train-images-idx3-ubyte or emnist-balanced-train-images-idx3-ubyte.gz",
  );
  const shortNames = sets.map((set) => set.startsWith(EMNIST) ? set.slice(EMNIST.length) : set || "mnist");
  const all = shortNames.join(", ");
  if (asked === undefined) {
    require(
      sets.length === 1,
      () => `The folder "${folder}" holds the sets ${all}; choose one: { set: "${shortNames[0]}" }`,
    );
    return sets[0]!;
  }
  const at = sets.findIndex((set, i) => set === asked || shortNames[i] === asked);
  const meant = at < 0 ? nearestName(String(asked), shortNames) : undefined;
  require(
    at >= 0,
    () =>
      `The folder "${folder}" holds no set ${shown(asked)}: ` +
      (meant === undefined ? `it holds ${all}` : `did you mean ${meant}?`),
  );
  return sets[at]!;
}

async function load(
  folder: string,
  files: readonly ListedFile[],
  { part, kind }: FileSpec,
): Promise<LoadedFile> {
  const file = files.find((file) => file.part === part && file.kind === kind);
  require(
    file !== undefined,
    () =>
      `There are no ${kind} to ${
        part === "train" ? "train on" : "test with"
      } in the folder "${folder}", which ` +
      `holds ${files.map(({ name }) => name).join(", ")}`,
  );
  const path = joinPath(folder, file.name);
  if (kind === "labels") {
    const content = await readIdxBytes(path);
    return { path, idx: parseIdx(content, { path }), sha256: await sha256(content) };
  }
  const idx = await readIdx(path);
  require(
    idx.shape.length > 1,
    () => `${path} is a labels file, but images are expected; check that files are not mixed up`,
  );
  return { path, idx, sha256: "" };
}

/** Labels of rank 1, or the first of QMNIST's eight columns: class, then who wrote it and where it was found. */
function classLabels({ idx, path }: LoadedIdx): NumberArray {
  const [rows, columns] = idx.shape;
  require(holdsWhole(idx), () => `${path} holds labels that are no whole numbers; convert them to bytes`);
  if (idx.shape.length === 1) return idx.data;
  require(
    idx.shape.length === 2 && columns === 8,
    () => `${path} is ${formatShape(idx.shape)}, but labels are one number a row, or eight as in QMNIST`,
  );
  return Int32Array.from({ length: rows! }, (_, row) => idx.data[8 * row]!);
}

interface NamesOptions {
  readonly labels: NumberArray;
  /** Of the training labels. */
  readonly path: string;
  readonly hashes: readonly string[];
  readonly given?: readonly string[];
}

async function labelNames(
  folder: string,
  set: string,
  { labels, path, hashes, given }: NamesOptions,
): Promise<LabelNames> {
  const names = given ?? await namesInFile(folder);
  if (names !== undefined) return namesInOrder(names, { labels, path });
  const emnist = await emnistNames(folder, set);
  if (emnist !== undefined) return emnist;
  const fashion = fashionNames(hashes);
  return fashion === undefined ? namesByLabel(labels) : namesInOrder(fashion, { labels, path });
}

function dataSetOf(pair: FilePair<LoadedFile>, names: LabelNames, isOnItsSide: boolean): DataSet {
  const labels = classLabels(pair.labels), places = new Map([...names.keys()].map((label, i) => [label, i]));
  const targets = roomForClasses(labels.length, names.size);
  labels.forEach((label: number, row: number) => {
    const place = places.get(label);
    require(
      place !== undefined,
      () =>
        `Row ${row} of ${pair.labels.path} has label ${label}, but the classes have the labels ${
          [...names.keys()].join(", ")
        }`,
    );
    targets[row] = place;
  });
  const { data, shape } = pair.images.idx, image = isOnItsSide ? transpose(pair.images.idx) : shape.slice(1);
  const inputs = data instanceof Uint8Array || data instanceof Float32Array ? data : Float32Array.from(data);
  return { inputs, inputShape: image, targets, classNames: [...names.values()] };
}

/** Exchanges rows and columns of each image, in place, and gives the images' shape. */
function transpose({ data, shape }: NdArray): Shape {
  const [, height = 1, width = 1] = shape, pixels = sizeOf(shape.slice(1)), image = data.slice(0, pixels);
  for (let start = 0; start < data.length; start += pixels) {
    image.set(data.subarray(start, start + pixels));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) data[start + x * height + y] = image[y * width + x]!;
    }
  }
  return [width, height];
}
