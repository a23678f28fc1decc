/** The command line: `deno task q1-adam --seed 3`. */
import { DescentError, UsageError } from "../src/core/errors.ts";
import { COMMANDS } from "./commands.ts";
import { didYouMean } from "../src/cli/flags.ts";

/** Runs a command; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (name === undefined || name === "--help") {
      console.log(overview());
      return name === undefined ? 2 : 0;
    }
    if (command === undefined) {
      const names = Object.keys(COMMANDS);
      const otherwise = `: choose one of ${names.join(", ")}`;
      throw new UsageError(`Unknown command "${name}"${didYouMean(name, names, { dashes: "", otherwise })}`);
    }
    return await command.run(rest);
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    console.error(`descent: ${error.message}`);
    return error.exitCode;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length)) + 2;
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(width)}${about}`);
  return ["Usage: deno task COMMAND [options]; COMMAND --help lists them", "", ...lines].join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
