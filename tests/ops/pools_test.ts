/** Pooling and reshape: ties, NaN, what overlaps and what is left over, and what they refuse. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, STREAM } from "../../src/core/random.ts";
import type { Step } from "../../src/core/step.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { gradcheckCase } from "../../src/exec/case.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { compile } from "../../src/ir/plan.ts";
import { ACTIVATIONS } from "../../src/ops/_activation.ts";
import { poolAttrs } from "../../src/ops/_pool.ts";
import { activationGrad } from "../../src/ops/activation_grad.ts";
import { avgPool2d } from "../../src/ops/avg_pool2d.ts";
import { avgPool2dGrad } from "../../src/ops/avg_pool2d_grad.ts";
import { maxPool2d, maxPool2dOp } from "../../src/ops/max_pool2d.ts";
import { maxPool2dGrad } from "../../src/ops/max_pool2d_grad.ts";
import { reshape, reshapeAll } from "../../src/ops/reshape.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";

const wasm = await wasmExecutor({ threads: 1 }), webgpu = await webgpuOrSkip();
const EXECUTORS: readonly Executor[] = [referenceExecutor(), wasm, ...(webgpu ? [webgpu] : [])];
const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

const input = (label: string, ...shape: readonly number[]) => leaf("input", label, shape);

/** What a node gives, with values for its inputs in their order. */
async function valueOf(
  executor: Executor,
  value: Node,
  ...given: readonly ArrayLike<number>[]
): Promise<readonly number[]> {
  const program = await executor.load(compile({ run: [value] }));
  value.inputs.forEach((one, i) => program.write(one, given[i]!));
  await program.run("run", [STEP]);
  const found = [...await program.read(value)];
  program.close();
  return found;
}

/** Two channels of which the second is the first in reverse: lanes must not be mixed up. */
const twice = (values: readonly number[]) =>
  values.flatMap((value, i) => [value, values[values.length - 1 - i]!]);

