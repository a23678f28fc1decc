/** The command line: `deno task q1-adam --seed 3`. */
import { guarded } from "../src/cli/command.ts";
import { didYouMean } from "../src/cli/flags.ts";
import { UsageError } from "../src/core/errors.ts";
import { COMMANDS } from "./commands.ts";

/** Runs a command; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return await guarded(() => run(args));
}

async function run([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(COMMANDS), otherwise = ": deno task lab --help lists them";
    throw new UsageError(`Unknown command "${name}"${didYouMean(name, names, { dashes: "", otherwise })}`);
  }
  return await command.run(rest);
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length)) + 2;
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(width)}${about}`);
  return ["Usage: deno task COMMAND [options]; COMMAND --help lists them", "", ...lines].join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
