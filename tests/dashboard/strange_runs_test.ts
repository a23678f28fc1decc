/** What pages make of runs that diverged, were cut off, or are of other settings: nothing that misleads. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { Readout } from "../../components/chart/chart_parts.tsx";
import { lostFrom } from "../../components/run/run_curves.tsx";
import { REPORT_B } from "../../experiments/images/selections.ts";
import { selectionSha256 } from "../../experiments/images/select.ts";
import { finderOf } from "../../experiments/reports/judge.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { epochs, pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

const CURVES_WITHOUT_VALIDATION = epochs(4).map(({ epoch, loss }) => ({ epoch, loss, testAccuracy: 0.9 }));

function writeStrange(root: string): void {
  const settings = { learningRate: 0.001, batch: 32, monitor: "val_loss", patience: 15, minDelta: 0.0001 };
  writeRun(root, "short", { run: { settings: { ...settings, epochs: 100 } } });
  writeRun(root, "long", {
    run: { settings: { ...settings, epochs: 50 } },
    summary: { epochs: 28 },
    metrics: epochs(28),
  });
  writeRun(root, "diverged", {
    run: { state: "failed", error: "The loss became NaN in epoch 1" },
    summary: null,
    metrics: [{ epoch: 1, loss: null, accuracy: 0.19991, valLoss: null, valAccuracy: 0.2, seconds: 1 }],
  });
  writeRun(root, "no-validation", {
    run: { experiment: "cnn-sgd" },
    summary: null,
    metrics: CURVES_WITHOUT_VALIDATION,
  });
  writeRun(root, "interrupted", { run: { state: "interrupted" }, summary: { stopped: "interrupted" } });
  writeRun(root, "cut", { summary: { stopped: "time" } });
}

/** Ids of the rows of the table, in their order. */
function rowsIn(html: string): readonly string[] {
  return [...html.matchAll(/<td class="run-cell">(?:<button.*?<\/button>)?<a href="\/runs\/([^"]+)"/g)].map((
    [, id],
  ) => id!);
}

Deno.test("pages of strange runs do not mislead", async () => {
  await withRuns(writeStrange, async (dashboard) => {
    // A loss that was never a number has its place, and an axis is no longer than a percent without reason.
    const diverged = await pageText(dashboard, "/runs/diverged");
    for (
      const text of ['class="chart-title"', "No epoch has a number.", "Train: no number from epoch 1 on."]
    ) {
      assertStringIncludes(diverged, text);
    }
    assertStringIncludes(diverged, ">0.206<");
    assert(!diverged.includes(">0.19992<"), "an axis of a ten-thousandth");

    const interrupted = await pageText(dashboard, "/runs/interrupted");
    assertEquals(interrupted.match(/<dt>validation accuracy<\/dt>/g)?.length, 1);
    assertEquals(interrupted.match(/<dt>test accuracy<\/dt>/g)?.length, 1);
    assertStringIncludes(interrupted, "<dt>training loss</dt>");
    // What was cut off is set beside no printed number.
    for (const html of [interrupted, await pageText(dashboard, "/runs/cut")]) {
      assert(!/published/i.test(html.replace(/<script.*?<\/script>/gs, "")));
    }
    assertStringIncludes(await pageText(dashboard, "/runs/short"), "published 0.9847");
  });
});

Deno.test("a comparison sorts settings and numbers of one name apart, counts what it draws, and says what a link asks in vain", async () => {
  await withRuns(writeStrange, async (dashboard) => {
    const four = "/compare?run=short&run=long&run=diverged&run=no-validation",
      two = "/compare?run=short&run=long";
    const orders = [
      ["epochs", ["long", "short"]],
      ["-epochs", ["short", "long"]],
      ["result.epochs", ["short", "long"]],
      ["-result.epochs", ["long", "short"]],
    ] as const;
    for (const [sort, rows] of orders) {
      const html = await pageText(dashboard, `${two}&sort=${sort}`);
      assertEquals(rowsIn(html), rows, sort);
      assertEquals(html.match(/aria-sort="(a|de)scending"/g)?.length, 1, sort);
    }
    const html = await pageText(dashboard, four);
    for (
      const text of [
        "<bdi>epochs (setting)</bdi>",
        "<bdi>epochs</bdi>",
        "2 of 4 runs",
        "Without validation loss: no-validation.",
        "Validation loss that is never a number: diverged.",
        "where each ends",
        "> at 23<",
      ]
    ) assertStringIncludes(html, text);
    assert(!html.includes('class="warning"'));
    const vain = await pageText(dashboard, `${four}&by=momentun&curve=%3Cb%3E&sort=-nix`);
    for (
      const text of [
        "No run here has a setting &quot;momentun&quot; to group by: each has a line of its own.",
        "No run here has a curve &quot;&lt;b>&quot;: validation loss is drawn.",
        "There is no column &quot;nix&quot; to sort by.",
      ]
    ) assertStringIncludes(vain, text);
    // A setting that all share is one.
    const shared = await pageText(dashboard, `${two}&by=batch`);
    assert(!shared.includes('class="warning"'));
    assertStringIncludes(shared, 'value="batch"');
  });
});

