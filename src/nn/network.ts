/** Networks as graphs: values that go through layers, and the model that leads from some of them to others. */
import { drawnBy } from "../core/display.ts";
import { DescentError, require } from "../core/errors.ts";
import { NETWORK_VALUE, shown } from "../core/option_names.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { windowNode } from "../ops/rearrange.ts";
import { reshape } from "../ops/reshape.ts";
import { assemble } from "./assemble.ts";
import type { ApplyOptions, Layer, LayerState, NamedLayer, Parameter } from "./layer.ts";
import type { Gives, ModelScaling } from "./recorded.ts";
import { isValue, type Origin, type Part, type Value } from "./value.ts";

export { isValue, type Origin, type Part, type Value } from "./value.ts";

/** A network as a description: it holds no weights. */
export interface Model {
  /** Shape of a row that it takes: of its input, or flat, of all inputs side by side in their order. */
  readonly inputShape: Shape;
  /** Shape of one row of the first output. */
  readonly outputShape: Shape;
  /** What it takes, in order. */
  readonly inputs: readonly NamedShape[];
  /** The values that it gives: positions among those of `values`. */
  readonly outputs: readonly (NamedShape & { readonly at: number })[];
  /** Each after those that it takes values of. */
  readonly layers: readonly NamedLayer[];
  /** What training changes, layer after layer; weights that are used twice stand once. */
  readonly parameters: readonly Parameter[];
  /** What its layers keep besides: it is saved with the weights, and no optimizer changes it. */
  readonly states: readonly LayerState[];
  /**
   * What its values are: `logits` of classes, or `values` as they are, such as the pixels of an autoencoder. `fit` records
   * it by its loss, and it is saved with the model; absent where nothing was trained.
   */
  readonly gives?: Gives;
  /** What the bytes meant that it was trained on; it is saved too. Absent where that was numbers, or pixels from 0 to 1. */
  readonly scaling?: ModelScaling;
  /** Names of the classes that it was trained on, in the order of its logits; they are saved too. */
  readonly classNames?: readonly string[];
  /** Its first output as nodes, on a batch `x` [rows, …inputShape]. May be called often: parameters are shared. */
  apply(x: Node, options?: Partial<ApplyOptions>): Node;
  /** All of its values on a batch of each input: the inputs, then what each layer gives. */
  values(inputs: readonly Node[], options?: Partial<ApplyOptions>): readonly Node[];
}

/** An input or an output of a model. */
export interface NamedShape {
  /** As `modelOf` was given it. */
  readonly name: string;
  /** Shape of one row. */
  readonly shape: Shape;
}

/**
 * An input of a network, for `modelOf`. `shape` is that of one row: a number for flat rows.
 *
 * @example
 * ```ts
 * import { concat, dense, input, modelOf } from "descent";
 * const x = input(8), wide = x.pipe(dense(32, { activation: "relu" }));
 * const model = modelOf({ x }, concat([x, wide]).pipe(dense(2)));
 * console.log(model.outputShape); // [ 2 ]
 * ```
 */
export function input(shape: number | Shape): Value {
  return valueOf({ kind: "input", shape: checkedShape(shape) });
}

/** What a layer gives for values; a layer that takes several joins them. */
export function through(layer: Layer, from: readonly Value[], mark: object = {}): Value {
  checkLayer(layer);
  require(
    Array.isArray(from) && from.length > 0 && from.every(isValue),
    () => `A layer is given a list of values of a network, got ${shown(from)}`,
  );
  return valueOf({ kind: "layer", layer, from, mark });
}

/** The layer with one set of weights wherever the value goes through it, such as both sides of a comparison. */
export function share(layer: Layer): (x: Value) => Value {
  const mark = {};
  return (x) => through(layer, [x], mark);
}

function valueOf(origin: Origin): Value {
  let shape: Shape | undefined = origin.kind === "input" ? origin.shape : undefined;
  const value: Value = {
    origin,
    get shape() {
      return shape ??= assemble([], [value]).outputs[0]!;
    },
    pipe: (...parts) => parts.reduce(pipeOne, value),
  };
  return value;
}

function pipeOne(value: Value, part: Part): Value {
  if (typeof part !== "function") return through(part, [value]);
  const result = partOf(part, value);
  require(
    isValue(result),
    () => `A part of a network must give a value, as x.pipe(…) does, got ${shown(result)}`,
  );
  return result;
}

/** What a function makes of a value; a layer's own function, such as `dense`, is given settings and no value. */
function partOf(part: (x: Value) => Value, value: Value): Value {
  try {
    return part(value);
  } catch (error) {
    if (!(error instanceof DescentError) || !error.message.endsWith(NETWORK_VALUE)) throw error;
    throw new DescentError(`${error.message}: call ${part.name} with its settings first`);
  }
}

/**
 * The model that leads from inputs to one output, or to several by name. Layers are named by kind and position
 * (`dense_1`, …), in the order in which what leads to the outputs needs them.
 *
 * Throws when an output needs an input that is not named, or a layer cannot take what it is given.
 *
 * @example
 * ```ts
 * import { dense, input, modelOf } from "descent";
 * const x = input(20), hidden = x.pipe(dense(16, { activation: "tanh" }));
 * const model = modelOf({ x }, { mean: hidden.pipe(dense(3)), spread: hidden.pipe(dense(3)) });
 * console.log(model.outputs.map(({ name }) => name)); // [ "mean", "spread" ]
 * ```
 */
