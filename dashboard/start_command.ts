/** The command that starts a run like one that there is, for people to copy into a terminal. */
import { isJsonObject, type Json, type JsonObject } from "../src/runs/json.ts";

/**
 * `deno task q1-adam --lr 0.01 --seed 2`; null where the run does not say, or says what is no command. What `run.json`
 * holds may have been put there by anyone: each word is quoted as a shell needs it, and none may end the line.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startCommand } from "./start_command.ts";
 * const run = { experiment: "q1-adam", seed: 2, asked: { words: ["--lr", "0.01", "--data", "my set"] } };
 * assertEquals(startCommand(run), "deno task q1-adam --lr 0.01 --data 'my set' --seed 2");
 * ```
 */
export function startCommand(info: JsonObject | undefined): string | null {
  const { experiment, seed, asked, arguments: words } = info ?? {};
  if (typeof experiment !== "string" || !/^[a-z][a-z0-9-]*$/.test(experiment)) return null;
  const own = textsIn(isJsonObject(asked) ? asked.words : words);
  if (own === undefined || own.some((word) => /\p{Cc}|\p{Cf}|\u2028|\u2029/u.test(word))) return null;
  const more = isJsonObject(asked) && typeof seed === "number" && seed !== 1 ? ["--seed", String(seed)] : [];
  // The folder of a sweep is named after what it trains.
  return ["deno task", experiment.replace(/^sweep-/, "sweep "), ...own.map(quoted), ...more].join(" ");
}

function textsIn(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string")
    ? value as readonly string[]
    : undefined;
}

function quoted(word: string): string {
  return /^[\w.,:/=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