Deno.test("a readout tells nothing of where a line is not: before it begins, after its end, in its gaps", () => {
  const text = (lines: Parameters<typeof Readout>[0]["lines"], x?: number) =>
    renderToString(Readout({ lines, xLabel: "Epoch", x, decimals: undefined })).replace(/<[^>]*>/g, "");
  const long = { label: "long", tone: "0", x: [1, 2, 28], y: [4, 3, 1] };
  const short = { label: "short", tone: "1", x: [2, 3, 23], y: [4, null, 2] };
  assertEquals(text([long, short]), "where each endslong 1short 2 at 23");
  assertEquals(text([long, short], 28), "epoch 28long 1short – ended at 23");
  assertEquals(text([long, short], 2), "epoch 2long 3short 4");
  assertEquals(text([long, short], 1), "epoch 1long 4short –");
  assertEquals(text([long, short], 3), "epoch 3long ≈ 2.923short –");
  const mean = { ...short, label: "mean", band: { low: [1, 1, 1], high: [9, 9, 9] } };
  assertEquals(text([long, mean], 25), "epoch 25long ≈ 1.231mean – its shortest run ended at 23");
});

Deno.test("lostFrom() tells a training that diverged from numbers that are taken now and then", () => {
  assertEquals(lostFrom({ x: [1, 2, 3], y: [1, null, null] }), 2);
  assertEquals(lostFrom({ x: [1, 2, 3], y: [null, null, null] }), 1);
  assertEquals(lostFrom({ x: [1, 2, 3], y: [null, 1, null] }), null);
  assertEquals(lostFrom({ x: [1, 2, 3, 4], y: [1, null, 2, 3] }), null);
});

Deno.test("a figure of several runs stands in a report if its runs are the report's, and not those of other settings", async () => {
  const hashOf = await selectionSha256();
  const data = {
    original: true,
    digits: Array.from({ length: 10 }, (_, digit) => String(digit)),
    indexSha256: hashOf({ ...REPORT_B, seed: 1 }),
  };
  const write = (
    root: string,
    id: string,
    { epochs, startedAt }: Readonly<Record<string, string | number>>,
  ) => {
    const run = { experiment: "cnn-sgd", group: id, settings: { epochs: epochs! }, data };
    writeRun(root, `${id}-sgd`, { run, summary: { experiment: "cnn-sgd", stopped: "last epoch" } });
    writeRun(root, id, {
      run: { name: "cnn", experiment: "cnn", startedAt: startedAt! },
      summary: { experiment: "cnn", cells: [], claims: [{ claim: "B-C1.4", verdict: "fails" }] },
      files: { "figures/comparison_accuracy.svg": "<svg/>" },
    });
  };
  await withRuns((root) => {
    write(root, "whole", { epochs: 100, startedAt: "2026-11-20T20:45:36.643Z" });
    write(root, "newest", { epochs: 1, startedAt: "2026-11-27T20:45:36.643Z" });
  }, async (dashboard, root) => {
    const html = await pageText(dashboard, "/reports/b");
    const figure = () => /id="B-F16".*?id="B-F17"/s.exec(html)![0];
    assertStringIncludes(figure(), "/runs/whole/files/figures/comparison_accuracy.png");
    assertStringIncludes(figure(), 'href="/runs/whole-sgd"');
    assert(!figure().includes("newest"));
    assertStringIncludes(html, "other settings: epochs 1");
    // Nor does a claim follow from it.
    assert(!html.includes(">fails<"));
    for (const id of ["whole", "whole-sgd"]) await Deno.remove(`${root}/${id}`, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 180));
    const alone = /id="B-F16".*?id="B-F17"/s.exec(await pageText(dashboard, "/reports/b"))![0];
    assertStringIncludes(alone, "No run with this figure yet.");
    assert(!alone.includes("comparison_accuracy"));
  });
});

Deno.test("a run that goes on from one that was cut off answers nothing", () => {
  const run = (id: string, experiment: string, more: Partial<RunFacts>): RunFacts => ({
    id,
    experiment,
    state: "finished",
    seed: 1,
    stopped: "last epoch",
    startedAt: null,
    group: null,
    isGroup: false,
    backend: "wasm",
    settings: {},
    numbers: {},
    data: {},
    code: null,
    from: null,
    ...more,
  });
  const found = (stopped: string) =>
    finderOf({
      runs: [
        run("layers", "sdae-pretrain", { stopped }),
        run("classifier", "sdae-classify", { from: "layers" }),
      ],
      isReportData: () => true,
      picturesOf: () => [],
      drawn: () => [],
    })({ experiment: "sdae-classify" }).map(({ id }) => id);
  assertEquals([found("last epoch"), found("time")], [["classifier"], []]);
});
