/** Every op of the library but the optimizers' updates (those are in src/optim). Tests, gradcheck and benchmarks read this list. */
import type { Op } from "../ir/op.ts";
import { activationGradOp } from "./activation_grad.ts";
import { addOp } from "./add.ts";
import { augmentOp } from "./augment.ts";
import { argmaxOp } from "./argmax.ts";
import { assignOp } from "./assign.ts";
import { avgPool2dOp } from "./avg_pool2d.ts";
import { avgPool2dGradOp } from "./avg_pool2d_grad.ts";
import { binaryCrossEntropyOp } from "./binary_cross_entropy.ts";
import { binaryCrossEntropyGradOp } from "./binary_cross_entropy_grad.ts";
import { centredSumsOp } from "./centred_sums.ts";
import { clipNormOp } from "./clip_norm.ts";
import { clipValueOp } from "./clip_value.ts";
import { concatOp } from "./concat.ts";
import { confusionOp } from "./confusion.ts";
import { conv2dOp } from "./conv2d.ts";
import { conv2dInputGradOp } from "./conv2d_input_grad.ts";
import { conv2dWeightGradOp } from "./conv2d_weight_grad.ts";
import { corruptOp } from "./corrupt.ts";
import { countCorrectOp } from "./count_correct.ts";
import { dropoutOp } from "./dropout.ts";
import { embeddingOp } from "./embedding.ts";
import { embeddingGradOp } from "./embedding_grad.ts";
import { gatherOp } from "./gather.ts";
import { gatherElementsOp } from "./gather_elements.ts";
import { gatherRowsOp } from "./gather_rows.ts";
import { imageVarianceOp } from "./image_variance.ts";
import { klSparsityOp } from "./kl_sparsity.ts";
import { klSparsityGradOp } from "./kl_sparsity_grad.ts";
import { linearOp } from "./linear.ts";
import { linearBytesOp } from "./linear_bytes.ts";
import { linearListsOp } from "./linear_lists.ts";
import { listBytesOp } from "./list_bytes.ts";
import { mapOp } from "./map.ts";
import { matmulOp } from "./matmul.ts";
import { matmulBytesOp } from "./matmul_bytes.ts";
import { matmulListsOp } from "./matmul_lists.ts";
import { maxPool2dOp } from "./max_pool2d.ts";
import { maxPool2dGradOp } from "./max_pool2d_grad.ts";
import { meanSquaredErrorOp } from "./mean_squared_error.ts";
import { meanSquaredErrorGradOp } from "./mean_squared_error_grad.ts";
import { oneHotOp } from "./one_hot.ts";
import { outerProductOp } from "./outer_product.ts";
import { rearrangeOp } from "./rearrange.ts";
import { recordOp } from "./record.ts";
import { reduceOp } from "./reduce.ts";
import { reshapeOp } from "./reshape.ts";
import { rowWeightsOp } from "./row_weights.ts";
import { softmaxOp } from "./softmax.ts";
import { softmaxCrossEntropyOp } from "./softmax_cross_entropy.ts";
import { softmaxCrossEntropyGradOp } from "./softmax_cross_entropy_grad.ts";
import { sumRowsOp } from "./sum_rows.ts";
import { sumSquaresOp } from "./sum_squares.ts";
import { takeOp } from "./take.ts";
import { takeGradOp } from "./take_grad.ts";
import { upsample2dOp } from "./upsample2d.ts";
import { upsample2dGradOp } from "./upsample2d_grad.ts";
import { weighRowsOp } from "./weigh_rows.ts";
import { weightedSumRowsOp } from "./weighted_sum_rows.ts";
import { zerosOp } from "./zeros.ts";

export const OPS: readonly Op[] = [
  activationGradOp,
  addOp,
  argmaxOp,
  assignOp,
  augmentOp,
  avgPool2dOp,
  avgPool2dGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyGradOp,
  centredSumsOp,
  clipNormOp,
  clipValueOp,
  concatOp,
  confusionOp,
  conv2dOp,
  conv2dInputGradOp,
  conv2dWeightGradOp,
  corruptOp,
  countCorrectOp,
  dropoutOp,
  embeddingOp,
  embeddingGradOp,
  gatherOp,
  gatherElementsOp,
  gatherRowsOp,
  imageVarianceOp,
  klSparsityOp,
  klSparsityGradOp,
  linearOp,
  linearBytesOp,
  linearListsOp,
  listBytesOp,
  mapOp,
  matmulOp,
  matmulBytesOp,
  matmulListsOp,
  maxPool2dOp,
  maxPool2dGradOp,
  meanSquaredErrorOp,
  meanSquaredErrorGradOp,
  oneHotOp,
  outerProductOp,
  rearrangeOp,
  recordOp,
  reduceOp,
  reshapeOp,
  rowWeightsOp,
  softmaxOp,
  softmaxCrossEntropyOp,
  softmaxCrossEntropyGradOp,
  sumRowsOp,
  sumSquaresOp,
  takeOp,
  takeGradOp,
  upsample2dOp,
  upsample2dGradOp,
  weighRowsOp,
  weightedSumRowsOp,
  zerosOp,
];
