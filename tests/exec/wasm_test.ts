/** The WASM executor: threads, long runs, whole trainings, and what it refuses. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Step } from "../../src/core/step.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor, Program } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { selfTest } from "../../src/exec/selftest.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { shareBegin, STEP_ROWS } from "../../src/exec/wasm_runner.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, type Model, sequential, type Weights } from "../../src/nn/model.ts";
import { add } from "../../src/ops/add.ts";
import { confusion } from "../../src/ops/confusion.ts";
import { gather } from "../../src/ops/gather.ts";
import { record } from "../../src/ops/record.ts";
import { adam } from "../../src/optim/adam.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { classify } from "../../src/train/predict.ts";
import { Session } from "../../src/train/session.ts";
import type { SessionOptions } from "../../src/train/session_plan.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

const one = await wasmExecutor({ threads: 1 });
const two = await wasmExecutor({ threads: 2, parallelFlops: 0 });
const THREADS = [["one thread", one], ["two threads", two]] as const;

Deno.test("wasmExecutor() refuses a number of threads that is not a whole number from 1 to 64", async () => {
  for (const threads of [0, -1, 65, 1.5, NaN, Infinity]) {
    await assertRejects(
      () => wasmExecutor({ threads }),
      DescentError,
      `The number of threads must be a whole number from 1 to 64, got ${threads}`,
    );
  }
});

Deno.test("wasmExecutor() says what it runs on", () => {
  assertEquals([one.name, one.description, two.description], [
    "wasm",
    "WASM SIMD, 1 thread",
    "WASM SIMD, 2 threads",
  ]);
});

Deno.test("wasmExecutor() refuses kernels that the engine cannot compile, with the way out", async () => {
  const error = await assertRejects(
    () => wasmExecutor({ threads: 1, kernels: Uint8Array.of(0, 97, 115, 109, 9, 9, 9, 9) }),
    DescentError,
  );
  const { message } = error as DescentError;
  assert(
    message.startsWith("This engine cannot run the WASM kernels, which need relaxed SIMD and threads ("),
    message,
  );
  assert(message.endsWith("): use Deno 2.9.6 or later, or the reference backend"), message);
});

Deno.test("a plan that takes more than WebAssembly's 4 GiB is refused before anything is allocated", async () => {
  const huge = leaf("input", "huge", [70_000, 20_000]);
  await assertRejects(
    () => one.load(compile({ run: [add(huge, huge)] })),
    DescentError,
    "The plan takes 10.4 GiB, WebAssembly has 4: use a smaller batch or data set",
  );
});

Deno.test("a routine that the plan lacks and a value that it does not hold are refused with their names", async () => {
  const a = leaf("input", "a", [2]), other = leaf("input", "other", [2]);
  for (const executor of [one, referenceExecutor()]) {
    const program = await executor.load(compile({ run: [add(a, a)], again: [add(a, a)] }));
    const sentence = 'The plan has no routine "train"; it has run, again';
    await assertRejects(async () => await program.run("train", [STEP]), DescentError, sentence);
    await assertRejects(async () => await program.runCall("train", 0, STEP), DescentError, sentence);
    const lacking = `The plan does not hold "other": it is not reached from any routine's roots`;
    assertThrows(() => program.write(other, [1, 2]), DescentError, lacking);
    await assertRejects(async () => await program.read(other), DescentError, lacking);
    assertThrows(() => program.write(a, [1]), DescentError, "Cannot fill [2] with 1 values: it takes 2");
    program.close();
  }
});

Deno.test("shareBegin() cuts a range into shares that meet and differ by one unit at most", () => {
  for (const units of [1, 2, 3, 7, 64, 11385]) {
    for (const threads of [1, 2, 3, 8]) {
      const begins = Array.from({ length: threads + 1 }, (_, thread) => shareBegin(units, thread, threads));
      assertEquals([begins[0], begins.at(-1)], [0, units]);
      const sizes = begins.slice(1).map((begin, i) => begin - begins[i]!);
      assert(Math.max(...sizes) - Math.min(...sizes) <= 1, `${units} over ${threads}: ${sizes}`);
    }
  }
});

for (const [threads, executor] of THREADS) {
  Deno.test(`a run of more steps than the table has rows makes each of them once, in order, with ${threads}`, async () => {
    const count = 2 * STEP_ROWS + 137,
      params = leaf("parameter", "params", [64]),
      grads = leaf("input", "grads", [64]);
    const metrics = leaf("state", "metrics", [count, 4]), sum = add(params, grads, "sum");
    const program = await executor.load(
      compile({ run: [record(sum, metrics, 1), sgd().update(params, grads, [])] }),
    );
    const start = Array.from({ length: 64 }, (_, i) => i);
    program.write(params, start);
    program.write(grads, new Array(64).fill(-1));
    // Powers of two, so that float32 adds them exactly: step i adds rate i to every parameter.
    const rateOf = (step: number) => 2 ** -(step % 7);
    const steps = Array.from({ length: count }, (_, step): Step => ({
      ...STEP,
      step,
      slot: count - 1 - step,
      count: 1 + step % 3,
      scalars: [rateOf(step)],
    }));
    await program.run("run", steps);
    const table = await program.read(metrics);
    let moved = 0;
    for (const { slot, count: rows, scalars } of steps) {
      const values = start.slice(0, rows).map((value) => value + moved - 1);
      assertEquals(table[slot * 4 + 1], values.reduce((sum, value) => sum + value, 0), `slot ${slot}`);
      moved += scalars[0]!;
    }
    assertEquals([...await program.read(params)], start.map((value) => value + moved));
    program.close();
  });

  Deno.test(`setup runs again after constant data is written, and runCall() makes one call alone, with ${threads}`, async () => {
    const table = leaf("data", "table", [2, 2], "u8"), order = leaf("data", "order", [2], "u32");
    const x = gather(table, order, { rows: 2, whole: true, scale: 1 }),
      other = leaf("input", "other", [2, 2]);
    const sum = add(x, other, "sum"), twice = add(sum, sum, "twice");
    const program = await executor.load(compile({ run: [twice] }));
    program.write(table, [1, 2, 3, 4]);
    program.write(order, [0, 1]);
    program.write(other, [10, 10, 10, 10]);
    await program.runCall("run", 0, STEP);
    assertEquals([[...await program.read(sum)], [...await program.read(twice)]], [[11, 12, 13, 14], [
      0,
      0,
      0,
      0,
    ]]);
    program.write(order, [1, 0]);
    await program.run("run", [STEP]);
    assertEquals([...await program.read(twice)], [26, 28, 22, 24]);
    program.write(order, [0, 0]);
    await program.runCall("setup", 0, STEP);
    assertEquals([...await program.read(x)], [1, 2, 1, 2]);
    program.close();
  });
}

Deno.test("two programs of one executor do not touch each other's memory", async () => {
  const a = leaf("input", "a", [64]), sum = add(a, a), plan = compile({ run: [sum] });
  const [first, second] = await Promise.all([two.load(plan), two.load(plan)]) as [Program, Program];
  first.write(a, new Array(64).fill(1));
  second.write(a, new Array(64).fill(5));
  await second.run("run", [STEP]);
  await first.run("run", [STEP]);
  assertEquals([(await first.read(sum))[63], (await second.read(sum))[63]], [2, 10]);
  first.close();
  await second.run("run", [STEP]);
  assertEquals((await second.read(sum))[0], 10);
  second.close();
});

Deno.test("selfTest() accepts the WASM executor and refuses kernels that miscompute, with the op's name", async () => {
  await selfTest(one);
  const wrong: Executor = {
    ...one,
    async load(plan, options) {
      const program = await one.load(plan, options);
      const spoil = (value: number) => 1.001 * value;
      return {
        ...program,
        async readPadded(place) {
          const values = await program.readPadded(place);
          return place.label === "linear" ? values.map(spoil) : values;
        },
      };
    },
  };
  const error = await assertRejects(() => selfTest(wrong), DescentError) as DescentError;
  assert(error.message.startsWith("The self-test of WASM SIMD, 1 thread failed: linear ["), error.message);
  assert(error.message.endsWith("; use the reference backend, and report it"), error.message);
});

/** 75 training rows in batches of 16: the last batch of an epoch has 11. */
const BATCH = 16;

