/** The export as a reader has it: opened from disk, and from a plain file server, where its reports train. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { exportSite } from "../../dashboard/export.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { browserTests, onPage } from "./browser.ts";
import { writeRun } from "./dashboard_fixtures.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** A file server like any: no header but the type. */
async function onFileServer(folder: string, use: (base: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
    const path = join(folder, decodeURIComponent(new URL(url).pathname));
    const type = TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
    return new Response(await Deno.readFile(path), { headers: { "content-type": type } });
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** A run as the command line makes it; its numbers. */
async function trainHere(out: string) {
  const experiment = experimentNamed("q1-adam"), executor = await wasmExecutor({ threads: 1 });
  const { path } = await makeRun(experiment, { settings: experiment.defaults, seed: 1 }, {
    out,
    backend: "wasm",
    choice: { executor, why: "asked for" },
    screen: { say() {}, progress: () => ({ steps() {}, epoch() {}, stop() {} }) },
    published: () => null,
    figures: false,
    timed: false,
    checkpoint: 0,
  });
  return factsOf(await readRun(path)).numbers;
}

/** What stands below a table. */
function below(page: Page, title: string): Locator {
  return page.locator(".table-scroll", { hasText: title }).locator("xpath=following-sibling::*[1]");
}

async function trainOnPage(browser: Browser, base: string, numbers: Readonly<Record<string, number>>) {
  await onPage(browser, `${base}/reports/a/index.html`, async (page) => {
    const here = below(page, "Adam, the best model");
    const long = page.locator(".below", { hasText: "q1-vgd 300 of at most 100,000 epochs" }).first();
    assertStringIncludes(await long.locator("option").first().innerText(), "shortened: 1 of 5 seeds");
    await here.getByLabel("What it runs on").selectOption("wasm");
    await here.getByRole("button", { name: "Train it here" }).click();
    await here.locator(".recompute-result").waitFor({ timeout: 60_000 });
    const yours = await here.locator("td.yours").evaluateAll((cells) =>
      cells.map((cell) => (cell as HTMLElement).dataset.value)
    );
    // To the last bit, and taken for ours by the page itself.
    const expected = ["accuracy", "precision", "recall", "f1"].flatMap((score) =>
      ["train", "validation", "test"].map((set) => String(numbers[`${set}.${score}`]))
    );
    assertEquals(yours, expected);
    assertEquals(await here.getByText("The very number of one of ours.").count(), 12);
    assertStringIncludes(
      await here.locator(".recompute-result").innerText(),
      "WASM SIMD, 1 thread: 1 of 5 seeds",
    );

    // A long one shows its curves, and ends when it is told to.
    const slow = below(page, "VGD, the best model");
    await slow.getByRole("button", { name: "Train it here" }).click();
    await slow.getByAltText("loss, live").waitFor({ timeout: 60_000 });
    assertStringIncludes(await slow.getByRole("status").innerText(), "q1-vgd, seed 1: ");
    assert(await here.getByRole("button", { name: "Train it here" }).isDisabled());
    await slow.getByRole("button", { name: "Stop" }).click();
    await slow.locator(".recompute-live").waitFor({ state: "detached" });
    assert(await here.getByRole("button", { name: "Train it here" }).isEnabled());
  });
}

browserTests("The export", {
  "opens from disk, and is alive; from a file server its reports train to the numbers of the command line":
    async (
      browser,
    ) => {
      const root = await Deno.makeTempDir({ prefix: "descent-browser-" }), out = await Deno.makeTempDir();
      writeRun(root, "a");
      writeRun(root, "b", { run: { seed: 2 } });
      const numbers = await trainHere(root);
      await exportSite(root, `${out}/site`);
      const images = Array.from(
        Deno.readDirSync(`${out}/site/recompute/images`),
        ({ name }) => Deno.statSync(`${out}/site/recompute/images/${name}`).size,
      );
      assert(
        images.length === 4 && images.reduce((sum, size) => sum + size) < 5e6,
        `images: ${images} bytes`,
      );
      await onPage(browser, `file://${out}/site/index.html`, async (page) => {
        await page.getByRole("link", { name: "Adam", exact: true }).click();
        await page.waitForURL(/runs\/[^/]+\/index\.html$/);
        await page.locator("[data-alive=true]").waitFor();
        await page.getByRole("button", { name: "log" }).first().click();
        await page.getByRole("link", { name: "Compare" }).click();
        await page.getByRole("checkbox", { name: /^a/ }).check();
        await page.locator(".readout-value").first().waitFor();
        await page.getByRole("link", { name: "Reports" }).click();
        await page.getByRole("link", { name: "Report A" }).click();
        await page.getByText("put the folder on any web server").first().waitFor();
      });
      await onFileServer(`${out}/site`, (base) => trainOnPage(browser, base, numbers));
      for (const folder of [root, out]) await Deno.remove(folder, { recursive: true });
    },
});
