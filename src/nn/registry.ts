/** Layers by kind, so that a saved model can be rebuilt from its description. */
import { require } from "../core/errors.ts";
import type { Shape } from "../core/tensor.ts";
import type { Activation } from "../ops/_activation.ts";
import { augmentationFromConfig } from "./augmentation.ts";
import { avgPool2d } from "./avg_pool2d.ts";
import type { Corruption } from "../ops/corrupt.ts";
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
import { type Gives, type Model, type ModelScaling, sequential } from "./model.ts";
import { poolFromConfig } from "./pool.ts";
import { reshapeFromConfig } from "./reshape.ts";
import { tiedDense } from "./tied_dense.ts";
import { upsample2dFromConfig } from "./upsample2d.ts";

/** A map, as an object would know `constructor` too. */
const KINDS = new Map<unknown, (config: Layer["config"]) => Layer>([
  ["augmentation", augmentationFromConfig],
  ["avg_pool2d", poolFromConfig(avgPool2d)],
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
      activation: config.activation as Activation,
      bias: config.bias as boolean,
      initializer: config.initializer as Initializer,
    })],
  ["dropout", (config) => dropout(config.rate as number)],
  ["embedding", embeddingFromConfig],
  ["flatten", flatten],
  ["global_avg_pool2d", globalAvgPool2d],
  ["global_max_pool2d", globalMaxPool2d],
  ["max_pool2d", poolFromConfig(maxPool2d)],
  ["reshape", reshapeFromConfig],
  ["tied_dense", (config) =>
    tiedDense(config.of as string, {
      activation: config.activation as Activation,
      bias: config.bias as boolean,
    })],
  ["upsample2d", upsample2dFromConfig],
]);

/** A model as JSON can hold it. */
export interface ModelConfig {
  readonly inputShape: Shape;
  readonly layers: readonly { readonly kind: string; readonly config: Layer["config"] }[];
  readonly gives?: Gives;
  readonly scaling?: ModelScaling;
  readonly classNames?: readonly string[];
}

export function modelConfig(model: Model): ModelConfig {
  return {
    inputShape: model.inputShape,
    layers: model.layers.map(({ layer: { kind, config } }) => ({ kind, config })),
    ...recordedOf(model),
  };
}

/**
 * Rebuilds a model from its description, which may come from anywhere.
 *
 * @throws DescentError when it is no description, or names a layer kind that this version does not know.
 */
export function modelFromConfig(description: ModelConfig): Model {
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
  const model = sequential(description.inputShape, description.layers.map(layerFromConfig));
  return { ...model, ...recordedOf(description) };
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

function layerFromConfig(described: ModelConfig["layers"][number], position: number): Layer {
  const config: unknown = described?.config;
  require(
    typeof config === "object" && config !== null,
    () => `Layer ${position + 1} of the model description has no kind and config`,
  );
  const build = KINDS.get(described.kind);
  require(
    build !== undefined,
    () =>
      `Unknown layer kind ${JSON.stringify(described.kind)}: this version has ${
        [...KINDS.keys()].join(", ")
      }`,
  );
  return build(described.config);
}
