/** One step of training, for tests of what losses are. */
import type { DataSet } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { Loss } from "../../src/nn/loss.ts";
import type { Model, Weights } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { fit } from "../../src/train/fit.ts";

/** Steps so large that the difference of the weights shows the gradient, even beside weights of 10,000. */
export const LEARNING_RATE = 1024;

/** What a step of training on one batch shows. */
export interface LossStep {
  readonly mean: number;
  readonly gradients: ReadonlyMap<string, Float64Array>;
}

/** The mean loss of one batch of all rows, and its gradients, as a step of training has them. */
export async function lossStep(
  executor: Executor,
  model: Model,
  { train, loss, weights }: { readonly train: DataSet; readonly loss: Loss; readonly weights: Weights },
): Promise<LossStep> {
  const optimizer = sgd({ learningRate: LEARNING_RATE });
  const { history, end, weights: after } = await fit(model, { train }, {
    executor,
    loss,
    weights,
    optimizer,
    epochs: 1,
    batch: 1000,
    evaluate: [],
  });
  const gradients = Array.from(weights, ([name, before]) => {
    // The reference keeps more digits than weights have.
    const values = end.state.tensors.get(`parameters/${name}`) ?? after.get(name)!;
    return [name, Float64Array.from(before, (value, i) => (value - values[i]!) / LEARNING_RATE)] as const;
  });
  return { mean: history[0]!.loss, gradients: new Map(gradients) };
}
