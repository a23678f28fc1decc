/** What a layer is: plain data and two functions. Its parameters are made once, its function is applied to any batch. */
import { DescentError, require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Attr } from "../ir/op.ts";
import { zeros } from "../ops/zeros.ts";
import { type Initializer, INITIALIZERS } from "./initializers.ts";

/** A trained value: its leaf in every graph, and how it starts. Using it twice ties it. */
export interface Parameter {
  /** A leaf of the role `parameter`; its label names the values in `Weights`. */
  readonly node: Node;
  /** What its first values are drawn from. */
  readonly initializer: Initializer;
  /** Values that each result is made of, for the initializer. */
  readonly fanIn: number;
  /** Results that each value goes into, for the initializer. */
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
  /** What training changes. */
  readonly parameters: readonly Parameter[];
  /** What it keeps besides. Default none. */
  readonly states?: readonly LayerState[];
  /**
   * Node of what it gives [rows, …outputShape] for a batch `x` [rows, …input shape] of its first input, and of the `others`
   * where it takes several.
   */
  apply(x: Node, options: LayerOptions, others?: readonly Node[]): Node;
  /** Sums that training lowers besides the loss, of its own parameters: weight times the sum of the elements of a vector. */
  readonly penalties?: () => readonly { readonly value: Node; readonly weight: number }[];
}

/** How a network is applied. */
export interface ApplyOptions {
  /** As a step of training does it: with noise, and with what is known of the batch alone. */
  readonly training: boolean;
  /** In training, the share of each row in a mean over the real rows of the batch: [rows]. */
  readonly rowShares?: Node;
  /** Takes what a layer wants its state to be after the step. */
  readonly update?: (state: Node, value: Node) => void;
  /** Names of layers that stay as they are. */
  readonly frozen?: readonly string[];
}

/** How a layer is applied. */
export interface LayerOptions extends Omit<ApplyOptions, "frozen"> {
  /** Whether its parameters and states stay as they are. */
  readonly isFrozen?: boolean;
  /** What a state is by now: where the layer was used before in this step, what it was updated to. */
  readonly stateNow?: (state: Node) => Node;
}

/** A layer as the user declares it. `config` is what is saved with a model, and what rebuilds the layer. */
export interface Layer {
  /** What it is called in a saved model, and, with its position, its name: `dense`. */
  readonly kind: string;
  /** All of its settings, none left open. */
  readonly config: Readonly<Record<string, Attr>>;
  /**
   * Binds the layer to the shape of one row's input; throws when it does not fit, naming `name` and the shape.
   * `position` counts the layers of the model from 0; `before` are those before it by name, whose parameters a layer may
   * use too; `inputShapes` are the shapes of all that it is given, where it joins several.
   */
  build(
    name: string,
    inputShape: Shape,
    position: number,
    before?: ReadonlyMap<string, BuiltLayer>,
    inputShapes?: readonly Shape[],
  ): BuiltLayer;
}

/** A layer in a model. */
export interface NamedLayer {
  /** Kind and position from 1: `dense_1`. */
  readonly name: string;
  /** As it was declared. */
  readonly layer: Layer;
  /** Bound to the shape of its input. */
  readonly built: BuiltLayer;
  /** What it is given: positions among the values, inputs first. */
  readonly from: readonly number[];
  /** Position of the layer whose weights it uses, where they are another's. */
  readonly sharedWith?: number;
}

/** Makes a parameter's leaf. */
export function parameter(
  label: string,
  shape: Shape,
  { initializer, fanIn, fanOut }: { initializer: Initializer; fanIn: number; fanOut: number },
): Parameter {
  return { node: leaf("parameter", label, shape), initializer, fanIn, fanOut };
}

/** A layer's bias: a parameter, or zeros, which a plan makes once. Kernels add it either way. */
export function biasFor(
  name: string,
  units: number,
  isTrained: boolean,
  fan: { readonly fanIn: number; readonly fanOut: number },
): { readonly node: Node; readonly parameters: readonly Parameter[] } {
  if (!isTrained) return { node: zeros(units), parameters: [] };
  const bias = parameter(`${name}/bias`, [units], { ...fan, initializer: "zeros" });
  return { node: bias.node, parameters: [bias] };
}

/** Throws the sentence for what is no answer to whether there is a bias. */
export function checkBias(bias: boolean): void {
  require(typeof bias === "boolean", () => `The option bias must be true or false, got ${shown(bias)}`);
}

/** Throws the sentence for a name that is no initializer. */
export function checkInitializer(initializer: Initializer): void {
  require(
    INITIALIZERS.includes(initializer),
    () => `Unknown initializer "${initializer}": choose from ${INITIALIZERS.join(", ")}`,
  );
}

/** The sentence for a layer whose input has the wrong shape. */
export function refuseShape(name: string, kind: string, shape: Shape, expected: string): never {
  throw new DescentError(
    `Layer "${name}" (${kind}) cannot take rows of shape ${formatShape(shape)}: it needs ${expected}`,
  );
}
