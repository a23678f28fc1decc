/** Optimizers: 50 updates against an independent implementation, and the settings that they refuse. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { TypedArray } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { adagrad, adam, adamw, type Optimizer, OPTIMIZER_OPS, rmsprop, sgd } from "../../src/optim/mod.ts";

type Options = Readonly<Record<string, number | boolean>>;

/** What vectors/make_optimizers.py writes. */
interface Vectors {
  readonly start: readonly number[];
  /** One row per update. */
  readonly gradients: readonly (readonly number[])[];
  /** After how many updates the parameters were kept. */
  readonly steps: readonly number[];
  readonly cases: readonly {
    readonly optimizer: string;
    readonly options: Options;
    readonly by: string;
    readonly params: readonly (readonly number[])[];
  }[];
}

const vectors: Vectors = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/optimizers.json", import.meta.url)),
);

const BUILD: Readonly<Record<string, (options: Options) => Optimizer>> = {
  sgd,
  rmsprop,
  adagrad,
  adam,
  adamw,
};

/** Parameters after each of `vectors.steps` updates. */
async function trajectory(executor: Executor, optimizer: Optimizer): Promise<readonly TypedArray[]> {
  const params = leaf("parameter", "params", [vectors.start.length]),
    grads = leaf("input", "grads", params.type.shape);
  const states = optimizer.states.map((name) => leaf("state", name, params.type.shape));
  const program = await executor.load(compile({ update: [optimizer.update(params, grads, states)] }));
  program.write(params, vectors.start);
  const kept: TypedArray[] = [];
  for (const [step, gradient] of vectors.gradients.entries()) {
    program.write(grads, gradient);
    await program.run("update", [{
      start: 0,
      count: 1,
      slot: 0,
      step,
      seed: 0,
      scalars: optimizer.scalars(step),
    }]);
    if (vectors.steps.includes(step + 1)) kept.push(await program.read(params));
  }
  program.close();
  return kept;
}

/** Largest error relative to the largest parameter after the same update. */
function worstError(found: readonly TypedArray[], expected: readonly (readonly number[])[]): number {
  return Math.max(...expected.flatMap((values, i) => {
    const scale = Math.max(...values.map(Math.abs));
    return values.map((value, at) => Math.abs(found[i]![at]! - value) / scale);
  }));
}

function titleOf({ optimizer, options, by }: Vectors["cases"][number]): string {
  return `${optimizer}(${
    Object.entries(options).map(([name, value]) => `${name} ${value}`).join(", ")
  }) follows ${by}`;
}

// Half a unit in the last place of float32 is 6e-8; 50 updates add some up, and centring amplifies them.
const EXECUTORS = [
  [referenceExecutor(), 1e-12],
  [await wasmExecutor({ threads: 1 }), 1e-6],
] as const;

for (const one of vectors.cases) {
  Deno.test(`${titleOf(one)} for ${vectors.gradients.length} updates`, async () => {
    for (const [executor, limit] of EXECUTORS) {
      const found = await trajectory(executor, BUILD[one.optimizer]!(one.options));
      const worst = worstError(found, one.params);
      assert(worst <= limit, `${executor.description}: off by ${worst}`);
    }
  });
}

Deno.test("the vectors hold each optimizer without decay, with coupled and with decoupled decay", () => {
  const found = new Set(vectors.cases.map(({ optimizer, options }) => {
    const { momentum, nesterov, amsgrad, weightDecay, decoupled } = options;
    const form = optimizer === "sgd"
      ? `sgd${momentum ? " momentum" : ""}${nesterov ? " nesterov" : ""}`
      : `${optimizer}${amsgrad ? " amsgrad" : ""}`;
    return `${form}${weightDecay ? (decoupled || optimizer === "adamw" ? " decoupled" : " coupled") : ""}`;
  }));
  const wanted = ["sgd", "sgd momentum", "sgd momentum nesterov", "rmsprop", "adagrad"]
    .flatMap((form) => [form, `${form} coupled`, `${form} decoupled`]);
  const ofAdam = ["", " amsgrad"].flatMap((more) => [
    `adam${more}`,
    `adam${more} coupled`,
    `adamw${more} decoupled`,
  ]);
  assertEquals([...wanted, ...ofAdam].filter((one) => !found.has(one)), []);
});

