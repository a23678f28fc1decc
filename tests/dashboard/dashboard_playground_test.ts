/** The Playground: drawing, reading and training in the browser. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { digitOf, SIDE } from "../../components/playground/playground_digit.ts";
import { selectImages } from "../../experiments/images/select.ts";
import { REPORT_A } from "../../experiments/images/selections.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { sequential } from "../../src/nn/model.ts";
import { fit } from "../../src/train/fit.ts";
import { saveModel } from "../../src/train/saved.ts";
import { browserTests, onPage, served } from "./browser.ts";
import { pageText, runInfo, withRuns, writeRun } from "./dashboard_fixtures.ts";

type Point = readonly [x: number, y: number];

/** Strokes on a sheet that is 1 wide and 1 high. */
const SEVEN: readonly Point[] = [[0.27, 0.24], [0.72, 0.24], [0.62, 0.45], [0.47, 0.82]];
const ZERO: readonly Point[] = Array.from({ length: 17 }, (_, i) => {
  const angle = 2 * Math.PI * i / 16;
  return [0.5 - 0.17 * Math.sin(angle), 0.5 - 0.27 * Math.cos(angle)];
});

/** A run of the network of Report A, chapter 1, trained for a few epochs. */
async function writeTrained(root: string): Promise<void> {
  const digits = REPORT_A.digits.map(String);
  writeRun(root, "q1-adam-1", { run: { data: { digits } } });
  const model = sequential(784, [
    dense(30, { activation: "relu" }),
    dense(20, { activation: "relu" }),
    dense(10, { activation: "relu" }),
    dense(5),
  ]);
  const data = await selectImages({ ...REPORT_A, perClass: { train: 1500, validation: 0, test: 1 } });
  const trained = await fit(model, data, { epochs: 6, executor: await wasmExecutor({ threads: 1 }) });
  await saveModel(join(root, "q1-adam-1", "model.safetensors"), trained);
}

async function draw(page: Page, [start, ...more]: readonly Point[]): Promise<void> {
  await page.getByRole("button", { name: "Clear" }).click();
  const { x, y, width, height } = (await page.locator(".pad-sheet").boundingBox())!;
  await page.mouse.move(x + start![0] * width, y + start![1] * height);
  await page.mouse.down();
  for (const [across, down] of more) {
    await page.mouse.move(x + across * width, y + down * height, { steps: 2 });
  }
  await page.mouse.up();
}

/** Waits until the network has read something else than nothing, and tells what. */
async function answerOf(page: Page): Promise<string> {
  await page.waitForFunction(() => /\d/.test(document.querySelector(".answer")?.textContent ?? ""));
  return await page.locator(".answer").innerText();
}

/** Losses that the curves show at their ends: while training and in validation. */
async function trainOn(page: Page, backend: string, settings: Readonly<Record<string, string>>) {
  for (const [label, value] of Object.entries(settings)) {
    await page.locator(".train-form").getByRole("combobox", { name: label, exact: true }).selectOption(value);
  }
  await page.getByLabel(backend).check();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const chart = page.locator("figure.chart").first().getByRole("img");
  await page.waitForFunction(
    (epochs) => document.querySelector(".training .fact dd")?.textContent === `${epochs} of ${epochs}`,
    settings.Epochs,
  );
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  const readout = page.locator("figure.chart").first().locator(".readout b").first(), ends: number[] = [];
  await chart.focus();
  for (const key of ["Home", "End"]) {
    await page.keyboard.press(key);
    ends.push(Number(await readout.innerText()));
  }
  return { first: ends[0]!, last: ends[1]!, by: await page.locator(".training .fact-note").innerText() };
}

Deno.test("digitOf() finds MNIST's own images again, however large and wherever they are drawn", async () => {
  const { train } = await selectImages({ first: { train: 20, test: 1 } });
  for (let row = 0; row < 20; row++) {
    const image = train.inputs.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
    // Five times as large, somewhere on a sheet.
    const width = 200, height = 190, ink = new Uint8Array(width * height);
    for (let y = 0; y < 5 * SIDE; y++) {
      for (let x = 0; x < 5 * SIDE; x++) {
        ink[(y + 33) * width + x + 47] = image[Math.floor(y / 5) * SIDE + Math.floor(x / 5)]!;
      }
    }
    assertEquals(digitOf({ ink, width, height }), image, `image ${row}`);
  }
});

