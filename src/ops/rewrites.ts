/** Rewrites of the graph that pay on a CPU. */
import { type Node, node } from "../ir/node.ts";
import type { Rewrite } from "../ir/rewrite.ts";
import type { Activation } from "./activation.ts";
import type { BytesAttrs } from "./_bytes.ts";
import { gatherOp } from "./gather.ts";
import { linearOp } from "./linear.ts";
import { linearBytesOp } from "./linear_bytes.ts";
import { matmulOp } from "./matmul.ts";
import { matmulBytesOp } from "./matmul_bytes.ts";

/**
 * `bytes`: a first layer and the gradient of its weights read the bytes of the images instead of numbers that a
 * gather has made of them. The same numbers in the same order: bit-identical.
 */
export const BYTES_REWRITE: Rewrite = {
  name: "bytes",
  apply(value) {
    const [x, second, bias] = value.inputs;
    if (x?.op !== gatherOp) return undefined;
    const attrs = x.attrs as BytesAttrs, [table, order] = x.inputs as [Node, Node];
    if (value.op === linearOp) {
      const activation = value.attrs.activation as Activation;
      return [node(linearBytesOp, [table, order, second!, bias!], { ...attrs, activation }, value.label)];
    }
    if (value.op === matmulOp && value.attrs.transposeA === true && value.attrs.transposeB === false) {
      return [node(matmulBytesOp, [table, order, second!], attrs, value.label)];
    }
    return undefined;
  },
};
