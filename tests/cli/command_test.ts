import { assertEquals, assertRejects } from "@std/assert";
import { guarded, usageOf } from "../../src/cli/command.ts";
import { DescentError, UsageError } from "../../src/core/errors.ts";

Deno.test("guarded() gives the exit code of the work, and says a mistake in one sentence", async () => {
  const noted: string[] = [], output = { note: (sentence: string) => noted.push(sentence) };
  const fail = (error: Error) => () => Promise.reject(error);
  assertEquals(await guarded(() => 7, output), 7);
  assertEquals(await guarded(fail(new DescentError("No such file")), output), 1);
  assertEquals(await guarded(fail(new UsageError("No such option")), output), 2);
  assertEquals(noted, ["descent: No such file", "descent: No such option"]);
});

Deno.test("guarded() lets an error of the program through, with its stack", async () => {
  await assertRejects(
    () =>
      guarded(() => {
        throw new TypeError("broken");
      }),
    TypeError,
    "broken",
  );
});

Deno.test("usageOf() says what a command is for, how it is called, and its flags", () => {
  assertEquals(
    usageOf({ about: "Measure", task: "bench [OP …]", flags: { json: { help: "print JSON" } } }),
    "Measure\n\nUsage: deno task bench [OP …] [options]\n\n  --json  print JSON",
  );
});
