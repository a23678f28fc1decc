/** The dashboard over a run folder that is damaged at random. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { longOr } from "../fixtures.ts";
import { damage } from "../runs/damage.ts";
import { runFiles, withRuns, writeRun } from "./dashboard_fixtures.ts";

const PLAN = JSON.stringify([{
  stage: null,
  backend: "wasm",
  batch: 32,
  routines: [{
    name: "train",
    calls: [{
      op: "linear",
      label: "dense_1",
      type: "f32[32,30]",
      settings: { activation: "relu" },
      reads: [0, 1],
      writes: [2],
      flops: 1000,
      bytes: 10,
      ms: 0.5,
    }],
  }],
  buffers: ["images", "params", "h"].map((name) => ({ name, role: "data", dtype: "u8", bytes: 1000 })),
}]);

const PAGES = [
  "/",
  "/runs",
  "/runs/a",
  "/runs/a/inside",
  "/runs/a/files/run.json",
  "/runs/a/files/summary.json",
  "/runs/a/files/metrics.jsonl",
  "/runs/a/files/plan.json",
  "/compare?run=a&run=b",
  "/compare/data?run=a",
  "/reports/a",
  "/latent/a",
  "/inside",
];

Deno.test("no page of a damaged run goes wrong, nor any page that lists it", async () => {
  const parts = { files: { "plan.json": PLAN } }, files = runFiles("a", parts), count = longOr(25, 4000);
  await withRuns((root) => {
    writeRun(root, "a", parts);
    writeRun(root, "b", { run: { startedAt: "2027-01-01T00:00:00.000Z" } });
  }, async ({ app }, root) => {
    for (let index = 0; index < count; index++) {
      const { title, again } = await damage(join(root, "a"), files, index);
      // Each page now and then, the run's own each time.
      const asked = PAGES.filter((path, i) => path.startsWith("/runs/a") || (index + i) % 4 === 0);
      for (const path of asked) {
        const { status, body } = await app.request(path);
        await body?.cancel();
        assert(status < 500, `${title}: ${path} answers ${status}`);
      }
      const events = await app.request("/runs/a/events");
      assertEquals(events.status, 200, title);
      const reader = events.body!.getReader();
      assert(!(await reader.read()).done, title);
      await reader.cancel();
      await again();
    }
  });
});