/** States after updates by gradients of zero, from `start` on. */
async function fading(optimizer: Optimizer, start: number, updates: number): Promise<readonly TypedArray[]> {
  const executor = await wasmExecutor({ threads: 1 }), shape = [12];
  const params = leaf("parameter", "params", shape), grads = leaf("input", "grads", shape);
  const states = optimizer.states.map((name) => leaf("state", name, shape));
  const program = await executor.load(compile({ update: [optimizer.update(params, grads, states)] }));
  for (const state of states) program.write(state, new Array(12).fill(start));
  const steps = Array.from({ length: updates }, (_, step) => (
    { start: 0, count: 1, slot: 0, step, seed: 0, scalars: optimizer.scalars(step) }
  ));
  await program.run("update", steps);
  const found = await Promise.all(states.map((state) => program.read(state)));
  program.close();
  return found;
}

const REMEMBERING = {
  momentum: sgd({ momentum: 0.9 }),
  nesterov: sgd({ momentum: 0.9, nesterov: true }),
  rmsprop: rmsprop({ momentum: 0.9, centered: true }),
  adam: adam({ beta2: 0.9 }),
  amsgrad: adam({ beta2: 0.9, amsgrad: true }),
};

for (const [name, optimizer] of Object.entries(REMEMBERING)) {
  Deno.test(`what ${name} remembers of a gradient that stays away ends at 0, never at a slow denormal number`, async () => {
    for (const updates of [1, 10, 100, 700, 800, 900, 1000]) {
      for (const state of await fading(optimizer, 0.5, updates)) {
        for (const value of state) {
          assert(value === 0 || Math.abs(value) >= 2 ** -126, `${updates}: ${value}`);
        }
      }
    }
    const [first] = await fading(optimizer, 0.5, 1000);
    assert(first!.every((value) => value === 0));
    const [unknown] = await fading(optimizer, NaN, 1);
    assert(unknown!.every(Number.isNaN), "a NaN stays one");
  });
}

Deno.test("worstError() sees one parameter that is off", () => {
  const expected = [[1, -2], [3, 4]];
  assertEquals(worstError([Float64Array.of(1, -2), Float64Array.of(3, 4)], expected), 0);
  assertAlmostEquals(worstError([Float64Array.of(1, -2), Float64Array.of(3, 4.004)], expected), 1e-3, 1e-9);
});

Deno.test("RMSProp puts epsilon inside the root unless asked otherwise, and the two differ", async () => {
  const [reference] = EXECUTORS[0], options = { learningRate: 0.01, epsilon: 1e-2 };
  const ends = await Promise.all(
    [{}, { epsilonInside: true }, { epsilonInside: false }].map(async (more) =>
      (await trajectory(reference, rmsprop({ ...options, ...more }))).at(-1)!
    ),
  );
  assertEquals(ends[0], ends[1]);
  assert(ends[1]!.every((value, i) => Math.abs(value - ends[2]![i]!) > 1e-5));
});

Deno.test("SGD without momentum keeps no state, and coupled and decoupled decay are the same there", async () => {
  assertEquals(sgd().states, []);
  const [reference] = EXECUTORS[0];
  const [coupled, decoupled] = await Promise.all(
    [false, true].map((flag) => trajectory(reference, sgd({ weightDecay: 0.1, decoupled: flag }))),
  );
  assertEquals(coupled, decoupled);
});

