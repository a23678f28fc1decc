/** Rewrites of the graph: `lists` pays on a CPU, `bytes` there and for small layers on a GPU, `pool` everywhere. */
import { sizeOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Rewrite } from "../ir/rewrite.ts";
import type { Activation } from "./_activation.ts";
import { activationGradOp } from "./activation_grad.ts";
import type { BytesAttrs } from "./_bytes.ts";
import { gatherOp } from "./gather.ts";
import { linearOp } from "./linear.ts";
import { linearBytesOp } from "./linear_bytes.ts";
import { linearListsOp } from "./linear_lists.ts";
import { listBytes } from "./list_bytes.ts";
import { listsLayout } from "./_lists.ts";
import { matmulOp } from "./matmul.ts";
import { matmulBytesOp } from "./matmul_bytes.ts";
import { matmulListsOp } from "./matmul_lists.ts";
import type { PoolAttrs } from "./_pool.ts";
import { maxPool2dGrad, maxPool2dGradOp } from "./max_pool2d_grad.ts";

/**
 * `bytes`: a first layer and the gradient of its weights read the bytes of the images instead of numbers that a
 * gather has made of them. The same numbers in the same order: bit-identical.
 */
export const BYTES_REWRITE = bytesRewrite();

/** `bytes` for layers of so few products that on a GPU a dispatch more costs more than tiles save. */
export const SMALL_BYTES_REWRITE = bytesRewrite({ mostProducts: 2 ** 21 });

function bytesRewrite({ mostProducts = Infinity } = {}): Rewrite {
  return {
    name: "bytes",
    apply(value) {
      const [x, second, bias] = value.inputs;
      if (x?.op !== gatherOp || second === undefined) return undefined;
      const attrs = x.attrs as BytesAttrs, [table, order] = x.inputs as [Node, Node];
      if (sizeOf(x.type.shape) * second.type.shape.at(-1)! > mostProducts) return undefined;
      if (value.op === linearOp && value.attrs.transposeWeights === false) {
        const activation = value.attrs.activation as Activation;
        return [node(linearBytesOp, [table, order, second, bias!], { ...attrs, activation }, value.label)];
      }
      if (value.op === matmulOp && value.attrs.transposeA === true && value.attrs.transposeB === false) {
        return [node(matmulBytesOp, [table, order, second], attrs, value.label)];
      }
      return undefined;
    },
  };
}

/** Words of lists above which a plan does without them: 1 GiB. */
const MAX_LIST_WORDS = 2 ** 28;

/**
 * `lists`: where the batch is the whole set and never changes, its non-zeros are listed once, in the plan's setup.
 * The same numbers in the same order: bit-identical. It works on what `bytes` makes.
 */
export const LISTS_REWRITE: Rewrite = {
  name: "lists",
  apply(value) {
    const isForward = value.op === linearBytesOp;
    if ((!isForward && value.op !== matmulBytesOp) || value.attrs.whole !== true) return undefined;
    const [table, order, second, bias] = value.inputs, { rows, scale } = value.attrs as BytesAttrs;
    const inputs = table!.type.shape[1]!, columns = second!.type.shape[1]!;
    const attrs = { rows, inputs, columns, byColumns: !isForward };
    if (listsLayout(attrs).words > MAX_LIST_WORDS) return undefined;
    const lists = listBytes(table!, order!, { ...attrs, scale });
    const activation = value.attrs.activation as Activation;
    return [
      isForward
        ? node(linearListsOp, [lists, second!, bias!], { ...attrs, activation }, value.label)
        : node(matmulListsOp, [lists, second!], attrs, value.label),
    ];
  },
};

/**
 * `pool`: the gradient of max pooling over the value of an activation takes the activation's slope with it, instead of
 * a second pass over the largest tensor of the network. One multiplication of the same numbers: bit-identical.
 */
export const POOL_REWRITE: Rewrite = {
  name: "pool",
  apply(value) {
    const [gradient, y] = value.inputs;
    if (value.op !== activationGradOp || gradient!.op !== maxPool2dGradOp) return undefined;
    if (gradient!.inputs[0] !== y || gradient!.attrs.activation !== "identity") return undefined;
    const [x, dY] = gradient!.inputs, activation = value.attrs.activation as Activation;
    return [maxPool2dGrad(x!, dY!, { ...gradient!.attrs as PoolAttrs, activation, label: value.label })];
  },
};
