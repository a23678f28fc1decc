/** Parts of trained models, and models one after another: an encoder cut off, a classifier put behind it. */
import { require } from "../core/errors.ts";
import { formatShape, sameShape } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { BuiltLayer, Layer } from "../nn/layer.ts";
import { checkWeights, type NamedLayer, sequential } from "../nn/model.ts";
import { type Part, share, withKnown } from "../nn/network.ts";
import { tiedDense, type TiedDenseOptions } from "../nn/tied_dense.ts";
import { checkTrained } from "./check_parts.ts";
import type { Trained } from "./saved.ts";

/**
 * The first `count` layers of a trained model as a trained model: the encoder of an autoencoder without its decoder.
 * Throws when the model has fewer layers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, firstLayers, initializeWeights, sequential } from "descent";
 * const model = sequential(784, [dense(64), dense(784, { activation: "sigmoid" })]);
 * const autoencoder = { model, weights: initializeWeights(model, 1) };
 * const encoder = firstLayers(autoencoder, 1);
 * assertEquals(encoder.model.outputShape, [64]);
 * assertEquals([...encoder.weights.keys()], ["dense_1/weights", "dense_1/bias"]);
 * ```
 */
export function firstLayers(trained: Trained, count: number): Trained {
  return sliceLayers(trained, 0, count);
}

/**
 * The layers of a trained model from position `start` to before position `before` (default: to its last) as a trained model: the
 * decoder of an autoencoder, or an encoder without the corruption before it. Layers and weights are named anew by
 * position (`dense_1`, …). Throws when the positions are out of range, or a tied layer would lose the layer that it is
 * tied to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { corruption, dense, initializeWeights, sequential, sliceLayers } from "descent";
 * const model = sequential(784, [corruption(0.2), dense(64), dense(784, { activation: "sigmoid" })]);
 * const denoising = { model, weights: initializeWeights(model, 1) };
 * const encoder = sliceLayers(denoising, 1, 2); // without the noise before it and the decoder behind it
 * assertEquals([...encoder.weights.keys()], ["dense_1/weights", "dense_1/bias"]);
 * ```
 */
export function sliceLayers(trained: Trained, start: number, before?: number): Trained {
  const { layers, inputShape } = checkTrained(trained).model, end = before ?? layers.length;
  checkChain(trained);
  require(
    Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= layers.length,
    () => `Layers ${start} to ${end} cannot be cut out of a model of ${layers.length} layers`,
  );
  const shape = start === 0 ? inputShape : layers[start - 1]!.built.outputShape;
  const part = rebuild(shape, [{ trained, layers: layers.slice(start, end) }]);
  const { gives, scaling, classNames } = trained.model;
  // What a layer before the last gives are no logits of classes, and what one behind the first takes are no bytes.
  const known = {
    ...(end < layers.length ? { gives: "values" as const } : { gives, classNames }),
    ...(start === 0 && { scaling }),
  };
  return { model: withKnown(part.model, known), weights: part.weights };
}

/**
 * The layers of `second` behind those of `first` as one trained model, to predict with or to train on: an encoder and the
 * classifier of its codes. Layers and weights of `second` are named anew by position. Throws when `second` does not take
 * what `first` gives.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, initializeWeights, joinModels, sequential } from "descent";
 * const encoder = sequential(784, [dense(64, { activation: "relu" })]), top = sequential(64, [dense(5)]);
 * const { model, weights } = joinModels(
 *   { model: encoder, weights: initializeWeights(encoder, 1) },
 *   { model: top, weights: initializeWeights(top, 2) },
 * );
 * assertEquals([model.inputShape, model.outputShape], [[784], [5]]);
 * assertEquals([...weights.keys()], ["dense_1/weights", "dense_1/bias", "dense_2/weights", "dense_2/bias"]);
 * ```
 */
export function joinModels(first: Trained, second: Trained): Trained {
  [first, second].forEach(checkTrained);
  [first, second].forEach(checkChain);
  const gives = first.model.outputShape, takes = second.model.inputShape;
  require(
    sameShape(gives, takes),
    () =>
      `Cannot join models: the first gives ${formatShape(gives)}, the second takes rows of shape ${
        formatShape(takes)
      }`,
  );
  const joined = rebuild(
    first.model.inputShape,
    [first, second].map((trained) => ({ trained, layers: trained.model.layers })),
  );
  const { gives: values, classNames } = second.model;
  const model = withKnown(joined.model, { gives: values, classNames, scaling: first.model.scaling });
  return { model, weights: joined.weights };
}

/** Layers of trained models in a row, named anew, with the weights that they had. */
function rebuild(
  inputShape: readonly number[],
  parts: readonly { readonly trained: Trained; readonly layers: readonly NamedLayer[] }[],
): Trained {
  const layers: Part[] = [], values: Float32Array[] = [];
  for (const { trained: { model, weights }, layers: chosen } of parts) {
    checkWeights(model, weights);
    const first = layers.length;
    const newNames = new Map(chosen.map(({ name, layer }, i) => [name, `${layer.kind}_${first + i + 1}`]));
    // Uses of one layer with one set of weights stay that.
    const known = new Map<NamedLayer, Part>();
    for (const named of chosen) {
      const { name, layer, sharedWith } = named, first = model.layers[sharedWith ?? -1] ?? named;
      let part = known.get(first);
      if (part === undefined) {
        part = share(layer.kind === "tied_dense" ? tiedAnew(name, layer, newNames) : layer);
        known.set(first, part);
        values.push(...leavesOf(first.built).map(({ label }) => weights.get(label)!));
      }
      layers.push(part);
    }
  }
  const model = sequential(inputShape, layers);
  const leaves = model.layers.flatMap(({ built }) => leavesOf(built));
  const weights = new Map(leaves.map(({ label }, i) => [label, values[i]!]));
  checkWeights(model, weights);
  return { model, weights };
}

/** Refuses a network that is no chain: what is between its layers is not one value. */
function checkChain({ model: { layers, inputs, outputs } }: Trained): void {
  const at = layers.findIndex(({ from }, i) => from.length !== 1 || from[0] !== i);
  require(
    at < 0 && inputs.length === 1 && outputs.length === 1,
    () =>
      `A model can be cut or joined where its layers stand one behind another${
        at < 0 ? "" : `, but "${layers[at]!.name}" takes what other layers than the one before it give`
      }: put it together anew by modelOf()`,
  );
}

function leavesOf({ parameters, states = [] }: BuiltLayer): readonly Node[] {
  return [...parameters, ...states].map(({ node }) => node);
}

/** A tied layer that follows its layer to that one's new name. */
function tiedAnew(name: string, { config }: Layer, newNames: ReadonlyMap<string, string>): Layer {
  const of = newNames.get(String(config.of));
  require(of !== undefined, () => `Layer "${name}" is tied to "${config.of}": keep both, or neither`);
  return tiedDense(of, { activation: config.activation as NonNullable<TiedDenseOptions["activation"]> });
}
