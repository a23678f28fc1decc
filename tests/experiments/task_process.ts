/** The command line in processes of their own, as `deno task` starts it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A command line as words, for another program to start. */
export async function commandLine(words: readonly string[]) {
  const { args, env } = await taskOf();
  return { args: [...args, ...words], env };
}

/** `DENO_V8_FLAGS=… deno run --quiet … experiments/main.ts`, with the permissions that the task has. */
async function taskOf(): Promise<{ readonly args: readonly string[]; readonly env: Record<string, string> }> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const start = "deno task --quiet setup && DENO_V8_FLAGS=$(cat kernels/build/engine.flags) deno ";
  const { command } = tasks.lab;
  assert(command.startsWith(start), command);
  const words: readonly string[] = command.slice(start.length).split(" ");
  assertEquals(words.at(-1), "experiments/main.ts");
  const flags = await Deno.readTextFile(join(ROOT, "kernels/build/engine.flags"));
  return { args: words, env: { DENO_V8_FLAGS: flags } };
}

export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Deno.Command> {
  const task = await taskOf();
  return new Deno.Command(Deno.execPath(), {
    args: [...task.args, ...args],
    cwd: ROOT,
    env: { ...task.env, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** What a command printed and its exit code. */
export async function descent(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await (await command(args, env)).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
