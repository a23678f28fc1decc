/** From values to layers: in which order they stand, what each is given, and which of them share their weights. */
import { require } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import type { BuiltLayer, NamedLayer } from "./layer.ts";
import type { Value } from "./value.ts";

/** Layers in the order of what leads to the outputs, built. */
export function assemble(inputs: readonly Value[], outputs: readonly Value[]) {
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
    if (first === undefined) before.set(name, built);
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
  // What belongs to a layer stands once, with its first use.
  return { outputShape: built.outputShape, parameters: [], apply: (...given) => built.apply(...given) };
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
