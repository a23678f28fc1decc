/** W11: a network that has been trained, and calls of a predictor of it. */
import type { DataSet } from "../src/data/data_set.ts";
import type { Executor } from "../src/exec/executor.ts";
import { compile } from "../src/ir/plan.ts";
import { callFlops } from "../src/ir/print.ts";
import { predictionGraph } from "../src/train/answer_graph.ts";
import { fit } from "../src/train/fit.ts";
import { openPredictor, rowsKind } from "../src/train/predictor.ts";
import type { Trained } from "../src/train/saved.ts";
import { type Calls, callsOf } from "./calls.ts";
import type { LoadedSubject } from "./training.ts";
import { NETWORKS } from "./networks.ts";

/** Trains the network for an epoch: after that its zeros, which are skipped, are those of a network in use. */
export async function trainPredictor({ inputs, inputShape, targets }: DataSet): Promise<Trained> {
  // Without the names of the five classes: the network has ten.
  const train = { inputs, inputShape, targets };
  return await fit(NETWORKS.predictor(), { train }, { epochs: 1, evaluate: [] });
}

/** Opens a predictor for calls of so many of the images at a time, as bytes. */
export async function loadPredicting(
  trained: Trained,
  { images: { inputs }, rows, executor }: {
    readonly images: DataSet;
    readonly rows: number;
    readonly executor: Executor;
  },
): Promise<LoadedSubject & Calls> {
  const predictor = await openPredictor(trained, { executor });
  const { logits } = predictionGraph(trained.model, rows, rowsKind(trained.model, inputs));
  return {
    ...callsOf(predictor.predict, inputs, rows),
    flops: compile({ predict: [logits] }).routines.predict!.reduce((sum, call) => sum + callFlops(call), 0),
    close: predictor.close,
  };
}
