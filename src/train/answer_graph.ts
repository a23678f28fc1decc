/** Graphs of a trained model: what it answers for rows that the host writes, a batch after another. */
import { sizeOf } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Model } from "../nn/model.ts";
import { softmax } from "../ops/softmax.ts";
import { appliedModel } from "./graph.ts";
import { gatherInputs, type InputKind } from "./table.ts";

/** A batch of rows, in the order in which they lie. */
export interface RowBatch {
  /** [batch, values of a row]. */
  readonly rows: Node;
  readonly order: Node;
  readonly x: Node;
}

function rowBatch(model: Model, batch: number, kind: InputKind): RowBatch {
  const dtype = kind.kind === "bytes" ? "u8" : "f32";
  const rows = leaf("input", "rows", [batch, sizeOf(model.inputShape)], dtype);
  const order = leaf("data", "order", [batch], "u32");
  return { rows, order, x: gatherInputs(model, { table: rows, kind, order }, { rows: batch }) };
}

/** What a model gives for a batch, and where that is a flat row, the probabilities that it means as logits. */
export function predictionGraph(
  model: Model,
  batch: number,
  kind: InputKind,
): RowBatch & { readonly logits: Node; readonly probabilities?: Node } {
  const given = rowBatch(model, batch, kind), logits = appliedModel(model, given.x).outputs.output;
  return { ...given, logits, ...(model.outputShape.length === 1 && { probabilities: softmax(logits) }) };
}

/** What each layer gives for a batch, by the layer's name. */
export function layerGraph(
  model: Model,
  batch: number,
  kind: InputKind,
): RowBatch & { readonly layers: ReadonlyMap<string, Node> } {
  const given = rowBatch(model, batch, kind);
  return { ...given, layers: appliedModel(model, given.x).layers };
}
