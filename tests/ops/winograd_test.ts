/** Convolutions of 3 × 3 windows over images of few zeros, which WebAssembly makes of fewer products than the definition has. */
import { assert, assertEquals } from "@std/assert";
import { sizeOf } from "../../src/core/tensor.ts";
import { sameBits } from "../../src/exec/case.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { conv2d, conv2dInputGrad } from "../../src/ops/conv2d.ts";
import { conv2dWeightGrad } from "../../src/ops/conv2d_weight_grad.ts";
import { convAttrs } from "../../src/ops/_conv.ts";
import { forward } from "./forward.ts";

const PADS = { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 };

/** A convolution and its gradients, over `count` images of 9 × 10 pixels, 16 channels and 32 filters. */
function convolution(count: number) {
  const x = leaf("input", "x", [count, 9, 10, 16]), w = leaf("input", "w", [3, 3, 16, 32]);
  const b = leaf("input", "b", [32]), dY = leaf("input", "dY", [count, 9, 10, 32]);
  return {
    ...{ x, w, b, dY },
    y: conv2d(x, w, b, PADS),
    dX: conv2dInputGrad(dY, w, { ...PADS, shape: x.type.shape }),
    dW: conv2dWeightGrad(x, dY, { ...convAttrs(PADS), window: [3, 3] }),
  };
}

/** Numbers between -1 and 1 that look drawn, the same each time. */
function numbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (Math.imul(i * 31 + seed, 2654435761) >> 8) / 2 ** 23);
}

const valuesOf = (nodes: readonly Node[]) =>
  nodes.map((node, seed) => [node, numbers(sizeOf(node.type.shape), seed + 1)] as const);

Deno.test("a 3×3 convolution and its gradients by fewer products are off by some units in the last place of what they add", async () => {
  const { x, w, b, dY, y, dX, dW } = convolution(5), values = valuesOf([x, w, b, dY]);
  const wasm = await wasmExecutor({ threads: 1 }), roots = [y, dX, dW];
  const [found, right] = await Promise.all(
    [wasm, referenceExecutor()].map((one) => forward(one, roots, values)),
  );
  roots.forEach(({ type: { shape } }, i) => {
    const size = Math.sqrt(right![i]!.reduce((sum, value) => sum + value ** 2, 0) / sizeOf(shape));
    const worst = right![i]!.reduce(
      (most, value, at) => Math.max(most, Math.abs(found![i]![at]! - value)),
      0,
    );
    // It is 4e-6 where it is most; sums in the order of the definition make 5e-7, a wrong map 1e-2.
    assert(worst < 1e-5 * size && worst > 0, `${["y", "dX", "dW"][i]}: ${worst} beside ${size}`);
  });
  wasm.close();
});

Deno.test("images of few zeros and of many, mixed, get the same bits as each by itself", async () => {
  const wasm = await wasmExecutor({ threads: 1 }), all = convolution(7), one = convolution(1);
  const weights = numbers(sizeOf(all.w.type.shape), 3), bias = numbers(32, 4);
  // One value in `every` is not zero.
  const image = (every: number, size: number) => numbers(size, every).map((v, i) => i % every === 0 ? v : 0);
  const rates = [1, 9, 1, 4, 30, 2, 1], size = sizeOf(one.x.type.shape);
  const images = rates.map((every) => image(every, size)),
    gradients = rates.map((every) => image(every, 2 * size));
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  const [y, dX] = await forward(wasm, [all.y, all.dX], [
    ...[[all.x, joined(images)], [all.dY, joined(gradients)]] as const,
    ...[[all.w, weights], [all.b, bias]] as const,
  ]);
  for (const i of rates.keys()) {
    const [ownY, ownDX] = await forward(wasm, [one.y, one.dX], [
      ...[[one.x, images[i]!], [one.dY, gradients[i]!]] as const,
      ...[[one.w, weights], [one.b, bias]] as const,
    ]);
    assert(sameBits(y!.subarray(i * 2 * size, (i + 1) * 2 * size), ownY!), `y of image ${i}`);
    assert(sameBits(dX!.subarray(i * size, (i + 1) * size), ownDX!), `dX of image ${i}`);
  }
  wasm.close();
});

Deno.test("where a window has nothing but zeros under it the result is the bias exactly, and the gradient zero", async () => {
  const wasm = await wasmExecutor({ threads: 1 }), { x, w, b, dY, y, dX } = convolution(3);
  const values = valuesOf([x, w, b, dY]),
    corner = (at: number, channels: number) => {
      const pixel = Math.floor(at / channels) % 90;
      return Math.floor(pixel / 10) > 5 || pixel % 10 > 6;
    };
  // Something in a corner and a pixel in the middle; zeros of either sign elsewhere.
  for (const [node, channels] of [[0, 16], [3, 32]] as const) {
    values[node]![1].forEach((_value, at, all) => {
      const pixel = Math.floor(at / channels) % 90;
      if (!corner(at, channels) && pixel !== 22) all[at] = at % 2 === 0 ? 0 : -0;
    });
  }
  const roots = [y, dX], found = await forward(wasm, roots, values);
  const right = await forward(referenceExecutor(), roots, values);
  for (const [i, bias] of [[0, values[2]![1]], [1, new Float32Array(16)]] as const) {
    const empty = Array.from(right[i]!).flatMap((value, at) => value === bias[at % bias.length] ? [at] : []);
    assert(empty.length > 500, `${empty.length}`);
    assertEquals([...empty].filter((at) => found[i]![at] !== right[i]![at]), []);
  }
  wasm.close();
});

Deno.test("a NaN in an image stays within the tiles of 4 × 4 targets that it lies under, and in its image", async () => {
  const wasm = await wasmExecutor({ threads: 1 }),
    { x, w, b, y } = convolution(2),
    values = valuesOf([x, w, b]);
  values[0]![1][(2 * 10 + 2) * 16 + 5] = NaN;
  const [found] = await forward(wasm, [y], values);
  const spoiled = new Set<string>();
  found!.forEach((value, at) => {
    const pixel = Math.floor(at / 32);
    if (Number.isNaN(value)) {
      spoiled.add(`${Math.floor(pixel / 90)}:${Math.floor(pixel % 90 / 40)},${Math.floor(pixel % 10 / 4)}`);
    }
  });
  assertEquals([...spoiled], ["0:0,0"]);
  wasm.close();
});
