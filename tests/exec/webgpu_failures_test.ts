/** What the WebGPU executor says when something is missing, too large, wrong or lost. */
import { assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import {
  findAdapter,
  type WebgpuExecutor,
  webgpuExecutor,
  type WebgpuOptions,
} from "../../src/exec/webgpu.ts";
import { arena, leaf } from "../../src/ir/leaf.ts";
import type { CallTypes } from "../../src/ir/op.ts";
import { compile } from "../../src/ir/plan.ts";
import { add, addOp } from "../../src/ops/add.ts";
import { gpuTest, smallSum, STEP } from "./webgpu_support.ts";

Deno.test("webgpuExecutor() says what to install or choose when there is no adapter", async () => {
  const error = await assertRejects(() => webgpuExecutor({ adapter: null }), DescentError);
  assertStringIncludes(error.message, "mesa-vulkan-drivers");
  assertStringIncludes(error.message, "the wasm backend");
});

gpuTest(
  "webgpuExecutor() names its adapter and refuses a software one that was not asked for",
  async (open) => {
    const { kind, name } = await findAdapter();
    assertStringIncludes((await open()).description, name);
    if (kind === "software") {
      const error = await assertRejects(() => webgpuExecutor(), DescentError);
      assertStringIncludes(error.message, name);
    }
  },
);

gpuTest("load() refuses a plan that the device cannot run, and says which part", async (open) => {
  const executor = await open(), { maxStorageBufferBindingSize } = executor.device.limits;
  // A GPU's limit need not be a multiple of a row's 16 bytes.
  const rows = Math.floor(Number(maxStorageBufferBindingSize) / 16) + 1;
  const big = leaf("input", "big", [rows, 4]);
  await assertRejects(
    () => executor.load(compile({ forward: [add(big, big)] })),
    DescentError,
    `Buffer "big" takes ${rows * 16} bytes`,
  );
  const { a, b, sum } = smallSum(), next = add(sum, b, "next");
  await assertRejects(
    () => executor.load(compile({ forward: [arena("both", [sum, next])] })),
    DescentError,
    'add "next" writes buffer "both"',
  );
  const wide = {
    ...addOp,
    wgsl: (types: CallTypes) => ({ ...addOp.wgsl(types), workgroups: [1, 70000, 1] as const }),
  };
  const deep = { op: wide, inputs: [a, b], attrs: {}, type: a.type, label: "deep" };
  await assertRejects(
    () => executor.load(compile({ forward: [deep] })),
    DescentError,
    'add "deep" takes 1×70000×1',
  );
});

gpuTest("a shader that cannot be read or compiled is named with its op and label", async (open) => {
  const { plan } = smallSum();
  const unread = await open({ loadShader: () => Promise.reject(new Error("no such file")) });
  await assertRejects(() => unread.load(plan), DescentError, 'the shader of add "sum": no such file');
  const broken = await open({ loadShader: () => Promise.resolve("fn main() { let x: f32 = 1u; }") });
  await assertRejects(() => broken.load(plan), DescentError, 'Cannot compile the shader of add "sum"');
  const empty = await open({ loadShader: () => Promise.resolve("override VECTORS: u32;") });
  await assertRejects(() => empty.load(plan), DescentError, 'Cannot prepare add "sum"');
});

gpuTest("a submit that the device rejects is reported with the call to blame", async (open) => {
  const executor = await open(), { plan } = smallSum(), program = await executor.load(plan);
  const original = executor.device.createCommandEncoder;
  executor.device.createCommandEncoder = function () {
    const encoder = original.call(executor.device), beginPass = encoder.beginComputePass;
    encoder.beginComputePass = () => {
      const pass = beginPass.call(encoder);
      pass.setBindGroup = () => undefined;
      return pass;
    };
    return encoder;
  };
  await assertRejects(() => program.run("forward", [STEP]), DescentError, 'Cannot run add "sum"');
  await assertRejects(() => program.run("forward", [STEP]), DescentError, 'Cannot run add "sum"');
});

gpuTest(
  "after a lost device, an uncaptured error or the watchdog, every call throws what happened",
  async (open) => {
    const { a, sum, plan } = smallSum();
    const failures: readonly [string, WebgpuOptions, (executor: WebgpuExecutor) => unknown][] = [
      ["was lost", {}, ({ device }) => device.destroy()],
      ["reported an error", {}, ({ device }) => {
        device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
      }],
      ["within 0.001 s", { watchdogMs: 1 }, () => {}],
    ];
    for (const [message, options, cause] of failures) {
      const executor = await open(options), program = await executor.load(plan);
      cause(executor);
      await assertRejects(() => program.read(sum));
      await assertRejects(() => program.run("forward", [STEP]), DescentError, message);
      assertThrows(() => program.write(a, [1, 2]), DescentError, message);
      await assertRejects(() => executor.load(plan), DescentError, message);
    }
  },
);

gpuTest("a closed program or executor says so", async (open) => {
  const executor = await open(), { plan, sum } = smallSum(), program = await executor.load(plan);
  const reading = assertRejects(() => program.read(sum), DescentError, "program was closed");
  program.close();
  await reading;
  await assertRejects(() => program.run("forward", [STEP]), DescentError, "program is closed");
  executor.close();
  await assertRejects(() => executor.load(plan), DescentError, "executor is closed");
});
