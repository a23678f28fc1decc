import { assert, assertEquals } from "@std/assert";
import { foldUnder, foldWords, widthOf } from "../../src/core/fold_text.ts";
import { textTable } from "../../src/core/text_table.ts";
import { verdictOf } from "../../experiments/commands/gradcheck.ts";
import { cut, duration, runsLine, shortNumber, trainingLine } from "../../experiments/lab/progress_text.ts";
import { liveLine, progressLines } from "../../experiments/lab/screen.ts";
import { dashboardCommand, goOnLine } from "../../experiments/lab/tell.ts";
import type { EpochRecord } from "../../src/train/fit.ts";

Deno.test("shortNumber() has four decimals, or an exponent where they would not do", () => {
  for (
    const [value, text] of [
      [0, "0.0000"],
      [1, "1.0000"],
      [0.98466, "0.9847"],
      [12.3, "12.3000"],
      [0.001, "0.0010"],
      [0.0009994, "9.99e-4"],
      [-0.5, "-0.5000"],
      [-1.5e-7, "-1.50e-7"],
      [999999, "999999.0000"],
      [1.13e15, "1.13e+15"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      [-Infinity, "-Infinity"],
    ] as const
  ) assertEquals(shortNumber(value), text);
});

Deno.test("duration() is in the units that people say", () => {
  for (
    const [seconds, text] of [
      [0, "0.0 s"],
      [1.23, "1.2 s"],
      [9.94, "9.9 s"],
      [9.96, "10 s"],
      [59.4, "59 s"],
      [59.6, "1 min 0 s"],
      [200, "3 min 20 s"],
      [3599.4, "59 min 59 s"],
      [3599.6, "1 h 0 min"],
      [3900, "1 h 5 min"],
      [100 * 3600, "100 h 0 min"],
      [Infinity, "?"],
      [NaN, "?"],
    ] as const
  ) assertEquals(duration(seconds), text);
});

function record(epoch: number, more: Partial<EpochRecord> = {}): EpochRecord {
  const scores = { loss: 0.5, accuracy: 0.9, valLoss: 0.6, valAccuracy: 0.85 };
  return { epoch, ...scores, seconds: 2 * epoch, samplesPerSecond: 12345.6, ...more };
}

/** The lines of a training whose epochs end at these times. */
function linesOf(timesMs: readonly number[], { expected = 100 } = {}): readonly string[] {
  const said: string[] = [];
  let nowMs = 0;
  const progress = progressLines(expected, (text) => said.push(text), { nowMs: () => nowMs });
  timesMs.forEach((timeMs, i) => {
    nowMs = timeMs;
    progress.steps(1);
    progress.epoch(record(i + 1));
  });
  progress.stop();
  return said;
}

function epochsOf(lines: readonly string[]): readonly number[] {
  return lines.map((line) => Number(/^epoch (\d+) /.exec(line)![1]));
}

Deno.test("progressLines() tells epoch, scores, speed and what is left", () => {
  assertEquals(linesOf([0], { expected: 11 }), [
    "epoch 1 · loss 0.5000 acc 0.9000 · val loss 0.6000 acc 0.8500 · 12,346 samples/s · ETA ~20 s",
  ]);
});

Deno.test("progressLines() leaves out validation where there is none, and the ETA once it is passed", () => {
  const said: string[] = [];
  const progress = progressLines(1, (text) => said.push(text));
  const { valLoss: _, valAccuracy: __, ...plain } = record(1);
  progress.epoch(plain);
  assertEquals(said, ["epoch 1 · loss 0.5000 acc 0.9000 · 12,346 samples/s"]);
});

Deno.test("progressLines() tells of the test set where it is measured, and of no accuracy where there is none", () => {
  const said: string[] = [];
  const progress = progressLines(3, (text) => said.push(text), { nowMs: () => 1e6 * said.length });
  const { valLoss: _, valAccuracy: __, accuracy: ___, ...loss } = record(3);
  progress.epoch({ ...loss, accuracy: 0.9, testLoss: 0.7, testAccuracy: 0.8 });
  progress.epoch({ ...loss, valLoss: 0.25 });
  assertEquals(said, [
    "epoch 3 · loss 0.5000 acc 0.9000 · test loss 0.7000 acc 0.8000 · 12,346 samples/s",
    "epoch 3 · loss 0.5000 · val loss 0.2500 · 12,346 samples/s",
  ]);
});

Deno.test("progressLines() tells the first and the last epoch, and between them at most one a second", () => {
  const every100ms = Array.from({ length: 35 }, (_, i) => 5000 + 100 * i);
  assertEquals(epochsOf(linesOf(every100ms)), [1, 11, 21, 31, 35]);
  assertEquals(epochsOf(linesOf([0, 1, 2, 3])), [1, 4]);
  assertEquals(epochsOf(linesOf([0, 999, 1000, 1999, 2000])), [1, 3, 5]);
});

Deno.test("progressLines() tells every epoch that takes a second or more, and none twice", () => {
  assertEquals(epochsOf(linesOf([0, 1500, 3000, 10_000])), [1, 2, 3, 4]);
  assertEquals(linesOf([]), []);
});

Deno.test("trainingLine() leaves out what matters least until the line fits, and the bar last", () => {
  const line = (columns: number) => trainingLine({ done: 5, last: record(5), expected: 10 }, columns);
  assertEquals([200, 100, 79, 59, 40, 30, 12].map(line), [
    "██████░░░░░░ epoch 5/~10 · ETA ~10 s · loss 0.5000 acc 0.9000 · val loss 0.6000 acc 0.8500 · 12,346 samples/s",
    "██████░░░░░░ epoch 5/~10 · ETA ~10 s · loss 0.5000 acc 0.9000 · val loss 0.6000 acc 0.8500",
    "██████░░░░░░ epoch 5/~10 · ETA ~10 s · loss 0.5000 · val loss 0.6000 acc 0.8500",
    "███░░░ epoch 5/~10 · ETA ~10 s · val loss 0.6000 acc 0.8500",
    "██████░░░░░░ epoch 5/~10 · ETA ~10 s",
    "███░░░ epoch 5/~10 · ETA ~10 s",
    "epoch 5/~10…",
  ]);
});

Deno.test("no line of progress is wider than its columns, whatever it tells", () => {
  const long = record(12_345, { loss: 1.23e-12, valLoss: 1e15, testLoss: 1, testAccuracy: 1, seconds: 1e7 });
  for (let columns = 1; columns <= 200; columns++) {
    for (const last of [undefined, record(1), long]) {
      const line = trainingLine({ done: 0.5, last, expected: 100_000 }, columns);
      assert(widthOf(line) <= columns, `${columns}: ${line}`);
    }
    const runs = runsLine({ done: 3, total: 220, words: "~23 min to go · q1-vgd, seed 3 45%" }, columns);
    assert(widthOf(runs) <= columns, `${columns}: ${runs}`);
  }
  assertEquals(cut("drawing figures", 10), "drawing f…");
});

Deno.test("liveLine() is drawn over, never beyond the last column, and taken away before anything is said", () => {
  let written = "", nowMs = 0;
  const line = liveLine((text) => written += text, () => 11, { nowMs: () => nowMs });
  line.draw((columns) => "x".repeat(columns));
  line.draw(() => "too soon");
  line.draw(() => "at once", { now: true });
  nowMs = 100;
  line.draw(() => "later");
  line.clear();
  line.clear();
  assertEquals(written, "\rxxxxxxxxxx\x1b[K\rat once\x1b[K\rlater\x1b[K\r\x1b[K");
});

Deno.test("foldUnder() puts further lines under the first, and leaves words whole", () => {
  assertEquals(
    foldUnder("Data  ", "digits 0 2 4 6 7 of the files", 26),
    "Data  digits 0 2 4 6 7 of\n      the files",
  );
  assertEquals(foldUnder("Data  ", "digits 0 2 4 6 7 of the files"), "Data  digits 0 2 4 6 7 of the files");
  assertEquals(foldWords("see /a/very/long/path there", 8), ["see", "/a/very/long/path", "there"]);
});

Deno.test("textTable() folds headings and then words where that makes it fit, and else goes on below", () => {
  const table = {
    columns: ["layer", "settings", { label: "published accuracy", align: "right" as const }],
    rows: [["dense_1", "units 30, activation relu, glorot_uniform", "0.9668 *"], ["total", "", ""]],
  };
  assertEquals(textTable(table, { width: 44 }).split("\n"), [
    "layer    settings                  published",
    "                                    accuracy",
    "───────  ────────────────────────  ─────────",
    "dense_1  units 30, activation       0.9668 *",
    "         relu, glorot_uniform",
    "total",
  ]);
  assertEquals(textTable(table, { width: 80 }), textTable(table));
  // Where that cannot make it fit, it goes on below.
  assertEquals(textTable(table, { width: 31 }).split("\n"), [
    "layer    settings",
    "───────  ──────────────────────",
    "dense_1  units 30, activation",
    "         relu, glorot_uniform",
    "total",
    "",
    "layer    published accuracy",
    "───────  ──────────────────",
    "dense_1            0.9668 *",
    "total",
  ]);
});

Deno.test("a run's last lines are commands that a shell takes as they stand", () => {
  assertEquals(dashboardCommand("runs"), "deno task dashboard");
  assertEquals(dashboardCommand("/tmp/my runs"), "deno task dashboard --runs '/tmp/my runs'");
  assertEquals(goOnLine("q1-adam", "my runs/a"), "Go on with it: deno task q1-adam --resume 'my runs/a'");
});

Deno.test("the verdict of gradcheck counts ops and cases, and names the worst or those that are wrong", () => {
  const check = (op: string, worst: number) => ({ op, cases: 3, worst, worstCase: "a case" });
  assertEquals(
    verdictOf([check("add", 5e-11), check("conv2d", 2.54e-9)]),
    "All gradients are right: 2 ops in 6 cases; the worst relative error is 0.0025 times the bound of 1e-6, of conv2d",
  );
  assertEquals(
    verdictOf([check("add", 3e-6), check("conv2d", NaN), check("mul", 0)]),
    "WRONG: the gradients of add, conv2d, of 3 ops in 9 cases; the worst relative error is NaN times the bound of 1e-6, of conv2d",
  );
});
