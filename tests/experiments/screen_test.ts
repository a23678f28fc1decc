import { assertEquals } from "@std/assert";
import { duration, progressLines, shortNumber } from "../../experiments/lab/screen.ts";
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
