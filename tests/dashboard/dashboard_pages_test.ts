/** The pages Compare, Reports and Inside, and the export: what they make of runs. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { choiceOf, searchOf } from "../../components/compare/choice.ts";
import { differingSettings, groupRuns, labelsOf, meanCurve } from "../../components/compare/grouping.ts";
import type { CompareData } from "../../components/compare/compare_types.ts";
import type { RunRow } from "../../components/types.ts";
import { benchData } from "../../dashboard/bench.ts";
import { exportSite } from "../../dashboard/export.ts";
import { parseOptions } from "../../dashboard/main.ts";
import { REPORT_A } from "../../experiments/images/selections.ts";
import { selectionSha256 } from "../../experiments/images/select.ts";
import { DescentError, UsageError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { epochs, pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

function row(id: string, part: Partial<RunRow> = {}): RunRow {
  const none = {
    error: null,
    seed: 1,
    startedAt: null,
    finishedAt: null,
    stopped: null,
    network: null,
    backend: null,
    group: null,
  };
  return {
    ...none,
    id,
    state: "finished",
    experiment: "q1-adam",
    isGroup: false,
    isPublished: false,
    settings: {},
    numbers: {},
    ...part,
  };
}

/** What the page's island was given. */
function propsIn<T>(html: string): T {
  return JSON.parse(/<script type="application\/json">(.*?)<\/script>/s.exec(html)![1]!).props.data;
}

Deno.test("a comparison is what its address says, and the address what is compared", () => {
  const search = "run=a&run=b%2Fc&run=a&by=batch&curve=valLoss&curve=loss&over=time&x=log&y=nonsense" +
    "&smoothing=0.6&from=2&to=8.5&hide=a&matrix=Test&figure=weights&sort=-epochs&filter=adam";
  const choice = choiceOf(new URLSearchParams(search));
  assertEquals(choice, {
    runs: ["a", "b/c"],
    curves: ["valLoss", "loss"],
    by: "batch",
    over: "time",
    x: "log",
    y: "linear",
    smoothing: 0.6,
    window: [2, 8.5],
    hidden: ["a"],
    matrix: "Test",
    figure: "weights",
    sort: "-epochs",
    filter: "adam",
  });
  const { over, smoothing, window } = choiceOf(
    new URLSearchParams("over=moon&smoothing=7&from=9&to=1"),
  );
  assertEquals([over, smoothing, window], ["epoch", 0.99, null]);
  assertEquals(choiceOf(new URLSearchParams(searchOf(choice))), choice);
  assertEquals(
    choiceOf(new URLSearchParams(Array.from({ length: 90 }, (_, i) => ["run", `r${i}`]))).runs.length,
    40,
  );
});

Deno.test("runs are labelled and grouped by what tells them apart, and by no more", () => {
  const rows = [
    row("a", { settings: { optimizer: "adam", batch: "32" }, seed: 1 }),
    row("b", { settings: { optimizer: "adam", batch: "32" }, seed: 2 }),
    row("c", { experiment: "q1-sgd", settings: { optimizer: "sgd", batch: "1" }, seed: 1 }),
  ];
  assertEquals(differingSettings(rows), ["experiment", "optimizer", "batch", "seed"]);
  assertEquals(labelsOf(rows), ["q1-adam, seed 1", "q1-adam, seed 2", "q1-sgd, seed 1"]);
  assertEquals(labelsOf([rows[0]!, rows[2]!]), ["q1-adam", "q1-sgd"]);
  assertEquals(labelsOf([rows[0]!, { ...rows[0]!, id: "again" }]), ["a", "again"]);
  const runs = rows.map((one) => ({ row: one, curves: [], confusions: [], figures: [] }));
  const groups = (by: string) => groupRuns(runs, by).map(({ label, runs }) => [label, runs.length]);
  assertEquals(groups("*"), [["q1-adam", 2], ["q1-sgd", 1]]);
  assertEquals(groups("batch"), [["batch 32", 2], ["batch 1", 1]]);
  assertEquals(groups("momentum"), [["momentum not set", 3]]);
});

Deno.test("meanCurve() covers the epochs that all have, and keeps gaps", () => {
  const { x, mean, low, high } = meanCurve([
    { key: "loss", x: [1, 2, 3, 4], y: [4, 3, null, 1] },
    { key: "loss", x: [2, 3, 4, 5], y: [1, 1, 3, 9] },
  ]);
  assertEquals([x, mean, low, high], [[2, 3, 4], [2, null, 2], [1, null, 1], [3, null, 3]]);
});