for (const executor of EXECUTORS) {
  const on = `on ${executor.name}`;

  Deno.test(`maxPool2d() ${on} takes the largest of each window and leaves out what does not fill one`, async () => {
    const image = [1, 2, 9, 3, -4, 9, 7, 8, 9], x = input("x", 1, 3, 3, 1);
    assertEquals(await valueOf(executor, maxPool2d(x, { window: [2, 2] }), image), [3]);
    assertEquals(await valueOf(executor, maxPool2d(x, { window: [2, 2], stride: [1, 1] }), image), [
      3,
      9,
      8,
      9,
    ]);
    assertEquals(await valueOf(executor, maxPool2d(x, { window: [1, 2], stride: [2, 1] }), image), [
      2,
      9,
      8,
      9,
    ]);
  });

  Deno.test(`avgPool2d() ${on} gives the mean of each window, and its gradient gives each pixel a share`, async () => {
    const image = [1, 2, 9, 3, -4, 9, 7, 8, 9], x = input("x", 1, 3, 3, 1), dY = input("dY", 1, 2, 2, 1);
    const overlapping = { window: [2, 2], stride: [1, 1] } as const;
    assertEquals(await valueOf(executor, avgPool2d(x, overlapping), image), [0.5, 4, 3.5, 5.5]);
    const dX = avgPool2dGrad(dY, { ...poolAttrs(overlapping), shape: [1, 3, 3, 1] });
    assertEquals(await valueOf(executor, dX, [4, 8, 12, 16]), [1, 3, 2, 4, 10, 6, 3, 7, 4]);
  });

  Deno.test(`of equal maxima ${on} the first in row-major order takes the whole gradient`, async () => {
    const x = input("x", 1, 4, 4, 2), dY = input("dY", 1, 2, 2, 2), attrs = poolAttrs({ window: [2, 2] });
    const image = [5, 5, 0, 7, 5, 5, 7, 7, 0, 0, -1, -2, 0, 1, -2, -1], gradient = twice([10, 20, 30, 40]);
    const found = await valueOf(executor, maxPool2dGrad(x, dY, attrs), twice(image), gradient);
    assertEquals(found.filter((_, i) => i % 2 === 0), [10, 0, 0, 20, 0, 0, 0, 0, 0, 0, 40, 0, 0, 30, 0, 0]);
    assertEquals(found.filter((_, i) => i % 2 === 1), [40, 0, 30, 0, 0, 0, 0, 0, 20, 0, 10, 0, 0, 0, 0, 0]);
  });

  Deno.test(`of equal maxima ${on} the first takes the gradient in windows that overlap or are of other sizes too`, async () => {
    const x = input("x", 1, 3, 3, 1), dY = input("dY", 1, 2, 2, 1);
    const every = maxPool2dGrad(x, dY, poolAttrs({ window: [2, 2], stride: [1, 1] }));
    assertEquals(await valueOf(executor, every, new Array(9).fill(3), [1, 2, 4, 8]), [
      1,
      2,
      0,
      4,
      8,
      0,
      0,
      0,
      0,
    ]);
    assertEquals(await valueOf(executor, every, [0, 0, 0, 0, 6, 0, 0, 0, 0], [1, 2, 4, 8]), [
      0,
      0,
      0,
      0,
      15,
      0,
      0,
      0,
      0,
    ]);
    const whole = maxPool2dGrad(x, input("dY", 1, 1, 1, 1), poolAttrs({ window: [3, 3] }));
    assertEquals(await valueOf(executor, whole, [0, 1, 0, 1, 1, 0, 0, 0, 1], [5]), [
      0,
      5,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  Deno.test(`pixels of no window get a gradient of 0 ${on}`, async () => {
    const x = input("x", 1, 3, 5, 1), dY = input("dY", 1, 1, 2, 1), ones = new Array(15).fill(1);
    for (const [window, stride] of [[[2, 2], [2, 2]], [[1, 2], [3, 3]]] as const) {
      const attrs = poolAttrs({ window, stride }), place = stride[1];
      const max = await valueOf(executor, maxPool2dGrad(x, dY, attrs), ones, [8, 16]);
      assertEquals(max, ones.map((_, i) => i === 0 ? 8 : i === place ? 16 : 0));
      const avg = await valueOf(executor, avgPool2dGrad(dY, { ...attrs, shape: [1, 3, 5, 1] }), [8, 16]);
      const isUnder = (i: number) =>
        i < 5 * window[0] && i % 5 % stride[1] < window[1] && i % 5 < 2 * stride[1];
      const share = window[0] * window[1];
      assertEquals(avg, ones.map((_, i) => isUnder(i) ? (i % 5 < place ? 8 : 16) / share : 0));
    }
  });

  Deno.test(`NaN ${on} is larger than every number: its window gives NaN, and the first of them takes the gradient`, async () => {
    const windows = [[NaN, 1, 2, 3], [1, NaN, NaN, 9], [1, 2, 3, NaN], [Infinity, 1, NaN, 2], [1, 4, 2, 3]];
    const winners = [0, 1, 3, 2, 1];
    for (const [window, stride] of [[[2, 2], [2, 2]], [[2, 2], [1, 1]]] as const) {
      const x = input("x", 5, 2, 2, 1), pooled = maxPool2d(x, { window, stride });
      assertEquals(await valueOf(executor, pooled, windows.flat()), [NaN, NaN, NaN, NaN, 4]);
      const dX = maxPool2dGrad(x, input("dY", 5, 1, 1, 1), poolAttrs({ window, stride }));
      const expected = winners.flatMap((winner, b) => [0, 1, 2, 3].map((i) => i === winner ? b + 1 : 0));
      assertEquals(await valueOf(executor, dX, windows.flat(), [1, 2, 3, 4, 5]), expected);
    }
  });
}

for (const activation of ACTIVATIONS) {
  Deno.test(`maxPool2dGrad() with ${activation} gives on WASM the bits of activationGrad() of it without`, async () => {
    for (const [window, stride] of [[[2, 2], [2, 2]], [[3, 3], [2, 2]]] as const) {
      const attrs = poolAttrs({ window, stride }), x = input("x", 2, 7, 7, 5);
      const dY = input("dY", ...maxPool2d(x, { window, stride }).type.shape);
      const plain = maxPool2dGrad(x, dY, attrs), fused = maxPool2dGrad(x, dY, { ...attrs, activation });
      const program = await wasm.load(
        compile({ run: [activationGrad(plain, x, activation, "apart"), fused] }),
      );
      [x, dY].forEach((one, lane) => {
        // Values of a ReLU have many equal zeros.
        const values = normal(sizeOf(one.type.shape), { seed: 1, stream: STREAM.test, lane });
        program.write(
          one,
          one === x && activation !== "identity" ? values.map((v) => Math.min(Math.max(0, v), 1)) : values,
        );
      });
      await program.run("run", [STEP]);
      const found = await Promise.all(
        [0, 1].map((i) =>
          program.readPadded(program.plan.routines.run!.at(i === 0 ? -2 : -1)!.operands.at(-1)!)
        ),
      );
      const [apart, together] = found.map(({ buffer }) => new Uint32Array(buffer as ArrayBuffer));
      program.close();
      assertEquals(together, apart);
    }
  });
}

Deno.test("gradcheckCase() leaves out what is not smooth: differences at ties are no gradient", async () => {
  const tied = maxPool2dOp.cases.filter(({ notSmooth }) => notSmooth);
  assert(tied.length > 0);
  for (const one of tied) {
    assertEquals(await gradcheckCase(maxPool2dOp, one), undefined);
    const { notSmooth: _, ...asIfSmooth } = one;
    assert((await gradcheckCase(maxPool2dOp, asIfSmooth))! > 0.01, one.label);
  }
});

Deno.test("pooling refuses a window larger than the image, with both sizes", () => {
  const x = input("x", 8, 4, 6, 3);
  for (const [name, pool] of [["max_pool2d", maxPool2d], ["avg_pool2d", avgPool2d]] as const) {
    assertThrows(
      () => pool(x, { window: [5, 2] }),
      DescentError,
      `Cannot apply ${name} to f32[8,4,6,3]: the window [5,2] is larger than the image [4,6]`,
    );
  }
});

Deno.test("pooling refuses images without channels, and strides that are not positive whole numbers", () => {
  assertThrows(
    () => maxPool2d(input("x", 8, 4, 6), { window: [2, 2] }),
    DescentError,
    "Cannot apply max_pool2d to f32[8,4,6]: images are f32[count,height,width,channels]",
  );
  for (const stride of [[0, 1], [1, 1.5]] as const) {
    assertThrows(
      () => avgPool2d(input("x", 8, 4, 6, 1), { window: [2, 2], stride }),
      DescentError,
      `window [2,2] and strides [${stride}] must be positive whole numbers`,
    );
  }
});

Deno.test("the gradients of pooling refuse a dY of another shape, with the one that it must have", () => {
  const dY = input("dY", 8, 2, 2, 3), attrs = poolAttrs({ window: [2, 2] });
  assertThrows(
    () => maxPool2dGrad(input("x", 8, 4, 6, 3), dY, attrs),
    DescentError,
    "Cannot apply max_pool2d_grad to f32[8,4,6,3] and f32[8,2,2,3]: dY must be [8,2,3,3]",
  );
  assertThrows(
    () => avgPool2dGrad(dY, { ...attrs, shape: [8, 4, 6, 3] }),
    DescentError,
    "Cannot apply avg_pool2d_grad to f32[8,4,6,3] and f32[8,2,2,3]: dY must be [8,2,3,3]",
  );
});

Deno.test("reshape() refuses rows of another number of values, with both numbers", () => {
  assertThrows(
    () => reshape(input("x", 5, 780), [28, 28]),
    DescentError,
    "Cannot reshape f32[5,780]: a row holds 780 values, [28,28] takes 784",
  );
});

Deno.test("reshapeAll() keeps the values in their order, whatever the first axis becomes, and refuses another number of them", () => {
  const x = input("x", 3, 4, 5);
  assertEquals(reshapeAll(x, [6, 10]).type.shape, [6, 10]);
  assertEquals(reshapeAll(reshapeAll(x, [60]), [3, 4, 5]) === x, true);
  assertEquals(reshape(reshapeAll(x, [12, 5]), [5, 1]).type.shape, [12, 5, 1]);
  assertThrows(
    () => reshapeAll(x, [8, 8]),
    DescentError,
    "Cannot reshape f32[3,4,5]: it holds 60 values, [8,8] takes 64",
  );
  assertThrows(
    () => reshapeAll(x, []),
    DescentError,
    "reshapeAll() takes a shape of one axis or more, got []",
  );
});

Deno.test("reshape() of a reshape starts from what that was given, and gives that itself where nothing changes", () => {
  const x = input("x", 5, 6, 7), there = reshape(x, [42]);
  assertEquals(there.type.shape, [5, 42]);
  assertEquals(reshape(there, [7, 6]).inputs, [x]);
  assertEquals(reshape(there, [6, 7]) === x && reshape(x, [6, 7]) === x, true);
});