export function modelOf(
  inputs: Readonly<Record<string, Value>>,
  outputs: Value | Readonly<Record<string, Value>>,
): Model {
  const named = isValue(outputs) ? { output: outputs } : outputs;
  for (const [what, values] of [["inputs", inputs], ["outputs", named]] as const) {
    const entries = typeof values === "object" && values !== null ? Object.entries(values) : [];
    require(
      entries.length > 0 && entries.every(([, value]) => isValue(value)),
      () => `The ${what} of a model are values by name, as in modelOf({ x }, y), got ${shown(values)}`,
    );
  }
  const foreign = Object.entries(inputs).find(([, { origin }]) => origin.kind !== "input");
  require(foreign === undefined, () => `"${foreign![0]}" is no input of a model: make it by input(shape)`);
  const given = Object.values(inputs), { layers, at, shapes } = assemble(given, Object.values(named));
  require(
    new Set(given).size === given.length,
    "Each input of a model has one name: make another by input(shape)",
  );
  require(layers.length > 0, "A model needs at least one layer");
  return makeModel({
    inputs: Object.entries(inputs).map(([name, value]) => ({ name, shape: value.shape })),
    outputs: Object.keys(named).map((name, i) => ({ name, at: at[i]!, shape: shapes[at[i]!]! })),
    layers,
  });
}

/** The model of layers that stand in order. */
export function makeModel(
  { inputs, outputs, layers }: Pick<Model, "inputs" | "outputs" | "layers">,
): Model {
  const values: Model["values"] = (given, options = {}) => {
    require(given.length === inputs.length || given.length === 1, () => {
      const names = inputs.map(({ name }) => name).join(", ");
      return `The model takes ${inputs.length} inputs (${names}), but is given ${given.length}`;
    });
    const all = given.length === inputs.length ? [...given] : apart(given[0]!, inputs),
      { frozen = [], update, ...rest } = options,
      now = new Map<Node, Node>();
    const known = {
      training: false,
      ...rest,
      stateNow: (state: Node) => now.get(state) ?? state,
      update(state: Node, value: Node) {
        now.set(state, value);
        update?.(state, value);
      },
    };
    for (const { name, built, from, sharedWith } of layers) {
      const [x, ...others] = from.map((position) => all[position]!);
      const isFrozen = [name, layers[sharedWith ?? -1]?.name].some((one) => frozen.includes(one ?? ""));
      all.push(built.apply(x!, { ...known, isFrozen }, others));
    }
    return all;
  };
  return drawnBy("showModel", {
    inputShape: inputs.length === 1 ? inputs[0]!.shape : [widthOf(inputs)],
    outputShape: outputs[0]!.shape,
    inputs,
    outputs,
    layers,
    parameters: layers.flatMap(({ built }) => built.parameters),
    states: layers.flatMap(({ built }) => built.states ?? []),
    values,
    apply: (x, options) => values([x], options)[outputs[0]!.at]!,
  });
}

/** The model with what is known of its inputs and values, and with nothing that was known before. */
export function withKnown(
  model: Model,
  { gives, scaling, classNames }: {
    readonly gives?: Gives | undefined;
    readonly scaling?: ModelScaling | undefined;
    readonly classNames?: readonly string[] | undefined;
  },
): Model {
  const { gives: _, scaling: __, classNames: ___, ...plain } = model;
  return drawnBy("showModel", {
    ...plain,
    ...(gives && { gives }),
    ...(scaling && { scaling }),
    ...(classNames && { classNames }),
  });
}

/** Values of a row that holds all inputs, or outputs, side by side. */
export function widthOf(values: readonly NamedShape[]): number {
  return values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Inputs that lie side by side in the rows of one matrix. */
function apart(x: Node, inputs: readonly NamedShape[]): Node[] {
  const { shape } = x.type, width = widthOf(inputs);
  require(shape.length === 2 && shape[1] === width, () => {
    const names = inputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");
    return `The model takes ${inputs.length} inputs (${names}), ${width} values side by side in a row, but is given ${
      formatShape(shape.slice(1))
    }`;
  });
  let start = 0;
  return inputs.map(({ name, shape }) => {
    const size = sizeOf(shape), part = windowNode(x, { axis: 1, start, size, label: name });
    start += size;
    return reshape(part, shape, name);
  });
}

/** Throws where a shape is none; a number is that of flat rows. */
export function checkedShape(inputShape: number | Shape): Shape {
  const shape = typeof inputShape === "number" ? [inputShape] : inputShape;
  require(
    Array.isArray(shape),
    () => `The input shape must be a number or a list of numbers such as [28, 28], got ${shown(inputShape)}`,
  );
  require(
    shape.length > 0 && shape.every((size) => Number.isSafeInteger(size) && size > 0),
    () => `The input shape must hold positive whole numbers, got ${formatShape(shape)}`,
  );
  return shape;
}

function checkLayer(layer: Layer): void {
  require(
    typeof layer?.build === "function",
    () => `A layer must be what dense(), conv2d() and the like give, got ${shown(layer)}`,
  );
}
