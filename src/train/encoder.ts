/** A trained model in front of the one that is trained: its weights are constant data of the plan. */
import { leaf } from "../ir/leaf.ts";
import { type Node, reachable } from "../ir/node.ts";
import { checkWeights, type Model, modelLeaves } from "../nn/model.ts";
import type { Trained } from "./saved.ts";

/** An encoder in a graph. */
export interface EncoderGraph {
  readonly model: Model;
  /** Leaves of its weights, by the names of its parameters. */
  readonly constants: ReadonlyMap<string, Node>;
  /** What it gives for a batch of images `x` of its shape, as at evaluation. */
  apply(x: Node): Node;
}

/** Masks of the encoder's layers are drawn from lanes of their own: layers of the trained model have the same positions. */
const FIRST_LANE = 2 ** 16;

/** The encoder with leaves and labels of its own, so that it may share anything with the model behind it. */
export function encoderGraph({ model, weights }: Trained): EncoderGraph {
  checkWeights(model, weights);
  const leaves = new Map(
    modelLeaves(model).map((node) => [node, leaf("data", `encoder/${node.label}`, node.type.shape)]),
  );
  return {
    model,
    constants: new Map(Array.from(leaves, ([{ label }, constant]) => [label, constant])),
    apply(x) {
      const code = model.apply(x), copies = new Map<Node, Node>([[x, x], ...leaves]);
      for (const value of reachable([code])) {
        // What does not come from x or the weights is before the encoder.
        if (copies.has(value) || !value.inputs.some((input) => copies.has(input))) continue;
        const { lane } = value.attrs;
        copies.set(value, {
          ...value,
          inputs: value.inputs.map((input) => copies.get(input) ?? input),
          attrs: typeof lane === "number" ? { ...value.attrs, lane: lane + FIRST_LANE } : value.attrs,
          label: `encoder/${value.label}`,
        });
      }
      return copies.get(code)!;
    },
  };
}
