/** Values of a network, or nodes of a graph, behind one another. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import { type Node, requireNode } from "../ir/node.ts";
import { concatNodes } from "../ops/concat.ts";
import { chosenAxis, resized } from "../ops/rearrange.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { isValue, through, type Value } from "./network.ts";

/** Settings of `concat`. */
export interface ConcatOptions {
  /** Along which axis, counted from 0: of a node's shape, whose first is the batch; of a value's, which is that of one row. Default the last. */
  readonly axis?: number;
}

/**
 * Two or more values of a network, or nodes of a graph, behind one another along an axis, such as the channels of images.
 * Shapes differ in that axis alone; the result is there as long as all of them.
 *
 * Throws where the shapes do not fit; of values, when the network is put together.
 *
 * @example
 * ```ts
 * import { concat, conv2d, input, modelOf } from "descent";
 * const x = input([8, 8, 3]), maps = x.pipe(conv2d(16, 3, { padding: "same" }));
 * const model = modelOf({ x }, concat([x, maps]));
 * console.log(model.outputShape); // [ 8, 8, 19 ]
 * ```
 */
export function concat(values: readonly Value[], options?: ConcatOptions): Value;
/** Nodes of f32 values of 1 to 4 axes behind one another. */
export function concat(nodes: readonly Node[], options?: ConcatOptions): Node;
export function concat(items: readonly Value[] | readonly Node[], options: ConcatOptions = {}): Value | Node {
  checkOptions("concat", options, { axis: true });
  require(
    Array.isArray(items) && items.length > 0,
    () => `concat() takes a list of values of a network, or of nodes, got ${shown(items)}`,
  );
  if (items.every(isValue)) return through(concatLayer(options.axis), items as readonly Value[]);
  const nodes = items as readonly Node[];
  nodes.forEach(requireNode);
  return concatNodes(nodes, chosenAxis("concat", nodes[0]!.type.shape, options.axis));
}

function concatLayer(axis: number | undefined): Layer {
  return {
    kind: "concat",
    config: axis === undefined ? {} : { axis },
    build(name, inputShape, _position, _before, inputShapes = [inputShape]) {
      const along = chosenAxis("concat", inputShape, axis);
      const other = inputShapes.find((shape) => !sameBut(along, shape, inputShape));
      if (other !== undefined) {
        refuseShape(name, "concat", other, `rows like ${formatShape(inputShape)} but for axis ${along}`);
      }
      return {
        outputShape: resized(inputShape, along, inputShapes.reduce((sum, shape) => sum + shape[along]!, 0)),
        parameters: [],
        apply: (x, _options, others = []) => concatNodes([x, ...others], along + 1, name),
      };
    },
  };
}

function sameBut(axis: number, a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, at) => at === axis || size === b[at]);
}

/** The layer as it was saved. */
export function concatFromConfig({ axis }: Layer["config"]): Layer {
  return concatLayer(axis as number | undefined);
}