Deno.test("Adam's scalars hold the bias corrections of updates counted from 0, in float64", () => {
  const [a, c, lr] = adam({ learningRate: 0.01, beta1: 0.9, beta2: 0.99 }).scalars(2);
  assertAlmostEquals(a!, 0.01 / (1 - 0.729), 1e-15);
  assertAlmostEquals(c!, 1 / Math.sqrt(1 - 0.970299), 1e-12);
  assertEquals(lr, 0.01);
});

Deno.test("optimizers record all their settings, defaults included", () => {
  assertEquals(sgd({ momentum: 0.9 }).options, {
    learningRate: 0.01,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    decoupled: false,
  });
  assertEquals(adamw({ learningRate: 0.1 }).options, {
    learningRate: 0.1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    decoupled: true,
  });
  assertEquals(rmsprop().options, {
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    epsilonInside: true,
    centered: false,
    weightDecay: 0,
    decoupled: false,
  });
  assertEquals(adagrad().options, {
    learningRate: 0.01,
    initialAccumulator: 0,
    epsilon: 1e-10,
    weightDecay: 0,
    decoupled: false,
  });
  assertEquals(adam({ amsgrad: true }).options.amsgrad, true);
  assertEquals(
    [
      sgd(),
      sgd({ momentum: 0.5 }),
      sgd({ momentum: 0.5, nesterov: true }),
      rmsprop(),
      adagrad(),
      adam(),
      adamw(),
      adamw({ amsgrad: true }),
    ].map(({ name }) => name),
    ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw", "adamw"],
  );
});

Deno.test("Nesterov without momentum is refused instead of being plain gradient descent", () => {
  for (const options of [{ nesterov: true }, { nesterov: true, momentum: 0 }]) {
    assertThrows(
      () => sgd(options),
      DescentError,
      "Nesterov momentum needs a momentum above 0, such as 0.9: with 0 it is plain gradient descent",
    );
  }
});

Deno.test("every optimizer refuses a learning rate that is negative or no number, and takes 0", () => {
  for (const build of Object.values(BUILD)) {
    for (const learningRate of [-0.1, NaN, Infinity]) {
      assertThrows(
        () => build({ learningRate }),
        DescentError,
        `The learning rate must be 0 or more, such as 0.001, got ${learningRate}`,
      );
    }
    assertEquals(build({ learningRate: 0 }).learningRate, 0);
  }
});

Deno.test("settings outside [0, 1) are refused with their name and value", () => {
  const wrong = [-0.1, 1, 1.5, NaN, Infinity];
  const settings: readonly (readonly [name: string, build: (value: number) => Optimizer])[] = [
    ["beta1", (beta1) => adam({ beta1 })],
    ["beta2", (beta2) => adamw({ beta2 })],
    ["rho", (rho) => rmsprop({ rho })],
    ["momentum", (momentum) => rmsprop({ momentum })],
    ["momentum", (momentum) => sgd({ momentum })],
  ];
  for (const [name, build] of settings) {
    for (const value of wrong) {
      assertThrows(
        () => build(value),
        DescentError,
        `The ${name} must be at least 0 and below 1, got ${value}`,
      );
    }
    assertEquals(build(0.5).options[name], 0.5);
  }
});

Deno.test("an epsilon that is not positive and a negative weight decay are refused with their value", () => {
  for (const epsilon of [0, -1e-8, NaN]) {
    assertThrows(
      () => adam({ epsilon }),
      DescentError,
      `Epsilon must be above 0, such as 1e-8, got ${epsilon}`,
    );
    assertThrows(
      () => rmsprop({ epsilon }),
      DescentError,
      `Epsilon must be above 0, such as 1e-7, got ${epsilon}`,
    );
    assertThrows(
      () => adagrad({ epsilon }),
      DescentError,
      `Epsilon must be above 0, such as 1e-10, got ${epsilon}`,
    );
  }
  for (const build of Object.values(BUILD)) {
    for (const weightDecay of [-0.1, NaN]) {
      assertThrows(
        () => build({ weightDecay }),
        DescentError,
        `The weight decay must be 0 or more, got ${weightDecay}`,
      );
    }
  }
});

