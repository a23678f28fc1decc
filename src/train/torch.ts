/** Weights from PyTorch and for it, as safetensors files of a `state_dict`. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import { regularFile } from "../core/write_file.ts";
import { checkModelType, checkWeights, type Model, modelLeaves } from "../nn/model.ts";
import { checkTrained } from "./check_parts.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";
import type { Trained } from "./saved.ts";
import { placesOf, type TorchModule, torchModules } from "./torch_layout.ts";
import { type FoundModule, matchModules } from "./torch_names.ts";

/** Settings of `fromTorch` and `toTorch`. */
export interface TorchOptions {
  /**
   * Names of PyTorch's modules by those of layers, such as { dense_1: "fc1", conv2d_2: "features.3" }; the others go by
   * order. Default none.
   */
  readonly names?: Readonly<Record<string, string>>;
}

/** Counts the batches that a normalization has seen, which nothing here goes by. */
const BATCH_COUNT = /(?:^|\.)num_batches_tracked$/;

/**
 * A model with the weights of a PyTorch one: `source` is a safetensors file of its `state_dict`, as
 * `safetensors.torch.save_file(model.state_dict(), path)` writes it, by its path or as its bytes. float16, bfloat16 and
 * float64 become float32. The model is declared here, with the settings that no state_dict has: strides, activations,
 * epsilon.
 *
 * Each layer takes the module whose tensors have its shapes; among several it goes by the numbers in their names
 * (`0`, `2`, `features.10`, `fc1`). Names without numbers have no order: `names` says then whose is which, and where it
 * names all layers, other modules of the file are passed over.
 *
 * `dense` is `Linear`, [out,in] there; `conv2d`, `conv1d` and `conv2dTranspose` are `Conv2d`, `Conv1d` and
 * `ConvTranspose2d` with their groups; `batchNorm` is `BatchNorm1d` or `BatchNorm2d` with its running statistics,
 * `layerNorm` is `LayerNorm` over all axes of a row, and `embedding` is `Embedding`. Images [H,W,C] are [C,H,W] in PyTorch,
 * and what `conv1d` takes and gives [C,L], so the weights of a dense layer behind `flatten`, or before `reshape`, are put into the other order too; inputs and outputs
 * stay as each has them.
 *
 * Throws when the file is missing, damaged or does not fit the model, telling both shapes; when a value is NaN or infinite;
 * and on layers that no module is, such as `tiedDense`.
 * Source: the documentation of torch.nn, and of safetensors.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { conv2d, dense, flatten, fromTorch, initializeWeights, sequential, toTorch } from "descent";
 * const model = sequential([8, 8, 3], [conv2d(4, 3, { activation: "relu" }), flatten(), dense(10)]);
 * const weights = initializeWeights(model, 1);
 *
 * // nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
 * const file = toTorch({ model, weights }); // 0.weight, 0.bias, 3.weight, 3.bias
 * assertEquals((await fromTorch(file, model)).weights, weights);
 * ```
 */
export async function fromTorch(
  source: string | Uint8Array,
  model: Model,
  options: TorchOptions = {},
): Promise<Trained> {
  checkOptions("fromTorch", options, { names: true });
  checkModelType(model);
  const modules = torchModules(model), names = checkedNames("fromTorch", modules, options);
  const { bytes, path } = await readSource(source);
  const { tensors } = decodeSafetensors(bytes, { path, skips: (name) => BATCH_COUNT.test(name) });
  const found = modulesIn(tensors), weights = new Map<string, Float32Array>();
  for (const [module, prefix] of matchModules(modules, found, { names, path })) {
    for (const tensor of module.tensors) {
      const name = joined(prefix, tensor.suffix), { dtype, data } = tensors.get(name)!;
      require(dtype === "f32", () => `${path}: "${name}" is ${dtype} and no floating-point numbers`);
      weights.set(tensor.label, Float32Array.from(placesOf(tensor), (place) => data[place]!));
    }
  }
  const inOrder = new Map(modelLeaves(model).map(({ label }) => [label, weights.get(label)!]));
  try {
    checkWeights(model, inOrder);
  } catch (error) {
    throw error instanceof DescentError ? new DescentError(`${path}: ${error.message}`) : error;
  }
  return { model, weights: inOrder };
}

