/** Weights and state_dicts for the tests of fromTorch() and toTorch(). */
import { initializeWeights, type Model, type Shape, type Weights } from "descent";
import { encodeSafetensors, type SavedTensor } from "../../src/train/safetensors.ts";

/** Weights of which no two are alike. */
export function distinct(model: Model): Weights {
  return new Map([...initializeWeights(model, 1)].map(([name, values], k) => [
    name,
    Float32Array.from(values, (_value, i) => Math.sin(i + 100 * k) + 1.5),
  ]));
}

/** A state_dict of zeros. */
export function stateOf(shapes: Readonly<Record<string, Shape>>): Uint8Array {
  return encodeSafetensors(
    new Map(
      Object.entries(shapes).map(([name, shape]): [string, SavedTensor] => [
        name,
        { dtype: "f32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    ),
  );
}

/** The state_dict of dense layers [inputs,units] under names. */
export function linears(sizes: Readonly<Record<string, readonly [number, number]>>): Uint8Array {
  return stateOf(Object.fromEntries(
    Object.entries(sizes).flatMap(([name, [inputs, units]]): [string, Shape][] => [
      [`${name}.weight`, [units, inputs]],
      [`${name}.bias`, [units]],
    ]),
  ));
}
