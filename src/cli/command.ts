/** What every command has in common: where it writes, how it explains itself, and how it ends. */
import { DescentError } from "../core/errors.ts";
import { type Flags, helpOf } from "./flags.ts";

/** Where a command writes: lines of results, and sentences beside them. */
export interface Output {
  readonly print: (line: string) => void;
  readonly note: (sentence: string) => void;
}

/** Standard output, and standard error for the sentences. */
export const CONSOLE: Output = { print: (line) => console.log(line), note: (line) => console.error(line) };

/** What a command is for. */
export interface Usage {
  readonly about: string;
  /** After `deno task`, with the words that it takes: `bench [W1 … W11]`. */
  readonly task: string;
  readonly flags: Flags;
}

/** The text of `--help`. */
export function usageOf({ about, task, flags }: Usage): string {
  return `${about}\n\nUsage: deno task ${task} [options]\n\n${helpOf(flags)}`;
}

/** A word as a shell takes it: with quotes where it needs them. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Runs a command; a mistake in what was asked for is one sentence and an exit code, and no stack trace. */
export async function guarded(
  work: () => number | Promise<number>,
  { note }: Pick<Output, "note"> = CONSOLE,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    note(`descent: ${error.message}`);
    return error.exitCode;
  }
}
