/** How each operator of ONNX is expressed by ours, and which cases are not. */
import type { OnnxBuild } from "./onnx_case.ts";
import { ACTIVATION_NODES, ANGLE_NODES, ELEMENTWISE_NODES } from "./onnx_elementwise.ts";
import { LAYER_NODES, LOSS_NODES, NORMALIZATION_NODES, UPDATE_NODES } from "./onnx_layers.ts";
import { POSITION_NODES, REDUCTION_NODES, SOFTMAX_NODES } from "./onnx_reductions.ts";
import { SHAPE_NODES } from "./onnx_shapes.ts";
import { WINDOW_NODES } from "./onnx_windows.ts";

/** Operators by group. */
export const ONNX_NODES: Readonly<Record<string, Readonly<Record<string, OnnxBuild>>>> = {
  products: LAYER_NODES,
  "convolutions and pools": WINDOW_NODES,
  activations: ACTIVATION_NODES,
  softmax: SOFTMAX_NODES,
  elementwise: ELEMENTWISE_NODES,
  "angles and hyperbolas": ANGLE_NODES,
  reductions: REDUCTION_NODES,
  "argmax and argmin": POSITION_NODES,
  shapes: SHAPE_NODES,
  losses: LOSS_NODES,
  optimizers: UPDATE_NODES,
  "normalization and dropout": NORMALIZATION_NODES,
};

/** Cases in scope that no graph of ours stands for, and why; one stands for nothing itself. */
export const NOT_EXPRESSED: Readonly<Record<string, string>> = {
  adam_multiple: "its numbers were made with an epsilon of 0.01, which its node does not say",
  maxpool_with_argmax_2d_precomputed_pads: "it also wants where each maximum was",
  maxpool_with_argmax_2d_precomputed_strides: "it also wants where each maximum was",
  training_dropout: "its mask is drawn by NumPy's generator",
  training_dropout_default: "its mask is drawn by NumPy's generator",
  training_dropout_default_mask: "its mask is drawn by NumPy's generator",
  training_dropout_mask: "its mask is drawn by NumPy's generator",
};
