/**
 * Trained models to and from ONNX files.
 * @module
 */
export { fromOnnx } from "./from_onnx.ts";
export { toOnnx, type ToOnnxOptions } from "./to_onnx.ts";