Deno.test("adam with rawEpsilon takes Keras's step: lr·√(1−β₂ᵗ)/(1−β₁ᵗ)·m / (√v + ε)", () => {
  const [beta1, beta2, epsilon, learningRate] = [0.9, 0.999, 1e-3, 0.01];
  const optimizer = adam({ learningRate, beta1, beta2, epsilon, rawEpsilon: true });
  for (const step of [0, 1, 9, 999]) {
    const t = step + 1;
    const [a, c] = optimizer.scalars(step);
    const [m, v] = [0.3, 0.02];
    const keras = learningRate * Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (Math.sqrt(v) + epsilon);
    // What the op computes of its scalars.
    assertAlmostEquals(a! * m / (Math.sqrt(v) * c! + epsilon), keras, 1e-15);
  }
  assertEquals(optimizer.options.rawEpsilon, true);
});

Deno.test("AMSGrad's steps stay small once gradients were large, and Adam's grow again", async () => {
  const [reference] = EXECUTORS[0], settings = { learningRate: 0.01, beta2: 0.5 };
  const params = leaf("parameter", "params", [4]), grads = leaf("input", "grads", [4]);
  const lastStep = async (optimizer: Optimizer) => {
    const states = optimizer.states.map((name) => leaf("state", name, [4]));
    const program = await reference.load(compile({ update: [optimizer.update(params, grads, states)] }));
    const moved: number[] = [];
    // One gradient of 100 and then small ones, which Adam has forgotten the large one by.
    for (let step = 0; step < 200; step++) {
      program.write(grads, new Float64Array(4).fill(step === 0 ? 100 : 0.01));
      const before = (await program.read(params))[0]!, scalars = optimizer.scalars(step);
      await program.run("update", [{ start: 0, count: 1, slot: 0, step, seed: 0, scalars }]);
      moved.push(before - (await program.read(params))[0]!);
    }
    return moved.at(-1)!;
  };
  assertAlmostEquals(await lastStep(adam(settings)), 0.01, 1e-5);
  // The largest second moment is 0.5·100²; the corrections are 1 by then.
  assertAlmostEquals(
    await lastStep(adam({ ...settings, amsgrad: true })),
    0.01 * 0.01 / Math.sqrt(5000),
    1e-9,
  );
});

Deno.test("AMSGrad keeps one arena more than Adam, which keeps those that it kept", () => {
  assertEquals([adam().states, adam({ amsgrad: true }).states], [["m", "v"], ["m", "v", "largest"]]);
  assertEquals(adam({ amsgrad: false }).options, adam().options);
});

Deno.test("Adagrad refuses a sum of squares that starts below 0 or at no number", () => {
  for (const initialAccumulator of [-0.1, NaN, Infinity]) {
    assertThrows(
      () => adagrad({ initialAccumulator }),
      DescentError,
      `The initialAccumulator must be 0 or more, got ${initialAccumulator}`,
    );
  }
});

Deno.test("an update refuses arenas of different sizes, and sizes that are no multiple of 4", () => {
  const params = leaf("parameter", "params", [8]),
    grads = leaf("input", "grads", [12]),
    odd = leaf("parameter", "odd", [6]);
  const sentence = "all arenas must have the same size, a multiple of 4";
  assertThrows(
    () => sgd().update(params, grads, []),
    DescentError,
    `Cannot update f32[8] and f32[12]: ${sentence}`,
  );
  assertThrows(() => sgd().update(odd, odd, []), DescentError, sentence);
  assertThrows(() => adam().update(params, params, [params, grads]), DescentError, sentence);
});

Deno.test("every update op moves the parameters first and reads the step's scalars", () => {
  for (const op of OPTIMIZER_OPS) assertEquals([op.name, op.updates![0], op.step], [op.name, 0, true]);
});
