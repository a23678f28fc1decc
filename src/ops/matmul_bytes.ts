/**
 * matmul_bytes: C = Xᵀ·B, where X is what `gather` would give: scale · rows of a table of bytes. It is the gradient of
 * a first layer's weights. The rewrite `bytes` makes it of gather and matmul.
 * Shapes: table u8 [R,K], order u32 [L], B [M,N] → C [K,N].   M rows (batch), K inputs, N units.
 */
import { columnsOf, tensorType } from "../core/tensor.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { type BytesAttrs, bytesInputs, bytesPerRow, bytesReader, columnScratch } from "./_bytes.ts";
import { fits, flatGrid, listedScratch, ROUNDING } from "./_support.ts";

function sizes({ inputs, attrs }: CallTypes<BytesAttrs>) {
  return { m: attrs.rows, k: columnsOf(inputs[0]!.shape), n: columnsOf(inputs[2]!.shape) };
}

export const matmulBytesOp: Op<BytesAttrs> = {
  name: "matmul_bytes",
  operands: ["table", "order", "b"],
  step: true,
  stepless: ({ whole }) => whole,
  infer([table, order, b], { rows }) {
    const k = bytesPerRow("multiply bytes of", table!, order!), [inner, n] = b!.shape;
    fits(
      b!.shape.length === 2 && inner === rows,
      "multiply bytes of",
      [table!, b!],
      `B must have ${rows} rows`,
    );
    return tensorType("f32", [k, n!]);
  },
  reference(call) {
    const { inputs: [table, order, b], output } = call, x = bytesReader(table!, order!, call);
    const [m, n] = b!.type.shape, k = output.type.shape[0]!;
    for (let t = 0; t < k; t++) {
      for (let j = 0; j < n!; j++) {
        let sum = 0;
        for (let i = 0; i < m!; i++) sum += x(i, t) * b!.data[i * b!.pitch + j]!;
        output.data[t * output.pitch + j] = sum;
      }
    }
  },
  tolerance(call, output) {
    const { inputs: [table, order, b] } = call, x = bytesReader(table!, order!, call), m = b!.type.shape[0]!;
    return (index) => {
      const t = Math.floor(index / output.pitch), j = index % output.pitch;
      let magnitude = 0;
      for (let i = 0; i < m; i++) magnitude += Math.abs(x(i, t) * b!.data[i * b!.pitch + j]!);
      return 2 * (m + 1) * ROUNDING * magnitude;
    };
  },
  flops(types) {
    const { m, k, n } = sizes(types);
    return 2 * m * k * n;
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
      scratchBytes: columnScratch() + listedScratch(k + 15),
    };
  },
  cases: [
    bytesCase(1, 1, 1),
    bytesCase(1, 784, 30),
    bytesCase(32, 784, 30, { bench: true }),
    bytesCase(32, 784, 512, { bench: true, count: 25 }),
    bytesCase(7, 13, 5, { count: 3 }),
    bytesCase(131, 37, 29),
    bytesCase(259, 37, 5),
    bytesCase(6, 20, 67),
    // B of more than 128 KiB.
    bytesCase(131, 37, 260),
    bytesCase(11385, 29, 30, { whole: true }),
  ],
};

function bytesCase(
  m: number,
  k: number,
  n: number,
  { bench = false, count = m, whole = false } = {},
): OpCase<BytesAttrs> {
  return {
    label: `${k}×${m}·${m}×${n}${count === m ? "" : `, ${count} real rows`}`,
    inputs: [...bytesInputs(m + 3, k), { shape: [m, n], fill: "normal" }],
    attrs: { rows: m, scale: 1 / 255, whole },
    step: { start: 2, count },
    bench,
  };
}