/**
 * The bytes of a safetensors file that PyTorch loads as a `state_dict`:
 * `model.load_state_dict(safetensors.torch.load_file(path))`. `fromTorch` gives the same weights back, bit for bit.
 *
 * Modules are named by their positions in an `nn.Sequential` in which each layer is a module (`0.weight`), its activation
 * another, and a global pool two, `AdaptiveAvgPool2d(1)` and `Flatten`; or by `names`. Which module each layer is, and the
 * order of its values, are told at `fromTorch`. `num_batches_tracked` is left out: PyTorch counts from 0.
 *
 * Throws when the weights are not the model's or not finite, a layer is no PyTorch module, or two are named alike.
 * Source: the documentation of torch.nn, and of safetensors.
 *
 * @example
 * ```ts
 * import { dense, initializeWeights, sequential, toTorch } from "descent";
 * const model = sequential(4, [dense(8, { activation: "relu" }), dense(3)]);
 * const bytes = toTorch({ model, weights: initializeWeights(model, 1) }, { names: { dense_1: "fc1", dense_2: "fc2" } });
 * await Deno.writeFile(await Deno.makeTempFile(), bytes); // fc1.weight [8,4], fc1.bias [8], fc2.weight [3,8], fc2.bias [3]
 * ```
 */
export function toTorch(trained: Trained, options: TorchOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions("toTorch", options, { names: true });
  const { model, weights } = checkTrained(trained);
  const modules = torchModules(model), names = checkedNames("toTorch", modules, options);
  const tensors = new Map<string, SavedTensor>();
  for (const { layer, position, tensors: own } of modules) {
    const prefix = names.get(layer) ?? String(position);
    for (const tensor of own) {
      const name = joined(prefix, tensor.suffix), values = weights.get(tensor.label)!;
      require(
        !tensors.has(name),
        () =>
          `Layer "${layer}" and one before it are both named "${prefix}": give it another by the option names`,
      );
      const data = new Float32Array(sizeOf(tensor.shape));
      placesOf(tensor).forEach((place, i) => data[place] = values[i]!);
      tensors.set(name, { dtype: "f32", shape: tensor.shape, data });
    }
  }
  return encodeSafetensors(tensors, { format: "pt" });
}

/** The bytes, and how messages name them. */
async function readSource(source: string | Uint8Array): Promise<{ bytes: Uint8Array; path: string }> {
  if (source instanceof Uint8Array) return { bytes: source, path: "the state_dict" };
  require(
    typeof source === "string",
    () =>
      `fromTorch() takes the path of a safetensors file, or its bytes as a Uint8Array, got ${shown(source)}`,
  );
  try {
    return { bytes: await platform().files.read(await regularFile(source)), path: source };
  } catch (error) {
    throw new DescentError(`Cannot read the weights ${source}: ${causeOf(error)}`, { cause: error });
  }
}

/** Names by layers, each of a layer that has parameters. */
function checkedNames(
  called: string,
  modules: readonly TorchModule[],
  { names = {} }: TorchOptions,
): ReadonlyMap<string, string> {
  require(
    typeof names === "object" && names !== null && !Array.isArray(names),
    () => `The names of ${called}() are modules by layers, as in { dense_1: "fc1" }, got ${shown(names)}`,
  );
  const known = modules.map(({ layer }) => layer), given = new Map<string, string>();
  for (const [layer, name] of Object.entries(names)) {
    require(
      known.includes(layer),
      () =>
        `The names of ${called}() have "${layer}", which is no layer with parameters: choose from ${
          known.join(", ")
        }`,
    );
    require(
      typeof name === "string",
      () => `The name of "${layer}" must be that of a PyTorch module, such as "fc1", got ${shown(name)}`,
    );
    given.set(layer, name);
  }
  return given;
}

/** The tensors of a file by module. */
function modulesIn(tensors: ReadonlyMap<string, SavedTensor>): readonly FoundModule[] {
  const found = new Map<string, FoundModule["tensors"]>();
  for (const [name, { shape }] of tensors) {
    const dot = name.lastIndexOf("."), prefix = dot < 0 ? "" : name.slice(0, dot);
    found.set(prefix, [...found.get(prefix) ?? [], { suffix: name.slice(dot + 1), shape }]);
  }
  return [...found].map(([prefix, tensors]) => ({ prefix, tensors }));
}

/** `0.weight`; of a module by itself `weight`. */
function joined(prefix: string, suffix: string): string {
  return prefix === "" ? suffix : `${prefix}.${suffix}`;
}
