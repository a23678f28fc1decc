/** Schedules beside PyTorch's formulas in float64, and trainings with them beside loops written by hand. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adagrad, adam, adamw, type Optimizer, rmsprop, sgd } from "../../src/optim/mod.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { type PlateauOptions, reduceOnPlateau } from "../../src/train/plateau.ts";
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  type Schedule,
  type ScheduleState,
  stepDecay,
  type UpdateTime,
  warmUp,
} from "../../src/train/schedule.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 100 training, 50 validation and 50 test images of 8 × 8 pixels. */
const DATA = await withTempFolder(async (folder): Promise<ImageSplits> => {
  await writeIdxFolder(folder, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
  return await selectImages({ data: folder, perClass: { train: 20, validation: 10, test: 10 } });
});
const MODEL = sequential(64, [dense(5)]);
const BASE = 0.1;

function ratesOf({ rate }: Schedule, count: number, per: "epoch" | "step"): readonly number[] {
  const times = Array.from(
    { length: count },
    (_, t): UpdateTime =>
      per === "step"
        ? { update: t, epoch: Math.floor(t / 7), stepsPerEpoch: 7 }
        : { update: 7 * t + t % 7, epoch: t, stepsPerEpoch: 7 },
  );
  return times.map((time) => rate(BASE, time));
}

/** Rates as PyTorch's schedulers make them: each from the one before, at every call of `step()`. */
function recursive(count: number, next: (rate: number, t: number) => number, first = BASE): number[] {
  const rates = [first];
  for (let t = 1; t < count; t++) rates.push(next(rates.at(-1)!, t));
  return rates;
}

for (const per of ["epoch", "step"] as const) {
  Deno.test(`each schedule is PyTorch's recursion, called after every ${per}`, () => {
    const pairs: readonly (readonly [Schedule, readonly number[]])[] = [
      [constantRate({ per }), recursive(50, (rate) => rate)],
      [
        constantRate({ factor: 0.25, over: 6, per }),
        recursive(50, (rate, t) => t === 6 ? rate * (1 / 0.25) : rate, 0.25 * BASE),
      ],
      [stepDecay({ every: 7, per }), recursive(50, (rate, t) => t % 7 === 0 ? rate * 0.1 : rate)],
      [exponentialDecay({ factor: 0.9, per }), recursive(50, (rate) => rate * 0.9)],
      [
        // The recursion has no number at the least rate itself, where it divides by zero: PyTorch has a case for it.
        cosineDecay({ over: 49, minRate: 0.01, per }),
        recursive(
          49,
          (rate, t) =>
            (1 + Math.cos(Math.PI * t / 49)) / (1 + Math.cos(Math.PI * (t - 1) / 49)) * (rate - 0.01) + 0.01,
        ),
      ],
      [
        warmUp({ over: 5, per }),
        recursive(
          50,
          (rate, t) => t > 5 ? rate : rate * (1 + (1 - 1 / 3) / (5 * (1 / 3) + (t - 1) * (1 - 1 / 3))),
          BASE / 3,
        ),
      ],
    ];
    for (const [schedule, expected] of pairs) {
      const rates = ratesOf(schedule, expected.length, per);
      expected.forEach((rate, t) =>
        assertAlmostEquals(rates[t]!, rate, 1e-13, `${schedule.name}, after ${t}`)
      );
    }
  });
}

Deno.test("cosineDecay() rises again after its end, as PyTorch's does", () => {
  const rates = ratesOf(cosineDecay({ over: 10, minRate: 0.02 }), 21, "epoch");
  assertAlmostEquals(rates[10]!, 0.02, 1e-15);
  for (let t = 0; t <= 10; t++) assertAlmostEquals(rates[20 - t]!, rates[t]!, 1e-15);
});

Deno.test("after a warm-up per step, a decay per epoch counts its epochs from there", () => {
  const schedule = warmUp({ over: 10, from: 0, per: "step", then: stepDecay({ every: 1, factor: 0.5 }) });
  const rates = ratesOf(schedule, 25, "step");
  rates.forEach((rate, t) =>
    assertAlmostEquals(rate, t < 10 ? BASE * t / 10 : BASE * 0.5 ** Math.floor((t - 10) / 7), 1e-15)
  );
  const perEpoch = warmUp({ over: 2, from: 0.5, then: exponentialDecay({ factor: 0.9, per: "step" }) });
  const time = (update: number) => ({ update, epoch: Math.floor(update / 7), stepsPerEpoch: 7 });
  assertAlmostEquals(perEpoch.rate(BASE, time(13)), 0.75 * BASE, 1e-15);
  assertAlmostEquals(perEpoch.rate(BASE, time(17)), 0.9 ** 3 * BASE, 1e-15);
});

/** ReduceLROnPlateau of torch 2.x, line by line. */
class TorchPlateau {
  best: number;
  bad = 0;
  cooldownCounter = 0;
  constructor(public rate: number, readonly o: Required<PlateauOptions>) {
    this.best = o.mode === "min" ? Infinity : -Infinity;
  }
  isBetter(a: number): boolean {
    const { mode, thresholdMode, threshold } = this.o;
    if (mode === "min" && thresholdMode === "relative") return a < this.best * (1 - threshold);
    if (mode === "min") return a < this.best - threshold;
    if (thresholdMode === "relative") return a > this.best * (threshold + 1);
    return a > this.best + threshold;
  }
  step(metric: number): void {
    if (this.isBetter(metric)) {
      this.best = metric;
      this.bad = 0;
    } else this.bad += 1;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter -= 1;
      this.bad = 0;
    }
    if (this.bad > this.o.patience) {
      const next = Math.max(this.rate * this.o.factor, this.o.minRate);
      if (this.rate - next > this.o.epsilon) this.rate = next;
      this.cooldownCounter = this.o.cooldown;
      this.bad = 0;
    }
  }
}