Deno.test("the Playground offers the classifiers of the runs, the best first, and says so where there is none", async () => {
  await withRuns((root) => {
    writeRun(root, "worse", {
      summary: { test: { loss: 1, accuracy: 0.5, precision: 0.5, recall: 0.5, f1: 0.5 } },
      files: { "model.safetensors": "" },
    });
    writeRun(root, "better", {
      run: { ...runInfo("better"), data: { digits: ["<b>0", "7"] } },
      files: { "model.safetensors": "" },
    });
    writeRun(root, "without-model");
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/playground");
    assert(html.indexOf("· better") > 0 && html.indexOf("· better") < html.indexOf("· worse"));
    assert(!html.includes("without-model") && !html.includes("<b>0"));
    const chosen = await pageText(dashboard, "/playground?run=worse");
    assertStringIncludes(chosen, '"first":1');
  });
  await withRuns(() => {}, async (dashboard) => {
    assertStringIncludes(await pageText(dashboard, "/playground"), "None trained here yet");
  });
});

Deno.test("the kernels are served as they are, and no other file of their folders", async () => {
  await withRuns(() => {}, async ({ app }) => {
    const shader = await app.request("/playground/wgsl/linear");
    assertEquals(await shader.text(), await Deno.readTextFile("wgsl/linear.wgsl"));
    const kernels = new Uint8Array(await (await app.request("/playground/kernels")).arrayBuffer());
    assertEquals(kernels, await Deno.readFile("kernels/build/kernels.wasm"));
    for (const name of ["..%2Fdeno", "%2e%2e%2fREADME", "nothing", "linear.wgsl", "linear%00"]) {
      assertEquals((await app.request(`/playground/wgsl/${name}`)).status, 404, name);
    }
    const worker = await app.request("/playground/worker");
    assertStringIncludes(worker.headers.get("content-security-policy")!, "'wasm-unsafe-eval'");
    await worker.body?.cancel();
  });
});

browserTests("The Playground", {
  "reads a drawn 7 and a drawn 0, shows its layers, and trains on both backends": async (browser) => {
    const root = await Deno.makeTempDir({ prefix: "descent-playground-" });
    try {
      await writeTrained(root);
      await served(root, (base) =>
        onPage(browser, `${base}/playground`, async (page) => {
          await page.waitForFunction(() => document.querySelectorAll(".layers li").length === 4);
          for (const [strokes, digit] of [[SEVEN, "7"], [ZERO, "0"]] as const) {
            await draw(page, strokes);
            assertEquals(await answerOf(page), digit);
          }
          assertStringIncludes(
            (await page.locator(".layers canvas").first().getAttribute("aria-label"))!,
            "Layer dense_1:",
          );
          await page.getByRole("button", { name: "Random test image" }).click();
          await page.waitForFunction(() =>
            /The test image is a [02467]\./.test(document.querySelector(".play-note")?.textContent ?? "")
          );

          const settings = { Images: "1000", "Images per step": "32", Epochs: "5" };
          const wasm = await trainOn(page, "WebAssembly", settings);
          assertStringIncludes(wasm.by, "WASM SIMD");
          assert(wasm.last < 0.7 * wasm.first, `WASM: loss from ${wasm.first} to ${wasm.last}`);
          // Ten classes: the network that has just been trained is open.
          await page.waitForFunction(() => document.querySelectorAll(".probabilities li").length === 10);
          await draw(page, ZERO);
          assertEquals(await answerOf(page), "0");

          // The browser's software takes long to compile a kernel: as few as possible.
          const few = { Network: "none", Images: "300", "Images per step": "64", Epochs: "5" };
          const webgpu = await trainOn(page, "WebGPU", few);
          assertStringIncludes(webgpu.by, "WebGPU on");
          assert(webgpu.last < 0.95 * webgpu.first, `WebGPU: loss from ${webgpu.first} to ${webgpu.last}`);
          assertEquals(await page.locator(".play-problem").innerText(), "");
        }));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },

  "tells in one sentence of a model that is damaged, and of settings that make the loss run away": async (
    browser,
  ) => {
    await withRuns((root) => {
      writeRun(root, "a", { files: { "model.safetensors": "no model" } });
    }, async (_, root) => {
      await served(root, (base) =>
        onPage(browser, `${base}/playground`, async (page) => {
          const problem = page.locator(".play-problem");
          await problem.filter({ hasText: "Cannot read a/model.safetensors" }).waitFor();
          await page.getByLabel("Learning rate").fill("1e30");
          await page.locator(".train-form").getByLabel("Optimizer").selectOption("sgd");
          await page.getByLabel("Learning rate").fill("1e30");
          await page.locator(".train-form").getByRole("combobox", { name: "Images", exact: true })
            .selectOption("300");
          await page.getByLabel("WebAssembly").check();
          await page.getByRole("button", { name: "Train", exact: true }).click();
          await problem.filter({ hasText: "try a tenth of the learning rate" }).waitFor();
          await page.getByLabel("Learning rate").fill("fast");
          assert(await page.getByRole("button", { name: "Train", exact: true }).isDisabled());
        }));
    });
  },
});
