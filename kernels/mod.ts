// The WebAssembly module: one function per op, named after it, and what the executor needs around them.
export { activation_grad } from "./activation_grad";
export { adagrad } from "./adagrad";
export { adam } from "./adam";
export { add } from "./add";
export { amsgrad } from "./amsgrad";
export { augment } from "./augment";
export { avg_pool2d } from "./avg_pool2d";
export { avg_pool2d_grad } from "./avg_pool2d_grad";
export { binary_cross_entropy } from "./binary_cross_entropy";
export { binary_cross_entropy_grad } from "./binary_cross_entropy_grad";
export { clip_norm } from "./clip_norm";
export { clip_value } from "./clip_value";
export { confusion } from "./confusion";
export { conv2d } from "./conv2d";
export { conv2d_general } from "./conv2d_general";
export { conv2d_input_grad } from "./conv2d_input_grad";
export { conv2d_input_grad_general } from "./conv2d_input_grad_general";
export { conv2d_weight_grad } from "./conv2d_weight_grad";
export { conv2d_weight_grad_general } from "./conv2d_weight_grad_general";
export { corrupt } from "./corrupt";
export { count_correct } from "./count_correct";
export { dropout } from "./dropout";
export { embedding } from "./embedding";
export { embedding_grad } from "./embedding_grad";
export { gather } from "./gather";
export { gather_elements } from "./gather_elements";
export { gather_rows } from "./gather_rows";
export { kl_sparsity } from "./kl_sparsity";
export { kl_sparsity_grad } from "./kl_sparsity_grad";
export { barrier } from "./lib/barrier";
export {
  curve_erf,
  curve_exp,
  curve_log,
  curve_log1p,
  curve_pow,
  curve_sigmoid,
  curve_tanh,
} from "./lib/curves";
export { setJoins, setScratch } from "./lib/layout";
export { peakFma, peakRead } from "./lib/peak";
export { linear } from "./linear";
export { linear_bytes } from "./linear_bytes";
export { linear_lists } from "./linear_lists";
export { list_bytes } from "./list_bytes";
export { matmul } from "./matmul";
export { matmul_bytes } from "./matmul_bytes";
export { matmul_lists } from "./matmul_lists";
export { max_pool2d } from "./max_pool2d";
export { max_pool2d_grad } from "./max_pool2d_grad";
export { mean_squared_error } from "./mean_squared_error";
export { mean_squared_error_grad } from "./mean_squared_error_grad";
export { momentum } from "./momentum";
export { one_hot } from "./one_hot";
export { outer_product } from "./outer_product";
export { record } from "./record";
export { reduce } from "./reduce";
export { reshape } from "./reshape";
export { rmsprop } from "./rmsprop";
export { row_weights } from "./row_weights";
export { sgd } from "./sgd";
export { sgd_bytes } from "./sgd_bytes";
export { softmax } from "./softmax";
export { softmax_cross_entropy } from "./softmax_cross_entropy";
export { softmax_cross_entropy_grad } from "./softmax_cross_entropy_grad";
export { sum_rows } from "./sum_rows";
export { sum_squares } from "./sum_squares";
export { upsample2d } from "./upsample2d";
export { upsample2d_grad } from "./upsample2d_grad";
export { weigh_rows } from "./weigh_rows";
export { weighted_sum_rows } from "./weighted_sum_rows";
export { zeros } from "./zeros";
