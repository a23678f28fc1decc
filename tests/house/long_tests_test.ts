/** `deno task test:long` and what it runs. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { codeOf, readFiles, ROOT } from "./sources.ts";

Deno.test("deno task test:long runs every test file that has a long form, and no other", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const start = "deno task --quiet setup && DESCENT_LONG=1 deno test --allow-all --no-prompt ",
    { command } = tasks["test:long"];
  assert(command.startsWith(start), command);
  const files = await readFiles(["tests"], (path) => path.endsWith("_test.ts"));
  const long = [...files].filter(([, text]) => /\b(longOr\(|IS_LONG\b)/.test(codeOf(text)))
    .map(([path]) => path).filter((path) => !path.startsWith("tests/house/"));
  assertEquals(command.slice(start.length).split(" "), long.sort());
});
