/** Models: layers one after another, and the weights that belong to them. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { requireSeed } from "../core/random.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { initialValues } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { input, type Model, modelOf, type Part } from "./network.ts";

export type { NamedLayer } from "./layer.ts";
export type { Model } from "./network.ts";
export type { Gives, ModelScaling } from "./recorded.ts";

/** Values of a model's parameters, and of what else its layers keep, by name; dense. */
export type Weights = ReadonlyMap<string, Float32Array>;

/**
 * A model of layers that each take what the one before gives; among them functions that lead a value through several,
 * such as `residual(…)` gives.
 *
 * `inputShape` is the shape of one row: a number for flat rows. Layers are named by kind and position
 * (`dense_1`, …). Throws when a layer cannot take its input, naming the layer and the shape.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, sequential } from "descent";
 * const model = sequential(784, [dense(30), dense(20), dense(5, { activation: "identity" })]);
 * assertEquals(model.layers.map(({ name }) => name), ["dense_1", "dense_2", "dense_3"]);
 * assertEquals(model.outputShape, [5]);
 * ```
 */
export function sequential(inputShape: number | Shape, layers: readonly Part[]): Model {
  checkLayers(layers);
  const x = input(inputShape);
  return modelOf({ x }, x.pipe(...layers));
}

/** Refuses what is no list of layers, with the first that is none. */
function checkLayers(layers: readonly Part[]): void {
  const made = "what dense(), conv2d() and the like give";
  require(Array.isArray(layers), () => `A model takes a list of layers, ${made}, got ${shown(layers)}`);
  require(layers.length > 0, "A model needs at least one layer");
  const at = layers.findIndex((layer) => typeof layer !== "function" && typeof layer?.build !== "function");
  require(at < 0, () => `Layer ${at + 1} of the model must be ${made}, got ${shown(layers[at])}`);
}

/** Refuses what is no model, such as a list of layers. */
export function checkModelType(model: Model): void {
  require(
    typeof model?.apply === "function" && Array.isArray(model.layers),
    () => `The model must be what sequential() gives, got ${shown(model)}`,
  );
}

/** The leaves whose values are the model's weights: its parameters, and what its layers keep. */
export function modelLeaves({ parameters, states }: Model): readonly Node[] {
  return [...parameters, ...states].map(({ node }) => node);
}

/**
 * Number of trained values.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countParameters, dense, sequential } from "descent";
 * const model = sequential(784, [dense(30), dense(10, { activation: "identity" })]);
 * assertEquals(countParameters(model), 784 * 30 + 30 + 30 * 10 + 10);
 * ```
 */
export function countParameters(model: Model): number {
  checkModelType(model);
  return model.parameters.reduce((sum, { node }) => sum + sizeOf(node.type.shape), 0);
}

/**
 * Fresh weights, the same for one seed wherever they are made: what `fit` starts from when it is given no others. Throws
 * when the seed is not a whole number from 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, initializeWeights, sequential } from "descent";
 * const model = sequential(784, [dense(30), dense(10, { activation: "identity" })]);
 * const weights = initializeWeights(model, 1);
 * assertEquals([...weights.keys()], ["dense_1/weights", "dense_1/bias", "dense_2/weights", "dense_2/bias"]);
 * assertEquals(weights.get("dense_1/weights")!.length, 784 * 30);
 * ```
 */
export function initializeWeights(model: Model, seed: number): Weights {
  checkModelType(model);
  requireSeed(seed);
  return new Map([
    ...model.parameters.map(({ node, initializer, fanIn, fanOut }, lane) =>
      [
        node.label,
        initialValues(initializer, node.type.shape, { fanIn, fanOut, seed, lane }),
      ] as const
    ),
    ...model.states.map(({ node, initial }) => [node.label, initial] as const),
  ]);
}

/** Refuses weights that do not belong to the model, by name or size, and values that are no finite numbers. */
export function checkWeights(model: Model, weights: Weights): void {
  require(
    typeof weights?.get === "function",
    () =>
      `The weights must be a map from names to values, as initializeWeights() gives, got ${shown(weights)}`,
  );
  const leaves = modelLeaves(model), known = new Set(leaves.map(({ label }) => label));
  for (const { label, type } of leaves) {
    const values = weights.get(label);
    require(values !== undefined, () => `The weights have no "${label}": they belong to another model`);
    require(
      values.length === sizeOf(type.shape),
      () => `"${label}" has ${values.length} values, the model needs ${formatShape(type.shape)}`,
    );
    const wrong = findNotFinite(values, type.shape);
    require(
      wrong === undefined,
      () => `"${label}" is ${wrong} and no finite number: whatever it takes part in is wrong; train it anew`,
    );
  }
  for (const label of weights.keys()) {
    require(
      known.has(label),
      () => `The model has no parameter "${label}": the weights belong to another model`,
    );
  }
}

/**
 * The first value that is NaN or infinite and where it is, such as `NaN at [3,7]`; undefined where all are finite.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { findNotFinite } from "./model.ts";
 * assert(findNotFinite(Float32Array.of(1, 2, -Infinity, 4), [2, 2]) === "-Infinity at [1,0]");
 * assert(findNotFinite(Float32Array.of(1, 2), [2]) === undefined);
 * ```
 */
export function findNotFinite(values: Float32Array, shape: Shape): string | undefined {
  // A sum of v·0 is 0 until the first that is not finite, and then NaN: four of them wait for no one.
  let a = 0, b = 0, c = 0, d = 0, at = 0;
  for (; at + 4 <= values.length; at += 4) {
    a += values[at]! * 0;
    b += values[at + 1]! * 0;
    c += values[at + 2]! * 0;
    d += values[at + 3]! * 0;
  }
  for (; at < values.length; at++) a += values[at]! * 0;
  if (a + b + c + d === 0) return undefined;
  let rest = values.findIndex((value) => !Number.isFinite(value));
  const value = values[rest];
  const place = shape.toReversed().map((size) => {
    const index = rest % size;
    rest = (rest - index) / size;
    return index;
  });
  return `${value} at ${formatShape(place.reverse())}`;
}

/** One line per layer, for people: name, shapes, parameters. */
export interface LayerSummary {
  readonly name: string;
  readonly kind: string;
  /** Names of the layers and inputs that it is given. */
  readonly from: readonly string[];
  readonly outputShape: Shape;
  /** Number of trained values; 0 where they are another layer's. */
  readonly parameters: number;
  readonly config: Layer["config"];
}

/** The model as a table. */
export function summarizeModel(model: Model): readonly LayerSummary[] {
  const names = [...model.inputs, ...model.layers].map(({ name }) => name);
  return model.layers.map(({ name, layer, built, from }) => ({
    name,
    kind: layer.kind,
    from: from.map((at) => names[at]!),
    outputShape: built.outputShape,
    parameters: built.parameters.reduce((sum, { node }) => sum + sizeOf(node.type.shape), 0),
    config: layer.config,
  }));
}
