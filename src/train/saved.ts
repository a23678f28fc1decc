/** Trained models on disk: weights as safetensors, the description in the file's metadata. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import { formatShape, sameShape } from "../core/tensor.ts";
import { regularFile, writeAtomically } from "../core/write_file.ts";
import { checkWeights, type Model, modelLeaves, type Weights } from "../nn/model.ts";
import { type LayerMakers, modelConfig, modelFromConfig, UnknownKindError } from "../nn/registry.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";

/** A model and its weights. */
export interface Trained {
  /** The network, which holds no weights. */
  readonly model: Model;
  /** Values of its parameters by name; finite numbers. */
  readonly weights: Weights;
}

const FORMAT = "descent-1";
/** Keys of the metadata that are written here. */
const OWN_KEYS = ["format", "model"] as const;

/**
 * The bytes of a safetensors file with the model's description and `metadata` beside the weights. The same model and
 * weights give the same bytes. Where there are no files, as in a browser, they can be kept or sent.
 *
 * @throws DescentError when the weights are not the model's or not finite, or `metadata` has a key of its own use.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeModel, dense, encodeModel, initializeWeights, sequential } from "descent";
 * const model = sequential(4, [dense(3)]), weights = initializeWeights(model, 1);
 * assertEquals(decodeModel(encodeModel({ model, weights })).weights, weights);
 * ```
 */
export function encodeModel(
  { model, weights }: Trained,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkWeights(model, weights);
  const own = OWN_KEYS.find((key) => Object.hasOwn(metadata, key));
  require(
    own === undefined,
    () => `Cannot save a model with metadata of the key "${own}": the file uses it itself; choose another`,
  );
  const tensors = new Map(
    modelLeaves(model).map(({ label, type }): [string, SavedTensor] => [
      label,
      { dtype: "f32", shape: type.shape, data: weights.get(label)! },
    ]),
  );
  return encodeSafetensors(tensors, {
    ...metadata,
    format: FORMAT,
    model: JSON.stringify(modelConfig(model)),
  });
}

/** Settings of `decodeModel`. */
export interface DecodeModelOptions {
  /** How messages name the model. Default `model`. */
  readonly path?: string;
  /** Layers of one's own by kind, as `loadModel` takes them. Default none. */
  readonly layers?: LayerMakers;
}

/**
 * Reads the bytes that `encodeModel` gave, or those of a file that `saveModel` wrote.
 *
 * @throws DescentError, naming `path`, when they are something else, damaged, or hold a weight that is NaN or infinite.
 */
export function decodeModel(
  bytes: Uint8Array,
  { path = "model", layers }: DecodeModelOptions = {},
): Trained {
  const { tensors, metadata } = decodeSafetensors(bytes, { path });
  require(
    metadata.format === FORMAT && metadata.model !== undefined,
    () => `${path} holds tensors but no Descent model: its metadata has no "format": "${FORMAT}"`,
  );
  const model = parseModel(metadata.model, path, layers);
  const shapes = new Map(modelLeaves(model).map(({ label, type }) => [label, type.shape]));
  const weights = new Map<string, Float32Array>();
  for (const [name, { dtype, shape, data }] of tensors) {
    require(dtype === "f32", () => `${path}: "${name}" is ${dtype}, not f32`);
    const expected = shapes.get(name);
    require(
      expected === undefined || sameShape(shape, expected),
      () => `${path}: "${name}" is ${formatShape(shape)}, the model needs ${formatShape(expected!)}`,
    );
    weights.set(name, data);
  }
  try {
    checkWeights(model, weights);
  } catch (error) {
    throw error instanceof DescentError ? new DescentError(`${path}: ${error.message}`) : error;
  }
  return { model, weights };
}

/** The model that a description tells; throws a sentence that names `path` when it is damaged. */
function parseModel(text: string, path: string, layers?: LayerMakers): Model {
  try {
    return modelFromConfig(JSON.parse(text), layers);
  } catch (error) {
    if (error instanceof UnknownKindError) throw new DescentError(`${path}: ${error.message}`);
    const why = error instanceof DescentError
      ? error.message
      : error instanceof SyntaxError
      ? "it is not JSON"
      : "a layer has settings that no layer has";
    throw new DescentError(`${path} has a damaged model description: ${why}`);
  }
}

/**
 * Writes a trained model to a `.safetensors` file, which other libraries can read too. A symbolic link is followed.
 *
 * The file is there as a whole and on disk when this resolves, or it is as it was before.
 *
 * @throws DescentError when the weights are not the model's or not finite, `metadata` has a key that the file uses
 * itself (`format`, `model`), the path names something else than a file, or it cannot be written.
 * @example
 * ```ts
 * import { dense, fit, saveModel, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const trained = await fit(sequential(784, [dense(10)]), data, { epochs: 1 });
 * const folder = await Deno.makeTempDir();
 * await saveModel(`${folder}/digits.safetensors`, trained, { author: "me" });
 * ```
 */
export async function saveModel(
  path: string,
  trained: Trained,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const bytes = encodeModel(trained, metadata);
  try {
    await writeAtomically(await regularFile(path), bytes);
  } catch (error) {
    throw new DescentError(`Cannot write the model to ${path}: ${causeOf(error)}`, { cause: error });
  }
}

/** Settings of `loadModel`. */
export interface LoadModelOptions {
  /** What the file's SHA-256 must be, in hex. Default any. */
  readonly sha256?: string;
  /** Layers of one's own by kind: each makes a layer of what was saved as its `config`. Default none. */
  readonly layers?: LayerMakers;
}

/**
 * Reads a trained model.
 *
 * `layers` makes layers of one's own, by their kinds. `sha256` is what the file's SHA-256 must be, in hex, as `run.json` has
 * it and `sha256sum` prints it: then no bit of the file can have changed.
 *
 * @throws DescentError when the file is missing, damaged, no Descent model, or holds a weight that is NaN or infinite, or
 * when it is not the file of that SHA-256.
 *
 * @example
 * ```ts
 * import { classify, dense, initializeWeights, loadModel, saveModel, sequential } from "descent";
 * const model = sequential(784, [dense(10)]), path = await Deno.makeTempFile();
 * await saveModel(path, { model, weights: initializeWeights(model, 1) });
 *
 * const trained = await loadModel(path);
 * const { classes } = await classify(trained, new Uint8Array(784)); // a black image
 * ```
 */
export async function loadModel(
  path: string,
  { sha256: expected, layers }: LoadModelOptions = {},
): Promise<Trained> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await platform().files.read(await regularFile(path));
  } catch (error) {
    throw new DescentError(`Cannot read the model ${path}: ${causeOf(error)}`, { cause: error });
  }
  if (expected !== undefined) {
    const found = await sha256(bytes);
    require(
      found === expected.toLowerCase(),
      () => `${path} is not the file that was saved: its SHA-256 is ${found}, expected ${expected}`,
    );
  }
  return decodeModel(bytes, { path, ...(layers && { layers }) });
}