async function withSplits(use: (data: ImageSplits) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 90, t10k: 30, classes: [0, 1, 2], size: 8 });
    const data = await selectImages({ data: folder, first: { train: 75, validation: 15, test: 30 } });
    assertEquals(data.train.rows % BATCH, 11);
    await use(data);
  });
}

function smallModel(): Model {
  return sequential(64, [dense(17, { activation: "tanh" }), dense(9, { activation: "relu" }), dense(3)]);
}

interface Trained {
  readonly losses: readonly number[];
  readonly weights: Weights;
  readonly confusion: readonly (readonly number[])[];
}

/** Trains for two epochs. */
async function train(
  executor: Executor,
  data: ImageSplits,
  { seed = 1, ...more }: Partial<SessionOptions> = {},
): Promise<Trained> {
  const model = smallModel(), weights = initializeWeights(model, seed);
  const options = { optimizer: adam({ learningRate: 0.01 }), batch: BATCH, ...more, seed, weights };
  const session = await Session.open(model, data, { ...options, executor });
  try {
    const losses: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) losses.push((await session.trainEpoch(epoch)).loss);
    losses.push((await session.validate("validation")).loss);
    const { confusion } = await session.evaluate("test");
    return { losses, weights: await session.weights(), confusion: confusion!.counts };
  } finally {
    session.close();
  }
}

