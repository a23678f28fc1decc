/** Losses that compare with values, or with what the model was given. */
import { require } from "../core/errors.ts";
import { checkOptions, type NoOptions, shown } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { binaryCrossEntropy as binaryCrossEntropyNode } from "../ops/binary_cross_entropy.ts";
import { abs, log1p, minimum } from "../ops/expression/expression.ts";
import { map } from "../ops/map.ts";
import { meanSquaredError as meanSquaredErrorNode } from "../ops/mean_squared_error.ts";
import { reduceMean } from "../ops/reduce.ts";
import { reshape } from "../ops/reshape.ts";
import { describeLoss, type Loss, type LossWithAccuracy, type Penalty, type PenaltyInputs } from "./loss.ts";

/**
 * Mean over the values of a row of the squared difference from the targets.
 *
 * @example y = 2x + 1, learned from four points
 * ```ts
 * import { dense, fit, meanSquaredError, predict, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Float32Array.of(1, 3, 5, 7) };
 * const model = sequential(1, [dense(1)]);
 * const trained = await fit(model, { train }, { loss: meanSquaredError(), epochs: 20 });
 * const [answer] = await predict(trained, Float32Array.of(4));
 * ```
 */
export function meanSquaredError(options: NoOptions = {}): Loss {
  checkOptions("meanSquaredError", options, {});
  return {
    name: "mean squared error",
    compares: "values",
    rows: ({ output, targets }) => meanSquaredErrorNode(flat(output), flat(targets!)),
  };
}

/** Mean over the values of a row of the absolute difference from the targets: outliers count less than squared. */
export function meanAbsoluteError(options: NoOptions = {}): Loss {
  checkOptions("meanAbsoluteError", options, {});
  return {
    name: "mean absolute error",
    compares: "values",
    rows: ({ output, targets }) => meanOf(output, targets!, (y, t) => abs(y.sub(t))),
  };
}

/** Settings of `huber`. */
export interface HuberOptions {
  /** Differences up to here count squared, larger ones in proportion. Default 1. */
  readonly delta?: number;
}

/**
 * Mean over the values of a row of Huber's loss of the difference d from the targets: d²/2 up to `delta`, and
 * delta·(|d| − delta/2) beyond. Throws when `delta` is not a positive number.
 * Source: P. Huber: "Robust estimation of a location parameter" (1964); PyTorch's `HuberLoss`.
 *
 * @example One of the targets is a mistake
 * ```ts
 * import { dense, fit, huber, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Float32Array.of(1, 3, 500, 7) };
 * const model = sequential(1, [dense(1)]);
 * await fit(model, { train }, { loss: huber({ delta: 2 }), epochs: 2 });
 * ```
 */
export function huber(options: HuberOptions = {}): Loss {
  checkOptions("huber", options, { delta: true });
  const { delta = 1 } = options;
  require(
    delta > 0 && delta < Infinity,
    () => `The delta of huber() must be a positive number, got ${shown(delta)}`,
  );
  return {
    name: describeLoss("Huber loss", options),
    compares: "values",
    rows: ({ output, targets }) =>
      meanOf(output, targets!, (y, t) => {
        // With m = min(|d|, δ) both branches are m·(|d| − m/2).
        const distance = abs(y.sub(t)), most = minimum(distance, delta);
        return most.mul(distance.sub(most.mul(0.5)));
      }),
  };
}

/**
 * Mean over the values of a row of the cross-entropy between a target from 0 to 1 and the sigmoid of the output, in nats:
 * for answers that are yes or no, one or many a row. The model's last layer must give logits. The accuracy is the share of
 * values whose answer, a logit above 0, is the target's, one above ½.
 * Source: PyTorch's `BCEWithLogitsLoss`.
 *
 * @example Two labels, each of which a row has or has not
 * ```ts
 * import { binaryCrossEntropy, dense, fit, sequential } from "descent";
 * const inputs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), targets = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
 * const model = sequential(2, [dense(2)]);
 * const data = { train: { inputs, inputShape: [2], targets } };
 * const { results } = await fit(model, data, { loss: binaryCrossEntropy(), epochs: 2 });
 * const { accuracy } = results.train!; // share of the eight answers that are right
 * ```
 */
export function binaryCrossEntropy(options: NoOptions = {}): LossWithAccuracy {
  checkOptions("binaryCrossEntropy", options, {});
  return {
    name: "binary cross-entropy",
    compares: "values",
    within: [0, 1],
    // log(1 + exp(z)) − z·t, so that nothing overflows; with (z + |z|)/2 for max(z, 0), whose slope at 0 is ½.
    rows: ({ output, targets }) =>
      meanOf(output, targets!, (z, t) => z.add(abs(z)).mul(0.5).sub(z.mul(t)).add(log1p(abs(z).neg().exp()))),
    correct: ({ output, targets }) => meanOf(output, targets!, (z, t) => z.greater(0).equal(t.greater(0.5))),
  };
}

/**
 * Mean over the values of a row of the squared difference from the input: the loss of an autoencoder.
 *
 * @example Three numbers a row by way of one
 * ```ts
 * import { dense, fit, firstLayers, predict, reconstructionError, sequential } from "descent";
 * const inputs = Float32Array.of(1, 2, 3, 2, 4, 6, 3, 6, 9);
 * const model = sequential(3, [dense(1), dense(3)]);
 * const data = { train: { inputs, inputShape: [3] } };
 * const trained = await fit(model, data, { loss: reconstructionError(), epochs: 2 });
 * const codes = await predict(firstLayers(trained, 1), inputs); // one for each row
 * ```
 */
export function reconstructionError(options: NoOptions = {}): Loss {
  checkOptions("reconstructionError", options, {});
  return {
    name: "mean squared reconstruction error",
    compares: "inputs",
    rows: ({ output, x }) => meanSquaredErrorNode(flat(output), flat(x)),
  };
}

