/** A workload as a loaded program: the very plan that `fit` trains with, and steps for it. */
import type { Step } from "../src/core/step.ts";
import { columnsOf, sizeOf } from "../src/core/tensor.ts";
import { countRows, type DataSet } from "../src/data/data_set.ts";
import { batches } from "../src/data/order.ts";
import type { BackendName, Executor, Program } from "../src/exec/executor.ts";
import { compile } from "../src/ir/plan.ts";
import { callFlops } from "../src/ir/print.ts";
import { initializeWeights, modelLeaves } from "../src/nn/model.ts";
import { COLUMN, evaluationGraph, trainingGraph } from "../src/train/graph.ts";
import { compileOptionsFor, loadOptionsFor, type RewriteName } from "../src/train/rewrites.ts";
import { writeTable } from "../src/train/session_data.ts";
import { type DataKind, dataKind, tableLeaves } from "../src/train/table.ts";
import { LEAST_GPU_MS, type Subject } from "./measure.ts";
import { NETWORKS } from "./networks.ts";
import type { Training } from "./workloads.ts";

/** A subject that owns a program. */
export interface LoadedSubject extends Subject {
  /** Floating-point operations of a step, counted dense and without any rewrite. */
  readonly flops: number;
  /** Images of a step, on average; undefined where a step has none. */
  readonly samples?: number;
  /** Mean loss on fixed rows, to show that it trains. */
  loss?(): Promise<number>;
  close(): void;
}

const SEED = 1;
const EVALUATION_BATCH = 512;

/** What a training is made of, for rows of a kind; without `noise` (default true) nothing is drawn by chance. */
export function planTraining(
  { network, batch: size, optimizer: makeOptimizer, loss: makeLoss }: Training,
  { kind, rows, backend, off = [], noise = true }: {
    readonly kind: DataKind;
    readonly rows: number;
    readonly backend: BackendName;
    readonly off?: readonly RewriteName[];
    readonly noise?: boolean;
  },
) {
  const model = typeof network === "string" ? NETWORKS[network]({ noise }) : network();
  const optimizer = makeOptimizer(), loss = makeLoss();
  const batch = size === "all" ? rows : Math.min(size, rows), table = tableLeaves(rows, kind, { loss });
  const training = trainingGraph(model, table, { rows, batch, loss, optimizer });
  const evaluation = evaluationGraph(model, table, { batch: Math.min(EVALUATION_BATCH, rows), loss });
  const routines = { train: training.roots, validate: evaluation.roots };
  const plan = compile(routines, compileOptionsFor(backend, off));
  return { model, optimizer, loss, batch, table, training, evaluation, routines, plan };
}

/**
 * Loads a training on an executor, with its first weights; without `noise` (default true) nothing is drawn by chance. The
 * rows of `train` are in a mixed order already, or `order` has one: then each repeat goes on through it where the last one
 * ended, so that rows are not in a cache because they have just been read.
 */
export async function loadTraining(
  workload: Training,
  data: DataSet,
  executor: Executor,
  { off = [], noise = true, order }: {
    readonly off?: readonly RewriteName[];
    readonly noise?: boolean;
    readonly order?: Uint32Array;
  } = {},
): Promise<LoadedSubject> {
  const rows = countRows(data), { lossRows } = workload;
  const { model, optimizer, loss, batch, table, training, evaluation, routines, plan } = planTraining(
    workload,
    {
      kind: dataKind(data),
      rows,
      backend: executor.name,
      off,
      noise,
    },
  );
  const program = await executor.load(plan, loadOptionsFor(off));
  writeTable(program, table, [data], loss);
  const rowsInOrder = order ?? Uint32Array.from({ length: rows }, (_, row) => row);
  program.write(training.order, rowsInOrder);
  program.write(evaluation.order, rowsInOrder);
  const first = initializeWeights(model, SEED), epoch = batches(rows, batch);
  let begin = 0;
  const reset = () => {
    for (const node of modelLeaves(model)) program.write(node, first.get(node.label)!);
    for (const state of training.states) program.write(state, new Float32Array(sizeOf(state.type.shape)));
  };
  reset();
  return {
    flops: compile(routines).routines.train!.reduce((sum, call) => sum + callFlops(call), 0),
    samples: rows / epoch.length,
    leastMs: executor.name === "webgpu" ? LEAST_GPU_MS : 0,
    prepare(count) {
      // Always the same steps: what is zero, and so what is skipped, changes while a network learns.
      reset();
      const steps = Array.from({ length: count }, (_, step): Step => {
        const slot = (begin + step) % epoch.length;
        return { ...epoch[slot]!, slot, step, seed: SEED, scalars: optimizer.scalars(step) };
      });
      if (order !== undefined) begin += count;
      // On a GPU the steps are done when something that they wrote can be read.
      return async () => {
        await program.run("train", steps);
        await program.read(model.parameters.at(-1)!.node);
      };
    },
    loss: () => meanLoss(program, evaluation.metrics, Math.min(lossRows ?? rows, rows)),
    close: () => program.close(),
  };
}

async function meanLoss(
  program: Program,
  metrics: ReturnType<typeof evaluationGraph>["metrics"],
  rows: number,
): Promise<number> {
  const steps = batches(rows, Math.min(EVALUATION_BATCH, rows));
  await program.run(
    "validate",
    steps.map((batch, slot) => ({ ...batch, slot, step: 0, seed: SEED, scalars: [] })),
  );
  const table = await program.read(metrics), columns = columnsOf(metrics.type.shape);
  return steps.reduce((sum, _, slot) => sum + table[slot * columns + COLUMN.loss]!, 0) / rows;
}
