/** Latent space: codes from files, and the cloud in the browser. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { moved, normalized, projected, START, viewOf } from "../../components/latent/latent_camera.ts";
import { pointAt } from "../../components/latent/latent_overlay.ts";
import { selectImages } from "../../experiments/images/select.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { compressPng } from "../../src/plot/pixels.ts";
import { saveModel } from "../../src/train/saved.ts";
import { browserTests, onPage, served } from "./browser.ts";
import { pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

const SIDE = 28, COLUMNS = 10, ROWS = 60;
const HEAD = "index,label,predicted,x,y,z";

/** The run of an autoencoder with codes for a few images; `codes` is the text of its file. */
function writeLatent(root: string, id: string, codes: string): void {
  const latent = {
    variance: [0.3, 0.2, 0.1],
    images: { columns: COLUMNS, width: SIDE, height: SIDE },
  };
  writeRun(root, id, { summary: { nodes: 8, latent } });
  Deno.mkdirSync(join(root, id, "latent"));
  Deno.writeTextFileSync(join(root, id, "latent/codes.csv"), codes);
}

async function writeWhole(root: string, id: string): Promise<void> {
  const { train } = await selectImages({ first: { train: ROWS, test: 1 } });
  const rows = Array.from(train.targets, (label, i) => {
    const at = [Math.sin(7 * i), Math.cos(5 * i), Math.sin(3 * i + label)].map((value) => value.toFixed(3));
    return [i, label, label, ...at].join();
  });
  writeLatent(root, id, [HEAD, ...rows].join("\r\n"));
  const sheet = new Uint8Array(ROWS * SIDE * SIDE);
  for (let i = 0; i < ROWS; i++) {
    for (let y = 0; y < SIDE; y++) {
      const from = (i * SIDE + y) * SIDE, row = Math.floor(i / COLUMNS) * SIDE + y;
      sheet.set(train.inputs.subarray(from, from + SIDE), row * COLUMNS * SIDE + (i % COLUMNS) * SIDE);
    }
  }
  const png = await compressPng(sheet, COLUMNS * SIDE, ROWS / COLUMNS * SIDE);
  await Deno.writeFile(join(root, id, "latent/images.png"), png);
  const model = sequential(784, [dense(8, { activation: "relu" }), dense(784, { activation: "sigmoid" })]);
  await saveModel(join(root, id, "model.safetensors"), { model, weights: initializeWeights(model, 1) });
}

Deno.test("the camera turns, stays within its bounds, and projects the middle to the middle", () => {
  const turned = moved(START, { turn: 1, tilt: 9, zoom: 1e9 });
  assert(turned.yaw === START.yaw + 1 && turned.pitch < Math.PI / 2 && turned.distance < 10);
  const points = normalized([4, 1, 1, 6, 1, 1, 5, 2, 1, 5, 0, 1]);
  assertEquals([...points], [-1, 0, 0, 1, 0, 0, 0, 1, 0, 0, -1, 0]);
  const ahead = projected(viewOf({ yaw: 0, pitch: 0, distance: 3 }, 1), points, 100, 100);
  assert(ahead[0]!.x < 50 && ahead[1]!.x > 50 && ahead[2]!.y < 50 && ahead[3]!.y > 50);
  assertEquals(pointAt(ahead, () => true, { x: ahead[2]!.x + 3, y: ahead[2]!.y, reach: 5 }), 2);
  assertEquals(pointAt(ahead, (i) => i !== 2, { x: ahead[2]!.x + 3, y: ahead[2]!.y, reach: 5 }), undefined);
});

Deno.test("codes that are damaged, foreign or missing are one sentence on the page", async () => {
  await withRuns((root) => {
    writeLatent(root, "good", `${HEAD}\r\n0,7,7,1,2,3\r\n`);
    writeLatent(root, "torn", `${HEAD}\r\n0,7,7,1,2`);
    writeLatent(root, "other", "a,b\r\n1,2\r\n");
    writeLatent(root, "bare", HEAD);
    writeLatent(root, "hostile", `${HEAD}\r\n0,</script><b>,7,1,2,3\r\n`);
    writeRun(root, "none");
  }, async (dashboard) => {
    assertStringIncludes(await pageText(dashboard, "/latent/good"), '"points":[1,2,3]');
    assertStringIncludes(await pageText(dashboard, "/latent/torn"), "has a row that is no point");
    assertStringIncludes(await pageText(dashboard, "/latent/other"), "has no column");
    assertStringIncludes(await pageText(dashboard, "/latent/bare"), "has no points");
    assertStringIncludes(await pageText(dashboard, "/latent/none"), "it has no file latent/codes.csv");
    assert(!(await pageText(dashboard, "/latent/hostile")).includes("</script><b>"));
    const answer = await dashboard.app.request("/latent/..%2F..");
    assertEquals(answer.status, 404);
    await answer.body?.cancel();
  });
  await withRuns(() => {}, async (dashboard) => {
    assertStringIncludes(await pageText(dashboard, "/latent"), "There is no autoencoder yet");
  });
});

/** The picture once two in a row are the same: software draws late. */
async function settled(page: Page): Promise<string> {
  const stage = page.locator(".stage");
  for (let before = "";;) {
    const now = (await stage.screenshot()).toString("base64");
    if (now === before) return now;
    before = now;
  }
}

browserTests("Latent space", {
  "turns by mouse and keyboard on WebGPU and on a canvas, hides digits, and shows image and reconstruction":
    async (
      browser,
    ) => {
      await withRuns((root) => writeWhole(root, "auto-1"), async (_, root) => {
        await served(root, (base) =>
          onPage(browser, `${base}/latent`, async (page) => {
            const stage = page.locator(".stage-overlay"), box = (await stage.boundingBox())!;
            for (const [name, mode] of [["WebGPU", "webgpu"], ["Canvas", "canvas"]] as const) {
              await page.getByRole("button", { name }).click();
              await page.locator(".latent .switch [aria-pressed=true]", { hasText: name }).waitFor();
              const views = [await settled(page)];
              await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
              await page.mouse.down();
              await page.mouse.move(box.x + box.width / 2 + 90, box.y + box.height / 2 + 20, { steps: 2 });
              await page.mouse.up();
              await page.mouse.move(box.x + 2, box.y + 2);
              views.push(await settled(page));
              await stage.focus();
              for (const key of ["ArrowLeft", "+"]) {
                await page.keyboard.press(key);
                views.push(await settled(page));
              }
              await page.getByRole("button", { name: "None" }).click();
              const empty = await settled(page);
              views.push(empty);
              assertEquals(new Set(views).size, views.length, `${mode}: two views are the same`);
              assert(views[0]!.length > 2 * empty.length, `${mode}: no dots`);
              await page.getByRole("button", { name: "All" }).click();
              await stage.focus();
              await page.keyboard.press("Home");
            }
            await page.keyboard.press("Enter");
            await page.locator(".latent-mse").filter({ hasText: /0\.\d+ per pixel/ }).waitFor();
            assertEquals(await page.locator(".latent-pair canvas").count(), 2);
            const first = await page.locator(".latent-pair figcaption").first().innerText();
            await page.keyboard.press("n");
            await page.waitForFunction(
              (before) => document.querySelector(".latent-pair figcaption")?.textContent !== before,
              first,
            );
            assertEquals(await page.locator(".latent .warning").innerText(), "");
          }));
      });
    },
}, {
  // So that Chromium can show what software WebGPU has drawn.
  flags: [
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--use-angle=swiftshader",
    "--ignore-gpu-blocklist",
  ],
});
