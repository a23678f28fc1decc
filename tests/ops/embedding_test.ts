/** Embedding: which indices name a row, and what those that name none do. */
import { assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Step } from "../../src/core/step.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { embeddingGrad } from "../../src/ops/embedding_grad.ts";
import { everyExecutor } from "./forward.ts";

const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };
/** Rows 0, 2, 1 and 2 of three, and five that name none. */
const INDICES = [0, 2, -0, 1, 2, 3, -1, 0.5, NaN, Infinity];

for (const executor of await everyExecutor()) {
  Deno.test(`embedding() on ${executor.name} gives the row of each index, and NaN for what names none`, async () => {
    const x = leaf("input", "x", [2, 5]), table = leaf("parameter", "table", [3, 2]);
    const y = embedding(x, table), dY = leaf("input", "dY", [2, 5, 2]);
    const dTable = embeddingGrad(x, dY, { count: 3 });
    const program = await executor.load(compile({ run: [y, dTable] }));
    program.write(x, INDICES);
    program.write(table, [1, 2, 3, 4, 5, 6]);
    program.write(dY, [1, 10, 2, 20, 4, 40, 8, 80, 16, 160, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    await program.run("run", [STEP]);
    assertEquals([...await program.read(y)], [1, 2, 5, 6, 1, 2, 3, 4, 5, 6, ...new Array(10).fill(NaN)]);
    assertEquals([...await program.read(dTable)], [5, 50, 8, 80, 18, 180]);
    program.close();
  });
}

Deno.test("embedding() refuses a table that is none and indices of four axes", () => {
  const x = leaf("input", "x", [2, 5]), table = leaf("parameter", "table", [3]);
  assertThrows(
    () => embedding(x, table),
    DescentError,
    "Cannot look up f32[2,5] and f32[3]: indices are f32",
  );
  const deep = leaf("input", "x", [2, 1, 1, 5]), fits = leaf("parameter", "table", [3, 2]);
  assertThrows(() => embedding(deep, fits), DescentError, "the table is f32[rows,values]");
});
