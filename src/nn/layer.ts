/** What a layer is: plain data and two functions. Its parameters are made once, its function is applied to any batch. */
import { DescentError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Attr } from "../ir/op.ts";
import type { Initializer } from "./initializers.ts";

/** A trained value: its leaf in every graph, and how it starts. Using it twice ties it. */
export interface Parameter {
  readonly node: Node;
  readonly initializer: Initializer;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A value that belongs to a layer and is not trained, such as the mean of what it has seen. */
export interface LayerState {
  /** A leaf of the role `state`. */
  readonly node: Node;
  /** What it is before training. */
  readonly initial: Float32Array;
}

/** A layer bound to the shape of its input. */
export interface BuiltLayer {
  /** Shape of one row's output. */
  readonly outputShape: Shape;
  readonly parameters: readonly Parameter[];
  /** Default none. */
  readonly states?: readonly LayerState[];
  apply(x: Node, options: ApplyOptions): Node;
}

/** What a layer may do differently while training. */
export interface ApplyOptions {
  readonly training: boolean;
}

/** A layer as the user declares it. `config` is what is saved with a model, and what rebuilds the layer. */
export interface Layer {
  readonly kind: string;
  readonly config: Readonly<Record<string, Attr>>;
  /**
   * Binds the layer to the shape of one row's input; throws when it does not fit, naming `name` and the shape.
   * `position` counts the layers of the model from 0; `before` are those before it by name, whose parameters a layer may
   * use too.
   */
  build(
    name: string,
    inputShape: Shape,
    position: number,
    before?: ReadonlyMap<string, BuiltLayer>,
  ): BuiltLayer;
}

/** Makes a parameter's leaf. */
export function parameter(
  label: string,
  shape: Shape,
  { initializer, fanIn, fanOut }: { initializer: Initializer; fanIn: number; fanOut: number },
): Parameter {
  return { node: leaf("parameter", label, shape), initializer, fanIn, fanOut };
}

/** The sentence for a layer whose input has the wrong shape. */
export function refuseShape(name: string, kind: string, shape: Shape, expected: string): never {
  throw new DescentError(
    `Layer "${name}" (${kind}) cannot take rows of shape ${formatShape(shape)}: it needs ${expected}`,
  );
}
