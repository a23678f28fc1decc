/** Layers by kind, so that a saved model can be rebuilt from its description. */
import { DescentError, require } from "../core/errors.ts";
import type { Shape } from "../core/tensor.ts";
import type { ActivationName } from "./activation.ts";
import { augmentationFromConfig } from "./augmentation.ts";
import { batchNorm, type BatchNormOptions } from "./batch_norm.ts";
import { elementwiseFromConfig } from "./elementwise.ts";
import { layerNorm, type LayerNormOptions } from "./layer_norm.ts";
import { sampleNormalLayer } from "./sample_normal.ts";
import { avgPool2d } from "./avg_pool2d.ts";
import type { Corruption } from "../ops/corrupt.ts";
import { concatFromConfig } from "./concat.ts";
import { conv1dFromConfig } from "./conv1d.ts";
import { conv2dFromConfig } from "./conv2d.ts";
import { conv2dTransposeFromConfig } from "./conv2d_transpose.ts";
import { corruption } from "./corruption.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { embeddingFromConfig } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { globalAvgPool2d, globalMaxPool2d } from "./global_pool.ts";
import type { Initializer } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { maxPool2d } from "./max_pool2d.ts";
import { input, type Model, modelOf, type NamedShape, through, withKnown } from "./network.ts";
import { poolFromConfig } from "./pool.ts";
import { REARRANGE_LAYERS } from "./rearrange.ts";
import type { Gives, ModelScaling } from "./recorded.ts";
import { reshapeFromConfig } from "./reshape.ts";
import { standardizeFromConfig } from "./standardize.ts";
import { tiedDense } from "./tied_dense.ts";
import { upsample2dFromConfig } from "./upsample2d.ts";

/** A description that is whole, of a layer that is not known here. */
export class UnknownKindError extends DescentError {}

/** A map, as an object would know `constructor` too. */
const KINDS = new Map<unknown, (config: Layer["config"]) => Layer>([
  ["augmentation", augmentationFromConfig],
  ["avg_pool2d", poolFromConfig(avgPool2d)],
  ["batch_norm", (config) => batchNorm(config as BatchNormOptions)],
  ["concat", concatFromConfig],
  ["conv1d", conv1dFromConfig],
  ["conv2d", conv2dFromConfig],
  ["conv2d_transpose", conv2dTransposeFromConfig],
  ["corruption", (config) =>
    corruption(config.rate as number, {
      kind: config.kind as Corruption,
      deviation: config.deviation as number,
      always: config.always as boolean,
    })],
  ["dense", (config) =>
    dense(config.units as number, {
      activation: config.activation as ActivationName,
      bias: config.bias as boolean,
      initializer: config.initializer as Initializer,
      ...(config.l1 !== undefined && { l1: config.l1 as number }),
      ...(config.l2 !== undefined && { l2: config.l2 as number }),
    })],
  ["dropout", (config) => dropout(config.rate as number)],
  ["elementwise", elementwiseFromConfig],
  ["embedding", embeddingFromConfig],
  ["flatten", flatten],
  ["global_avg_pool2d", globalAvgPool2d],
  ["global_max_pool2d", globalMaxPool2d],
  ["layer_norm", (config) => layerNorm(config as LayerNormOptions)],
  ["max_pool2d", poolFromConfig(maxPool2d)],
  ...Object.entries(REARRANGE_LAYERS),
  ["reshape", reshapeFromConfig],
  ["sample_normal", sampleNormalLayer],
  ["standardize", standardizeFromConfig],
  ["tied_dense", (config) =>
    tiedDense(config.of as string, {
      activation: config.activation as ActivationName,
      bias: config.bias as boolean,
    })],
  ["upsample2d", upsample2dFromConfig],
]);

/** A model as JSON can hold it. */
export interface ModelConfig {
  /** Of the first input. */
  readonly inputShape: Shape;
  readonly layers: readonly LayerConfig[];
  /** Where there are several, or one of another name than `x`. */
  readonly inputs?: readonly NamedShape[];
  /** Where that is not what the last layer gives, under the name `output`. */
  readonly outputs?: readonly { readonly name: string; readonly at: number }[];
  readonly gives?: Gives;
  readonly scaling?: ModelScaling;
  readonly classNames?: readonly string[];
}

/** A layer as JSON can hold it. */
export interface LayerConfig {
  readonly kind: string;
  readonly config: Layer["config"];
  /** Positions of what it is given among the inputs and the layers before it; left out where that is the one before it. */
  readonly from?: readonly number[];
  /** Position of the layer whose weights it uses. */
  readonly sharedWith?: number;
}

/** Layers of one's own by kind: each makes a layer of what was saved as its `config`. */
export type LayerMakers = Readonly<Record<string, (config: Layer["config"]) => Layer>>;

