/** The list of runs in Chromium: filtered, sorted, ticked by keys, tagged, stopped, and followed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exportSite } from "../../dashboard/export.ts";
import { createRun } from "../../src/runs/run.ts";
import { StopWatch } from "../../src/runs/stop_request.ts";
import { browserTests, onPage, served } from "./browser.ts";
import { epochs, writeRun } from "./dashboard_fixtures.ts";

browserTests("the list of runs", {
  "it is filtered, sorted and ticked by keys, its address opens the same, and ticks lead to Compare": async (
    browser,
  ) => {
    const root = await Deno.makeTempDir({ prefix: "descent-browser-" });
    for (const seed of [1, 2, 3]) {
      writeRun(root, `adam-${seed}`, { run: { seed, startedAt: `2026-11-2${seed}T00:00:00.000Z` } });
    }
    writeRun(root, "sgd-1", { run: { experiment: "q1-sgd" } });
    const live = await createRun(root, {
      name: "live",
      seed: 9,
      record: { experiment: "live", settings: { batch: 8 } },
    });
    await served(root, async (base) => {
      let address = "";
      await onPage(browser, `${base}/runs`, async (page) => {
        const ids = () => page.locator("tbody .run-link").allInnerTexts();
        assertEquals((await ids()).length, 5);
        // A training shows what it has come to so far.
        for (const line of epochs(3)) live.writeMetrics(line);
        await page.locator(`tr[data-id="${live.id}"]`, { hasText: "0.8000" }).waitFor();
        await page.keyboard.press("/");
        await page.keyboard.type("adam-");
        assertEquals((await ids()).sort(), ["adam-1", "adam-2", "adam-3"]);
        await page.getByRole("link", { name: "seed" }).click();
        assertEquals(await ids(), ["adam-1", "adam-2", "adam-3"]);
        await page.locator("tbody .run-link").first().focus();
        await page.keyboard.press("x");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Shift+X");
        assertEquals(await page.locator("tr.ticked").count(), 3);
        // The colours of the boxes are those of the lines in Compare.
        assertEquals(await page.locator("tbody .swatch.tone-2").count(), 1);
        await page.getByRole("textbox", { name: "Tags" }).fill("baseline");
        await page.getByRole("button", { name: "Tag", exact: true }).click();
        await page.locator(".tag").nth(2).waitFor();
        address = page.url();
        await page.getByRole("link", { name: "Compare", exact: true }).last().click();
        await page.waitForURL(/compare\?run=adam-1&run=adam-2&run=adam-3/);
        assertEquals(await page.locator(".tag").count(), 3);
      });
      assertStringIncludes(address, "/runs?filter=adam-&sort=seed");
      await onPage(browser, address, async (page) => {
        assertEquals(await page.locator("tbody .run-link").allInnerTexts(), ["adam-1", "adam-2", "adam-3"]);
        await page.getByRole("searchbox").fill("tag:baseline seed=2 lr<");
        assertStringIncludes(await page.getByRole("status").innerText(), "A value is missing after lr<");
        assertEquals(await page.locator("tbody .run-link").allInnerTexts(), ["adam-2"]);
        await page.getByLabel("Tick adam-2").click();
        await page.getByRole("button", { name: "Archive" }).click();
        await page.getByText("No run is like that.").waitFor();
        await page.getByRole("link", { name: "1 archived" }).click();
        assertEquals(await page.locator("tr.archived .run-link").allInnerTexts(), ["adam-2"]);
      }, { viewport: { width: 400, height: 800 } });
      // Without a script it is a table, and its heads are links.
      const plain = await browser.newContext({ javaScriptEnabled: false }), page = await plain.newPage();
      await page.goto(`${base}/runs?filter=adam-`);
      await page.getByRole("link", { name: "seed" }).click();
      await page.waitForURL(/sort=seed/);
      assertEquals(await page.locator("tbody .run-link").allInnerTexts(), ["adam-1", "adam-3"]);
      await plain.close();
      await onPage(browser, `${base}/runs/${live.id}`, async (page) => {
        await using watch = await StopWatch.open(live.path, { lookMs: 20 });
        const heard = new Promise((resolve) => watch.signal.addEventListener("abort", resolve));
        await page.getByRole("button", { name: "Stop the training" }).click();
        await heard;
        await live.finish("interrupted");
        await page.getByText("Interrupted after 3 epochs").waitFor();
      });
    });
    const out = await Deno.makeTempDir();
    await exportSite(root, `${out}/site`);
    await onPage(browser, `file://${out}/site/runs/index.html?filter=seed%3D3`, async (page) => {
      assertEquals(await page.locator("tbody .run-link").allInnerTexts(), ["adam-3"]);
      await page.getByLabel("Tick adam-3").click();
      assert(!(await page.locator(".tick-bar").innerText()).includes("Archive"));
    });
    for (const folder of [root, out]) await Deno.remove(folder, { recursive: true });
  },
});
