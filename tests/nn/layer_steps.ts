/** A model of one input, step after step on any executor: what it gives, its gradients and what it keeps. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { compile } from "../../src/ir/plan.ts";
import { type Model, modelLeaves, type Weights } from "../../src/nn/model.ts";
import { add } from "../../src/ops/add.ts";
import { assign } from "../../src/ops/assign.ts";
import { rowWeights } from "../../src/ops/row_weights.ts";

/** Real rows of a batch, dense, and what the outputs weigh in the objective. */
export interface Batch {
  readonly rows: number;
  readonly x: ArrayLike<number>;
  readonly seed: ArrayLike<number>;
}

/** `y`, `dX`, the gradient of each parameter by its name, and what is kept behind the step. */
export type Answer = Readonly<Record<string, Float64Array>>;

export interface StepOptions {
  readonly model: Model;
  readonly weights: ReadonlyMap<string, ArrayLike<number>>;
  /** Rows of a batch; those that are not real repeat the last one, or are all `filler`. */
  readonly rows: number;
  readonly filler?: number;
  readonly frozen?: readonly string[];
}

/** What each batch gives in training that leaves the parameters as they are; and evaluation of the last batch at the end. */
export async function runSteps(
  executor: Executor,
  { model, weights, rows, filler, frozen = [] }: StepOptions,
  batches: readonly Batch[],
): Promise<{ readonly answers: readonly Answer[]; readonly evaluated: Float64Array }> {
  const x = leaf("input", "x", [rows, ...model.inputShape]), updates = new Map<Node, Node>();
  const options = { training: true, rowShares: rowWeights(rows), frozen };
  const values = model.values([x], { ...options, update: (state, value) => void updates.set(state, value) });
  const y = values[model.outputs[0]!.at]!, seed = leaf("input", "seed", y.type.shape);
  const parameters = model.parameters.map(({ node }) => node);
  const grads = gradients([{ value: y, seed }], [x, ...parameters], add), evaluated = model.apply(x);
  const assigned = Array.from(updates, ([state, value]) => assign(state, value));
  const program = await executor.load(compile({ train: [y, ...grads, ...assigned], evaluate: [evaluated] }));
  const read = async (node: Node) => Float64Array.from(await program.read(node));
  const step = (count: number) => ({ start: 0, count, slot: 0, step: 0, seed: 1, scalars: [] });
  try {
    for (const node of modelLeaves(model)) program.write(node, weights.get(node.label)!);
    const answers: Answer[] = [];
    for (const batch of batches) {
      program.write(x, filled(batch.x, sizeOf(x.type.shape), batch.x.length / batch.rows, filler));
      program.write(seed, filled(batch.seed, sizeOf(seed.type.shape), batch.seed.length / batch.rows, 0));
      await program.run("train", [step(batch.rows)]);
      const [dX, ...dParameters] = await Promise.all(grads.map(read));
      answers.push({
        y: (await read(y)).slice(0, batch.seed.length),
        dX: dX!.slice(0, batch.x.length),
        ...Object.fromEntries(parameters.map(({ label }, i) => [`d ${label}`, dParameters[i]!])),
        ...Object.fromEntries(
          await Promise.all(model.states.map(async ({ node }) => [node.label, await read(node)] as const)),
        ),
      });
    }
    await program.run("evaluate", [step(batches.at(-1)!.rows)]);
    return { answers, evaluated: (await read(evaluated)).slice(0, batches.at(-1)!.seed.length) };
  } finally {
    program.close();
  }
}

function filled(values: ArrayLike<number>, count: number, size: number, filler?: number): Float64Array {
  const at = (i: number) => i < values.length ? i : values.length - size + i % size;
  return Float64Array.from(
    { length: count },
    (_, i) => i < values.length ? values[i]! : filler ?? values[at(i)]!,
  );
}

/** Worst error of the gradients of one batch against central differences in float64. */
export async function worstSlope(executor: Executor, options: StepOptions, batch: Batch): Promise<number> {
  const run = async (weights: StepOptions["weights"], x: ArrayLike<number>) =>
    (await runSteps(executor, { ...options, weights }, [{ ...batch, x }])).answers[0]!;
  const objective = ({ y }: Answer) => y!.reduce((sum, value, i) => sum + value * batch.seed[i]!, 0);
  const answer = await run(options.weights, batch.x), width = 1e-5;
  let worst = 0;
  const check = async (analytic: Float64Array, moved: (at: number, by: number) => Promise<Answer>) => {
    const scale = Math.max(1, ...analytic.map(Math.abs));
    for (const at of analytic.keys()) {
      const slope = (objective(await moved(at, width)) - objective(await moved(at, -width))) / (2 * width);
      worst = Math.max(worst, Math.abs(slope - analytic[at]!) / scale);
    }
  };
  const changed = (values: ArrayLike<number>, at: number, by: number) =>
    Float64Array.from(values, (value, i) => i === at ? value + by : value);
  await check(answer.dX!, (at, by) => run(options.weights, changed(batch.x, at, by)));
  for (const { node: { label } } of options.model.parameters) {
    const values = options.weights.get(label)!;
    await check(
      answer[`d ${label}`]!,
      (at, by) => run(new Map(options.weights).set(label, changed(values, at, by)), batch.x),
    );
  }
  return worst;
}

/** Fails where values differ by more than `tolerance` times the largest of them, or of 1. */
export function assertNear(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  if (found.length !== expected.length) {
    throw new Error(`${what}: ${found.length} values for ${expected.length}`);
  }
  const scale = Array.from(expected, Math.abs).reduce((a, b) => Math.max(a, b), 1);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!) / scale;
    if (!(error <= tolerance)) {
      throw new Error(`${what}[${i}] is ${found[i]} for ${expected[i]}: off by ${error}`);
    }
  }
}

/** Weights of a model with other values where they are given by the last part of their name. */
export function weightsWith(weights: Weights, values: Readonly<Record<string, readonly number[]>>): Weights {
  return new Map(
    Array.from(weights, ([label, old]) => {
      const given = values[label.slice(label.lastIndexOf("/") + 1)];
      return [label, given === undefined ? old : Float32Array.from(given)] as const;
    }),
  );
}
