/** Every op of the library but the optimizers' updates (those are in src/optim). Tests, gradcheck and benchmarks read this list. */
import type { Op } from "../ir/op.ts";
import { activationGradOp } from "./activation_grad.ts";
import { addOp } from "./add.ts";
import { confusionOp } from "./confusion.ts";
import { countCorrectOp } from "./count_correct.ts";
import { dropoutOp } from "./dropout.ts";
import { gatherOp } from "./gather.ts";
import { gatherLabelsOp } from "./gather_labels.ts";
import { linearOp } from "./linear.ts";
import { linearBytesOp } from "./linear_bytes.ts";
import { linearListsOp } from "./linear_lists.ts";
import { listBytesOp } from "./list_bytes.ts";
import { matmulOp } from "./matmul.ts";
import { matmulBytesOp } from "./matmul_bytes.ts";
import { matmulListsOp } from "./matmul_lists.ts";
import { meanSquaredErrorOp } from "./mean_squared_error.ts";
import { meanSquaredErrorGradOp } from "./mean_squared_error_grad.ts";
import { recordOp } from "./record.ts";
import { rowWeightsOp } from "./row_weights.ts";
import { softmaxOp } from "./softmax.ts";
import { softmaxCrossEntropyOp } from "./softmax_cross_entropy.ts";
import { softmaxCrossEntropyGradOp } from "./softmax_cross_entropy_grad.ts";
import { sumRowsOp } from "./sum_rows.ts";

export const OPS: readonly Op[] = [
  activationGradOp,
  addOp,
  confusionOp,
  countCorrectOp,
  dropoutOp,
  gatherOp,
  gatherLabelsOp,
  linearOp,
  linearBytesOp,
  linearListsOp,
  listBytesOp,
  matmulOp,
  matmulBytesOp,
  matmulListsOp,
  meanSquaredErrorOp,
  meanSquaredErrorGradOp,
  recordOp,
  rowWeightsOp,
  softmaxOp,
  softmaxCrossEntropyOp,
  softmaxCrossEntropyGradOp,
  sumRowsOp,
];
