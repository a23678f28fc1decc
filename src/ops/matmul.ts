/**
 * matmul: C = op(A)·op(B), where op transposes if asked to.
 * Shapes: op(A) [M,K], op(B) [K,N] → C [M,N].   With a transpose flag the operand is stored the other way round.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase, View } from "../ir/op.ts";
import { type Shape, tensorType } from "../core/tensor.ts";
import { productLaunch } from "./_product_tiles.ts";
import { fits, productScratch, ROUNDING } from "./_support.ts";

type MatmulAttrs = { readonly transposeA: boolean; readonly transposeB: boolean };

function sizes(shapes: readonly Shape[], { transposeA, transposeB }: MatmulAttrs) {
  const [a0, a1] = shapes[0]!, [b0, b1] = shapes[1]!;
  const [m, k] = transposeA ? [a1!, a0!] : [a0!, a1!];
  const [inner, n] = transposeB ? [b1!, b0!] : [b0!, b1!];
  return { m, k, n, inner };
}

function sizesOf({ inputs, attrs }: CallTypes<MatmulAttrs>) {
  return sizes(inputs.map(({ shape }) => shape), attrs);
}

/** Element (row, column) of an operand after its transpose. */
function reader({ data, pitch }: View, transposed: boolean): (row: number, column: number) => number {
  return transposed ? (r, c) => data[c * pitch + r]! : (r, c) => data[r * pitch + c]!;
}

export const matmulOp: Op<MatmulAttrs> = {
  name: "matmul",
  operands: ["a", "b"],
  infer(inputs, attrs) {
    fits(inputs.every(({ shape }) => shape.length === 2), "multiply", inputs, "both must be matrices");
    const { m, k, n, inner } = sizes(inputs.map(({ shape }) => shape), attrs);
    fits(k === inner, "multiply", inputs, `inner sizes ${k} and ${inner} differ`);
    return tensorType("f32", [m, n]);
  },
  grad(value, dC) {
    const [a, b] = value.inputs, { transposeA, transposeB } = value.attrs as MatmulAttrs;
    // dA' = dC·B'ᵀ and dB' = A'ᵀ·dC for the operands A', B' as multiplied; a stored transpose swaps the product.
    const dA = transposeA
      ? matmul(b!, dC, { transposeA: transposeB, transposeB: true, label: gradientLabel(a!) })
      : matmul(dC, b!, { transposeB: !transposeB, label: gradientLabel(a!) });
    const dB = transposeB
      ? matmul(dC, a!, { transposeA: true, transposeB: transposeA, label: gradientLabel(b!) })
      : matmul(a!, dC, { transposeA: !transposeA, label: gradientLabel(b!) });
    return [dA, dB];
  },
  reference({ inputs, output, attrs }) {
    const { m, k, n } = sizes(inputs.map(({ type }) => type.shape), attrs);
    const a = reader(inputs[0]!, attrs.transposeA), b = reader(inputs[1]!, attrs.transposeB);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let t = 0; t < k; t++) sum += a(i, t) * b(t, j);
        output.data[i * output.pitch + j] = sum;
      }
    }
  },
  tolerance({ inputs, attrs }, output) {
    const { k } = sizes(inputs.map(({ type }) => type.shape), attrs);
    const a = reader(inputs[0]!, attrs.transposeA), b = reader(inputs[1]!, attrs.transposeB);
    return (index) => {
      const i = Math.floor(index / output.pitch), j = index % output.pitch;
      let magnitude = 0;
      for (let t = 0; t < k; t++) magnitude += Math.abs(a(i, t) * b(t, j));
      return 2 * k * ROUNDING * magnitude;
    };
  },
  flops(types) {
    const { m, k, n } = sizesOf(types);
    return 2 * m * k * n;
  },
  wgsl(types) {
    const { m, k, n } = sizesOf(types), { transposeA, transposeB } = types.attrs;
    const launch = productLaunch({ name: "matmul", m, k, n, output: types.output, hasParts: true });
    const settings = { M: m, K: k, N: n, TRANSPOSE_A: +transposeA, TRANSPOSE_B: +transposeB };
    return { ...launch, overrides: { ...settings, ...launch.overrides } };
  },
  wasm(types) {
    const { m, k, n } = sizesOf(types);
    return {
      units: m,
      args: [m, k, n, +types.attrs.transposeA, +types.attrs.transposeB],
      scratchBytes: productScratch(m),
    };
  },
  cases: [
    matmulCase(1, 1, 1, "nn"),
    matmulCase(64, 64, 64, "nn", { bench: true }),
    matmulCase(13, 17, 19, "nn"),
    matmulCase(13, 17, 19, "nt"),
    matmulCase(13, 17, 19, "tn"),
    matmulCase(13, 17, 19, "tt"),
    matmulCase(1, 30, 784, "nt"),
    matmulCase(32, 20, 30, "nt", { bench: true }),
    matmulCase(784, 32, 30, "tn", { bench: true, sparse: true }),
    matmulCase(784, 1, 30, "tn", { sparse: true }),
    matmulCase(30, 11385, 20, "tn", { bench: true }),
    matmulCase(67, 4099, 37, "tt"),
    matmulCase(5, 8209, 3, "nn"),
    matmulCase(11385, 5, 10, "nt"),
    matmulCase(65, 5, 129, "tt"),
    matmulCase(7, 11, 67, "nn"),
    matmulCase(67, 13, 131, "tn"),
    matmulCase(256, 256, 256, "nn", { bench: true }),
    matmulCase(67, 259, 131, "nn", { sparse: true }),
    matmulCase(131, 67, 259, "tn", { sparse: true }),
    matmulCase(741, 19, 739, "nt"),
    matmulCase(17, 259, 30, "nt"),
    // Rows of 4,096 bytes, which all fall into the same few sets of a cache.
    matmulCase(17, 7, 1024, "nn"),
    matmulCase(67, 131, 1024, "nn", { sparse: true }),
    matmulCase(1024, 9, 67, "tn"),
    matmulCase(131, 9, 1024, "tn", { sparse: true }),
  ],
};

function matmulCase(
  m: number,
  k: number,
  n: number,
  flags: "nn" | "nt" | "tn" | "tt",
  { bench = false, sparse = false } = {},
): OpCase<MatmulAttrs> {
  const transposeA = flags[0] === "t", transposeB = flags[1] === "t";
  return {
    label: `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"} ${m}×${k}·${k}×${n}`,
    inputs: [
      { shape: transposeA ? [k, m] : [m, k], fill: sparse ? "sparse" : "normal" },
      { shape: transposeB ? [n, k] : [k, n], fill: "normal" },
    ],
    attrs: { transposeA, transposeB },
    bench,
  };
}

/** Node for the product of two matrices, each transposed if asked to. Throws when the inner sizes differ. */
export function matmul(
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false, label }: {
    transposeA?: boolean;
    transposeB?: boolean;
    label?: string;
  } = {},
): Node {
  return node(matmulOp, [a, b], { transposeA, transposeB }, label);
}
