/** The proof on a GPU: its steps, what is said of them, and that all that they name is in the kit. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { environments } from "../../bench/gpu_kit/find_driver.ts";
import { TAKEN } from "../../bench/gpu_kit/prepare.ts";
import { conclusion, PARTS, proofSteps } from "../../bench/gpu_kit/proof.ts";
import { type Printed, type ProofStep, runCommand, runSteps } from "../../bench/gpu_kit/steps.ts";
import { ROOT } from "../house/sources.ts";

const PLACE = {
  deno: "deno",
  python: "python3",
  runs: "runs",
  env: {},
  engineFlags: "",
  quick: false,
  software: false,
};

Deno.test("steps of a proof fail alone, keep to the time for all, may fill it, and their lines of JSON are kept", async () => {
  let clock = 0;
  const said: string[] = [], step = { shows: "it", command: "c", args: [], limit: 60, shown: 1 };
  const given: Readonly<Record<string, Printed & { readonly takes: number }>> = {
    good: { takes: 10, code: 0, timedOut: false, text: '{"a":1}\nwords\n{"half' },
    bad: { takes: 20, code: 3, timedOut: false, text: "what went wrong" },
    slow: { takes: 60, code: 124, timedOut: true, text: '{"b":2}' },
    filling: { takes: 8, code: 124, timedOut: true, text: "" },
    late: { takes: 1, code: 0, timedOut: false, text: "" },
  };
  const limits: number[] = [];
  const ends = await runSteps(
    Object.keys(given).map((name): ProofStep => ({ ...step, name, fillsTime: name === "filling" })),
    {
      budget: 100,
      elapsed: () => clock,
      say: (line) => said.push(line),
      log: () => {},
      run: ({ name }, seconds) => {
        limits.push(seconds);
        clock += given[name]!.takes;
        return Promise.resolve(given[name]!);
      },
    },
  );
  assertEquals(limits, [60, 60, 60, 10]);
  assertEquals(ends.map(({ name, ok, why }) => [name, ok, why]), [
    ["good", true, undefined],
    ["bad", false, "exit code 3"],
    ["slow", false, "stopped after 60 s"],
    ["filling", true, undefined],
    ["late", false, "no time was left"],
  ]);
  assertEquals(ends.map(({ lines }) => lines), [[{ a: 1 }], [], [{ b: 2 }], [], []]);
  assertEquals(said.slice(0, 4), [
    "good: ok, 10 s (it)",
    "    words",
    "bad: FAILED, exit code 3, 20 s (it)",
    "    what went wrong",
  ]);
});

Deno.test("a command that takes too long is ended, with what it has started", async () => {
  const step = {
    name: "n",
    shows: "s",
    command: "sh",
    args: ["-c", "echo before; sleep 60 & sleep 60"],
    limit: 1,
  };
  const began = performance.now(), { timedOut, text } = await runCommand(step, 1, ".");
  assertEquals([timedOut, text], [true, "before\n"]);
  assert(performance.now() - began < 10_000);
});

Deno.test("a proof concludes with times, runs, and what does not agree between GPU and WASM", () => {
  const run = (asked: string, backend: string, accuracy: number, first: number) => ({
    ...{ name: `run cnn-sgd ${asked}`, ok: true, seconds: 1 },
    lines: [{
      experiment: "cnn-sgd",
      backend,
      epochs: 2,
      seconds: 3,
      test: { accuracy },
      curves: { loss: { first } },
    }],
  });
  const timed = (peer: string, variant: string, msPerStep: number) => (
    { peer, variant, workload: "W2", msPerStep }
  );
  const lines = [
    timed("descent", "webgpu", 0.2),
    timed("pytorch-2", "graph", 0.1),
    timed("descent", "webgpu", 0.15),
  ];
  const bench = { name: "bench", ok: true, seconds: 1, lines };
  const good = conclusion([bench, run("webgpu", "webgpu", 0.95, 0.5), run("wasm", "wasm", 0.94, 0.501)]);
  assertEquals(good.wrong, []);
  assert(/W2\s+0\.150\s+0\.100/.test(good.text), good.text);
  assert(/cnn-sgd\s+wasm\s+2\s+3\.00\s+0\.9400\s+0\.50100/.test(good.text), good.text);
  const auto = run("auto", "wasm", 0.94, 0.5);
  const bad = conclusion([run("webgpu", "webgpu", 0.91, NaN), run("wasm", "wasm", 0.94, 0.5), auto]);
  assertEquals(bad.wrong, [
    "cnn-sgd: accuracy 0.91 on the GPU, 0.94 on WASM",
    "cnn-sgd: loss of the first epoch NaN on the GPU, 0.5 on WASM",
  ]);
  assert(bad.text.includes("auto, so wasm"), bad.text);
});

Deno.test("drivers are tried with the system's loader first, and as they are found", () => {
  const found = environments({ given: "/own", loader: "/kit/loader", drivers: ["/a.json"] });
  const vulkan = { DENO_WEBGPU_BACKEND: "vulkan" };
  const driver = { VK_DRIVER_FILES: "/a.json", VK_ICD_FILENAMES: "/a.json" };
  assertEquals(found, [
    { ...vulkan, LD_LIBRARY_PATH: "/own" },
    { ...vulkan, LD_LIBRARY_PATH: "/own", ...driver },
    { ...vulkan, LD_LIBRARY_PATH: "/kit/loader:/own" },
    { ...vulkan, LD_LIBRARY_PATH: "/kit/loader:/own", ...driver },
  ]);
  assertEquals(environments({ given: undefined, loader: "/l", drivers: [] })[0], vulkan);
});

Deno.test("every file that a proof runs or tests is there, in a folder that the kit takes", async () => {
  const places = [PLACE, { ...PLACE, quick: true }, { ...PLACE, software: true }, {
    ...PLACE,
    python: undefined,
  }];
  const steps = places.flatMap((place) => proofSteps(PARTS, place));
  const named = new Set(
    steps.flatMap(({ args }) => args.filter((word) => /^(bench|tests|experiments)\//.test(word))),
  );
  assert(named.size > 8, [...named].join());
  for (const path of [...TAKEN.filter((path) => path !== "kernels"), ...named]) {
    await Deno.stat(join(ROOT, path));
    assert(TAKEN.some((taken) => path === taken || path.startsWith(`${taken}/`)), path);
  }
  assertEquals(proofSteps(["device"], PLACE).map(({ name }) => name), ["device"]);
});
