/**
 * linear: Y = f(X·W + b), a fully connected layer with its activation.
 * Shapes: X [M,K], W [K,N], or [N,K] to be transposed, b [N] → Y [M,N].   M rows (batch), K inputs, N units.
 * Transposed weights are how a decoder shares those of its encoder.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase, View } from "../ir/op.ts";
import { columnsOf, rowsOf, tensorType } from "../core/tensor.ts";
import { activate, type Activation, ACTIVATION_CODE, activationError, ACTIVATIONS } from "./_activation.ts";
import { activationGrad } from "./activation_grad.ts";
import { fits, productScratch, ROUNDING } from "./_support.ts";
import { productLaunch } from "./_product_tiles.ts";
import { matmul } from "./matmul.ts";
import { sumRows } from "./sum_rows.ts";

type LinearAttrs = { readonly activation: Activation; readonly transposeWeights: boolean };

function sizes({ inputs, attrs }: CallTypes<LinearAttrs>) {
  const [x, w] = inputs, n = w!.shape[attrs.transposeWeights ? 0 : 1]!;
  return { m: rowsOf(x!.shape), k: columnsOf(x!.shape), n };
}

/** Element (input, unit) of the weights as they multiply. */
function weightAt(
  { data, pitch }: View,
  { transposeWeights }: LinearAttrs,
): (t: number, j: number) => number {
  return transposeWeights ? (t, j) => data[j * pitch + t]! : (t, j) => data[t * pitch + j]!;
}

export const linearOp: Op<LinearAttrs> = {
  name: "linear",
  operands: ["x", "weights", "bias"],
  infer(inputs, { transposeWeights }) {
    const [x, w, b] = inputs;
    fits(
      x!.shape.length === 2 && w!.shape.length === 2,
      "apply linear to",
      inputs,
      "X and W must be matrices",
    );
    const [m, k] = x!.shape, [rows, n] = transposeWeights ? w!.shape.toReversed() : w!.shape;
    fits(k === rows, "multiply", [x!, w!], `inner sizes ${k} and ${rows} differ`);
    fits(b!.shape.length === 1 && b!.shape[0] === n, "add bias", [b!, w!], `the bias must have ${n} values`);
    return tensorType("f32", [m!, n!]);
  },
  grad(value, dOutput) {
    const [x, w, b] = value.inputs, { activation, transposeWeights } = value.attrs as LinearAttrs;
    const dPre = activation === "identity"
      ? dOutput
      : activationGrad(dOutput, value, activation, `${gradientLabel(value)}/pre`);
    return [
      matmul(dPre, w!, { transposeB: !transposeWeights, label: gradientLabel(x!) }),
      transposeWeights
        ? matmul(dPre, x!, { transposeA: true, label: gradientLabel(w!) })
        : matmul(x!, dPre, { transposeA: true, label: gradientLabel(w!) }),
      sumRows(dPre, gradientLabel(b!)),
    ];
  },
  reference({ inputs, output, attrs }) {
    const [x, w, b] = inputs;
    const [m, k] = x!.type.shape, n = output.type.shape[1]!, weight = weightAt(w!, attrs);
    for (let i = 0; i < m!; i++) {
      for (let j = 0; j < n; j++) {
        let sum = b!.data[j]!;
        for (let t = 0; t < k!; t++) sum += x!.data[i * x!.pitch + t]! * weight(t, j);
        output.data[i * output.pitch + j] = activate(attrs.activation, sum);
      }
    }
  },
  tolerance({ inputs, attrs }, output) {
    const [x, w, b] = inputs, k = x!.type.shape[1]!, weight = weightAt(w!, attrs);
    return (index) => {
      const i = Math.floor(index / output.pitch), j = index % output.pitch;
      let magnitude = Math.abs(b!.data[j]!);
      for (let t = 0; t < k; t++) {
        magnitude += Math.abs(x!.data[i * x!.pitch + t]! * weight(t, j));
      }
      return 2 * (k + 1) * ROUNDING * magnitude + activationError(attrs.activation, output.data[index]!);
    };
  },
  flops(types) {
    const { m, k, n } = sizes(types);
    return 2 * m * k * n;
  },
  wgsl(types) {
    const { m, k, n } = sizes(types), { activation, transposeWeights } = types.attrs;
    const launch = productLaunch({ name: "linear", m, k, n, output: types.output, hasParts: false });
    const settings = {
      M: m,
      K: k,
      N: n,
      ACTIVATION: ACTIVATION_CODE[activation],
      TRANSPOSE_W: +transposeWeights,
    };
    return { ...launch, overrides: { ...settings, ...launch.overrides } };
  },
  wasm(types) {
    const { m, k, n } = sizes(types);
    return {
      units: m,
      args: [m, k, n, ACTIVATION_CODE[types.attrs.activation], +types.attrs.transposeWeights],
      scratchBytes: productScratch(m),
    };
  },
  cases: [
    linearCase(1, 1, 1, "identity"),
    linearCase(1, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(32, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(32, 30, 20, "relu", { bench: true }),
    ...ACTIVATIONS.map((activation) => linearCase(7, 13, 5, activation)),
    linearCase(17, 31, 29, "tanh"),
    linearCase(3, 5, 64, "relu"),
    linearCase(33, 100, 67, "identity"),
    ...ACTIVATIONS.map((activation) => linearCase(5, 7, 67, activation)),
    linearCase(128, 784, 900, "sigmoid", { bench: true }),
    linearCase(67, 257, 132, "tanh", { sparse: true }),
    linearCase(3, 131, 20, "relu"),
    linearCase(37, 131, 28, "identity", { sparse: true }),
    linearCase(1, 1, 1, "relu", { transposed: true }),
    linearCase(128, 900, 784, "sigmoid", { transposed: true, bench: true }),
    linearCase(17, 31, 29, "tanh", { transposed: true }),
    linearCase(67, 13, 131, "identity", { transposed: true }),
    linearCase(11385, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(11385, 10, 5, "identity"),
    linearCase(741, 19, 739, "sigmoid"),
  ],
};

function linearCase(
  m: number,
  k: number,
  n: number,
  activation: Activation,
  { bench = false, sparse = false, transposed = false } = {},
): OpCase<LinearAttrs> {
  return {
    label: `[${m},${k}]·[${k},${n}]${transposed ? "ᵀ" : ""} ${activation}`,
    inputs: [
      { shape: [m, k], fill: sparse ? "sparse" : "normal" },
      { shape: transposed ? [n, k] : [k, n], fill: "normal" },
      { shape: [n], fill: "normal" },
    ],
    attrs: { activation, transposeWeights: transposed },
    bench,
  };
}

/** Node for f(X·W + b); see the top of this file. Throws when the inner sizes differ. */
export function linear(
  x: Node,
  weights: Node,
  bias: Node,
  { activation = "identity", transposeWeights = false, label }: {
    activation?: Activation;
    /** The weights are stored [N,K]. Default false. */
    transposeWeights?: boolean;
    label?: string;
  } = {},
): Node {
  return node(linearOp, [x, weights, bias], { activation, transposeWeights }, label);
}
