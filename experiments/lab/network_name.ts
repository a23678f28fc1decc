/** What people call a network: its widths. */
import { sameShape } from "../../src/core/tensor.ts";
import type { Model } from "../../src/nn/model.ts";

/** `784-30-20-10-5`. */
export function networkName(model: Model): string {
  const shapes = [model.inputShape, ...model.layers.map(({ built }) => built.outputShape)];
  // Noise and the like have no parameters and leave the shape as it is.
  return shapes.filter((shape, i) =>
    i === 0 || model.layers[i - 1]!.built.parameters.length > 0 || !sameShape(shape, shapes[i - 1]!)
  ).map((shape) => shape.join("×")).join("-");
}
