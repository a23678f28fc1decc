/** Networks as graphs: values that go through layers, and the model that leads from some of them to others. */
import { DescentError, require } from "../core/errors.ts";
import { NETWORK_VALUE, shown } from "../core/option_names.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { ApplyOptions, BuiltLayer, Layer, LayerState, NamedLayer, Parameter } from "./layer.ts";
import type { Gives, ModelScaling } from "./recorded.ts";

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

/** A network as a description: it holds no weights. */
export interface Model {
  /** Shape of one row of the first input. */
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
  /** The network as nodes, on a batch `x` [rows, …inputShape]. May be called often: parameters are shared. */
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

/** Whether something is a value of a network that is being put together. */
export function isValue(value: unknown): value is Value {
  return typeof value === "object" && value !== null && "origin" in value && "pipe" in value;
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
  const { layers, at, shapes } = assemble(Object.values(inputs), Object.values(named));
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
  const own = layers.filter(({ sharedWith }) => sharedWith === undefined);
  const values: Model["values"] = (given, options = {}) => {
    const all = [...given];
    for (const { name, built, from } of layers) {
      const [x, ...others] = from.map((position) => all[position]!);
      all.push(
        built.apply(
          x!,
          { training: false, ...options, isFrozen: options.frozen?.includes(name) ?? false },
          others,
        ),
      );
    }
    return all;
  };
  return {
    inputShape: inputs[0]!.shape,
    outputShape: outputs[0]!.shape,
    inputs,
    outputs,
    layers,
    parameters: own.flatMap(({ built }) => built.parameters),
    states: own.flatMap(({ built }) => built.states ?? []),
    values,
    apply: (x, options) => values([x], options)[outputs[0]!.at]!,
  };
}

/** Layers in the order of what leads to the outputs, built. */
function assemble(inputs: readonly Value[], outputs: readonly Value[]) {
  const position = new Map<Value, number>(inputs.map((value, i) => [value, i]));
  const found = inputsOf(outputs), known = inputs.length > 0 ? inputs : found;
  const missing = found.find((value) => !known.includes(value));
  require(
    missing === undefined,
    () =>
      `The outputs need an input of shape ${
        formatShape(missing!.shape)
      } that the model is not given: name it too`,
  );
  known.forEach((value, i) => position.set(value, i));
  const shapes: Shape[] = known.map(({ shape }) => shape), layers: NamedLayer[] = [];
  const before = new Map<string, BuiltLayer>(), marks = new Map<object, number>();
  for (const value of ordered(outputs)) {
    const { origin } = value;
    if (origin.kind === "input") continue;
    const { layer, mark } = origin, from = origin.from.map((one) => position.get(one)!);
    const first = marks.get(mark), given = from.map((at) => shapes[at]!);
    const name = `${layer.kind}_${layers.length + 1}`;
    const built = first === undefined
      ? layer.build(name, given[0]!, layers.length, before, given)
      : sharedLayer(name, layers[first]!, given[0]!, shapes[layers[first]!.from[0]!]!);
    if (first === undefined) marks.set(mark, layers.length);
    position.set(value, shapes.length);
    layers.push({ name, layer, built, from, ...(first !== undefined && { sharedWith: first }) });
    shapes.push(built.outputShape);
    before.set(name, built);
  }
  const at = outputs.map((value) => position.get(value)!);
  return { layers, at, shapes, outputs: at.map((place) => shapes[place]!) };
}

function sharedLayer(
  name: string,
  { name: first, built }: NamedLayer,
  shape: Shape,
  before: Shape,
): BuiltLayer {
  require(
    shape.join() === before.join(),
    () =>
      `Layer "${name}" shares the weights of "${first}", which takes rows of shape ${
        formatShape(before)
      }, and is given ${formatShape(shape)}`,
  );
  return built;
}

/** Values that lead to others, each after what it comes from. */
function ordered(outputs: readonly Value[]): readonly Value[] {
  const order: Value[] = [], seen = new Set<Value>();
  // A deep network is no reason to run out of stack.
  const stack = outputs.toReversed().map((value) => ({ value, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!, { origin } = top.value;
    const from = origin.kind === "layer" ? origin.from[top.next++] : undefined;
    if (seen.has(top.value)) stack.pop();
    else if (from === undefined) {
      seen.add(top.value);
      order.push(top.value);
      stack.pop();
    } else if (!seen.has(from)) stack.push({ value: from, next: 0 });
  }
  return order;
}

function inputsOf(outputs: readonly Value[]): readonly Value[] {
  return ordered(outputs).filter(({ origin }) => origin.kind === "input");
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
