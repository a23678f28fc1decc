/**
 * embedding_grad: dE[v,:] = Σ dY[…,i,:] over all i whose index is v, the gradient of embedding by its table. The terms of a
 * row add up in the order in which they lie, whatever the number of threads. Indices that name no row add nothing.
 * Shapes: X […,L], dY […,L,S] → dE [V,S].
 */
import { columnsOf, formatShape, rowsOf, sizeOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase, ReferenceCall } from "../ir/op.ts";
import { fits, ROUNDING } from "./_support.ts";
import { EMBEDDING_CASES, forEachIndex } from "./_embedding.ts";

type EmbeddingGradAttrs = { readonly count: number };

/** The sums; with `absolute`, of absolute values. And how many terms each row has. */
function collect({ inputs: [x, dY], output, attrs }: ReferenceCall<EmbeddingGradAttrs>, absolute: boolean) {
  const sum = new Float64Array(output.data.length), terms = new Uint32Array(attrs.count);
  forEachIndex(x!, attrs.count, (at, row) => {
    if (row === undefined) return;
    terms[row]!++;
    for (let c = 0; c < output.pitch; c++) {
      const value = dY!.data[at * output.pitch + c]!;
      sum[row * output.pitch + c]! += absolute ? Math.abs(value) : value;
    }
  });
  return { sum, terms };
}

/** Most workgroups of an axis; each goes on with the rows behind. */
const MAX_WORKGROUPS = 65535;

export const embeddingGradOp: Op<EmbeddingGradAttrs> = {
  name: "embedding_grad",
  operands: ["indices", "dY"],
  infer(inputs, { count }) {
    const [x, dY] = inputs;
    fits(
      `${dY!.shape.slice(0, -1)}` === `${x!.shape}`,
      "differentiate embedding with",
      inputs,
      `dY must be [${x!.shape},values]`,
    );
    return tensorType("f32", [count, columnsOf(dY!.shape)]);
  },
  reference(call) {
    call.output.data.set(collect(call, false).sum);
  },
  tolerance(call) {
    const { sum, terms } = collect(call, true), { pitch } = call.output;
    return (index) => 2 * terms[Math.floor(index / pitch)]! * ROUNDING * sum[index]!;
  },
  flops: ({ inputs: [, dY] }) => sizeOf(dY!.shape),
  // A workgroup per row, whose threads look for it together.
  wgsl: ({ inputs: [x, dY], attrs }) => ({
    overrides: {
      COUNT: sizeOf(x!.shape),
      LENGTH: columnsOf(x!.shape),
      V: attrs.count,
      S: columnsOf(dY!.shape),
    },
    workgroups: [Math.min(attrs.count, MAX_WORKGROUPS), 1, 1],
  }),
  wasm: ({ inputs: [x, dY], attrs }) => ({
    units: attrs.count,
    args: [rowsOf(dY!.shape), columnsOf(x!.shape), columnsOf(dY!.shape)],
  }),
  cases: EMBEDDING_CASES.map(({ x, table, bench }): OpCase<EmbeddingGradAttrs> => ({
    label: `${formatShape(x)} of ${formatShape(table)}`,
    inputs: [{ shape: x, fill: { below: table[0]! } }, { shape: [...x, table[1]!], fill: "normal" }],
    attrs: { count: table[0]! },
    bench,
  })),
};

/** Node for the gradient of `embedding` by its table of `count` rows, given that by its result. */
export function embeddingGrad(
  indices: Node,
  dY: Node,
  { count, label }: { readonly count: number; readonly label?: string },
): Node {
  return node(embeddingGradOp, [indices, dY], { count }, label);
}
