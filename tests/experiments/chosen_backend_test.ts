/** What a run is made on where `auto` found a GPU: a WASM executor under another name. */
import { assert, assertEquals } from "@std/assert";
import { fixedBackend } from "../../experiments/lab/chosen_backend.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { objectOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { withRunPlace } from "./run_place.ts";

Deno.test("a run is made on what is faster for it, run.json says which and why, and it goes on there", async () => {
  const images = { train: 60, t10k: 20, size: 8, classes: [0, 2, 4, 6, 7] };
  await withRunPlace(images, async ({ choice: { executor }, said, ...rest }) => {
    const found = { executor: { ...executor, name: "webgpu" }, why: "a GPU is there" } as const;
    const place = { ...rest, choice: found, figures: false, timed: false };
    assertEquals(fixedBackend({ choice: found, backend: "auto" }), undefined);
    assertEquals(fixedBackend({ choice: found, backend: "webgpu" }), "webgpu");
    const experiment = experimentNamed("q1-adam"), { defaults } = experiment;
    const made = (backend: "auto" | "webgpu", more: object = {}) =>
      makeRun(experiment, { settings: { ...defaults, epochs: 2 }, seed: 1, ...more }, { ...place, backend });
    const backendOf = async (path: string) => objectOf((await readRun(path)).info!.backend);
    const { path } = await made("auto"), { name, why } = await backendOf(path);
    assertEquals([name, why], ["wasm", String(why)]);
    assert(/^tried: (a step takes|all 2 epochs take) .* on WASM/.test(String(why)), String(why));
    assert(said.some((line) => line.startsWith("Backend   WebAssembly") && line.includes(`(${why})`)));
    // What goes on does so where it was begun, and asks no clock.
    const again = await made("auto", { resume: path });
    assertEquals([again.path, again.summary.backend], [path, "wasm"]);
    assertEquals((await backendOf((await made("webgpu")).path)).name, "webgpu");
  });
});
