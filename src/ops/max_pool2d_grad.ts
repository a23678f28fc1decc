/**
 * max_pool2d_grad: dX, the gradient of max_pool2d by its images. Of each window the maximum takes the window's whole
 * gradient: of equal maxima the first in row-major order (as in PyTorch on a CPU), and NaN counts as larger than every
 * number. With `sharesTies` each of equal maxima takes all of it, as in Theano. Where windows overlap their gradients add up; pixels of no window, or of no window's maximum, get 0.
 * With an `activation`, X is the value of that activation and dX the gradient before it: dX ∘ f′(X).
 * Shapes: X [B,H,W,C], dY [B,OH,OW,C] → dX [B,H,W,C].
 */
import { unreachable } from "../core/errors.ts";
import { sizeOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase, View } from "../ir/op.ts";
import { type Activation, ACTIVATION_CODE, ACTIVATIONS, activationSlope } from "./_activation.ts";
import {
  forEachMaximum,
  type PoolAttrs,
  pooledGradType,
  poolNumbers,
  poolSizes,
  poolTerms,
} from "./_pool.ts";
import { POOL_CASES, type PoolCase } from "./_pool_cases.ts";
import { flatGrid, forEachElement, ROUNDING, vectorsOf } from "./_support.ts";

type MaxPool2dGradAttrs = PoolAttrs & {
  /** What X is the value of: dX is the gradient before it. `identity` changes nothing. */
  readonly activation: Activation;
};

/** Adds the gradient of each window to that of its maximum. */
function scatter(into: Float64Array, [x, dY]: readonly View[], attrs: PoolAttrs, absolute: boolean): void {
  forEachMaximum(x!, attrs, (at, to) => into[to]! += absolute ? Math.abs(dY!.data[at]!) : dY!.data[at]!);
}

/** At least the size of the slope at `y` and of all that it is computed from. */
function slopeSize(activation: Activation, y: number): number {
  switch (activation) {
    case "identity":
    case "relu":
      return 1;
    case "sigmoid":
      return Math.abs(y) * (1 + Math.abs(y));
    case "tanh":
      return 1 + y * y;
    default:
      return unreachable(activation);
  }
}

export const maxPool2dGradOp: Op<MaxPool2dGradAttrs> = {
  name: "max_pool2d_grad",
  operands: ["x", "dY"],
  infer: ([x, dY], attrs) => pooledGradType("max_pool2d_grad", x!, dY!, attrs),
  reference({ inputs, output, attrs }) {
    const [x] = inputs;
    output.data.fill(0);
    scatter(output.data as Float64Array, inputs, attrs, false);
    forEachElement(output.type.shape, output.pitch, (at) => {
      output.data[at]! *= activationSlope(attrs.activation, x!.data[at]!);
    });
  },
  tolerance({ inputs, attrs }) {
    const [x] = inputs, sum = new Float64Array(x!.data.length), { activation } = attrs;
    scatter(sum, inputs, attrs, true);
    const terms = attrs.windowHeight * attrs.windowWidth + 4;
    return (index) => 2 * terms * ROUNDING * sum[index]! * slopeSize(activation, x!.data[index]!);
  },
  flops: ({ inputs, attrs }) =>
    2 * poolTerms(poolSizes(inputs[0]!.shape, attrs), attrs) + sizeOf(inputs[0]!.shape),
  wgsl: ({ inputs, output, attrs }) => ({
    overrides: {
      B: output.shape[0]!,
      ...poolNumbers(poolSizes(inputs[0]!.shape, attrs), attrs),
      ACTIVATION: ACTIVATION_CODE[attrs.activation],
      SHARES_TIES: attrs.sharesTies ? 1 : 0,
    },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs, output, attrs }) => ({
    units: output.shape[0]!,
    args: [
      ...Object.values(poolNumbers(poolSizes(inputs[0]!.shape, attrs), attrs)),
      ACTIVATION_CODE[attrs.activation],
      attrs.sharesTies ? 1 : 0,
    ],
  }),
  cases: [
    ...POOL_CASES.map((one, i) => gradCase(one, ACTIVATIONS[i % ACTIVATIONS.length]!)),
    ...POOL_CASES.filter(({ ties }) => ties).map((one) => gradCase(one, "relu", "ties")),
    ...POOL_CASES.filter(({ ties }) => ties).map((one) => gradCase(one, "relu", "shared ties")),
    gradCase(POOL_CASES[4]!, "identity", "shared ties"),
  ],
};

function gradCase(
  one: PoolCase,
  activation: Activation,
  ties?: "ties" | "shared ties",
): OpCase<MaxPool2dGradAttrs> {
  return {
    label: `${one.label} ${activation}${ties ? `, ${ties}` : ""}`,
    inputs: [{ shape: one.x, fill: ties ? { below: 3 } : "normal" }, { shape: one.y, fill: "normal" }],
    attrs: { ...one.attrs, activation, ...(ties === "shared ties" && { sharesTies: true }) },
    bench: one.bench,
  };
}

/**
 * Node for the gradient of `maxPool2d` by its images `x`, given that by its result; with `activation`, by what the
 * activation whose value `x` is was applied to.
 */
export function maxPool2dGrad(
  x: Node,
  dY: Node,
  { label, activation = "identity", ...attrs }: PoolAttrs & {
    readonly activation?: Activation;
    readonly label?: string;
  },
): Node {
  return node(maxPool2dGradOp, [x, dY], { ...attrs, activation }, label);
}
