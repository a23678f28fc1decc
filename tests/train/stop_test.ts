import { assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { observe, startStopping, type StopOptions, type StopState } from "../../src/train/stop.ts";

/** Feeds the values until the rule stops or they run out. */
function follow(options: StopOptions, values: readonly (number | undefined)[]): StopState[] {
  const states: StopState[] = [];
  let state = startStopping(options);
  for (const [epoch, value] of values.entries()) {
    if (state.stop) break;
    state = observe(state, epoch, value);
    states.push(state);
  }
  return states;
}

interface Outcome {
  /** Left out: the history ends before the rule stops. */
  readonly stoppedEpoch?: number;
  readonly best?: number;
  readonly bestEpoch?: number;
  /** After each epoch that was run. */
  readonly wait: readonly number[];
}

type History = readonly [title: string, StopOptions, values: readonly (number | undefined)[], Outcome];

// Each row was worked out by hand: an improvement sets best and wait = 0, any other epoch adds 1 to wait, and
// the rule stops when wait >= patience in an epoch after epoch 0.
const HISTORIES: readonly History[] = [
  [
    "stops at the first epoch that does not improve with patience 0",
    {},
    [10, 9, 8, 9, 8.9],
    { stoppedEpoch: 3, best: 8, bestEpoch: 2, wait: [0, 0, 0, 1] },
  ],
  [
    "treats patience 1 like patience 0",
    { patience: 1 },
    [10, 9, 8, 9, 8.9],
    { stoppedEpoch: 3, best: 8, bestEpoch: 2, wait: [0, 0, 0, 1] },
  ],
  [
    "waits for patience epochs without improvement",
    { patience: 3 },
    [10, 9, 8, 9, 8.9, 8.8, 8.7],
    { stoppedEpoch: 5, best: 8, bestEpoch: 2, wait: [0, 0, 0, 1, 2, 3] },
  ],
  [
    "starts patience anew at every improvement",
    { patience: 2 },
    [5, 6, 4, 5, 3, 4, 4],
    { stoppedEpoch: 6, best: 3, bestEpoch: 4, wait: [0, 1, 0, 1, 0, 1, 2] },
  ],
  [
    "keeps running while values fall",
    { patience: 1 },
    [5, 4, 3, 2],
    { best: 2, bestEpoch: 3, wait: [0, 0, 0, 0] },
  ],
  [
    "takes a plateau of equal values for no improvement",
    { patience: 2 },
    [1, 1, 1, 1],
    { stoppedEpoch: 2, best: 1, bestEpoch: 0, wait: [0, 1, 2] },
  ],
  [
    "does not count an improvement of exactly minDelta",
    { minDelta: 0.125, patience: 1 },
    [0.5, 0.375],
    { stoppedEpoch: 1, best: 0.5, bestEpoch: 0, wait: [0, 1] },
  ],
  [
    "counts an improvement just above minDelta",
    { minDelta: 0.125, patience: 1 },
    [0.5, 0.3749],
    { best: 0.3749, bestEpoch: 1, wait: [0, 0] },
  ],
  [
    "compares in float32, so that decimal steps of minDelta do not count by rounding",
    { minDelta: 0.1, patience: 1 },
    [0.8, 0.7], // in float64, 0.7 + 0.1 is below 0.8
    { stoppedEpoch: 1, best: 0.8, bestEpoch: 0, wait: [0, 1] },
  ],
  [
    "measures small steps from the best that counted, so that they add up",
    { minDelta: 0.25, patience: 3 },
    [1, 0.875, 0.75, 0.625, 0.5], // only 0.625 is more than 0.25 below 1
    { best: 0.625, bestEpoch: 3, wait: [0, 1, 2, 0, 1] },
  ],
  [
    "stops a slow descent whose steps do not add up in time",
    { minDelta: 0.25, patience: 2 },
    [1, 0.875, 0.75, 0.625],
    { stoppedEpoch: 2, best: 1, bestEpoch: 0, wait: [0, 1, 2] },
  ],
  [
    "ignores the sign of minDelta",
    { minDelta: -0.125, patience: 1 },
    [0.5, 0.375],
    { stoppedEpoch: 1, best: 0.5, bestEpoch: 0, wait: [0, 1] },
  ],
  [
    "looks for higher values of an accuracy by itself",
    { monitor: "val_accuracy", patience: 2 },
    [0.5, 0.75, 0.625, 0.75],
    { stoppedEpoch: 3, best: 0.75, bestEpoch: 1, wait: [0, 0, 1, 2] },
  ],
  [
    "subtracts minDelta in mode max, and does not count an exact tie",
    { monitor: "accuracy", minDelta: 0.125, patience: 2 },
    [0.5, 0.625, 0.75, 0.75, 0.875],
    { stoppedEpoch: 4, best: 0.75, bestEpoch: 2, wait: [0, 1, 0, 1, 2] },
  ],
  [
    "obeys a mode that contradicts the monitor's name",
    { monitor: "val_loss", mode: "max", patience: 1 },
    [1, 2, 1.5],
    { stoppedEpoch: 2, best: 2, bestEpoch: 1, wait: [0, 0, 1] },
  ],
  [
    "never takes NaN for an improvement",
    { patience: 2 },
    [1, NaN, NaN, 0.5],
    { stoppedEpoch: 2, best: 1, bestEpoch: 0, wait: [0, 1, 2] },
  ],
  [
    "recovers from NaN in epoch 0",
    { patience: 2 },
    [NaN, 1, NaN, 0.5],
    { best: 0.5, bestEpoch: 3, wait: [1, 0, 1, 0] },
  ],
  [
    "stops a run that is NaN throughout without a best value",
    { patience: 3 },
    [NaN, NaN, NaN, NaN],
    { stoppedEpoch: 2, wait: [1, 2, 3] },
  ],
  [
    "never stops after epoch 0",
    { patience: 0 },
    [NaN, NaN],
    { stoppedEpoch: 1, wait: [1, 2] },
  ],
  [
    "does not take infinity for a first best loss",
    { patience: 2 },
    [Infinity, 3, 4],
    { best: 3, bestEpoch: 1, wait: [1, 0, 1] },
  ],
  [
    "does not start patience anew below the baseline, though the best moves",
    { baseline: 0.5, patience: 5 },
    [0.9, 0.8, 0.7, 0.71, 0.72, 0.73],
    { stoppedEpoch: 4, best: 0.7, bestEpoch: 2, wait: [1, 2, 3, 4, 5] },
  ],
  [
    "does not stop in an epoch that improves, even when patience is spent",
    { baseline: 0.5, patience: 2 },
    [0.9, 0.8, 0.7, 0.6, 0.6],
    { stoppedEpoch: 4, best: 0.6, bestEpoch: 3, wait: [1, 2, 3, 4, 5] },
  ],
  [
    "starts patience anew once the baseline is beaten",
    { baseline: 0.5, patience: 3 },
    [0.9, 0.8, 0.4, 0.45, 0.3, 0.35],
    { best: 0.3, bestEpoch: 4, wait: [1, 2, 0, 1, 0, 1] },
  ],
  [
    "asks for minDelta beyond the baseline too",
    { baseline: 0.5, minDelta: 0.125, patience: 2 },
    [0.75, 0.375, 0.375], // epoch 1 beats the best by 0.375 but the baseline only by 0.125
    { stoppedEpoch: 2, best: 0.375, bestEpoch: 1, wait: [1, 2, 3] },
  ],
  [
    "skips epochs before startFromEpoch entirely",
    { startFromEpoch: 2, patience: 1 },
    [0.1, 0.2, 5, 4, 4],
    { stoppedEpoch: 4, best: 4, bestEpoch: 3, wait: [0, 0, 0, 0, 1] },
  ],
  [
    "skips an epoch without a value",
    { patience: 2 },
    [1, undefined, 2, undefined, 2],
    { stoppedEpoch: 4, best: 1, bestEpoch: 0, wait: [0, 0, 1, 1, 2] },
  ],
];

for (const [title, options, values, expected] of HISTORIES) {
  Deno.test(`observe() ${title}`, () => {
    const states = follow(options, values);
    const { stop, stoppedEpoch, best, bestEpoch } = states.at(-1)!;
    assertEquals(states.map((state) => state.wait), expected.wait);
    assertEquals({ stop, stoppedEpoch, best, bestEpoch }, {
      stop: expected.stoppedEpoch !== undefined,
      stoppedEpoch: expected.stoppedEpoch,
      best: expected.best,
      bestEpoch: expected.bestEpoch,
    });
  });
}

Deno.test("observe() asks to keep the weights of each best epoch when the best are to be restored", () => {
  const values = [3, 4, 2, 2, 1];
  const kept = follow({ patience: 5, restoreBest: true }, values).map((state) => state.restore);
  assertEquals(kept, [true, false, true, false, true]);
  const unasked = follow({ patience: 5 }, values).map((state) => state.restore);
  assertEquals(unasked, [false, false, false, false, false]);
});

Deno.test("observe() keeps the first watched epoch's weights when none ever improves", () => {
  const states = follow({ patience: 2, restoreBest: true, startFromEpoch: 1 }, [1, NaN, NaN]);
  assertEquals(states.map((state) => state.restore), [false, true, false]);
  assertEquals(states.at(-1)!.bestEpoch, 1);
  assertEquals(states.at(-1)!.best, undefined);
});

Deno.test("observe() replaces the first epoch's weights by the first improvement's", () => {
  const states = follow({ patience: 5, restoreBest: true }, [NaN, NaN, 2]);
  assertEquals(states.map((state) => state.restore), [true, false, true]);
  assertEquals(states.at(-1)!.bestEpoch, 2);
});

Deno.test("observe() reports an improvement only in the epoch that made it", () => {
  const states = follow({ patience: 5, startFromEpoch: 1 }, [9, 3, 4, 2, undefined]);
  assertEquals(states.map((state) => state.improved), [false, true, false, true, false]);
});

Deno.test("observe() leaves the state it was given as it was", () => {
  const before = observe(startStopping({ patience: 1 }), 0, 1);
  const copy = structuredClone(before);
  const after = observe(before, 1, 2);
  assertEquals(before, copy);
  assertEquals(after.stop, true);
});

Deno.test("observe() goes on from a state that went through JSON", () => {
  const options: StopOptions = { patience: 2, baseline: 0.9, restoreBest: true };
  const values = [1, 0.8, 0.85, 0.7, 0.7, 0.7];
  const direct = follow(options, values).at(-1);
  let state = startStopping(options);
  for (const [epoch, value] of values.entries()) {
    state = observe(JSON.parse(JSON.stringify(state)), epoch, value);
  }
  assertEquals(state, direct);
});

Deno.test("startStopping() refuses options outside their range, naming the value", () => {
  const mistakes: [StopOptions, string][] = [
    [{ patience: -1 }, "Patience must be a whole number of epochs, 0 or more, got -1"],
    [{ patience: 1.5 }, "got 1.5"],
    [{ startFromEpoch: NaN }, "First epoch to watch must be"],
    [{ minDelta: Infinity }, "Minimum delta must be a finite number, got Infinity"],
    [{ baseline: NaN }, "Baseline must be a finite number, got NaN"],
    [{ monitor: "f1" as "loss" }, 'Cannot monitor "f1"'],
    [{ mode: "best" as "min" }, 'no mode "best"'],
  ];
  for (const [options, message] of mistakes) {
    assertThrows(() => startStopping(options), DescentError, message);
  }
});
