/**
 * linear: Y = f(X·W + b), a fully connected layer with its activation.
 * Shapes: X [M,K], W [K,N], b [N] → Y [M,N].   M rows (batch), K inputs, N units.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { columnsOf, rowsOf, tensorType } from "../core/tensor.ts";
import { activate, type Activation, ACTIVATION_CODE, ACTIVATION_ERROR } from "./_activation.ts";
import { activationGrad } from "./activation_grad.ts";
import { fits, listBytes, PACK_BYTES, ROUNDING } from "./_support.ts";
import { matmul, tiling } from "./matmul.ts";
import { sumRows } from "./sum_rows.ts";

type LinearAttrs = { readonly activation: Activation };

function sizes({ inputs }: CallTypes<LinearAttrs>) {
  const [x, w] = inputs;
  return { m: rowsOf(x!.shape), k: columnsOf(x!.shape), n: columnsOf(w!.shape) };
}

export const linearOp: Op<LinearAttrs> = {
  name: "linear",
  operands: ["x", "weights", "bias"],
  infer(inputs) {
    const [x, w, b] = inputs;
    fits(
      x!.shape.length === 2 && w!.shape.length === 2,
      "apply linear to",
      inputs,
      "X and W must be matrices",
    );
    const [m, k] = x!.shape, [rows, n] = w!.shape;
    fits(k === rows, "multiply", [x!, w!], `inner sizes ${k} and ${rows} differ`);
    fits(b!.shape.length === 1 && b!.shape[0] === n, "add bias", [b!, w!], `the bias must have ${n} values`);
    return tensorType("f32", [m!, n!]);
  },
  grad(value, dOutput) {
    const [x, w, b] = value.inputs, activation = value.attrs.activation as Activation;
    const dPre = activation === "identity"
      ? dOutput
      : activationGrad(dOutput, value, activation, `${gradientLabel(value)}/pre`);
    return [
      matmul(dPre, w!, { transposeB: true, label: gradientLabel(x!) }),
      matmul(x!, dPre, { transposeA: true, label: gradientLabel(w!) }),
      sumRows(dPre, gradientLabel(b!)),
    ];
  },
  reference({ inputs, output, attrs }) {
    const [x, w, b] = inputs;
    const [m, k] = x!.type.shape, n = output.type.shape[1]!;
    for (let i = 0; i < m!; i++) {
      for (let j = 0; j < n; j++) {
        let sum = b!.data[j]!;
        for (let t = 0; t < k!; t++) sum += x!.data[i * x!.pitch + t]! * w!.data[t * w!.pitch + j]!;
        output.data[i * output.pitch + j] = activate(attrs.activation, sum);
      }
    }
  },
  tolerance({ inputs, attrs }, output) {
    const [x, w, b] = inputs, k = x!.type.shape[1]!;
    const curved = attrs.activation === "sigmoid" || attrs.activation === "tanh" ? ACTIVATION_ERROR : 0;
    return (index) => {
      const i = Math.floor(index / output.pitch), j = index % output.pitch;
      let magnitude = Math.abs(b!.data[j]!);
      for (let t = 0; t < k; t++) {
        magnitude += Math.abs(x!.data[i * x!.pitch + t]! * w!.data[t * w!.pitch + j]!);
      }
      return 2 * (k + 1) * ROUNDING * magnitude + curved;
    };
  },
  flops(types) {
    const { m, k, n } = sizes(types);
    return 2 * m * k * n;
  },
  wgsl(types) {
    const { m, k, n } = sizes(types), { root, workgroups } = tiling(m, k, n);
    return {
      overrides: { M: m, K: k, N: n, ACTIVATION: ACTIVATION_CODE[types.attrs.activation], SPLIT_ROOT: root },
      workgroups,
    };
  },
  wasm(types) {
    const { m, k, n } = sizes(types);
    return {
      units: m,
      args: [k, n, ACTIVATION_CODE[types.attrs.activation]],
      scratchBytes: Math.max(listBytes(k), PACK_BYTES),
    };
  },
  cases: [
    linearCase(1, 1, 1, "identity"),
    linearCase(1, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(32, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(32, 30, 20, "relu", { bench: true }),
    linearCase(7, 13, 5, "sigmoid"),
    linearCase(17, 31, 29, "tanh"),
    linearCase(3, 5, 64, "relu"),
    linearCase(33, 100, 67, "identity"),
    linearCase(5, 7, 67, "relu"),
    linearCase(6, 9, 101, "tanh"),
    linearCase(128, 784, 900, "sigmoid", { bench: true }),
    linearCase(11385, 784, 30, "relu", { bench: true, sparse: true }),
    linearCase(11385, 10, 5, "identity"),
  ],
};

function linearCase(
  m: number,
  k: number,
  n: number,
  activation: Activation,
  { bench = false, sparse = false } = {},
): OpCase<LinearAttrs> {
  return {
    label: `[${m},${k}]·[${k},${n}] ${activation}`,
    inputs: [
      { shape: [m, k], fill: sparse ? "sparse" : "normal" },
      { shape: [k, n], fill: "normal" },
      { shape: [n], fill: "normal" },
    ],
    attrs: { activation },
    bench,
  };
}

/** Node for f(X·W + b); see the top of this file. Throws when the inner sizes differ. */
export function linear(
  x: Node,
  weights: Node,
  bias: Node,
  { activation = "identity", label }: { activation?: Activation; label?: string } = {},
): Node {
  return node(linearOp, [x, weights, bias], { activation }, label);
}
