/** What layers give for one row, on the reference. */
import type { Step } from "../../src/core/step.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { sequential } from "../../src/nn/model.ts";

const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

/** `weights` are the values of the parameters, in their order. */
export async function outputOf(
  layers: readonly Layer[],
  shape: Shape,
  row: readonly number[],
  weights: readonly (readonly number[])[] = [],
): Promise<readonly number[]> {
  const model = sequential(shape, layers), x = leaf("input", "x", [1, ...shape]), y = model.apply(x);
  const program = await referenceExecutor().load(compile({ run: [y] }));
  program.write(x, row);
  model.parameters.forEach(({ node }, i) => program.write(node, weights[i]!));
  await program.run("run", [STEP]);
  return [...await program.read(y)];
}