Deno.test("a training gives the same bits with one, two and three threads, whatever share of the calls they share", async () => {
  await withSplits(async (data) => {
    const expected = await train(one, data);
    assert(expected.losses[1]! < expected.losses[0]!);
    const flops = [[2, 0], [3, 0], [2, 2000], [2, 10_000], [2, 30_000]] as const;
    const shared = [
      ...flops.map(([threads, parallelFlops]) => ({ threads, parallelFlops })),
      ...[0, 1000, 5000].map((parallelBytes) => ({ threads: 2, parallelFlops: Infinity, parallelBytes })),
    ];
    for (const options of shared) {
      const found = await train(await wasmExecutor(options), data);
      assertEquals(found, expected, JSON.stringify(options));
    }
  });
});

Deno.test("a training gives the same bits for the same seed, and others for another", async () => {
  await withSplits(async (data) => {
    const [first, again, other] = [
      await train(one, data),
      await train(one, data),
      await train(one, data, { seed: 2 }),
    ];
    assertEquals(again, first);
    for (const [name, values] of other.weights) {
      const equal = values.filter((value, i) => value === first.weights.get(name)![i]).length;
      assert(equal <= values.length / 10, `${name}: ${equal} of ${values.length} are the same`);
    }
  });
});

/** Largest difference between the weights of two trainings. */
function largestDifference(a: Weights, b: Weights): number {
  return Math.max(
    ...[...a].flatMap(([name, values]) =>
      Array.from(values, (value, i) => Math.abs(value - b.get(name)![i]!))
    ),
  );
}

Deno.test("a training with a short last batch follows the float64 reference in weights, losses and confusion", async () => {
  await withSplits(async (data) => {
    const [found, expected] = [await train(one, data), await train(referenceExecutor(), data)];
    const difference = largestDifference(found.weights, expected.weights);
    assert(difference < 2e-5, `weights differ by ${difference}`);
    found.losses.forEach((loss, i) =>
      assert(Math.abs(loss - expected.losses[i]!) < 1e-5, `${loss}, ${expected.losses[i]}`)
    );
    assertEquals(found.confusion, expected.confusion);
  });
});

Deno.test("updates count on from epoch to epoch, so that Adam's corrections and masks do not start again", async () => {
  await withSplits(async (data) => {
    const asked: number[] = [], inner = adam();
    const optimizer: Optimizer = {
      ...inner,
      scalars(step) {
        asked.push(step);
        return inner.scalars(step);
      },
    };
    await train(one, data, { optimizer });
    assertEquals(asked, Array.from({ length: 2 * Math.ceil(data.train.rows / BATCH) }, (_, step) => step));
  });
});

