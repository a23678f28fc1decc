/** Clipping beside PyTorch's functions, written out in float64. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Step } from "../../src/core/step.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { arena, leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adam, type Optimizer, sgd } from "../../src/optim/mod.ts";
import { type ClipOptions, clipped } from "../../src/train/clipping.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { planSession, sessionSizes } from "../../src/train/session_plan.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 100 training, 50 validation and 50 test images of 8 × 8 pixels. */
const DATA = await withTempFolder(async (folder): Promise<ImageSplits> => {
  await writeIdxFolder(folder, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
  return await selectImages({ data: folder, perClass: { train: 20, validation: 10, test: 10 } });
});
const MODEL = sequential(64, [dense(12, { activation: "relu" }), dense(5)]);
const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

/** torch.nn.utils.clip_grad_norm_ and clip_grad_value_ on all gradients. */
function torchClip(grads: readonly (readonly number[])[], { norm, value }: ClipOptions): number[][] {
  if (value !== undefined) {
    return grads.map((one) =>
      one.map((g) => Number.isNaN(g) ? g : g < -value ? -value : g > value ? value : g)
    );
  }
  const total = Math.hypot(...grads.map((one) => Math.sqrt(one.reduce((sum, g) => sum + g * g, 0))));
  const coefficient = norm! / (total + 1e-6);
  const clamped = coefficient > 1 ? 1 : coefficient;
  return grads.map((one) => one.map((g) => g * clamped));
}

async function clippedOn(
  executor: Executor,
  grads: readonly (readonly number[])[],
  clip: ClipOptions,
): Promise<number[][]> {
  const leaves = grads.map((one, i) => leaf("input", `g${i}`, [one.length]));
  const program = await executor.load(compile({ clip: [clipped(arena("grads", leaves), clip)] }));
  leaves.forEach((one, i) => program.write(one, grads[i]!));
  await program.run("clip", [STEP]);
  const found: number[][] = [];
  for (const one of leaves) found.push([...await program.read(one)]);
  program.close();
  return found;
}

async function clipsAsTorch(executor: Executor, tolerance: number): Promise<void> {
  const long = Array.from({ length: 9001 }, (_, i) => Math.sin(i) / 50);
  const sets: readonly (readonly (readonly number[])[])[] = [
    [[3, -4], [12]],
    [[0.1, -0.2, 0.3], [0.05]],
    [long, [1, -2, 3, 0.5, 7], long.map((g) => -g)],
    [[0, 0, 0], [0]],
    [[1, NaN, -5], [2]],
    [[1, -1e30, -5], [1e-30]],
  ];
  const clips: readonly ClipOptions[] = [{ norm: 1 }, { norm: 5 }, { norm: 0 }, { value: 0.5 }, { value: 0 }];
  for (const grads of sets) {
    for (const clip of clips) {
      // A square of 1e30 is no float32: the norm is infinite there, and what it leaves is not what float64 does.
      if (executor.name !== "reference" && clip.norm !== undefined && grads[0]!.includes(-1e30)) continue;
      // A compiler of shaders may take 0/NaN for 0.
      if (executor.name === "webgpu" && clip.norm === 0 && grads[0]!.some(Number.isNaN)) continue;
      const found = await clippedOn(executor, grads, clip), expected = torchClip(grads, clip);
      expected.forEach((one, i) =>
        one.forEach((g, j) => {
          const words = `${JSON.stringify(clip)}, gradient ${i} of ${grads.length}, value ${j}`;
          if (Number.isNaN(g)) assert(Number.isNaN(found[i]![j]!), words);
          else assertAlmostEquals(found[i]![j]!, g, tolerance * Math.max(Math.abs(g), 1e-12), words);
        })
      );
    }
  }
}

Deno.test("gradients are clipped as by PyTorch, all together or each value, on the reference", async () => {
  await clipsAsTorch(referenceExecutor(), 1e-14);
});

Deno.test("gradients are clipped as by PyTorch, all together or each value, on WASM", async () => {
  const executor = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  await clipsAsTorch(executor, 3e-6);
  executor.close();
});

gpuTest("gradients are clipped as by PyTorch, all together or each value, on WebGPU", async (open) => {
  await clipsAsTorch(await open(), 3e-6);
});

/** The optimizer, on gradients that were clipped by hand: it reads them, as plain descent leaves them in the weights. */
async function gradientsOf(
  weights: ReadonlyMap<string, Float32Array>,
): Promise<ReadonlyMap<string, number[]>> {
  // With rate 1 one step of plain descent over the whole set is the gradient.
  const { end, weights: after } = await fit(MODEL, DATA, {
    executor: referenceExecutor(),
    optimizer: sgd({ learningRate: 1 }),
    batch: 100,
    epochs: 1,
    weights,
  });
  return new Map([...after.keys()].map((name) => {
    const exact = end.state.tensors.get(`parameters/${name}`)!;
    return [name, [...exact].map((value, i) => weights.get(name)![i]! - value)];
  }));
}

Deno.test("a step of training goes by the clipped gradient, decay added after it", async () => {
  const weights = initializeWeights(MODEL, 1), grads = await gradientsOf(weights), names = [...grads.keys()];
  const norm = Math.hypot(...[...grads.values()].flat());
  for (const clip of [{ norm: norm / 3 }, { norm: 3 * norm }, { value: 0.01 }] as const) {
    const expected = torchClip([...grads.values()], clip);
    const { end } = await fit(MODEL, DATA, {
      executor: referenceExecutor(),
      optimizer: sgd({ learningRate: 0.5, weightDecay: 0.1 }),
      clip,
      batch: 100,
      epochs: 1,
      weights,
    });
    names.forEach((name, i) => {
      const found = end.state.tensors.get(`parameters/${name}`)!;
      expected[i]!.forEach((g, j) => {
        const w = weights.get(name)![j]!;
        assertAlmostEquals(found[j]!, w - 0.5 * (g + 0.1 * w), 1e-12, `${name} ${j} ${JSON.stringify(clip)}`);
      });
    });
  }
});

Deno.test("the norm is that of the layers that are trained", async () => {
  const weights = initializeWeights(MODEL, 1), grads = await gradientsOf(weights);
  const { end } = await fit(MODEL, DATA, {
    executor: referenceExecutor(),
    optimizer: sgd({ learningRate: 1 }),
    clip: { norm: 0.01 },
    frozen: ["dense_1"],
    batch: 100,
    epochs: 1,
    weights,
  });
  const names = ["dense_2/weights", "dense_2/bias"];
  const expected = torchClip(names.map((name) => grads.get(name)!), { norm: 0.01 });
  names.forEach((name, i) =>
    expected[i]!.forEach((g, j) =>
      assertAlmostEquals(end.state.tensors.get(`parameters/${name}`)![j]!, weights.get(name)![j]! - g, 1e-12)
    )
  );
});

async function trainsAsTheReference(executor: Executor): Promise<void> {
  for (const clip of [{ norm: 0.2 }, { value: 0.01 }] as const) {
    const options: FitOptions = { optimizer: sgd({ learningRate: 0.5, momentum: 0.5 }), epochs: 3, clip };
    const expected = await fit(MODEL, DATA, { ...options, executor: referenceExecutor() });
    const found = await fit(MODEL, DATA, { ...options, executor });
    for (const [name, values] of expected.weights) {
      values.forEach((value, i) => assertAlmostEquals(found.weights.get(name)![i]!, value, 2e-4, name));
    }
  }
}

Deno.test("a clipped training on WASM is that of the reference", async () => {
  const executor = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  await trainsAsTheReference(executor);
  executor.close();
});

gpuTest("a clipped training on WebGPU is that of the reference", async (open) => {
  await trainsAsTheReference(await open());
});

Deno.test("a bound that nothing reaches changes no bit, and one that is reached does, whatever the rewrites", async () => {
  const executor = await wasmExecutor({ threads: 1 });
  for (const optimizer of [sgd({ learningRate: 0.1 }), adam()] as Optimizer[]) {
    const options: FitOptions = { executor, optimizer, epochs: 2 };
    const plain = await fit(MODEL, DATA, options);
    for (const clip of [{ norm: 1e6 }, { value: 1e6 }]) {
      assertEquals((await fit(MODEL, DATA, { ...options, clip })).weights, plain.weights);
    }
    for (const clip of [{ norm: 0.1 }, { value: 0.001 }]) {
      const one = await fit(MODEL, DATA, { ...options, clip });
      assertNotEquals(one.weights, plain.weights);
      const off = ["hoist", "pool", "bytes", "lists", "sgd"] as const;
      assertEquals((await fit(MODEL, DATA, { ...options, clip, off })).weights, one.weights);
    }
  }
  executor.close();
});

Deno.test("a plan holds calls for clipping only where it is asked for", () => {
  const opsOf = (clip?: ClipOptions) => {
    const options = { optimizer: adam(), batch: 8, seed: 1, ...(clip && { clip }) };
    return planSession(MODEL, sessionSizes(DATA), options).plan.routines.train!.map(({ op }) => op.name);
  };
  const plain = opsOf();
  const last = plain.indexOf("adam");
  assertEquals(opsOf({ value: 1 }), plain.toSpliced(last, 0, "clip_value"));
  assertEquals(opsOf({ norm: 1 }).filter((name) => !plain.includes(name)), ["sum_squares", "clip_norm"]);
});

Deno.test("clipping that cannot be is refused in a sentence", async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{}, "Gradients are clipped by their norm or by value, got neither: give { norm: 1 } or { value: 0.5 }"],
    [{ norm: 1, value: 1 }, "got both: give { norm: 1 } or { value: 0.5 }"],
    [{ norm: -1 }, "The norm to clip to must be 0 or more, got -1"],
    [{ value: "1" }, 'The value to clip to must be 0 or more, got "1"'],
    [{ maxNorm: 1 }, 'clip() has no option "maxNorm": did you mean norm?'],
    [1, "clip() takes options by name, { norm, value }, got 1"],
  ];
  for (const [clip, sentence] of cases) {
    await assertRejects(
      () => fit(MODEL, DATA, { executor: referenceExecutor(), clip: clip as ClipOptions }),
      DescentError,
      sentence,
    );
  }
});
