/** concat(), slice(), pad() and transpose() of nodes and of values of a network. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { concat } from "../../src/nn/concat.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { input, type Model, modelOf, type Value } from "../../src/nn/network.ts";
import { pad, slice, transpose } from "../../src/nn/rearrange.ts";
import { argmax } from "../../src/ops/argmax.ts";
import { take } from "../../src/ops/take.ts";
import { decodeModel, encodeModel } from "../../src/train/saved.ts";
import { everyExecutor, forward } from "../ops/forward.ts";

const EXECUTORS = await everyExecutor();

const x = (shape: Shape) => leaf("input", "x", shape);
const counted = ({ type }: Node) => Float32Array.from({ length: sizeOf(type.shape) }, (_, i) => i + 1);

/** What the node makes of 1, 2, 3, … in each leaf, the same on every executor. */
async function valuesOf(node: Node, ...leaves: readonly Node[]): Promise<readonly number[]> {
  const all: (readonly number[])[] = [];
  for (const executor of EXECUTORS) {
    const [found] = await forward(executor, [node], leaves.map((one) => [one, counted(one)]));
    all.push([...found!]);
  }
  all.forEach((one) => assertEquals(one, all[0]));
  return all[0]!;
}

/** What a model of one input gives for 1, 2, 3, … in two rows, before and after it was saved. */
async function answersOf(model: Model): Promise<readonly number[]> {
  const given = x([2, ...model.inputShape]), found = await valuesOf(model.apply(given), given);
  const loaded = decodeModel(encodeModel({ model, weights: initializeWeights(model, 1) })).model;
  assertEquals(await valuesOf(loaded.apply(given), given), found);
  assertEquals(loaded.outputShape, model.outputShape);
  return found;
}

const sentenceOf = (work: () => unknown) => assertThrows(work, DescentError).message;

Deno.test("concat() puts nodes behind one another, the first in front", async () => {
  const a = x([2, 3]), b = x([2, 1]), c = x([2, 2]);
  assertEquals(await valuesOf(concat([a, b, c]), a, b, c), [1, 2, 3, 1, 1, 2, 4, 5, 6, 2, 3, 4]);
  const d = x([1, 3]);
  assertEquals(await valuesOf(concat([d, a], { axis: 0 }), a, d), [1, 2, 3, 1, 2, 3, 4, 5, 6]);
});

Deno.test("concat() of many nodes copies each value as often as halving takes", () => {
  const nodes = Array.from({ length: 64 }, () => x([2, 3])),
    depth = (node: Node): number => node.op.name === "concat" ? 1 + Math.max(...node.inputs.map(depth)) : 0;
  assertEquals([depth(concat(nodes)), depth(concat(nodes.slice(0, 5))), concat(nodes.slice(0, 1))], [
    6,
    3,
    nodes[0]!,
  ]);
});

Deno.test("slice(), pad() and transpose() of nodes give what their words say", async () => {
  const a = x([3, 5]);
  assertEquals(await valuesOf(slice(a, { start: 2, size: 2 }), a), [3, 4, 8, 9, 13, 14]);
  assertEquals(await valuesOf(slice(a, { axis: 0, start: 2 }), a), [11, 12, 13, 14, 15]);
  assertEquals(
    await valuesOf(pad(slice(a, { axis: 0, size: 1 }), { before: 1, after: 2 }), a),
    [0, 1, 2, 3, 4, 5, 0, 0],
  );
  assertEquals(
    await valuesOf(transpose(a, [1, 0]), a),
    [1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14, 5, 10, 15],
  );
  const b = x([2, 1, 2, 2]);
  assertEquals(await valuesOf(transpose(b, [3, 0, 1, 2]), b), [1, 3, 5, 7, 2, 4, 6, 8]);
});

Deno.test("what changes nothing is the node itself", () => {
  const a = x([3, 5]);
  assert([slice(a, {}), pad(a, { axis: 0 }), transpose(a, [0, 1]), concat([a])].every((one) => one === a));
});

