/** A command line by a table of flags. Apart from the table, so that a browser can read declarations of settings. */
import { parseArgs } from "node:util";
import { UsageError } from "../core/errors.ts";
import { didYouMean, type Flags, type Values } from "./flags.ts";

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
