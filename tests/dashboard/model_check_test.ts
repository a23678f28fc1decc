/** The dashboard gives out only models that are as their runs saved them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { sha256 } from "../../src/core/sha256.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { encodeModel } from "../../src/train/saved.ts";
import { pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

const MODEL = sequential(784, [dense(4)]);
const BYTES = new Uint8Array(encodeModel({ model: MODEL, weights: initializeWeights(MODEL, 1) }));
const PROBLEM =
  "model.safetensors is not the file that the run saved: its SHA-256 is not the one in run.json";

Deno.test("a model of which a bit has changed is not given out, and the inside of its run says so", async () => {
  const hash = await sha256(BYTES);
  await withRuns((root) => {
    writeRun(root, "a", { run: { sha256: { "model.safetensors": hash } } });
    writeRun(root, "old");
    for (const id of ["a", "old"]) Deno.writeFileSync(join(root, id, "model.safetensors"), BYTES);
  }, async (dashboard, root) => {
    const ask = async (id: string) => await dashboard.app.request(`/runs/${id}/files/model.safetensors`);
    const whole = await ask("a");
    assertEquals([whole.status, new Uint8Array(await whole.arrayBuffer())], [200, BYTES]);
    assert(!(await pageText(dashboard, "/runs/a/inside")).includes(PROBLEM));
    for (let k = 0; k < 100; k++) {
      const changed = BYTES.slice(), bit = Math.floor(8 * BYTES.length * (k + 0.5) / 100);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      for (const id of ["a", "old"]) await Deno.writeFile(join(root, id, "model.safetensors"), changed);
      const answer = await ask("a");
      assertEquals([answer.status, await answer.text()], [409, PROBLEM], `${k}`);
      assertEquals(answer.headers.get("content-type"), "text/plain; charset=utf-8");
    }
    assertStringIncludes(await pageText(dashboard, "/runs/a/inside"), PROBLEM);
    // Nothing is known of the model of a run from before it was noted; other files are given as they are.
    const old = await ask("old");
    assertEquals([old.status, (await old.arrayBuffer()).byteLength], [200, BYTES.length]);
    const metrics = await dashboard.app.request("/runs/a/files/metrics.jsonl");
    assert(metrics.ok && (await metrics.text()).length > 0);
  });
});
