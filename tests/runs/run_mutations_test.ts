/** Run folders damaged at random: every reader of them answers, or says in a sentence why it cannot. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readFacts } from "../../src/runs/read_facts.ts";
import { listRuns, readRun } from "../../src/runs/read.ts";
import { runFiles, writeRun } from "../dashboard/dashboard_fixtures.ts";
import { longOr, withTempFolder } from "../fixtures.ts";
import { attempt } from "../mutations.ts";
import { damage } from "./damage.ts";

Deno.test("a run folder that was damaged is read as far as it goes, and the runs beside it are listed as ever", () =>
  withTempFolder(async (out) => {
    const files = runFiles("a"), folder = join(out, "a"), count = longOr(300, 20_000);
    let damaged = 0;
    writeRun(out, "a");
    writeRun(out, "b", { run: { startedAt: "2027-01-01T00:00:00.000Z" } });
    const whole = await readFacts(out);
    for (let index = 0; index < count; index++) {
      const { title, again } = await damage(folder, files, index);
      const run = await attempt(() => readRun(folder), title);
      const listed = await attempt(() => listRuns(out), title),
        facts = await attempt(() => readFacts(out), title);
      const beside = facts?.find(({ id }) => id === "b");
      assertEquals([beside, listed?.length], [whole.find(({ id }) => id === "b"), facts?.length], title);
      // What is shown of it can be written and sent.
      JSON.stringify(facts);
      if (run?.error !== undefined || run === undefined || run.skippedLines > 0) damaged++;
      assert(!/os error|\n/.test(run?.error ?? ""), `${title}: ${run?.error}`);
      await again();
    }
    assertEquals(await readFacts(out), whole);
    assert(damaged > count / 5, `${damaged} of ${count} were seen to be damaged`);
  }));
