/** The head of a run's `model.safetensors`: what layers and tensors it has, without their values. */
import type { LayerData, TensorData } from "../components/inside/inside_types.ts";
import { isJsonObject, type Json, type JsonObject, parseObject } from "../src/runs/json.ts";
import { numberOf, objectOf, shorten, textOf, wordOf } from "../src/runs/facts.ts";
import { findFile, readBytes } from "./folder.ts";

export const WEIGHTS_FILE = "model.safetensors";
const MAX_HEAD_BYTES = 4 * 2 ** 20, MAX_TENSORS = 500, MAX_LAYERS = 100;

export interface WeightsHead {
  readonly layers: readonly LayerData[];
  readonly tensors: readonly TensorData[];
}

/**
 * Layers and tensors of a run's weights, or `undefined` where it has none. `network` is what `run.json` calls
 * the network: the shapes between its layers.
 *
 * @throws when the file is damaged
 */
export function readWeightsHead(root: string, id: string, network: string | null): WeightsHead | undefined {
  const names = [id, WEIGHTS_FILE];
  if (findFile(root, names) === undefined) return undefined;
  const start = readBytes(root, names, { maxBytes: 8, length: 8 })!;
  const length = start.length < 8 ? NaN : Number(new DataView(start.buffer).getBigUint64(0, true));
  if (!(length <= MAX_HEAD_BYTES)) throw new Error(`${WEIGHTS_FILE} has no head, or one that is too long`);
  const bytes = readBytes(root, names, { maxBytes: 8 + MAX_HEAD_BYTES, length: 8 + length })!;
  const head = parseObject(new TextDecoder().decode(bytes.subarray(8)));
  if (head === undefined) throw new Error(`The head of ${WEIGHTS_FILE} is no JSON`);
  const { __metadata__: metadata, ...rest } = head;
  const tensors = Object.entries(rest).slice(0, MAX_TENSORS).map(([name, value]) => tensorOf(name, value));
  const model = parseObject(wordless(objectOf(metadata).model));
  return { layers: model === undefined ? [] : layersOf(model, tensors, network), tensors };
}

function wordless(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function tensorOf(name: string, value: Json | undefined): TensorData {
  const { dtype, shape, data_offsets: offsets } = objectOf(value);
  const [from, to] = numbersIn(offsets);
  return {
    name: shorten(name, 100),
    dtype: wordOf(dtype) ?? "",
    shape: numbersIn(shape),
    bytes: Math.max(0, (to ?? 0) - (from ?? 0)),
  };
}

function numbersIn(value: Json | undefined): readonly number[] {
  return Array.isArray(value) ? value.slice(0, 8).map((one) => numberOf(one) ?? 0) : [];
}

/** The input and every layer. Shapes come from the network's name, where it has as many as there are layers. */
function layersOf(
  { inputShape, layers }: JsonObject,
  tensors: readonly TensorData[],
  network: string | null,
): readonly LayerData[] {
  const list = (Array.isArray(layers) ? layers : []).filter(isJsonObject).slice(0, MAX_LAYERS);
  const shapes = (network ?? "").split("-").map((part) =>
    part.split("×").map(Number).filter((size) => size > 0)
  );
  const isWhole = shapes.length === list.length + 1 && shapes.every(({ length }) => length > 0);
  const input: LayerData = {
    kind: "input",
    settings: "",
    shape: isWhole ? shapes[0]! : numbersIn(inputShape),
    parameters: 0,
  };
  return [
    input,
    ...list.map(({ kind, config }, i): LayerData => {
      const name = wordOf(kind) ?? "", units = numberOf(objectOf(config).units);
      const own = tensors.filter((tensor) => tensor.name.startsWith(`${name}_${i + 1}/`));
      return {
        kind: name,
        settings: shorten(
          Object.entries(objectOf(config)).map(([key, value]) => `${key} ${textOf(value ?? null)}`).join(
            ", ",
          ),
        ),
        shape: isWhole ? shapes[i + 1]! : units === null ? [] : [units],
        parameters: own.reduce(
          (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
          0,
        ),
      };
    }),
  ];
}
