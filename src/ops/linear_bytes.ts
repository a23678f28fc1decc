/**
 * linear_bytes: Y = f(X·W + b), where X is what `gather` would give: scale · rows of a table of bytes. Four of five
 * pixels are zero, and bytes show that sooner than numbers do. The rewrite `bytes` makes it of gather and linear.
 * Shapes: table u8 [R,K], order u32 [L], W [K,N], b [N] → Y [M,N].   M rows (batch), K inputs, N units.
 */
import { columnsOf, tensorType } from "../core/tensor.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { activate, type Activation, ACTIVATION_CODE, activationError, ACTIVATIONS } from "./_activation.ts";
import { type BytesAttrs, bytesInputs, bytesPerRow, bytesReader } from "./_bytes.ts";
import { fits, listedScratch, ROUNDING } from "./_support.ts";

type LinearBytesAttrs = BytesAttrs & { readonly activation: Activation };

function sizes({ inputs, attrs }: CallTypes<LinearBytesAttrs>) {
  return { m: attrs.rows, k: columnsOf(inputs[0]!.shape), n: columnsOf(inputs[2]!.shape) };
}

export const linearBytesOp: Op<LinearBytesAttrs> = {
  name: "linear_bytes",
  operands: ["table", "order", "weights", "bias"],
  step: true,
  stepless: ({ whole }) => whole,
  infer([table, order, w, b], { rows }) {
    const k = bytesPerRow("apply linear to bytes of", table!, order!), [inner, n] = w!.shape;
    fits(
      w!.shape.length === 2 && k === inner,
      "multiply bytes of",
      [table!, w!],
      `inner sizes ${k} and ${inner} differ`,
    );
    fits(b!.shape.length === 1 && b!.shape[0] === n, "add bias", [b!, w!], `the bias must have ${n} values`);
    return tensorType("f32", [rows, n!]);
  },
  reference(call) {
    const { inputs: [table, order, w, b], output, attrs } = call, x = bytesReader(table!, order!, call);
    const [m, n] = output.type.shape, k = table!.type.shape[1]!;
    for (let i = 0; i < m!; i++) {
      for (let j = 0; j < n!; j++) {
        let sum = b!.data[j]!;
        for (let t = 0; t < k; t++) sum += x(i, t) * w!.data[t * w!.pitch + j]!;
        output.data[i * output.pitch + j] = activate(attrs.activation, sum);
      }
    }
  },
  tolerance(call, output) {
    const { inputs: [table, order, w, b], attrs } = call, x = bytesReader(table!, order!, call);
    const k = table!.type.shape[1]!;
    return (index) => {
      const i = Math.floor(index / output.pitch), j = index % output.pitch;
      let magnitude = Math.abs(b!.data[j]!);
      for (let t = 0; t < k; t++) magnitude += Math.abs(x(i, t) * w!.data[t * w!.pitch + j]!);
      return 2 * (k + 2) * ROUNDING * magnitude + activationError(attrs.activation, output.data[index]!);
    };
  },
  flops(types) {
    const { m, k, n } = sizes(types);
    return 2 * m * k * n;
  },
  wgsl(types) {
    const { m, k, n } = sizes(types), { activation, scale, whole } = types.attrs;
    return {
      overrides: { M: m, K: k, N: n, ACTIVATION: ACTIVATION_CODE[activation], SCALE: scale, WHOLE: +whole },
      workgroups: [Math.min(Math.ceil(m * Math.ceil(n / 4) / 16), 65_535), 1, 1],
    };
  },
  wasm(types) {
    const { m, k, n } = sizes(types), { activation, scale, whole } = types.attrs;
    return {
      units: m,
      args: [m, k, n, scale, ACTIVATION_CODE[activation], +whole],
      scratchBytes: listedScratch(m),
    };
  },
  cases: [
    bytesCase(1, 1, 1, "identity"),
    bytesCase(1, 784, 30, "relu", { bench: true }),
    bytesCase(32, 784, 30, "relu", { bench: true }),
    bytesCase(32, 784, 512, "relu", { bench: true, count: 25 }),
    ...ACTIVATIONS.map((activation) => bytesCase(7, 13, 5, activation, { count: 3 })),
    bytesCase(37, 31, 29, "tanh"),
    bytesCase(5, 20, 67, "identity"),
    bytesCase(259, 131, 132, "relu"),
    bytesCase(11385, 29, 30, "relu", { whole: true }),
  ],
};

function bytesCase(
  m: number,
  k: number,
  n: number,
  activation: Activation,
  { bench = false, count = m, whole = false } = {},
): OpCase<LinearBytesAttrs> {
  return {
    label: `[${m},${k}]·[${k},${n}] ${activation}${count === m ? "" : `, ${count} real rows`}`,
    inputs: [...bytesInputs(m + 3, k), { shape: [k, n], fill: "normal" }, { shape: [n], fill: "normal" }],
    attrs: { rows: m, scale: 1 / 255, whole, activation },
    step: { start: 2, count },
    bench,
  };
}
