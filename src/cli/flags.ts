/** Command-line flags: one table that parses, checks and explains them. */
import { parseArgs } from "node:util";
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

/** Whether words that are no flags are taken. */
export interface ParseOptions<W extends boolean = boolean> {
  readonly words: W;
}

/** What a command line with words gives. */
export interface WordsAndValues<F extends Flags> {
  /** What is neither a flag nor the value of one, in order. */
  readonly words: readonly string[];
  readonly values: Values<F>;
}

/**
 * Parses arguments by a table. Throws a `UsageError` on an unknown flag, a missing, unexpected or repeated
 * value, and on words that are no flags unless `words` asks for them.
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  options?: ParseOptions<false>,
): Values<F>;
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  options: ParseOptions<true>,
): WordsAndValues<F>;
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  { words: takesWords }: ParseOptions = { words: false },
): Values<F> | WordsAndValues<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { parse, short }]) => [
      name,
      { type: parse ? "string" as const : "boolean" as const, ...(short !== undefined && { short }) },
    ]),
  );
  const { tokens } = parseArgs({ args: joinNegatives(flags, args), options, strict: false, tokens: true });
  const values: Record<string, unknown> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (takesWords) {
        words.push(token.value);
        continue;
      }
      throw new UsageError(`Unexpected word "${token.value}": options begin with --, see --help`);
    }
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) {
      throw new UsageError(`Unknown option ${token.rawName}${didYouMean(token.name, Object.keys(flags))}`);
    }
    if (Object.hasOwn(values, token.name)) {
      throw new UsageError(`Option --${token.name} is given twice: give it once`);
    }
    if (flag.parse === undefined) {
      if (token.value !== undefined) {
        throw new UsageError(`Option --${token.name} takes no value, got "${token.value}"`);
      }
      values[token.name] = true;
    } else {
      const isFlag = !token.inlineValue && token.value?.startsWith("--");
      if (token.value === undefined || isFlag) {
        throw new UsageError(`Option --${token.name} needs a value: --${token.name} ${flag.value}`);
      }
      values[token.name] = flag.parse(token.value, `--${token.name}`);
    }
  }
  return takesWords ? { words, values: values as Values<F> } : values as Values<F>;
}

/** `--lr -1` means the value -1, so that its check can say what is wrong with it. */
function joinNegatives(flags: Flags, args: readonly string[]): string[] {
  const out: string[] = [];
  for (const arg of args) {
    const before = out.at(-1);
    const takesValue = before?.startsWith("--") && flags[before.slice(2)]?.parse !== undefined;
    if (takesValue && /^-[\d.]/.test(arg)) out[out.length - 1] = `${before}=${arg}`;
    else out.push(arg);
  }
  return out;
}

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
