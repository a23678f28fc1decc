/** Indices that embeddings look up in what a model is given, checked before one that names nothing becomes NaN. */
import { require } from "../core/errors.ts";
import { sizeOf } from "../core/tensor.ts";
import type { Model } from "../nn/model.ts";
import type { InputKind } from "./table.ts";

/**
 * Throws where an embedding is given an input of the model itself, and that holds what is none of its indices. `of` is whose
 * inputs they are.
 */
export function checkIndices(
  { layers, inputs: given }: Model,
  inputs: Float32Array | Uint8Array,
  { kind, of }: { readonly kind: InputKind; readonly of: string },
): void {
  const lookups = layers.filter(({ layer, from: [at] }) => layer.kind === "embedding" && at! < given.length);
  if (lookups.length === 0) return;
  const sizes = given.map(({ shape }) => sizeOf(shape)), columns = sizes.reduce((sum, size) => sum + size, 0);
  const { scale, offset } = kind.kind === "bytes" ? kind.scaling : { scale: 1, offset: 0 };
  for (const { name, layer, from: [input] } of lookups) {
    const count = layer.config.count as number;
    const first = sizes.slice(0, input).reduce((sum, size) => sum + size, 0), end = first + sizes[input!]!;
    const isNone = (value: number) => !(Number.isInteger(value) && value >= 0 && value < count);
    for (let at = 0; at < inputs.length; at++) {
      const column = at % columns, value = inputs[at]! * scale + offset;
      require(
        column < first || column >= end || !isNone(value),
        () =>
          `The inputs of ${of} hold ${value} in row ${
            Math.floor(at / columns)
          }, column ${column}: ${name} looks up whole ` +
          `numbers from 0 to ${count - 1}` +
          (scale === 1 || Number.isInteger(value)
            ? `; make it larger, or leave such rows out`
            : "; give the bytes a scaling of { scale: 1, offset: 0 }"),
      );
    }
  }
}