Deno.test("concat(), slice(), pad() and transpose() of values leave the rows of a batch apart, also when loaded", async () => {
  const image: Shape = [2, 3];
  const one = (part: (value: Value) => Value) => answersOf(sequential(image, [part]));
  assertEquals(
    await one((v) => slice(v, { axis: 0, size: 1 })),
    [1, 2, 3, 7, 8, 9],
  );
  assertEquals(await one((v) => slice(v, { start: 1 })), [2, 3, 5, 6, 8, 9, 11, 12]);
  assertEquals(
    await one((v) => pad(v, { axis: 0, before: 1 })),
    [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 8, 9, 10, 11, 12],
  );
  assertEquals(await one((v) => transpose(v, [1, 0])), [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
  assertEquals(
    await one((v) => concat([v, slice(v, { size: 1 })])),
    [1, 2, 3, 1, 4, 5, 6, 4, 7, 8, 9, 7, 10, 11, 12, 10],
  );
  assertEquals(
    await one((v) => concat([v, slice(v, { axis: 0, size: 1 })], { axis: 0 })),
    [1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 11, 12, 7, 8, 9],
  );
});

Deno.test("concat() says which shapes do not fit", () => {
  assertEquals(
    sentenceOf(() => concat([x([2, 3]), x([3, 3])])),
    "Cannot concatenate f32[2,3] and f32[3,3]: they differ in more than axis 1",
  );
  const v = input([4, 4, 3]), w = input([4, 5, 2]);
  assertEquals(
    sentenceOf(() => modelOf({ v, w }, concat([v, w]))),
    'Layer "concat_1" (concat) cannot take rows of shape [4,5,2]: it needs rows like [4,4,3] but for axis 2',
  );
  assertEquals(
    sentenceOf(() => concat([x([2, 3]), x([2, 3])], { axis: 2 })),
    "The axis of concat() is counted from 0, and [2,3] has no axis 2",
  );
  assertEquals(
    sentenceOf(() => concat([])),
    "concat() takes a list of values of a network, or of nodes, got []",
  );
  assertEquals(
    sentenceOf(() => concat([v, x([2])] as unknown as readonly Value[])),
    "A graph is made of nodes, as leaf() gives, but one of them is a value of a network",
  );
});

Deno.test("slice(), pad() and transpose() say what is wrong, with the shape", () => {
  const a = x([3, 5]), v = input(5);
  assertEquals(
    sentenceOf(() => slice(a, { start: 3, size: 4 })),
    "Cannot slice 4 from 3 on out of axis 1 of [3,5], which has 5",
  );
  assertEquals(
    sentenceOf(() => modelOf({ v }, slice(v, { start: 6 }).pipe(dense(2)))),
    "Cannot slice -1 from 6 on out of axis 0 of [5], which has 5",
  );
  assertEquals(
    sentenceOf(() => pad(a, { before: -1 })),
    "pad() puts 0 or more zeros before and after, got -1 and 0",
  );
  assertEquals(
    sentenceOf(() => transpose(a, [0, 0])),
    "transpose() takes all axes of [3,5] in the order that they shall have, such as [1,0], got [0,0]",
  );
  assertEquals(
    sentenceOf(() => transpose([1, 2] as unknown as Node, [0])),
    "transpose() takes a value of a network, or a node, got [1,2]",
  );
});

Deno.test("take() and argmax() refuse what they are not for, with the types", () => {
  assertEquals(
    sentenceOf(() => take(x([3, 5]), x([4]))),
    "Cannot take entries of f32[3,5] and f32[4]: the table must be f32[entries,…], the indices u32 of 1 or 2 axes, and the " +
      "result has at most 4",
  );
  assertEquals(
    sentenceOf(() => argmax(x([5]))),
    "Cannot find the largest of f32[5]: it must be f32 values of 2 to 4 axes",
  );
});
