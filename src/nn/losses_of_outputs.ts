/** A loss for each output of a network, whose targets lie side by side. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import { argmax } from "../ops/argmax.ts";
import { map } from "../ops/map.ts";
import { windowNode } from "../ops/rearrange.ts";
import type { Loss, LossInputs } from "./loss.ts";

/** The loss of an output, or the loss and how much it counts. */
export type OutputLoss = Loss | readonly [loss: Loss, weight: number];

/**
 * The weighted sum of a loss for each output, by the outputs' names. The targets of a row are numbers, side by side in the
 * order in which the losses stand here: as many as the output gives for a loss that compares with values, and one, the
 * class index, for one that compares with classes; `sideBySide` puts them together.
 *
 * Throws when there is none, a weight is no finite number, or, when a training begins, the model has no such output or the
 * targets are not as many.
 *
 * @example
 * ```ts
 * import { crossEntropy, dense, fit, input, lossesOf, meanSquaredError, modelOf, sideBySide } from "descent";
 * const x = input(2), hidden = x.pipe(dense(8, { activation: "tanh" }));
 * const model = modelOf({ x }, { side: hidden.pipe(dense(2)), length: hidden.pipe(dense(1)) });
 * const inputs = Float32Array.of(3, 4, -3, 4, 6, 8), sides = [1, 0, 1], lengths = [5, 5, 10];
 * const train = { inputs, inputShape: [2], targets: sideBySide([sides, lengths], { rows: 3 }) };
 * await fit(model, { train }, { loss: lossesOf({ side: crossEntropy(), length: [meanSquaredError(), 0.1] }), epochs: 2 });
 * ```
 */
export function lossesOf(losses: Readonly<Record<string, OutputLoss>>): Loss {
  const parts = Object.entries(losses ?? {}).map(([name, part]) => {
    const [loss, weight = 1] = Array.isArray(part) ? part as readonly [Loss, number] : [part as Loss];
    return { name, loss, weight };
  });
  require(
    parts.length > 0 &&
      parts.every(({ loss }) => typeof loss?.rows === "function" && loss.compares !== "inputs"),
    () => `lossesOf() takes a loss for each output, as in { label: crossEntropy() }, got ${shown(losses)}`,
  );
  const bad = parts.find(({ weight }) => !Number.isFinite(weight));
  require(
    bad === undefined,
    () => `The loss of "${bad!.name}" weighs ${shown(bad!.weight)}: give a finite number`,
  );
  const special = parts.find(({ loss }) => loss.classWeights !== undefined || loss.ignore !== undefined);
  require(
    special === undefined,
    () =>
      `The loss of "${
        special!.name
      }" weighs or ignores classes, which one of several cannot: weigh rows instead`,
  );
  const ranges = new Map<number, Node>(), constants = new Map<Node, ArrayLike<number>>();
  const columnsOf = (name: string, loss: Loss, outputs: LossInputs["outputs"]) => {
    const output = outputs[name];
    require(
      output !== undefined,
      () => `There is a loss of "${name}", but the model gives ${Object.keys(outputs).join(", ")}`,
    );
    return loss.compares === "classes" ? 1 : sizeOf(output.type.shape) / output.type.shape[0]!;
  };
  return {
    name: parts.map(({ name, loss, weight }) => `${weight} × ${loss.name} of ${name}`).join(" + "),
    compares: "values",
    isOfOutputs: true,
    constants,
    rows({ outputs, targets, x }) {
      const widths = parts.map(({ name, loss }) => columnsOf(name, loss, outputs));
      const all = widths.reduce((sum, width) => sum + width, 0), given = targets!.type.shape[1];
      require(
        given === all,
        () =>
          `The losses of ${
            parts.map(({ name }) => name).join(", ")
          } compare with ${all} targets a row, but there are ${given}`,
      );
      let start = 0;
      const values = parts.map(({ name, loss }, i) => {
        const column = windowNode(targets!, { axis: 1, start, size: widths[i]!, label: `${name}/targets` });
        start += widths[i]!;
        const output = outputs[name]!;
        const compared = loss.compares === "classes" ? indicesOf(column, output.type.shape[1]!) : column;
        return loss.rows({ output, outputs, targets: compared, x });
      });
      return map(
        values,
        (...terms) => terms.map((term, i) => term.mul(parts[i]!.weight)).reduce((sum, term) => sum.add(term)),
        { label: "losses" },
      );
    },
  };

  /** Class indices that are numbers, as whole numbers: the place of the class that each is equal to. */
  function indicesOf(column: Node, classes: number): Node {
    const range = ranges.get(classes) ?? leaf("data", `classes_0_to_${classes - 1}`, [classes]);
    ranges.set(classes, range);
    constants.set(range, Float32Array.from({ length: classes }, (_, index) => index));
    return argmax(map([column, range], (value, index) => value.equal(index)));
  }
}
