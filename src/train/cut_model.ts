/** A part of a trained network, between values of it. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import type { Layer } from "../nn/layer.ts";
import { input, type Model, modelOf, through, type Value, withKnown } from "../nn/network.ts";
import { checkTrained } from "./check_parts.ts";
import type { Trained } from "./saved.ts";

/** Where the part begins and ends: names of inputs, outputs or layers of the network. */
export interface CutOptions {
  /** Values that become its inputs, under these names. Default the network's inputs. */
  readonly from?: string | readonly string[];
  /** Values that become its outputs, under these names. Default the network's outputs. */
  readonly to?: string | readonly string[];
}

/**
 * A part of a trained network as a trained model of its own, such as the decoder of an autoencoder, or the network up to
 * one of its layers. What leads from the first values to the last belongs to it; its layers are named anew.
 *
 * Throws when a name is none, or what leads to the last values begins before the first ones.
 *
 * @example
 * ```ts
 * import { cutModel, dense, initializeWeights, input, modelOf } from "descent";
 * const x = input(784), code = x.pipe(dense(2)), y = code.pipe(dense(784, { activation: "sigmoid" }));
 * const model = modelOf({ x }, { y, code }), trained = { model, weights: initializeWeights(model, 1) };
 * const decoder = cutModel(trained, { from: "code", to: "y" });
 * console.log(decoder.model.inputShape); // [ 2 ]
 * ```
 */
export function cutModel(trained: Trained, options: CutOptions): Trained {
  checkOptions("cutModel", options, { from: true, to: true });
  const { model, weights } = checkTrained(trained), places = placesOf(model);
  const { from = model.inputs.map(({ name }) => name), to = model.outputs.map(({ name }) => name) } = options;
  const place = (name: string) => {
    const at = places.get(name);
    require(
      at !== undefined,
      () => `The network has no value "${name}": it has ${[...places.keys()].join(", ")}`,
    );
    return at;
  };
  const begin = new Map(
    [from].flat().map((name) => [place(name), { name, value: input(shapeAt(model, place(name))) }]),
  );
  // A copy of each layer, by which it is known again when it stands elsewhere.
  const copies = new Map<Layer, number>(),
    marks = model.layers.map(() => ({})),
    known = new Map<number, Value>();
  const valueAt = (at: number): Value => {
    const ready = begin.get(at)?.value ?? known.get(at);
    if (ready !== undefined) return ready;
    const index = at - model.inputs.length, one = model.layers[index];
    require(
      one !== undefined,
      () => `What is cut out needs the input "${model.inputs[at]!.name}": let it begin there too`,
    );
    require(
      one.layer.kind !== "tied_dense",
      () => `Layer "${one.name}" is tied to "${one.layer.config.of}": cut such a model with sliceLayers()`,
    );
    const copy = { ...one.layer };
    copies.set(copy, index);
    const value = through(copy, one.from.map(valueAt), marks[one.sharedWith ?? index]);
    known.set(at, value);
    return value;
  };
  const ends = Object.fromEntries([to].flat().map((name) => [name, valueAt(place(name))]));
  const inputs = Object.fromEntries(Array.from(begin.values(), ({ name, value }) => [name, value]));
  const part = modelOf(inputs, ends), values = new Map<string, Float32Array>();
  for (const { layer, built } of part.layers) {
    // The parameters of a shared layer stand where it was first used.
    const index = copies.get(layer)!, old = model.layers[model.layers[index]!.sharedWith ?? index]!.built;
    const before = [...old.parameters, ...old.states ?? []];
    [...built.parameters, ...built.states ?? []].forEach(({ node }, i) =>
      values.set(node.label, weights.get(before[i]!.node.label)!)
    );
  }
  // What is known of values is known of the first output.
  const isEnd = part.outputs[0]!.name === model.outputs[0]!.name;
  const isStart = [...begin.keys()].every((at) => at < model.inputs.length);
  const { gives, classNames, scaling } = model;
  return {
    model: withKnown(part, {
      ...(isEnd ? { gives, classNames } : { gives: "values" }),
      ...(isStart && { scaling }),
    }),
    weights: values,
  };
}

/** Positions of values by the names that they have: inputs, layers, outputs. */
function placesOf({ inputs, layers, outputs }: Model): ReadonlyMap<string, number> {
  return new Map([
    ...layers.map(({ name }, i) => [name, inputs.length + i] as const),
    ...outputs.map(({ name, at }) => [name, at] as const),
    ...inputs.map(({ name }, i) => [name, i] as const),
  ]);
}

function shapeAt({ inputs, layers }: Model, at: number) {
  return inputs[at]?.shape ?? layers[at - inputs.length]!.built.outputShape;
}
