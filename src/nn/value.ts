/** Values of a network that is being put together: where they come from. */
import type { Shape } from "../core/tensor.ts";
import type { Layer } from "./layer.ts";

/** What a network is put together from: a layer, or a function that leads a value through several. */
export type Part = Layer | ((x: Value) => Value);

/** A value in a network that is being put together: an input, or what a layer gives. */
export interface Value {
  /** Shape of one row. */
  readonly shape: Shape;
  /** What it becomes behind these layers, one after another. */
  pipe(...parts: readonly Part[]): Value;
  /** Where it comes from. */
  readonly origin: Origin;
}

/** An input of a model, or a layer and what it is given. */
export type Origin =
  | { readonly kind: "input"; readonly shape: Shape }
  | {
    readonly kind: "layer";
    readonly layer: Layer;
    readonly from: readonly Value[];
    /** Uses of one layer with one set of weights have one mark. */
    readonly mark: object;
  };

/** Whether something is a value of a network that is being put together. */
export function isValue(value: unknown): value is Value {
  return typeof value === "object" && value !== null && "origin" in value && "pipe" in value;
}