Deno.test("validate() and evaluate() look at the rows of the set that they are asked for", async () => {
  await withSplits(async (data) => {
    const model = smallModel(), weights = initializeWeights(model, 4);
    const session = await Session.open(model, data, {
      optimizer: sgd(),
      batch: BATCH,
      seed: 1,
      weights,
      executor: one,
    });
    for (const name of ["train", "validation", "test"] as const) {
      const { inputs, targets, rows } = data[name];
      const { classes, probabilities } = await classify({ model, weights }, inputs, { executor: one });
      const counts = [0, 1, 2].map((label) =>
        [0, 1, 2].map((answer) =>
          targets.filter((one, row) => one === label && classes[row] === answer).length
        )
      );
      const loss = [...targets].reduce((sum, label, row) =>
        sum - Math.log(probabilities[3 * row + label]!), 0) /
        rows;
      const accuracy = targets.filter((label, row) => label === classes[row]).length / rows;
      const evaluated = await session.evaluate(name), validated = await session.validate(name);
      assertEquals(evaluated.confusion, { classes: ["0", "1", "2"], counts }, name);
      for (const means of [evaluated, validated]) {
        assertAlmostEquals(means.loss, loss, 1e-5, name);
        assertAlmostEquals(means.accuracy, accuracy, 1e-12, name);
      }
    }
    session.close();
  });
});

Deno.test("a short batch trains as a batch of that size alone does", async () => {
  await withSplits(async (data) => {
    const model = smallModel();
    const trainOn = async (executor: Executor, first: number, end: number, weights: Weights) => {
      const inputs = data.train.inputs.slice(64 * first, 64 * end);
      const targets = data.train.targets.slice(first, end);
      const train = { ...data.train, rows: end - first, inputs, targets };
      const options = { optimizer: sgd({ learningRate: 0.5 }), batch: 8, seed: 1, shuffle: false, weights };
      const session = await Session.open(model, { ...data, train }, { ...options, executor });
      await session.trainEpoch(0);
      const trained = await session.weights();
      session.close();
      return trained;
    };
    for (const executor of [one, referenceExecutor()]) {
      const start = initializeWeights(model, 1), afterEight = await trainOn(executor, 0, 8, start);
      // Rows 8 to 10 are the short second batch of eleven rows in batches of eight.
      const expected = await trainOn(executor, 8, 11, afterEight),
        found = await trainOn(executor, 0, 11, start);
      assert(largestDifference(found, expected) < 1e-7, executor.description);
      assert(largestDifference(found, afterEight) > 1e-3);
    }
  });
});

Deno.test("the guards of WASM memory catch a kernel that writes where a label of 65,535 would lead it", async () => {
  const metrics = leaf("state", "metrics", [1, 4]), losses = leaf("input", "losses", [1]);
  const program = await one.load(compile({ run: [record(losses, metrics, 3)] }), { guards: true });
  await program.run("run", [STEP]);
  assertEquals(await program.checkGuards(), []);
  program.write(losses, [1]);
  // Rows of four numbers: column 3 of row 16,383 is number 65,535.
  await program.run("run", [{ ...STEP, slot: 16383 }]);
  assertEquals(await program.checkGuards(), ["metrics"]);
  program.close();
});

Deno.test("confusion does not count a label that is no class, and writes nothing past the counts", async () => {
  const logits = leaf("input", "logits", [3, 4]), labels = leaf("input", "labels", [3], "u32");
  const counts = leaf("input", "counts", [4, 4], "u32");
  const program = await one.load(compile({ run: [confusion(logits, labels, counts)] }), { guards: true });
  program.write(labels, [2, 4, 65535]);
  await program.run("run", [{ ...STEP, count: 3 }]);
  assertEquals(await program.checkGuards(), []);
  assertEquals(Array.from(await program.read(counts)).reduce((sum, count) => sum + count, 0), 1);
  program.close();
});
