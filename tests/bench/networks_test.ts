/** What the networks of the benchmarks start from and learn from. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { NETWORKS } from "../../bench/networks.ts";
import { shapeImages } from "../../bench/shapes.ts";
import { loadTraining } from "../../bench/training.ts";
import { TRAININGS } from "../../bench/workloads.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { initializeWeights } from "../../src/nn/model.ts";

Deno.test("a repeat of the residual network starts from the first running statistics too", async () => {
  const executor = await wasmExecutor({ threads: 1 }),
    workload = TRAININGS.find(({ name }) => name === "W9")!;
  const training = await loadTraining({ ...workload, batch: 8 }, shapeImages(24), executor);
  const losses: number[] = [];
  for (const steps of [0, 3, 3, 0]) {
    await training.prepare(steps)();
    losses.push(await training.loss!());
  }
  assertEquals([losses[2], losses[3]], [losses[1], losses[0]]);
  assert(losses[1] !== losses[0], `${losses}`);
  // Forward, and backward without the images' gradient, of 8 images.
  const wide = 1024 * 9 * 16 * 16, narrowed = 256 * 9 * 16 * 32, shortcut = 256 * 16 * 32;
  const products = 2 * (2 * 1024 * 27 * 16 + 3 * (4 * wide + 2 * (narrowed + shortcut) + 64 * 3));
  assert(training.flops >= 8 * products && training.flops < 1.2 * 8 * products, `${training.flops}`);
  training.close();
  executor.close();
});

Deno.test("without noise a network has the same first weights", () => {
  for (const [name, network] of Object.entries(NETWORKS)) {
    const [noisy, quiet] = [network(), network({ noise: false })];
    assertEquals([...initializeWeights(quiet, 3).values()], [...initializeWeights(noisy, 3).values()], name);
  }
});

Deno.test("without noise steps on rows that are alike do not depend on how many there are in a batch", async () => {
  const digit = shapeImages(1).inputs.subarray(0, 784), targets = new Uint8Array(16);
  const inputs = Uint8Array.from({ length: 16 * 784 }, (_, at) => digit[at % 784]!);
  const executor = await wasmExecutor({ threads: 1 });
  for (const name of ["W5", "W8", "W10"]) {
    const workload = TRAININGS.find((one) => one.name === name)!, losses: number[] = [];
    for (const [batch, noise] of [[2, false], [16, false], [2, true]] as const) {
      const data = { inputs, inputShape: [784], targets };
      const training = await loadTraining({ ...workload, batch }, data, executor, { noise });
      await training.prepare(2)();
      losses.push(await training.loss!());
      training.close();
    }
    const [few = NaN, many = NaN, noisy = NaN] = losses;
    assertAlmostEquals(many, few, 1e-5 * few, name);
    assert(Math.abs(noisy - few) > 1e-4 * few, `${name}: ${losses}`);
  }
  executor.close();
});

Deno.test("shapeImages() draws the same discs, squares and rings each time, apart from what is around them", () => {
  const { inputs, targets, inputShape, rows } = shapeImages(30);
  assertEquals([shapeImages(30).inputs, inputShape, rows], [inputs, [32, 32, 3], 30]);
  assertEquals([...targets], Array.from({ length: 30 }, (_, row) => row % 3));
  // Outside of a shape, where every corner is, no channel has more than 120 and 40 of noise.
  assert(inputs.every((byte) => byte < 250) && new Set(inputs).size > 200);
  const corner = (row: number) => inputs.subarray(3072 * row, 3072 * row + 3).every((byte) => byte < 160);
  assert(Array.from({ length: 30 }, (_, row) => row).every(corner));
});
