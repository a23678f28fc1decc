/**
 * list_bytes: the non-zeros of a batch of rows of bytes, times `scale`, as lists by rows or by columns (_lists.ts).
 * The batch is the first rows of the order at every step, so a plan makes the lists once.
 * Shapes: table u8 [R,K], order u32 [L] → lists u32 [words].   M rows (batch), K inputs.
 */
import { tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { bytesInputs, bytesPerRow, columnScratch } from "./_bytes.ts";
import { fillLists, type ListsAttrs, listsLayout, listsPlaces, strideBytes } from "./_lists.ts";
import { fits } from "./_support.ts";

type ListBytesAttrs = ListsAttrs & { readonly scale: number };

function numbers({ attrs }: CallTypes<ListBytesAttrs>) {
  const { rows, inputs, scale, byColumns } = attrs;
  return {
    M: rows,
    K: inputs,
    STRIDE: strideBytes(attrs),
    SCALE: scale,
    BY_COLUMNS: +byColumns,
    ...listsPlaces(attrs),
  };
}

export const listBytesOp: Op<ListBytesAttrs> = {
  name: "list_bytes",
  operands: ["table", "order"],
  infer([table, order], attrs) {
    const k = bytesPerRow("list bytes of", table!, order!);
    fits(
      k === attrs.inputs,
      "list bytes of",
      [table!, order!],
      `the table must have ${attrs.inputs} values a row`,
    );
    return tensorType("u32", [listsLayout(attrs).words]);
  },
  reference({ inputs: [table, order], output, attrs }) {
    fillLists(
      output.data,
      attrs,
      attrs.scale,
      (row, column) => table!.data[order!.data[row]! * table!.pitch + column]!,
    );
  },
  tolerance({ attrs }, { data }) {
    const { groups, valuesAt, offsetsAt } = listsLayout(attrs), entries = data[groups]!;
    const isEntry = (at: number, from: number) => at >= from && at < from + entries;
    return (at) => at <= groups || isEntry(at, valuesAt) || isEntry(at, offsetsAt) ? 0 : Infinity;
  },
  flops: ({ attrs }) => attrs.rows * attrs.inputs,
  // One workgroup: it is made once, and each list begins where the one before ends.
  wgsl: (types) => ({ overrides: numbers(types), workgroups: [1, 1, 1] }),
  wasm: (types) => ({ units: 1, args: Object.values(numbers(types)), scratchBytes: columnScratch() }),
  cases: [
    listCase(1, 1, false),
    listCase(1, 784, true),
    listCase(3, 784, false),
    listCase(37, 31, false),
    listCase(131, 37, true),
    listCase(300, 20, true),
    listCase(11385, 29, false),
    listCase(11385, 29, true),
  ],
};

function listCase(rows: number, inputs: number, byColumns: boolean): OpCase<ListBytesAttrs> {
  return {
    label: `[${rows},${inputs}] by ${byColumns ? "columns" : "rows"}`,
    inputs: bytesInputs(rows, inputs),
    attrs: { rows, inputs, columns: 30, byColumns, scale: 1 / 255 },
  };
}

/** Node for the lists of the first rows of an order. */
export function listBytes(table: Node, order: Node, attrs: ListBytesAttrs): Node {
  return node(listBytesOp, [table, order], attrs, attrs.byColumns ? "x/columns" : "x/rows");
}
