/** What the classes of a folder of IDX files are called, and which labels mean them. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { joinPath } from "../core/paths.ts";
import type { NumberArray } from "./elements.ts";
import { kindOf, readBytes } from "./read_bytes.ts";

/** SHA-256 of Fashion-MNIST's label files, unpacked, of training and of test. */
const FASHION_LABELS = [
  "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
  "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
] as const;

/** Source: H. Xiao, K. Rasul, R. Vollgraf: "Fashion-MNIST: a Novel Image Dataset for Benchmarking", table 2. */
const FASHION_NAMES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
] as const;

const DIGITS = "0123456789", CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", SMALL = "abcdefghijklmnopqrstuvwxyz";

/** Labels in their order, and what each means. */
export type LabelNames = ReadonlyMap<number, string>;

/**
 * What the labels of EMNIST's sets mean where no mapping file says it. Letters count from 1, and letters whose small
 * form looks like the capital are one class in `balanced` and `bymerge`.
 * Source: G. Cohen et al.: "EMNIST: an extension of MNIST to handwritten letters".
 */
const EMNIST_NAMES: ReadonlyMap<string, LabelNames> = new Map([
  ["emnist-balanced", labelsFrom(0, `${DIGITS}${CAPITALS}abdefghnqrt`)],
  ["emnist-bymerge", labelsFrom(0, `${DIGITS}${CAPITALS}abdefghnqrt`)],
  ["emnist-byclass", labelsFrom(0, `${DIGITS}${CAPITALS}${SMALL}`)],
  ["emnist-digits", labelsFrom(0, DIGITS)],
  ["emnist-mnist", labelsFrom(0, DIGITS)],
  ["emnist-letters", labelsFrom(1, CAPITALS)],
]);

/** Names of Fashion-MNIST's classes, if these are the hashes of its label files. */
export function fashionNames(hashes: readonly string[]): readonly string[] | undefined {
  return FASHION_LABELS.every((hash, i) => hash === hashes[i]) ? FASHION_NAMES : undefined;
}

/** The names in the file `classes.txt` of a folder, one a line; undefined if there is none. */
export async function namesInFile(folder: string): Promise<readonly string[] | undefined> {
  const path = joinPath(folder, "classes.txt");
  if (!await kindOf(path, "isFile")) return undefined;
  const names = linesOf(await readBytes(path));
  names.forEach((name, i) => {
    require(name !== "", `Line ${i + 1} of ${path} is empty; give the name of class ${i} there`);
    require(
      names.indexOf(name) === i,
      `Line ${i + 1} of ${path} names the class "${name}" a second time; give each class its own name`,
    );
  });
  require(names.length > 0, `${path} is empty; give the name of a class on each line`);
  return names;
}

/** What the labels of an EMNIST set mean: by its mapping file, whose lines are label and character codes, or as known. */
export async function emnistNames(folder: string, set: string): Promise<LabelNames | undefined> {
  const path = joinPath(folder, `${set}-mapping.txt`);
  if (!await kindOf(path, "isFile")) return EMNIST_NAMES.get(set);
  return new Map(
    linesOf(await readBytes(path)).filter((line) => line !== "").map((line, i) => {
      const numbers = line.split(/\s+/).map(Number), [label, code] = numbers;
      require(
        numbers.every(Number.isInteger) && label !== undefined && code !== undefined && code > 31 &&
          code < 0xd800,
        () =>
          `Line ${i + 1} of ${path} is ${
            shown(line.slice(0, 40))
          }, but a label and the code of its character, such as "10 65", are expected`,
      );
      return [label, String.fromCodePoint(code)];
    }),
  );
}

/** What labels mean that are all digits or numbers: the sorted labels of the training rows, by their numerals. */
export function namesByLabel(labels: NumberArray): LabelNames {
  return new Map([...new Set<number>(labels)].sort((a, b) => a - b).map((label) => [label, String(label)]));
}

/**
 * What labels mean by a list of names. Where the training rows have as many different labels as there are names, the
 * i-th label has the i-th name, so that labels may begin at 1; else a label is a position in the names.
 */
export function namesInOrder(
  names: readonly string[],
  { labels, path }: { readonly labels: NumberArray; readonly path: string },
): LabelNames {
  const found = [...namesByLabel(labels).keys()];
  if (found.length === names.length) return new Map(found.map((label, i) => [label, names[i]!]));
  const wrong = found.find((label) => label < 0 || label >= names.length);
  require(
    wrong === undefined,
    () =>
      `${path} has the label ${wrong}, but there are names for ${names.length} classes, 0 to ${
        names.length - 1
      }; name them all`,
  );
  return new Map(names.map((name, i) => [i, name]));
}

function labelsFrom(first: number, characters: string): LabelNames {
  return new Map([...characters].map((name, i) => [first + i, name]));
}

function linesOf(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(bytes).trimEnd();
  return text === "" ? [] : text.split(/\r\n|\n|\r/).map((line) => line.trim());
}
