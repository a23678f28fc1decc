/** The Playground: drawing, reading and training in the browser. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { adviceFor } from "../../components/playground/playground_advice.ts";
import { digitOf, SIDE } from "../../components/playground/playground_digit.ts";
import type { Progress } from "../../components/playground/playground_messages.ts";
import { FIRST_CHOICE, type PlaySettings } from "../../components/playground/playground_settings.ts";
import { createDashboard } from "../../dashboard/app.ts";
import { selectImages } from "../../experiments/images/select.ts";
import { REPORT_A } from "../../experiments/images/selections.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { sequential } from "../../src/nn/model.ts";
import { fit } from "../../src/train/fit.ts";
import { saveModel } from "../../src/train/saved.ts";
import { throttle } from "../../workers/playground_pace.ts";
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

/** Waits until so many steps are made, and gives how many they are. */
async function stepsAtLeast(page: Page, least: number): Promise<number> {
  const made = await page.waitForFunction((least) => {
    const text = document.querySelector(".at-step")?.textContent ?? "";
    const steps = text === "" ? -1 : Number(text.replaceAll(",", ""));
    return steps >= least && { steps };
  }, least);
  return (await made.jsonValue() as { readonly steps: number }).steps;
}

/** Trains at full speed for so many steps, pauses, and gives the validation losses at both ends of the curve. */
async function trainFor(page: Page, steps: number) {
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await stepsAtLeast(page, steps);
  await page.getByRole("button", { name: "Pause" }).click();
  const chart = page.locator("figure.chart").first().getByRole("img"), ends: number[] = [];
  const readout = page.locator("figure.chart").first().locator(".readout b").nth(1);
  await chart.focus();
  for (const key of ["Home", "End"]) {
    await page.keyboard.press(key);
    ends.push(Number(await readout.innerText()));
  }
  return { first: ends[0]!, last: ends[1]!, by: await page.locator(".training-by").innerText() };
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

Deno.test("the Playground says in a sentence what settings do to a training, and nothing of one that does well", () => {
  const advise = (
    losses: readonly (readonly [train: number, validation: number, accuracy: number])[],
    settings: Partial<PlaySettings> = {},
  ) =>
    adviceFor(
      losses.map(([loss, valLoss, valAccuracy], i): Progress => ({
        step: 100 * i,
        epochs: i,
        loss: i === 0 ? null : loss,
        accuracy: i === 0 ? null : valAccuracy,
        valLoss,
        valAccuracy,
        imagesPerSecond: 1,
      })),
      { ...FIRST_CHOICE.settings, ...settings },
    );
  const start = [2.3, 2.3, 0.1] as const;
  assertEquals(advise([]), "");
  assertEquals(advise([start, [1, 0.9, 0.7], [0.5, 0.6, 0.8], [0.4, 0.5, 0.85], [0.3, 0.4, 0.9]]), "");
  assertStringIncludes(advise([start, [30, 50, 0.1]]), "The loss grows");
  const blind = [start, start, start, start];
  assertStringIncludes(advise(blind), "learned nothing yet: its units may be dead");
  assertStringIncludes(advise(blind, { learningRate: 3 }), "a learning rate of 3 is too large here; Adam");
  assertStringIncludes(advise(blind, { learningRate: 1e-6 }), "hardly moves; Adam usually takes 0.001");
  const byHeart = Array.from({ length: 6 }, (_, i) => [0.1 / (i + 1), 0.4 + i / 10, 0.9] as const);
  assertStringIncludes(advise([start, ...byHeart]), "by heart");
});

Deno.test("throttle() gives the steps that are asked for while paused, and no more a second than are wanted", async () => {
  const ended = new AbortController(), { signal } = ended;
  const pacing = throttle({ pace: { isPaused: true, stepsPerSecond: null }, learningRate: 0.1 });
  const first = pacing.next(94, signal);
  pacing.control({ kind: "step" });
  pacing.control({ kind: "step" });
  assertEquals([await first, await pacing.next(93, signal)], [1, 1]);
  // An epoch at full speed, in growing pieces, and a pause behind it.
  pacing.took(50, 1);
  pacing.control({ kind: "epoch" });
  assertEquals([await pacing.next(92, signal), await pacing.next(4, signal)], [10, 4]);
  const paused = pacing.next(94, signal);
  const before = performance.now();
  pacing.control({ kind: "pace", pace: { isPaused: false, stepsPerSecond: 500 } });
  assertEquals([await paused, await pacing.next(94, signal)], [50, 50]);
  assert(performance.now() - before > 90, "100 steps came in less than their time");
  pacing.control({ kind: "rate", learningRate: 0.2 });
  assertEquals([pacing.learningRate, pacing.isSlow], [0.2, true]);
  pacing.control({ kind: "pace", pace: { isPaused: true, stepsPerSecond: 500 } });
  const last = pacing.next(94, signal);
  ended.abort();
  assertEquals(await last, 0);
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
      await served(
        root,
        (base) =>
          onPage(browser, `${base}/playground?layers=16&images=300&speed=full&on=wasm`, async (page) => {
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

            await draw(page, ZERO);
            const wasm = await trainFor(page, 100);
            assertStringIncludes(wasm.by, "WASM SIMD");
            assert(wasm.last < 0.7 * wasm.first, `WASM: loss from ${wasm.first} to ${wasm.last}`);
            // Ten classes: the network that has just been trained is open, and its first layer is shown.
            await page.waitForFunction(() => document.querySelectorAll(".probabilities li").length === 10);
            await page.getByRole("img", { name: "Weights of the first layer: all 16 as pictures" }).waitFor();
            assertEquals(await answerOf(page), "0");
            await page.locator(".thoughts").filter({ hasText: /It has (said|changed) .* from step 0 to/ })
              .waitFor();
            assertEquals(await page.locator(".confusion tbody tr").count(), 10);
            await page.getByRole("button", { name: "Show what it mistakes" }).click();
            await page.locator(".mistakes").filter({ hasText: /it mistook \d+ of the first 100/ }).waitFor();
            assert(await page.locator(".mistakes li").count() > 0);

            // Other settings begin anew, in the address too; paused, nothing goes on but what is asked for.
            await page.getByLabel("Learning rate").fill("0.01");
            await page.getByRole("combobox", { name: "Noise on the pixels" }).selectOption("0.2");
            for (
              const [button, step] of [["Add a dense layer", 0], ["One step", 1], ["One step", 2], [
                "One epoch",
                10,
              ]]
            ) {
              await page.getByRole("button", { name: String(button) }).click();
              await page.waitForFunction(
                (step) => document.querySelector(".at-step")?.textContent === String(step),
                step,
              );
            }
            assertEquals(
              new URL(page.url()).search,
              "?layers=16-20&rate=0.01&noise=0.2&images=300&speed=full&on=wasm",
            );
            await page.reload();
            await page.waitForFunction(() => document.querySelector("[data-alive=false]") === null);
            assertStringIncludes(await page.locator(".builder legend").innerText(), "784-16-20-10");
            assertEquals(await page.getByLabel("Learning rate").inputValue(), "0.01");

            // The browser's software takes long to compile a kernel: as few as possible.
            await page.goto(`${base}/playground?layers=&images=300&batch=64&speed=full&on=webgpu`);
            const webgpu = await trainFor(page, 20);
            assertStringIncludes(webgpu.by, "WebGPU on");
            assert(webgpu.last < 0.95 * webgpu.first, `WebGPU: loss from ${webgpu.first} to ${webgpu.last}`);
            assertEquals(await page.locator(".play-problem").innerText(), "");
          }),
      );
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
      await served(
        root,
        (base) =>
          onPage(browser, `${base}/playground?optimizer=sgd&images=300&on=wasm`, async (page) => {
            const problem = page.locator(".play-problem");
            await problem.filter({ hasText: "Cannot read a/model.safetensors" }).waitFor();
            await page.getByLabel("Learning rate").fill("1e30");
            await page.getByRole("button", { name: "Train", exact: true }).click();
            await page.locator(".train-problem").filter({ hasText: "Gradient descent usually takes 0.05" })
              .waitFor();
            await page.getByRole("button", { name: "Train", exact: true }).waitFor();
            await page.getByLabel("Learning rate").fill("fast");
            await page.getByText("A number above 0").waitFor();
          }),
      );
    });
  },

  "trains on one thread where a page is not isolated, and so has no memory that threads share": async (
    browser,
  ) => {
    const { app } = await createDashboard({ runs: "no runs" });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const answer = await app.fetch(request), headers = new Headers(answer.headers);
      for (const name of ["opener", "embedder"]) headers.delete(`cross-origin-${name}-policy`);
      return new Response(answer.body, { status: answer.status, headers });
    });
    try {
      const address = `http://127.0.0.1:${server.addr.port}/playground?layers=c4&images=300&on=wasm`;
      await onPage(browser, address, async (page) => {
        assertEquals(await page.evaluate(() => typeof SharedArrayBuffer), "undefined");
        await page.getByRole("button", { name: "One epoch" }).click();
        assertEquals(await stepsAtLeast(page, 10), 10);
        assertStringIncludes(await page.locator(".training-by").innerText(), "WASM SIMD, 1 thread");
        await page.getByRole("img", { name: "Weights of the first layer: all 4 as pictures" }).waitFor();
      });
    } finally {
      await server.shutdown();
    }
  },
});
