/** Options by name, checked at run time too: what is misspelt must not be passed over in silence. */
import { require } from "./errors.ts";

/** Options of a function that has none yet: `{}`, or nothing at all. */
export type NoOptions = Readonly<Record<string, never>>;

/** The names that an options type has, as a table that cannot forget one. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: true };

/** The texts that a union is of, in the order of a table that cannot forget one: `namesOf<Side>({ left: true, right: true })`. */
export function namesOf<T extends string>(table: Readonly<Record<T, true>>): readonly T[] {
  return Object.keys(table) as T[];
}

/**
 * Throws when `options` is no object or has a name that `known` has not, with the name that was probably meant.
 * `elsewhere` says where names belong that are asked for here and are another's.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkOptions } from "./option_names.ts";
 * const options: { readonly epochs?: number } = JSON.parse('{ "epoch": 3 }');
 * const sentence = 'train() has no option "epoch": did you mean epochs?';
 * assertThrows(() => checkOptions("train", options, { epochs: true }), Error, sentence);
 * ```
 */
export function checkOptions<T extends object>(
  called: string,
  options: T,
  known: OptionNames<T>,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known), all = names.join(", ") || "none";
  require(
    typeof options === "object" && options !== null && !Array.isArray(options) &&
      !isNetworkValue(options),
    () => `${called}() takes options by name, { ${all} }, got ${shown(options)}`,
  );
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = meantName(unknown, names);
  const way = Object.hasOwn(elsewhere, unknown)
    ? `: ${elsewhere[unknown]}`
    : meant === undefined
    ? `: it takes ${all}`
    : `: did you mean ${meant}?`;
  require(false, `${called}() has no option "${unknown}"${way}`);
}

/** What `shown` says of a value of a network. */
export const NETWORK_VALUE = "a value of a network";

/** Any value as a sentence shows it: `"adam"`, `the function adam`, `[1,2]`, `an object`. */
export function shown(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  // What holds a whole network is not written out.
  if (Array.isArray(value)) return `[${value.map(shown).join()}]`;
  return typeof value === "object" && value !== null ? kindOf(value) : String(value);
}

/** `a Float32Array`, `an object`. */
function kindOf(value: object): string {
  if (isNetworkValue(value)) return NETWORK_VALUE;
  const own = Object.getPrototypeOf(value)?.constructor?.name;
  // What has no class of a name, such as a generator, says what it is by its tag.
  const name: string = own || Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (name === "Object") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** What a layer's function gets that stands in a network uncalled. */
function isNetworkValue(value: object): boolean {
  return "origin" in value && "pipe" in value;
}

/** By spelling, by its first letters (`lr`), or by a part of it (`batchSize`, `eps`). */
function meantName(name: string, known: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[_-]/g, "");
  const shares = (other: string) => plain.length > 2 && (other.includes(plain) || plain.includes(other));
  return known.find((other) => other.toLowerCase() === plain) ?? nearestName(name, known) ??
    known.find((other) => initials(other) === plain) ?? known.find((other) => shares(other.toLowerCase()));
}

/** `lr` of `learningRate`. */
function initials(name: string): string {
  return (name.charAt(0) + name.slice(1).replaceAll(/[^A-Z]/g, "")).toLowerCase();
}

/**
 * The known name that differs least in spelling: by one letter too many, too few or other, or two turned round; in names of
 * six letters or more by two of those. A single letter is near to nothing.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const near =
    known.map((other) => ({ other, edits: editDistance(name, other) })).sort((a, b) => a.edits - b.edits)[0];
  // In four letters, two edits make `--arch` out of `--batch`, which nobody meant.
  const most = name.length < 2 ? 0 : name.length < 6 ? 1 : 2;
  return near !== undefined && near.edits <= most ? near.other : undefined;
}

/** Letters to put in, leave out, change or turn round with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [],
    row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1], isTurned = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (isSame ? 0 : 1),
        i > 1 && j > 1 && isTurned ? before[j - 2]! + 1 : Infinity,
      ));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
