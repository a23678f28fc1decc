/** Trained models on disk: weights as safetensors, the description in the file's metadata. */
import { DescentError, require } from "../core/errors.ts";
import { sizeOf } from "../core/tensor.ts";
import { checkWeights, type Model, type Weights } from "../nn/model.ts";
import { modelConfig, modelFromConfig } from "../nn/registry.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";

/** A model and its weights. */
export interface Trained {
  readonly model: Model;
  readonly weights: Weights;
}

const FORMAT = "descent-1";

/** The bytes of a safetensors file with the model's description and `metadata` beside the weights. */
export function encodeModel(
  { model, weights }: Trained,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkWeights(model, weights);
  const tensors = new Map(model.parameters.map(({ node: { label, type } }): [string, SavedTensor] => [
    label,
    { dtype: "f32", shape: type.shape, data: weights.get(label)! },
  ]));
  return encodeSafetensors(tensors, {
    ...metadata,
    format: FORMAT,
    model: JSON.stringify(modelConfig(model)),
  });
}

/** Reads what `encodeModel` wrote; throws, naming `path`, when it is something else. */
export function decodeModel(bytes: Uint8Array, { path = "model" }: { readonly path?: string } = {}): Trained {
  const { tensors, metadata } = decodeSafetensors(bytes, { path });
  require(
    metadata.format === FORMAT && metadata.model !== undefined,
    () => `${path} holds tensors but no Descent model: its metadata has no "format": "${FORMAT}"`,
  );
  const model = parseModel(metadata.model, path);
  const weights = new Map<string, Float32Array>();
  for (const [name, { dtype, shape, data }] of tensors) {
    require(
      dtype === "f32" && data.length === sizeOf(shape),
      () => `${path}: "${name}" is ${dtype}, not f32`,
    );
    weights.set(name, data as Float32Array);
  }
  checkWeights(model, weights);
  return { model, weights };
}

/** The model that a description tells; throws a sentence that names `path` when it is damaged. */
function parseModel(text: string, path: string): Model {
  try {
    return modelFromConfig(JSON.parse(text));
  } catch (error) {
    throw new DescentError(`${path} has a damaged model description: ${(error as Error).message}`);
  }
}

/**
 * Writes a trained model to a `.safetensors` file, which other libraries can read too.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { loadModel, saveModel } from "./saved.ts";
 * const model = sequential(4, [dense(2)]), path = await Deno.makeTempFile();
 * await saveModel(path, { model, weights: initializeWeights(model, 1) });
 * assert((await loadModel(path)).weights.size === 2);
 * ```
 */
export async function saveModel(
  path: string,
  trained: Trained,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const bytes = encodeModel(trained, metadata);
  try {
    // Beside its place and renamed: a reader, or a crash, never sees half a file.
    const temporary = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      await Deno.writeFile(temporary, bytes);
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw new DescentError(`Cannot write the model to ${path}: ${(error as Error).message}`);
  }
}

/** Reads a trained model; throws when the file is missing, damaged, or no Descent model. */
export async function loadModel(path: string): Promise<Trained> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new DescentError(`Cannot read the model ${path}: ${(error as Error).message}`);
  }
  return decodeModel(bytes, { path });
}