Deno.test("the page Compare has the curves of the choice, every run to choose from, and suggestions", async () => {
  await withRuns((root) => {
    for (const seed of [1, 2, 3]) {
      writeRun(root, `q1-adam-${seed}`, { run: { seed }, metrics: epochs(20 + seed) });
    }
    writeRun(root, "q1-sgd-1", { run: { experiment: "q1-sgd" } });
    writeRun(root, "stages", {
      metrics: [...epochs(2), ...epochs(3)].map((line, i) => ({
        ...line,
        stage: i < 2 ? "first" : "second",
      })),
    });
    writeRun(root, "group", { run: { experiment: "q1" }, summary: { experiment: "q1", cells: [] } });
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/compare?run=q1-adam-1&run=gone&run=q1-sgd-1&run=..%2fx");
    const data = propsIn<CompareData>(html);
    assertEquals(data.choice.runs, ["q1-adam-1", "q1-sgd-1"]);
    assertEquals(data.missing, ["gone", "../x"]);
    assertEquals(data.leftOut, 0);
    const many = Array.from({ length: 43 }, (_, i) => `run=q1-adam-${i}`).join("&");
    assertStringIncludes(await pageText(dashboard, `/compare?${many}`), "3 more are too many for one page");
    assertEquals(data.runs[0]!.curves.find(({ key }) => key === "valLoss")!.x.length, 21);
    assertEquals(data.runs[0]!.curves.find(({ key }) => key === "seconds")!.y.at(-1), 2.1);
    assertEquals(data.runs[0]!.confusions.map(({ name }) => name), ["Test"]);
    assertEquals(data.picks.length, 5);
    assertEquals(data.suggestions.map(({ title }) => title).sort(), ["Five optimizers", "q1-adam, 4 runs"]);
    assertStringIncludes(html, "Validation loss");
    const more = await (await dashboard.app.request("/compare/data?run=stages")).json();
    assertEquals(more[0].curves.map(({ key }: { key: string }) => key).slice(0, 2), [
      "first: loss",
      "first: accuracy",
    ]);
    assertStringIncludes(await pageText(dashboard, "/compare"), "Choose runs");
  });
});

/** The settings that `q1-adam` has in the report. */
const PUBLISHED = {
  learningRate: 0.001,
  epochs: 100_000,
  arch: [30, 20, 10],
  activation: "relu",
  monitor: "val_loss",
  minDelta: 0.0001,
  patience: 15,
  batch: 32,
};

Deno.test("a report's page sets ours beside what is printed, and lists runs of other settings and images apart", async () => {
  const hashOf = await selectionSha256();
  const images = (seed: number) => ({
    original: true,
    digits: REPORT_A.digits.map(String),
    indexSha256: hashOf({ ...REPORT_A, seed }),
  });
  await withRuns((root) => {
    const asked = { settings: PUBLISHED, data: images(1) };
    writeRun(root, "adam-1", { run: asked });
    writeRun(root, "adam-2", { run: { ...asked, seed: 2, data: images(2) } });
    writeRun(root, "other", { run: { ...asked, settings: { ...PUBLISHED, learningRate: 0.1 } } });
    writeRun(root, "strange", { run: { ...asked, data: { ...images(1), original: false } } });
    writeRun(root, "cut", { run: { ...asked, seed: 3, data: images(3) }, summary: { stopped: "time" } });
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/reports/a");
    for (
      const text of [
        'href="/runs/adam-1"',
        "/compare?run=adam-1&amp;run=adam-2&amp;by=*",
        "2×",
        "31,625",
        "deno task q1",
        "A-C1.7",
        "Table 3.1",
        "other settings: learningRate 0.1",
        "other images",
        "cut off: time",
      ]
    ) {
      assertStringIncludes(html, text);
    }
    assertStringIncludes(await pageText(dashboard, "/reports/b"), "B-F41");
    assertStringIncludes(await pageText(dashboard, "/reports"), "Printed numbers");
    assertEquals((await dashboard.app.request("/reports/c")).status, 404);
  });
});

const PLAN: JsonObject = {
  stage: null,
  backend: "wasm",
  batch: 32,
  routines: [{
    name: "train",
    calls: [
      {
        op: "linear",
        label: "dense_1",
        type: "f32[32,30]",
        settings: { activation: "relu" },
        reads: [0, 1, 77],
        writes: [2],
        flops: 1000,
        bytes: 10,
        ms: 0.5,
      },
      { op: "<b>", label: 5, reads: "x", writes: [-1, 1.5, 2], flops: -1 },
    ],
  }],
  buffers: [{ name: "images", role: "data", dtype: "u8", bytes: 1000 }, {
    name: "params",
    role: "parameter",
    dtype: "f32",
    bytes: 400,
  }, { name: "h", role: "?", dtype: "f32", bytes: 4 }],
};

Deno.test("the inside of a run shows its layers and its plan, and says what cannot be read", async () => {
  await withRuns((root) => {
    const model = { inputShape: [4], layers: [{ kind: "dense", config: { units: 2, activation: "relu" } }] };
    const head = JSON.stringify({
      __metadata__: { model: JSON.stringify(model) },
      "dense_1/weights": { dtype: "F32", shape: [4, 2], data_offsets: [0, 32] },
    });
    const bytes = new Uint8Array(8 + head.length + 32);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
    bytes.set(new TextEncoder().encode(head), 8);
    writeRun(root, "a", { run: { network: "4-2" }, files: { "plan.json": JSON.stringify([PLAN]) } });
    Deno.writeFileSync(`${root}/a/model.safetensors`, bytes);
    writeRun(root, "bad", {
      files: { "plan.json": "[{", "model.safetensors": "\xff\xff\xff\xff\xff\xff\xff\xff" },
    });
    writeRun(root, "none");
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/runs/a/inside");
    for (
      const text of [
        "2 calls",
        "1,000 FLOP",
        "0.5 ms",
        "dense_1/weights",
        "activation relu",
        "images, params",
      ]
    ) assertStringIncludes(html, text);
    assert(!html.includes("<b>\u003c/b>") && html.includes("&lt;b>"));
    const bad = await pageText(dashboard, "/runs/bad/inside");
    assertStringIncludes(bad, "plan.json cannot be read");
    assertStringIncludes(bad, "model.safetensors cannot be read");
    assertStringIncludes(await pageText(dashboard, "/runs/none/inside"), "deno task plan q1-adam --time");
    assertStringIncludes(await pageText(dashboard, "/inside"), 'href="/runs/none/inside"');
  });
});