Deno.test("reduceOnPlateau() is PyTorch's, for every mode, and its state survives JSON", () => {
  let seed = 1, falls = 0;
  const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
  for (const mode of ["min", "max"] as const) {
    for (const thresholdMode of ["relative", "absolute"] as const) {
      for (const [patience, cooldown] of [[0, 0], [1, 2], [3, 0], [0, 3]] as const) {
        const options = {
          monitor: "loss",
          mode,
          thresholdMode,
          patience,
          cooldown,
          factor: 0.3,
          threshold: 0.05,
          minRate: 1e-4,
          epsilon: 1e-5,
        } as const;
        const torch = new TorchPlateau(BASE, options), { watch, rate } = reduceOnPlateau(options);
        let state: ScheduleState | undefined;
        const time = { update: 0, epoch: 0, stepsPerEpoch: 1 };
        for (let i = 0; i < 60; i++) {
          const value = i === 20 ? NaN : random() + (mode === "min" ? 10 / (i + 1) : -10 / (i + 1));
          const before = torch.rate;
          torch.step(value);
          if (torch.rate < before) falls++;
          state = JSON.parse(JSON.stringify(watch!.observe(state, value, { base: BASE, time }) ?? null));
          assertEquals(rate(BASE, time, state), torch.rate, `${JSON.stringify(options)}, value ${i}`);
        }
      }
    }
  }
  assert(falls > 60, `${falls}`);
});

/** Softmax regression in float64, whose updates are given: gradients of the mean loss of each batch, in order. */
function byHand(
  batch: number,
  epochs: number,
  update: (params: Float64Array, grads: Float64Array, t: number) => void,
): { readonly params: Float64Array; readonly losses: readonly number[] } {
  const start = initializeWeights(MODEL, 1), { inputs, targets, rows } = DATA.train;
  const params = Float64Array.from([
    ...start.get("dense_1/weights")!,
    ...start.get("dense_1/bias")!,
  ]);
  const losses: number[] = [];
  let t = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let total = 0;
    for (let first = 0; first < rows; first += batch, t++) {
      const grads = new Float64Array(params.length);
      for (let row = first; row < first + batch; row++) {
        const x = Float64Array.from(inputs.subarray(row * 64, row * 64 + 64), (byte) => byte / 255);
        const z = Float64Array.from(
          { length: 5 },
          (_, j) => x.reduce((sum, value, k) => sum + value * params[k * 5 + j]!, params[320 + j]!),
        );
        const largest = Math.max(...z), sum = z.reduce((s, v) => s + Math.exp(v - largest), 0);
        total += largest + Math.log(sum) - z[targets[row]!]!;
        z.forEach((value, j) => {
          const d = (Math.exp(value - largest) / sum - (targets[row] === j ? 1 : 0)) / batch;
          x.forEach((pixel, k) => grads[k * 5 + j]! += pixel * d);
          grads[320 + j]! += d;
        });
      }
      update(params, grads, t);
    }
    losses.push(total / rows);
  }
  return { params, losses };
}

