/**
 * sgd_bytes: W ← W − lr·Xᵀ·B, where X is what `gather` would give: plain gradient descent as the end of a first
 * layer's weight gradient. Rows of W whose inputs are zero in the whole batch are not touched, and with one image a
 * step that is four of five. The rewrite `sgd` makes it of matmul_bytes and sgd.
 * Shapes: W [K,N] updated, table u8 [R,K], order u32 [L], B [M,N].   M rows (batch), K inputs, N units.
 */
import { columnsOf } from "../core/tensor.ts";
import { arena, isArena } from "../ir/leaf.ts";
import { node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import type { Rewrite } from "../ir/rewrite.ts";
import {
  BLOCK_ROWS,
  type BytesAttrs,
  bytesInputs,
  bytesPerRow,
  bytesReader,
  columnScratch,
} from "../ops/_bytes.ts";
import { fits, flatGrid, ROUNDING } from "../ops/_support.ts";
import { matmulBytesOp } from "../ops/matmul_bytes.ts";
import { sgdOp } from "./sgd.ts";

function sizes({ inputs, attrs }: CallTypes<BytesAttrs>) {
  const [k, n] = inputs[0]!.shape;
  return { m: attrs.rows, k: k!, n: n! };
}

export const sgdBytesOp: Op<BytesAttrs> = {
  name: "sgd_bytes",
  operands: ["weights", "table", "order", "b"],
  updates: [0],
  step: true,
  infer([w, table, order, b], { rows }) {
    const k = bytesPerRow("update by bytes of", table!, order!);
    fits(
      w!.shape.length === 2 && w!.shape[0] === k && b!.shape.join() === `${rows},${columnsOf(w!.shape)}`,
      "update by bytes of",
      [table!, w!, b!],
      `W must have ${k} rows, and B ${rows} rows and the columns of W`,
    );
    fits(
      rows <= BLOCK_ROWS,
      "update by bytes of",
      [table!, b!],
      `a batch has at most ${BLOCK_ROWS} rows here`,
    );
    return w!;
  },
  reference(call) {
    const { inputs: [w, table, order, b], step } = call, x = bytesReader(table!, order!, call);
    const [k, n] = w!.type.shape, m = b!.type.shape[0]!;
    for (let t = 0; t < k!; t++) {
      for (let j = 0; j < n!; j++) {
        let sum = 0;
        for (let i = 0; i < m; i++) sum += x(i, t) * b!.data[i * b!.pitch + j]!;
        w!.data[t * w!.pitch + j]! -= step.scalars[0]! * sum;
      }
    }
  },
  tolerance(call) {
    const { inputs: [w, table, order, b], step } = call,
      x = bytesReader(table!, order!, call),
      m = b!.type.shape[0]!;
    return (index) => {
      const t = Math.floor(index / w!.pitch), j = index % w!.pitch;
      let magnitude = 0;
      for (let i = 0; i < m; i++) magnitude += Math.abs(x(i, t) * b!.data[i * b!.pitch + j]!);
      return ROUNDING * (2 * (m + 2) * step.scalars[0]! * magnitude + 2 * Math.abs(w!.data[index]!));
    };
  },
  flops(types) {
    const { m, k, n } = sizes(types);
    return 2 * (m + 1) * k * n;
  },
  wgsl(types) {
    const { m, k, n } = sizes(types), { scale, whole } = types.attrs;
    return {
      overrides: { M: m, K: k, N: n, SCALE: scale, WHOLE: +whole },
      workgroups: flatGrid(k * Math.ceil(n / 4)),
    };
  },
  wasm(types) {
    const { m, k, n } = sizes(types), { scale, whole } = types.attrs;
    return {
      units: k,
      args: [m, k, n, scale, +whole],
      scratchBytes: columnScratch() + 4 * (n + 3),
    };
  },
  cases: [
    sgdCase(1, 1, 1),
    sgdCase(1, 784, 30, { bench: true }),
    sgdCase(32, 784, 30, { bench: true }),
    sgdCase(32, 784, 67, { count: 25 }),
    sgdCase(7, 13, 5, { count: 3 }),
    sgdCase(256, 37, 29),
  ],
};

function sgdCase(m: number, k: number, n: number, { bench = false, count = m } = {}): OpCase<BytesAttrs> {
  return {
    label: `[${k},${n}] by ${m} rows${count === m ? "" : `, ${count} of them real`}`,
    inputs: [{ shape: [k, n], fill: "normal" }, ...bytesInputs(m + 3, k), { shape: [m, n], fill: "normal" }],
    attrs: { rows: m, scale: 1 / 255, whole: false },
    step: { start: 2, count, scalars: [0.05] },
    bench,
  };
}

/**
 * `sgd`: plain gradient descent without weight decay updates a first layer's weights where their gradient is made.
 * The same numbers: bit-identical.
 */
export const SGD_REWRITE: Rewrite = {
  name: "sgd",
  apply(value) {
    const [params, grads] = value.inputs;
    if (value.op !== sgdOp || value.attrs.decay !== 0 || !isArena(params!) || !isArena(grads!)) {
      return undefined;
    }
    const at = grads!.inputs.findIndex((grad) =>
      grad.op === matmulBytesOp && (grad.attrs.rows as number) <= BLOCK_ROWS
    );
    if (at < 0 || grads!.inputs.length === 1) return undefined;
    const weights = params!.inputs[at]!, grad = grads!.inputs[at]!;
    const others = (members: typeof grads) => members!.inputs.filter((_, i) => i !== at);
    return [
      node(sgdBytesOp, [weights, ...grad.inputs], grad.attrs as BytesAttrs, "sgd_bytes"),
      node(
        sgdOp,
        [arena(params!.label, others(params)), arena(grads!.label, others(grads))],
        { decay: 0 },
        value.label,
      ),
    ];
  },
};
