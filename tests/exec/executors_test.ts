/** What executors and model files answer when they are asked for what cannot be done. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { chooseExecutor } from "../../src/exec/choose.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { selfTest } from "../../src/exec/selftest.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { add } from "../../src/ops/add.ts";
import { linear } from "../../src/ops/linear.ts";
import { encodeSafetensors } from "../../src/train/safetensors.ts";
import { decodeModel } from "../../src/train/saved.ts";

const STEP = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

for (const model of ["{", "null", '{"inputShape":[3],"layers":[null]}']) {
  Deno.test(`a model file whose description is ${model} is refused with a sentence and the path`, () => {
    const bytes = encodeSafetensors(
      new Map([["w", { dtype: "f32", shape: [1], data: new Float32Array(1) }]]),
      { format: "descent-1", model },
    );
    assertThrows(() => decodeModel(bytes, { path: "m.safetensors" }), DescentError, "m.safetensors");
  });
}

Deno.test("a closed WASM program with workers refuses to run instead of waiting for ever", async () => {
  const a = leaf("input", "a", [64]), executor = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  const program = await executor.load(compile({ run: [add(a, a)] }));
  program.close();
  await assertRejects(() => program.run("run", [STEP]), DescentError, "This program is closed");
});

Deno.test("chooseExecutor() asks the GPU that it is given, and no other", async () => {
  const asked: unknown[] = [];
  const gpu = {
    requestAdapter(options: unknown) {
      asked.push(options);
      return Promise.resolve(null);
    },
  };
  const { executor, why } = await chooseExecutor({ gpu });
  assertEquals([executor.name, why], ["wasm", "no GPU found"]);
  executor.close();
  const error = await assertRejects(() => chooseExecutor({ backend: "webgpu", gpu }), DescentError);
  assert(error.message.startsWith("WebGPU found no adapter"));
  assertEquals(asked, [{ powerPreference: "high-performance" }, { powerPreference: "high-performance" }]);
});

Deno.test("chooseExecutor() takes WASM where a number of threads is asked for, whatever adapter there is", async () => {
  const { executor, why } = await chooseExecutor({ threads: 1 });
  assertEquals([executor.description, why], ["WASM SIMD, 1 thread", "a number of threads was asked for"]);
});

Deno.test("runCall() with a call that a routine lacks is refused with a sentence, as on WebGPU", async () => {
  const a = leaf("input", "a", [2]);
  for (const executor of [referenceExecutor(), await wasmExecutor({ threads: 1 })]) {
    const program = await executor.load(compile({ run: [add(a, a)] }));
    await assertRejects(
      async () => await program.runCall("run", 5, STEP),
      DescentError,
      'Routine "run" has no call 5',
    );
  }
});

Deno.test("the self-test of the WASM executor does not advise to use the wasm backend", async () => {
  const one = await wasmExecutor({ threads: 1 });
  const wrong = {
    ...one,
    load: async (...args: Parameters<typeof one.load>) => {
      const program = await one.load(...args);
      return {
        ...program,
        readPadded: async (place: Parameters<typeof program.readPadded>[0]) => {
          const values = await program.readPadded(place);
          return place.label === "linear" ? values.map((v: number) => 2 * v) : values;
        },
      };
    },
  };
  const error = await assertRejects(() => selfTest(wrong), DescentError) as DescentError;
  assert(!error.message.includes("the wasm backend"), error.message);
});

Deno.test("on WASM the pads of a row that is NaN stay zero, as the layout rule says", async () => {
  const x = leaf("input", "x", [1, 3]),
    w = leaf("input", "w", [3, 5]),
    b = leaf("input", "b", [5]),
    y = linear(x, w, b);
  const plan = compile({ run: [y] }), program = await (await wasmExecutor({ threads: 1 })).load(plan);
  program.write(x, [NaN, 1, 1]);
  await program.run("run", [STEP]);
  assertEquals([...(await program.readPadded(plan.place(y)!)).slice(5)], [0, 0, 0]);
});