/** PyTorch's AdamW: the decay goes by the scheduled rate. */
function handAdamW(rateOf: (t: number) => number, decay: number) {
  const m = new Float64Array(325), v = new Float64Array(325);
  return (params: Float64Array, grads: Float64Array, t: number) => {
    const rate = rateOf(t);
    params.forEach((_, i) => {
      params[i]! *= 1 - rate * decay;
      m[i] = 0.9 * m[i]! + 0.1 * grads[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * grads[i]! ** 2;
      const root = Math.sqrt(v[i]!) / Math.sqrt(1 - 0.999 ** (t + 1));
      params[i]! -= rate / (1 - 0.9 ** (t + 1)) * m[i]! / (root + 1e-8);
    });
  };
}

/** Its velocity holds steps of the rates at which they were made. */
function handMomentum(rateOf: (t: number) => number) {
  const velocity = new Float64Array(325);
  return (params: Float64Array, grads: Float64Array, t: number) =>
    params.forEach((_, i) => {
      velocity[i] = 0.9 * velocity[i]! - rateOf(t) * grads[i]!;
      params[i]! += velocity[i]!;
    });
}

Deno.test("trainings with schedules are loops written by hand, decoupled decay and zero rates included", async () => {
  const warm = (t: number) => t < 4 ? BASE * t / 4 : BASE * (1 + Math.cos(Math.PI * (t - 4) / 12)) / 2;
  const stepped = (t: number) => BASE * 0.5 ** Math.floor(Math.floor(t / 4) / 2);
  const cosine = cosineDecay({ over: 12, per: "step" });
  const trainings: readonly (readonly [
    Optimizer,
    Schedule,
    (t: number) => number,
    (params: Float64Array, grads: Float64Array, t: number) => void,
  ])[] = [
    [
      adamw({ learningRate: BASE, weightDecay: 0.5 }),
      warmUp({ over: 4, from: 0, per: "step", then: cosine }),
      warm,
      handAdamW(warm, 0.5),
    ],
    [
      sgd({ learningRate: BASE, momentum: 0.9 }),
      stepDecay({ every: 2, factor: 0.5 }),
      stepped,
      handMomentum(stepped),
    ],
    [
      sgd({ learningRate: BASE }),
      stepDecay({ every: 2, factor: 0.5 }),
      stepped,
      (params, grads, t) => params.forEach((_, i) => params[i]! -= stepped(t) * grads[i]!),
    ],
  ];
  for (const [optimizer, schedule, rateOf, update] of trainings) {
    const { history, weights } = await fit(MODEL, DATA, {
      executor: referenceExecutor(),
      optimizer,
      schedule,
      batch: 25,
      epochs: 4,
      shuffle: false,
    });
    const { params, losses } = byHand(25, 4, update);
    const trained = [...weights.get("dense_1/weights")!, ...weights.get("dense_1/bias")!];
    trained.forEach((value, i) => assertAlmostEquals(value, params[i]!, 1e-6, `${optimizer.name} ${i}`));
    history.forEach(({ loss, learningRate }, epoch) => {
      assertAlmostEquals(loss, losses[epoch]!, 1e-10, optimizer.name);
      assertAlmostEquals(learningRate!, rateOf(4 * epoch + 3), 1e-15, optimizer.name);
    });
  }
});

Deno.test("a training on a plateau goes on with the lowered rate, as one of that rate from there would", async () => {
  const options = { executor: referenceExecutor(), optimizer: sgd({ learningRate: BASE }), epochs: 6 };
  // Nothing improves by a hundred: the rate falls after epochs 2, 3, 4 …
  const schedule = reduceOnPlateau({ patience: 0, factor: 0.5, threshold: 100, thresholdMode: "absolute" });
  const watched = await fit(MODEL, DATA, { ...options, schedule });
  const known: Schedule = {
    name: "known",
    options: {},
    rate: (base, { epoch }) => base * 0.5 ** Math.max(0, epoch - 1),
  };
  const told = await fit(MODEL, DATA, { ...options, schedule: known });
  assertEquals(watched.weights, told.weights);
  assertEquals(watched.history.map(({ learningRate }) => learningRate! / BASE), [
    1,
    1,
    0.5,
    0.25,
    0.125,
    0.0625,
  ]);
});

Deno.test("a constant schedule changes no bit, a rate of zero no weight, and without one no rate is recorded", async () => {
  for (const optimizer of [sgd({ momentum: 0.9 }), rmsprop(), adagrad(), adam(), adamw()]) {
    const options: FitOptions = { executor: referenceExecutor(), optimizer, epochs: 2 };
    const plain = await fit(MODEL, DATA, options);
    const constant = await fit(MODEL, DATA, { ...options, schedule: constantRate() });
    assertEquals(constant.weights, plain.weights, optimizer.name);
    assertEquals(constant.history.map(({ learningRate }) => learningRate), [
      optimizer.learningRate,
      optimizer.learningRate,
    ]);
    assert(plain.history.every((record) => !("learningRate" in record)));
    const still = await fit(MODEL, DATA, { ...options, schedule: constantRate({ factor: 0 }) });
    assertEquals(still.weights, initializeWeights(MODEL, 1), optimizer.name);
  }
});

Deno.test("a schedule that cannot be is refused in a sentence", async () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => stepDecay({ every: 0 }), "The every of stepDecay() must be a positive whole number, got 0"],
    [() => cosineDecay({ over: 1.5 }), "The over of cosineDecay() must be a positive whole number, got 1.5"],
    [() => warmUp({ over: -1 }), "The over of warmUp() must be a positive whole number, got -1"],
    [
      () => constantRate({ over: NaN }),
      "The over of constantRate() must be a positive whole number, got NaN",
    ],
    [() => exponentialDecay({ factor: -0.1 }), "The factor must be 0 or more, got -0.1"],
    [
      () => warmUp({ over: 2, from: -1 }),
      "The share at the start of a warm-up must be 0 or more, got -1",
    ],
    [() => cosineDecay({ over: 2, minRate: NaN }), "The least rate must be 0 or more, got NaN"],
    [
      () => stepDecay({ every: 1, per: "batch" as "step" }),
      'A schedule counts per "epoch" or per "step", not per "batch"',
    ],
    [
      () => reduceOnPlateau({ factor: 1 }),
      "The factor of reduceOnPlateau() must be at least 0 and below 1, got 1",
    ],
    [
      () => reduceOnPlateau({ patience: 0.5 }),
      "The patience of a schedule must be a whole number of epochs, 0 or more, got 0.5",
    ],
    [
      () => reduceOnPlateau({ monitor: "lr" as "loss" }),
      'Cannot monitor "lr": a schedule watches one of loss, accuracy, val_loss, val_accuracy',
    ],
  ];
  for (const [build, sentence] of cases) assertThrows(build, DescentError, sentence);
  const executor = referenceExecutor(), negative: Schedule = { name: "mine", options: {}, rate: () => -1 };
  const empty = { ...DATA.validation, inputs: new Uint8Array(0), targets: new Uint8Array(0), rows: 0 };
  for (
    const [schedule, sentence, data = DATA] of [
      [
        negative,
        "The schedule mine gives -1 for update 1: a learning rate must be 0 or more",
      ],
      [
        cosineDecay as unknown as Schedule,
        "The schedule must be what stepDecay(), cosineDecay() or another of them gives, got the function cosineDecay",
      ],
      [
        warmUp({ over: 1, then: reduceOnPlateau() }),
        "The schedule watches val_loss, but there is no validation set: give one, or watch loss",
        { ...DATA, validation: empty },
      ],
    ] as const
  ) {
    await assertRejects(() => fit(MODEL, data, { executor, schedule }), DescentError, sentence);
  }
});
