/** Which of a GPU and WASM a training is made on, by clocks and executors that are made up. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Choice } from "../../src/exec/choose.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/mod.ts";
import { fasterBackend, fasterFor, type TriedTraining } from "../../src/train/faster.ts";

Deno.test("fasterBackend() compares epochs, waits included, and tries no GPU where that cannot pay", () => {
  const times = { dispatches: 27, stepsPerEpoch: 356, epochs: 50, wasmStepMs: 0.052 };
  const decided = (change: object) => {
    const found = fasterBackend({ ...times, ...change });
    return found && [found.backend, found.why];
  };
  assertEquals(decided({}), undefined);
  assertEquals(decided({ wasmStepMs: 0.0025, stepsPerEpoch: 11385 }), [
    "wasm",
    "tried: a step takes 2.5 µs on WASM, its 27 dispatches over 27 µs on a GPU",
  ]);
  assertEquals(decided({ epochs: 2 }), ["wasm", "tried: all 2 epochs take 37 ms on WASM"]);
  assertEquals(decided({ gpu: { stepMs: 0.18, waitMs: 11.4 } }), [
    "wasm",
    "tried: an epoch takes 19 ms on WASM, 75 ms on the GPU",
  ]);
  // Of a step alone the GPU would be faster.
  assertEquals(decided({ gpu: { stepMs: 0.04, waitMs: 11.4 } })![0], "wasm");
  assertEquals(decided({ wasmStepMs: 1.8, gpu: { stepMs: 0.28, waitMs: 11.4 } }), [
    "webgpu",
    "tried: an epoch takes 110 ms on the GPU, 640 ms on WASM",
  ]);
});

const MODEL = sequential(6, [dense(4, { activation: "relu" }), dense(3)]);
const TRAINING: TriedTraining = {
  model: MODEL,
  data: {
    train: {
      inputs: Float32Array.from({ length: 6000 }, (_, i) => i % 7),
      inputShape: [6],
      targets: Uint8Array.from({ length: 1000 }, (_, i) => i % 3),
    },
  },
  options: { optimizer: sgd(), batch: 10, seed: 1 },
  weights: initializeWeights(MODEL, 1),
  epochs: 100,
};

/** Decides between a GPU and WASM whose steps take so long; the GPU's waits end at multiples of 11.4 ms. */
async function decide(
  { wasmMs, gpuMs, training = TRAINING, load }: {
    readonly wasmMs: number;
    readonly gpuMs: number;
    readonly training?: TriedTraining;
    readonly load?: Executor["load"];
  },
): Promise<{ readonly choice: Choice; readonly tookMs: number; readonly loaded: readonly string[] }> {
  let clock = 0;
  const loaded: string[] = [];
  const madeUp = (name: "wasm" | "webgpu", stepMs: number, pollMs: number): Executor => ({
    ...referenceExecutor(),
    name,
    async load(plan) {
      loaded.push(name);
      const program = await (name === "webgpu" && load || referenceExecutor().load)(plan);
      let untilMs = 0;
      return {
        ...program,
        run(_routine, steps) {
          untilMs += stepMs * steps.length;
          return Promise.resolve();
        },
        read(value) {
          clock += pollMs * Math.ceil((untilMs + pollMs / 100) / pollMs);
          untilMs = 0;
          return program.read(value);
        },
      };
    },
  });
  const choice = await fasterFor(
    { executor: madeUp("webgpu", gpuMs, 11.4), why: "a GPU is there" },
    training,
    { open: () => Promise.resolve(madeUp("wasm", wasmMs, 1e-3)), now: () => clock },
  );
  return { choice, tookMs: clock, loaded };
}

Deno.test("fasterFor() tries a training on both in some tenths of a second, and takes the faster", async () => {
  for (
    const [wasmMs, gpuMs, name, why] of [
      [0.005, 0.05, "wasm", "tried: a step takes 5 µs on WASM"],
      [0.5, 0.05, "webgpu", "tried: an epoch takes"],
      [0.5, 0.44, "wasm", "tried: an epoch takes 50 ms on WASM"],
      [0.1, 3, "wasm", "tried: an epoch takes 10 ms on WASM"],
      [30, 3, "webgpu", "tried: an epoch takes"],
      [30, 300, "wasm", "tried: an epoch takes"],
    ] as const
  ) {
    const { choice, tookMs, loaded } = await decide({ wasmMs, gpuMs });
    assertEquals(choice.executor.name, name, `${wasmMs} and ${gpuMs} ms`);
    assertStringIncludes(choice.why, why);
    // A step of each is the least that can be made: of steps that take long, it takes as long as some of them.
    const most = Math.max(400, 12 * Math.max(wasmMs, gpuMs));
    assertEquals(tookMs < most, true, `${wasmMs} and ${gpuMs} ms took ${tookMs}`);
    assertEquals(loaded, wasmMs < 0.01 ? ["wasm"] : ["wasm", "webgpu"]);
  }
});

Deno.test("fasterFor() takes WASM where the GPU cannot, and tries neither without a GPU nor with a stream", async () => {
  const broken = await decide({
    wasmMs: 0.5,
    gpuMs: 0.05,
    load: () => Promise.reject(new DescentError("no room")),
  });
  assertEquals([broken.choice.executor.name, broken.choice.why], ["wasm", "the GPU is not used: no room"]);
  const { train } = TRAINING.data;
  const stream = { train: () => [train as never], stepsPerEpoch: 3 };
  const streamed = await decide({ wasmMs: 0.005, gpuMs: 0.05, training: { ...TRAINING, data: stream } });
  assertEquals([streamed.choice.why, streamed.loaded], ["a GPU is there", []]);
  const choice = { executor: referenceExecutor(), why: "asked for" };
  assertEquals(await fasterFor(choice, TRAINING), choice);
});
