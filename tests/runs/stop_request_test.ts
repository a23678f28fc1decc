/** Runs that are asked to stop by a file beside them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { askToStop, isAskedToStop, StopWatch } from "../../src/runs/stop_request.ts";
import { withTempFolder } from "../fixtures.ts";

const heard = ({ signal }: StopWatch) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));

Deno.test("a request stops its own run alone, is forgotten with it, and one from before is none", async () => {
  await withTempFolder(async (runs) => {
    await askToStop(runs, "a");
    {
      const said: string[] = [];
      await using a = await StopWatch.open(`${runs}/a`, { lookMs: 1, onAsked: () => said.push("a") });
      await using b = await StopWatch.open(`${runs}/b`, { lookMs: 1 });
      assert(!isAskedToStop(runs, "a"));
      const stopped = heard(a);
      await askToStop(runs, "a");
      assert(isAskedToStop(runs, "a"));
      await askToStop(runs, "a");
      await stopped;
      assertEquals([a.isAsked, b.isAsked, b.signal.aborted, said], [true, false, false, ["a"]]);
    }
    assert(!isAskedToStop(runs, "a"));
    const controller = new AbortController();
    await using both = await StopWatch.open(`${runs}/b`, { signal: controller.signal });
    controller.abort();
    assertEquals([both.signal.aborted, both.isAsked], [true, false]);
  });
});

Deno.test("a request is not written through a link that lies in the place of its folder", async () => {
  await withTempFolder(async (runs) => {
    const elsewhere = `${runs}/elsewhere`;
    await Deno.mkdir(elsewhere);
    await Deno.symlink(elsewhere, `${runs}/.descent`);
    await assertRejects(() => askToStop(runs, "a"), DescentError, "it is no folder, or a link to one");
    assertEquals(await Array.fromAsync(Deno.readDir(elsewhere)), []);
  });
});
