/** Which ops bring their kernels along, so that they have no files of their own in wgsl/ and kernels/. */
import type { Op } from "../../src/ir/op.ts";

/** Whether the kernels follow from a call's settings: a shader's text and a module's bytes. */
export function bringsKernels(op: Op): boolean {
  const [first] = op.cases, { attrs } = first!;
  const inputs = first!.inputs.map(({ shape, dtype = "f32" }) => ({ shape, dtype }));
  const types = { inputs, output: op.infer(inputs, attrs), attrs };
  return op.wgsl(types).text !== undefined && op.wasm(types).code !== undefined;
}
