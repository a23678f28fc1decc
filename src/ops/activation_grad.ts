/**
 * activation_grad: dX = dY ∘ f′, the gradient through an activation Y = f(X), from Y alone.
 * Shapes: dY, Y → dX, all the same.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { type Shape, sizeOf, storageOf } from "../core/tensor.ts";
import { type Activation, ACTIVATION_CODE, ACTIVATIONS, activationSlope } from "./_activation.ts";
import { flatGrid, forEachElement, ROUNDING, sameTypes, vectorsOf } from "./_support.ts";

type ActivationGradAttrs = { readonly activation: Activation };

export const activationGradOp: Op<ActivationGradAttrs> = {
  name: "activation_grad",
  operands: ["dY", "y"],
  infer: (inputs) => sameTypes("differentiate an activation of", inputs),
  reference({ inputs, output, attrs }) {
    const [dY, y] = inputs;
    forEachElement(output.type.shape, output.pitch, (at) => {
      output.data[at] = dY!.data[at]! * activationSlope(attrs.activation, y!.data[at]!);
    });
  },
  tolerance: ({ inputs }) => (index) => 4 * ROUNDING * Math.abs(inputs[0]!.data[index]!),
  flops: ({ output }) => 3 * sizeOf(output.shape),
  wgsl: ({ output, attrs }) => ({
    overrides: { VECTORS: vectorsOf(output), ACTIVATION: ACTIVATION_CODE[attrs.activation] },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: storageOf(output.shape) / 4,
    args: [ACTIVATION_CODE[attrs.activation]],
  }),
  cases: [
    gradCase([1, 1], "relu"),
    gradCase([32, 30], "relu", true),
    ...ACTIVATIONS.map((activation) => gradCase([7, 13], activation)),
    gradCase([11385, 30], "relu", true),
  ],
};

function gradCase(shape: Shape, activation: Activation, bench = false): OpCase<ActivationGradAttrs> {
  return {
    label: `[${shape}] ${activation}`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: activation === "relu" ? "normal" : "positive" }],
    attrs: { activation },
    bench,
  };
}

/** Node for the gradient through an activation, given the gradient `dY` and the activation's value `y`. */
export function activationGrad(dY: Node, y: Node, activation: Activation, label?: string): Node {
  return node(activationGradOp, [dY, y], { activation }, label);
}