export function modelConfig(model: Model): ModelConfig {
  const { inputs, outputs, layers } = model, last = inputs.length + layers.length - 1;
  const isPlain = inputs.length === 1 && inputs[0]!.name === "x";
  const endsPlain = outputs.length === 1 && outputs[0]!.name === "output" && outputs[0]!.at === last;
  return {
    inputShape: model.inputShape,
    layers: layers.map(({ layer: { kind, config }, from, sharedWith }, i) => ({
      kind,
      config,
      ...((from.length !== 1 || from[0] !== inputs.length + i - 1) && { from }),
      ...(sharedWith !== undefined && { sharedWith }),
    })),
    ...(!isPlain && { inputs }),
    ...(!endsPlain && { outputs: outputs.map(({ name, at }) => ({ name, at })) }),
    ...recordedOf(model),
  };
}

/**
 * Rebuilds a model from its description, which may come from anywhere; `makers` know layers of one's own.
 *
 * @throws DescentError when it is no description, or names a layer kind that this version does not know.
 */
export function modelFromConfig(description: ModelConfig, makers: LayerMakers = {}): Model {
  require(
    Array.isArray(description?.inputShape) && Array.isArray(description.layers),
    "A model description needs inputShape and layers",
  );
  const { gives } = description;
  require(
    gives === undefined || gives === "logits" || gives === "values",
    () => `A model gives logits or values, but this description says ${JSON.stringify(gives)}`,
  );
  const { scaling, classNames } = description;
  require(
    scaling === undefined || [scaling?.scale, scaling?.offset].every(Number.isFinite),
    () => `The scaling of a model is two numbers, but this description says ${JSON.stringify(scaling)}`,
  );
  require(
    classNames === undefined ||
      Array.isArray(classNames) && classNames.every((name) => typeof name === "string"),
    () =>
      `The class names of a model are a list of texts, but this description says ${
        JSON.stringify(classNames)
      }`,
  );
  return withKnown(networkOf(description, makers), description);
}

function networkOf(description: ModelConfig, makers: LayerMakers): Model {
  const { inputs = [{ name: "x", shape: description.inputShape }], layers } = description;
  require(
    Array.isArray(inputs) && inputs.length > 0 && inputs.every((one) => typeof one?.name === "string"),
    () => `The inputs of a model are names and shapes, but this description says ${JSON.stringify(inputs)}`,
  );
  require(layers.length > 0, "A model needs at least one layer");
  const given = inputs.map(({ shape }) => input(shape)), values = [...given];
  const made: { readonly layer: Layer; readonly mark: object }[] = [];
  for (const [i, described] of layers.entries()) {
    const { from = [values.length - 1], sharedWith } = described ?? {};
    require(
      Array.isArray(from) && from.length > 0 &&
        from.every((at) => Number.isInteger(at) && at >= 0 && at < values.length),
      () =>
        `Layer ${i + 1} of the model description is given ${JSON.stringify(from)}, which is not before it`,
    );
    require(
      sharedWith === undefined || Number.isInteger(sharedWith) && sharedWith >= 0 && sharedWith < i,
      () => `Layer ${i + 1} of the model description shares the weights of ${JSON.stringify(sharedWith)}`,
    );
    const one = sharedWith === undefined
      ? { layer: layerFromConfig(described, i, makers), mark: {} }
      : made[sharedWith]!;
    made.push(one);
    values.push(through(one.layer, from.map((at: number) => values[at]!), one.mark));
  }
  const { outputs = [{ name: "output", at: values.length - 1 }] } = description;
  require(
    Array.isArray(outputs) && outputs.length > 0 && outputs.every(({ at }) => values[at] !== undefined),
    () =>
      `The outputs of a model are names and positions, but this description says ${JSON.stringify(outputs)}`,
  );
  return modelOf(
    Object.fromEntries(inputs.map(({ name }, i) => [name, given[i]!])),
    Object.fromEntries(outputs.map(({ name, at }) => [name, values[at]!])),
  );
}

/** What is known of a model from its training. */
function recordedOf(
  { gives, scaling, classNames }: Pick<Model, "gives" | "scaling" | "classNames">,
): Pick<Model, "gives" | "scaling" | "classNames"> {
  return {
    ...(gives !== undefined && { gives }),
    ...(scaling !== undefined && { scaling }),
    ...(classNames !== undefined && { classNames }),
  };
}

function layerFromConfig(described: LayerConfig, position: number, makers: LayerMakers): Layer {
  const config: unknown = described?.config;
  require(
    typeof config === "object" && config !== null,
    () => `Layer ${position + 1} of the model description has no kind and config`,
  );
  const build = Object.hasOwn(makers, described.kind) ? makers[described.kind] : KINDS.get(described.kind);
  if (build === undefined) {
    throw new UnknownKindError(
      `Layer ${position + 1} of the model is of the kind ${
        JSON.stringify(described.kind)
      }, which is not known here: give what ` +
        `makes it as in loadModel(path, { layers: { ${described.kind}: (config) => … } }), or use a version that has it ` +
        `beside ${[...KINDS.keys()].join(", ")}`,
    );
  }
  return build(described.config);
}