/**
 * Sum over the values of a row of the cross-entropy between the input, in [0,1], and the sigmoid of the output, in nats:
 * the loss of an autoencoder whose last layer gives logits. Source: Vincent et al., "Stacked denoising autoencoders"
 * (JMLR 2010), section 2.1.
 *
 * @example
 * ```ts
 * import { dense, fit, reconstructionCrossEntropy, sequential, tiedDense } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(30, { activation: "sigmoid" }), tiedDense("dense_1")]); // gives logits
 * await fit(model, data, { loss: reconstructionCrossEntropy(), epochs: 1 });
 * ```
 */
export function reconstructionCrossEntropy(options: NoOptions = {}): Loss {
  checkOptions("reconstructionCrossEntropy", options, {});
  return {
    name: "reconstruction cross-entropy",
    compares: "inputs",
    within: [0, 1],
    rows: ({ output, x }) => binaryCrossEntropyNode(flat(output), flat(x)),
  };
}

/**
 * A weighted sum of losses of the same output, such as `[[meanSquaredError(), 1], [meanAbsoluteError(), 0.1]]`. Accuracies
 * are those of the first loss that has them; rows that one of them passes over do not count in any.
 *
 * Throws when there is none, a weight is no finite number, one compares with classes and another with values, two pass
 * over different classes, or one of several has class weights.
 *
 * @example
 * ```ts
 * import { dense, fit, meanAbsoluteError, meanSquaredError, sequential, sumOfLosses } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Float32Array.of(1, 3, 5, 7) };
 * const loss = sumOfLosses([[meanSquaredError(), 1], [meanAbsoluteError(), 0.1]]);
 * await fit(sequential(1, [dense(1)]), { train }, { loss, epochs: 2 });
 * ```
 */
export function sumOfLosses(parts: readonly (readonly [loss: Loss, weight: number])[]): Loss {
  require(
    Array.isArray(parts) && parts.length > 0 && parts.every((part) => typeof part?.[0]?.rows === "function"),
    () =>
      `A sum of losses is of pairs, as [[meanSquaredError(), 1], [meanAbsoluteError(), 0.1]], got ${
        shown(parts)
      }`,
  );
  const bad = parts.find(([, weight]) => !Number.isFinite(weight));
  require(
    bad === undefined,
    () => `The ${bad![0].name} of a sum weighs ${shown(bad![1])}: give a finite number`,
  );
  const losses: readonly Loss[] = parts.map(([loss]) => loss), compares = comparedBy(losses);
  const find = <N extends keyof Loss>(name: N) => losses.find((loss) => loss[name] !== undefined)?.[name];
  const classWeights = find("classWeights"), correct = find("correct"), ignore = find("ignore");
  require(
    classWeights === undefined || parts.length === 1,
    "A sum of losses cannot divide by the classWeights of one of them: give the rows weights instead",
  );
  const other = losses.find((loss) => loss.ignore !== undefined && loss.ignore !== ignore);
  require(
    other === undefined,
    () =>
      `One loss of a sum ignores class ${ignore}, another class ${
        other!.ignore
      }: rows count in all, or in none`,
  );
  return {
    name: parts.map(([{ name }, weight]) => `${weight} × ${name}`).join(" + "),
    compares,
    parts: losses.flatMap((loss) => loss.parts ?? [loss]),
    rows: (inputs) => weightedSum(parts.map(([loss, weight]) => ({ value: loss.rows(inputs), weight }))),
    ...(correct && { correct }),
    ...(classWeights && { classWeights }),
    ...(ignore !== undefined && { ignore }),
    ...(losses.some(({ penalties }) => penalties) && {
      penalties: (inputs: PenaltyInputs) =>
        parts.flatMap(([loss, weight]) =>
          (loss.penalties?.(inputs) ?? []).map((penalty: Penalty) => ({
            ...penalty,
            weight: weight * penalty.weight,
          }))
        ),
    }),
    constants: new Map(losses.flatMap(({ constants }) => [...constants ?? []])),
  };
}

/** What all of them compare with; those that compare with the inputs go with either kind of targets. */
function comparedBy(losses: readonly Loss[]): Loss["compares"] {
  const [first, ...others] = losses.filter(({ compares }) => compares !== "inputs");
  const other = others.find(({ compares }) => compares !== first!.compares);
  require(
    other === undefined,
    () =>
      `The ${first!.name} compares with ${first!.compares}, the ${other!.name} with ${
        other!.compares
      }: a set has targets of one kind`,
  );
  return first?.compares ?? "inputs";
}

/** As many at a time as a `map` takes. */
const SUMMED = 4;

function weightedSum(terms: readonly { readonly value: Node; readonly weight: number }[]): Node {
  const some = terms.slice(0, SUMMED), rest = terms.slice(SUMMED);
  const sum = map(
    some.map(({ value }) => value),
    (...values) =>
      values.map((value, i) => value.mul(some[i]!.weight)).reduce((sum, value) => sum.add(value)),
    { label: "losses" },
  );
  return rest.length === 0 ? sum : weightedSum([{ value: sum, weight: 1 }, ...rest]);
}

/** One row of values for each row of a batch, whatever their shape. */
function flat(value: Node): Node {
  const { shape } = value.type;
  return shape.length === 2 ? value : reshape(value, [sizeOf(shape) / shape[0]!], value.label);
}

type Elementwise = Parameters<typeof map>[1];

/** The mean over the values of a row of what is made of each and its target. */
function meanOf(output: Node, targets: Node, of: Elementwise): Node {
  return reduceMean(map([flat(output), flat(targets)], of), { axes: [1], label: "losses" });
}
