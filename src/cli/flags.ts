/** Command-line flags: one table that explains them, and what parses and checks the value of each. */
import { UsageError } from "../core/errors.ts";
import { nearestName } from "../core/option_names.ts";

/** One flag. `parse` turns the text into a value or throws a `UsageError`; a flag without it is a switch. */
export interface Flag<T> {
  /** What stands for the value in the help: `N`, `DIR`. */
  readonly value?: string;
  readonly help: string;
  /** A letter that may stand for the name, after one dash. */
  readonly short?: string;
  parse?(text: string, flag: string): T;
}

/** A table of flags by name, without the dashes. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** What parsing a table gives: a value where the flag was given; switches are true. */
export type Values<F extends Flags> = {
  readonly [K in keyof F]?: F[K] extends { parse(text: string, flag: string): infer T } ? T : boolean;
};

/** `: did you mean --epochs?`, or where to look. */
export function didYouMean(
  name: string,
  known: readonly string[],
  { dashes = "--", otherwise = ", see --help" } = {},
): string {
  const near = nearestName(name, known);
  return near === undefined ? otherwise : `: did you mean ${dashes}${near}?`;
}

/** The help text of a table, aligned. */
export function helpOf(flags: Flags): string {
  const left = Object.entries(flags).map(([name, { value, short }]) =>
    `  --${name}${short ? `, -${short}` : ""}${value ? ` ${value}` : ""}`
  );
  const width = Math.max(...left.map(({ length }) => length)) + 2;
  return Object.values(flags).map(({ help }, i) => left[i]!.padEnd(width) + help).join("\n");
}

/** A whole number from `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string, flag: string) => number {
  return (text, flag) => {
    const value = /^[+-]?\d+(e\d+)?$/i.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw new UsageError(`${flag} takes a whole number from ${low} to ${high}, got "${text}"`);
    }
    return value;
  };
}

/** A number above `low` (or from it, if `inclusive`) and at most `high`. */
export function number(
  low: number,
  high: number,
  { inclusive = false }: { readonly inclusive?: boolean } = {},
): (text: string, flag: string) => number {
  return (text, flag) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value <= high && (inclusive ? value >= low : value > low))) {
      throw new UsageError(
        `${flag} takes a number ${
          inclusive ? `from ${low} to` : `above ${low} and at most`
        } ${high}, got "${text}"`,
      );
    }
    return value;
  };
}

/** One of the given words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string, flag: string) => T {
  return (text, flag) => {
    const word = words.find((known) => known === text);
    if (word === undefined) throw new UsageError(`${flag} takes one of ${words.join(", ")}, got "${text}"`);
    return word;
  };
}

/** Some of the given words, with commas between them. */
export function listOf<T extends string>(words: readonly T[]): (text: string, flag: string) => readonly T[] {
  return (text, flag) =>
    text.split(",").map((part) => {
      const word = words.find((known) => known === part);
      if (word === undefined) {
        throw new UsageError(`${flag} takes ${words.join(", ")} with commas between, got "${text}"`);
      }
      return word;
    });
}

/** Whole numbers with commas between them: `30,20,10`. */
export function widths(text: string, flag: string): readonly number[] {
  const parts = text.split(",").map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  if (!parts.every((part) => Number.isInteger(part) && part >= 1 && part <= 65536) || parts.length > 32) {
    throw new UsageError(
      `${flag} takes up to 32 layer widths from 1 to 65536 with commas between, like 30,20,10, got "${text}"`,
    );
  }
  return parts;
}

/** Two or more different labels from 0 to 255 with commas between them: `0,2,4`. */
export function labels(text: string, flag: string): readonly number[] {
  const parts = text.split(",").map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  const isRight = parts.every((part) => part >= 0 && part <= 255) && parts.length > 1 &&
    new Set(parts).size === parts.length;
  if (!isRight) {
    throw new UsageError(
      `${flag} takes two or more different labels from 0 to 255 with commas between, like 0,2,4, got "${text}"`,
    );
  }
  return parts;
}

/** A path; not empty. */
export function path(text: string, flag: string): string {
  if (text === "") throw new UsageError(`${flag} takes a folder, got nothing`);
  return text;
}
