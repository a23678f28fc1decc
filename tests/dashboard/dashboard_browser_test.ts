/** The dashboard's pages as a reader has them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createRun } from "../../src/runs/run.ts";
import { browserTests, onPage, served } from "./browser.ts";
import { epochs, writeRun } from "./dashboard_fixtures.ts";

/** A folder with some runs, removed afterwards. */
async function withServer(
  fill: (root: string) => void,
  use: (base: string, root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "descent-browser-" });
  try {
    fill(root);
    await served(root, (base) => use(base, root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

browserTests("The dashboard", {
  "the chart of a run changes its scale and tells values by the keyboard; tabs change by it too": async (
    browser,
  ) => {
    await withServer(
      (root) =>
        writeRun(root, "a", { files: { "figures/confusion_train.csv": "true,p 0,p 2\n0,5,0\n2,0,5\n" } }),
      async (base) => {
        await onPage(browser, `${base}/runs/a`, async (page) => {
          const chart = page.locator("figure.chart").first(), line = chart.locator("path.line").nth(2);
          const before = await line.getAttribute("d");
          const scale = chart.getByRole("group", { name: "Scale of the y axis" });
          await scale.getByRole("button", { name: "log" }).click();
          assertEquals(await scale.getByRole("button", { name: "log" }).getAttribute("aria-pressed"), "true");
          assert(await line.getAttribute("d") !== before, "the line did not move");
          await chart.getByRole("img", { name: "Loss" }).focus();
          for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
          assertStringIncludes(await chart.locator(".readout").innerText(), "epoch 3");
          assertStringIncludes(await chart.locator(".readout").innerText(), "0.3333");
          await page.keyboard.press("+");
          assertStringIncludes(await chart.innerText(), "epoch 2 to 13");
          // Beyond the edge of what is seen, the arrow keys move it.
          for (const key of ["End", "ArrowRight"]) await page.keyboard.press(key);
          assertStringIncludes(await chart.innerText(), "epoch 5 to 16");
          await page.keyboard.press("0");
          assertEquals(await page.getByText("show all").count(), 0);
          await page.getByRole("tab", { name: "Test" }).focus();
          await page.keyboard.press("ArrowRight");
          assertEquals(await page.getByRole("tab", { selected: true }).innerText(), "Train");
          assertStringIncludes(await page.getByRole("tabpanel").innerText(), "10 of 10 right");
        });
      },
    );
  },

  "a training run is followed to its end without loading the page again": async (browser) => {
    await withServer(() => {}, async (base, root) => {
      const record = {
        experiment: "q1-adam",
        settings: { monitor: "val_loss", patience: 15, minDelta: 0.0001, epochs: 1000 },
      };
      const run = await createRun(root, { name: "q1-adam", seed: 1, record });
      const lines = epochs(30, { bestEpoch: 15 });
      run.writeMetrics(lines[0]!);
      await onPage(browser, `${base}/runs/${run.id}`, async (page) => {
        await page.evaluate(() => document.body.dataset.mine = "yes");
        for (const line of lines.slice(1, 10)) run.writeMetrics(line);
        await page.getByText("Training now, after 10 epochs.").waitFor({ timeout: 15_000 });
        for (const line of lines.slice(10)) run.writeMetrics(line);
        await run.writeJson("summary.json", {
          run: run.id,
          experiment: "q1-adam",
          epochs: 30,
          seconds: 3,
          stopped: "early stopping",
          backend: "wasm",
          seed: 1,
          parameters: 5,
        });
        await run.finish("finished");
        await page.getByText("Stopped by itself after 30 epochs").waitFor({ timeout: 15_000 });
        assertEquals(await page.locator("h1 .state").innerText(), "finished");
        assertEquals(await page.evaluate(() => document.body.dataset.mine), "yes");
      });
    });
  },

  "Home loads less than 150 kB, and shows a run as soon as it begins": async (browser) => {
    await withServer(() => {}, async (base, root) => {
      await onPage(browser, base, async (page) => {
        const loaded = await page.evaluate(async () => {
          await document.fonts.ready;
          const kinds = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
          return (kinds as PerformanceResourceTiming[]).map(({ name, transferSize }) => ({
            name,
            transferSize,
          }));
        });
        const bytes = loaded.reduce((sum, { transferSize }) => sum + transferSize, 0);
        assert(
          loaded.some(({ name }) => name.includes("/fonts/inter-600.woff2")),
          "the fonts are not there yet",
        );
        assert(bytes > 60_000 && bytes < 150_000, `Home loads ${bytes} bytes`);
        assert(await page.getByText("deno task q1-adam").first().isVisible());
        writeRun(root, "q1-adam-7", { run: { state: "running" }, summary: null });
        await page.getByRole("link", { name: "q1-adam-7" }).waitFor({ timeout: 15_000 });
        assert(await page.locator(".card .state-running").isVisible());
        const motions = () =>
          page.locator(".card .state-running").evaluate((mark) =>
            ["", "::before", "::after"].map((part) => getComputedStyle(mark, part).animationName)
          );
        assertEquals(await motions(), ["none", "breathe", "none"]);
        await page.emulateMedia({ reducedMotion: "reduce" });
        assertEquals(await motions(), ["none", "none", "none"]);
      });
    });
  },

  "pages are without an error, fit 400 and 1,600 pixels, and are dark where that is wanted": async (
    browser,
  ) => {
    await withServer((root) => {
      writeRun(root, "a");
      writeRun(root, "long-name".repeat(20), { run: { error: "x".repeat(400), state: "failed" } });
    }, async (base) => {
      const paths = [
        "",
        "runs",
        "runs/a",
        "runs/a/inside",
        "compare?run=a&run=gone",
        "reports",
        "reports/a",
        "reports/b",
        "inside",
      ];
      await onPage(browser, base, async (page) => {
        for (const path of paths) {
          await page.emulateMedia({ colorScheme: "dark" });
          await page.setViewportSize({ width: 400, height: 800 });
          await page.goto(`${base}/${path}`);
          await page.waitForFunction(() => document.querySelector("[data-alive=false]") === null);
          for (const [width, scheme] of [[400, "dark"], [1600, "light"]] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme: scheme });
            const { wide, ground } = await page.evaluate(() => ({
              wide: document.documentElement.scrollWidth,
              ground: getComputedStyle(document.documentElement).backgroundColor,
            }));
            assert(wide <= width, `/${path} is ${wide} wide at ${width}`);
            const red = Number(/\d+/.exec(ground)?.[0]);
            assert(
              scheme === "dark" ? red < 60 : red > 200,
              `/${path} has the ground ${ground} where it is ${scheme}`,
            );
          }
        }
        // Of a report what differs alone, and its contents stay in sight.
        await page.goto(`${base}/reports/a`);
        const rows = page.locator(".compared tbody tr:visible"), all = await rows.count();
        await page.getByLabel("only what differs").check();
        assert(all > 20 && await rows.count() === 0, `${all} rows, then ${await rows.count()}`);
        assertEquals(await page.getByText("Nothing differs here.").count(), 4);
        await page.mouse.wheel(0, 700);
        await page.waitForFunction(() =>
          document.querySelector(".contents")!.getBoundingClientRect().top === 0
        );
      });
    });
  },

  "a run of 32,000 epochs is open soon, every extreme drawn": async (browser) => {
    await withServer((root) => {
      const lines = epochs(32_000).map((line, i) => i === 20_000 ? { ...line, loss: 7 } : line);
      writeRun(root, "long", { metrics: lines });
    }, async (base) => {
      await onPage(browser, `${base}/runs/long`, async (page) => {
        const openMs = await page.evaluate(() => {
          const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
          return entry!.domContentLoadedEventEnd;
        });
        console.log(`32,000 epochs: ${Math.round(openMs)} ms until the page is there`);
        assert(openMs < 6000);
        const chart = page.locator("figure.chart").first();
        assertStringIncludes(await chart.innerText(), "of 32,000 epochs are drawn");
        assertStringIncludes(await chart.locator("svg[role=img]").innerHTML(), ">8<");
      });
    });
  },

  "a comparison follows what is chosen, and its address opens the same one again": async (browser) => {
    await withServer((root) => {
      for (const seed of [1, 2]) {
        writeRun(root, `q1-adam-${seed}`, { run: { seed }, metrics: epochs(20 + seed) });
      }
      writeRun(root, "q1-sgd-1", { run: { experiment: "q1-sgd" } });
    }, async (base) => {
      let address = "", looked = "";
      await onPage(browser, `${base}/compare`, async (page) => {
        await page.getByLabel("Find runs").fill("adam");
        assertEquals(await page.locator(".pick").count(), 2);
        await page.getByRole("button", { name: "add all shown" }).click();
        await page.getByLabel("Find runs").fill("");
        await page.getByRole("checkbox", { name: "q1-sgd-1" }).check();
        await page.locator(".readout-value").nth(2).waitFor();
        await page.getByLabel("One line for").selectOption("*");
        assertEquals(await page.locator(".readout-value").count(), 2);
        assertEquals(await page.locator("path.band").count(), 1);
        await page.getByRole("group", { name: "Scale of the y axis" }).getByRole("button", { name: "log" })
          .click();
        await page.getByRole("button", { name: "seed" }).click();
        assertEquals(await page.locator("th[aria-sort=ascending]").innerText(), "seed↑");
        await page.getByRole("button", { name: "Leave out q1-adam-1" }).click();
        address = page.url();
        // Several curves over time, looked into by a drag, one of their lines hidden.
        await page.getByRole("checkbox", { name: "train loss" }).check();
        const charts = page.locator("figure.chart");
        await charts.nth(1).waitFor();
        await page.getByRole("group", { name: "drawn over" }).getByRole("button", { name: "time" }).click();
        await charts.first().getByRole("button", { name: "q1-sgd" }).click();
        const box = (await charts.first().getByRole("img").boundingBox())!;
        await page.mouse.move(box.x + box.width / 2, box.y + 50);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width / 4, box.y + 60);
        await page.mouse.up();
        // What is zoomed on one is on all.
        assertEquals(await page.getByRole("button", { name: "show all" }).count(), 2);
        await page.getByLabel("Smoothing").fill("0.5");
        await page.waitForURL(/smoothing=0.5/);
        looked = page.url();
      });
      assertStringIncludes(address, "run=q1-adam-2&run=q1-sgd-1&by=*&sort=seed&y=log");
      assertMatch(
        looked,
        /curve=loss&curve=valLoss&hide=q1-sgd&by=.*&over=time&y=log&smoothing=0.5&from=0\.\d+&to=\d/,
      );
      await onPage(browser, looked, async (page) => {
        assertEquals(await page.locator(".readout-value[aria-pressed=false]").count(), 2);
        assertEquals(await page.getByText(/seconds 0\.\d+ to \d/).count(), 2);
        const saved = page.waitForEvent("download");
        await page.getByRole("button", { name: "CSV" }).first().click();
        assertEquals((await saved).suggestedFilename(), "compare_train_loss.csv");
      });
      await onPage(browser, address, async (page) => {
        assertEquals(await page.locator("tbody .run-link").allInnerTexts(), ["q1-sgd-1", "q1-adam-2"]);
        assertEquals(await page.locator(".beside .confusion").count(), 2);
        // The filter acts on the chart and all below it.
        await page.getByLabel("Runs with").fill("sgd");
        assertEquals(await page.locator(".readout-value").allInnerTexts(), ["q1-sgd 0.275"]);
        assertEquals(await page.locator(".beside .confusion").count(), 1);
      });
    });
  },
});