Deno.test("benchmarks are rows over time, the newest numbers in front", async () => {
  const line = (part: JsonObject) =>
    `${JSON.stringify({ backend: "wasm", threads: 1, device: "CPU", ...part })}\n`;
  await withRuns((root) => {
    Deno.mkdirSync(`${root}/bench`);
    const write = (name: string, gflops: number) =>
      Deno.writeTextFileSync(
        `${root}/bench/${name}`,
        line({ peak: true, gflops: 50, memoryGbPerSecond: 20 }) +
          line({ workload: "W2", msPerStep: 0.1, gflops, shareOfPeak: 0.5 }) +
          line({ op: "linear", case: "[1,784]", ms: 0.01, gflops, shareOfPeak: 0.4, bound: "memory" }) +
          "half a li",
      );
    write("20261120-080000.jsonl", 10);
    write("20261121-080000.jsonl", 30);
    Deno.writeTextFileSync(`${root}/bench/notes.txt`, "");
  }, async (dashboard, root) => {
    const { times, kernels, steps, peaks } = benchData(root);
    assertEquals(times, ["2026-11-20T08:00:00.000Z", "2026-11-21T08:00:00.000Z"]);
    assertEquals(kernels, [{
      name: "linear [1,784]",
      backend: "wasm, 1 thread",
      speeds: [10, 30],
      ms: 0.01,
      gflops: 30,
      share: 0.4,
      bound: "memory",
    }]);
    assertEquals([steps[0]!.ms, peaks[0]!.gflops], [0.1, 50]);
    const html = await pageText(dashboard, "/inside");
    assertStringIncludes(html, "+200%");
    assert(!(await pageText(dashboard, "/runs")).includes("bench"));
  });
});

Deno.test("the export holds every page with links that open from disk, scripts, fonts and files; and nothing that was there before", async () => {
  const out = await Deno.makeTempDir();
  await withRuns((root) => {
    writeRun(root, "a");
    writeRun(root, "q1 <b>&?#%41");
  }, async (_, root) => {
    const { pages, index } = await exportSite(root, `${out}/site`);
    assert(pages > 10);
    const broken: string[] = [];
    for await (const path of htmlBelow(`${out}/site`)) {
      const html = await Deno.readTextFile(path);
      for (const [, link] of html.replaceAll("&amp;", "&").matchAll(/(?:href|src)="([^"]*)"/g)) {
        const target = new URL(link!, `file://${path.split("/").map(encodeURIComponent).join("/")}`);
        const isThere = await Deno.stat(target).then(({ isFile }) => isFile, () => false);
        if (!isThere && !link!.startsWith("#")) broken.push(`${path}: ${link}`);
      }
    }
    assertEquals(broken, []);
    assertStringIncludes(await Deno.readTextFile(index), 'src="islands/home_view.js?v=');
    await exportSite(root, `${out}/site`); // an earlier export may be written again
    await assertRejects(() => exportSite(root, `${root}/a`), DescentError, "lies in the runs folder");
    await Deno.mkdir(`${out}/mine`);
    await Deno.writeTextFile(`${out}/mine/thesis.md`, "");
    await assertRejects(() => exportSite(root, `${out}/mine`), DescentError, "holds other files");
    assertEquals((await Array.fromAsync(Deno.readDir(`${out}/mine`))).length, 1);
  });
  await Deno.remove(out, { recursive: true });
});

async function* htmlBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* htmlBelow(`${folder}/${name}`);
    else if (name.endsWith(".html")) yield `${folder}/${name}`;
  }
}

Deno.test("the command line is checked, and wrong options are named", () => {
  assertEquals(parseOptions([]), { port: 8000, runs: "runs", readOnly: false });
  assertEquals(parseOptions(["--port", "0", "--runs", "x", "--read-only", "--export", "y"]), {
    port: 0,
    runs: "x",
    readOnly: true,
    exportTo: "y",
  });
  assertEquals(parseOptions(["-h"]), "help");
  for (
    const args of [["--port", "x"], ["--port", "70000"], ["--port=-1"], ["--bind", "0.0.0.0"], ["--runs="], [
      "more",
    ]]
  ) {
    const error = assertThrows(() => parseOptions(args), UsageError);
    assert(error.message !== "" && !error.message.includes("\n"), args.join(" "));
  }
});
