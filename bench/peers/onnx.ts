/**
 * A dense network as an ONNX file: the few messages of its protobuf that such a file needs, in the numbers of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import type { LayerValues } from "./side.ts";

type Bytes = readonly number[] | Uint8Array;

const IR_VERSION = 8, OPSET = 13, FLOAT = 1, UINT8 = 2, INT_ATTRIBUTE = 2;

/**
 * Layers with ReLU between them, of `rows` [rows, inputs] to `answers` [rows, outputs]. Rows of bytes are divided by 255
 * in the file's own graph.
 */
export function onnxFile(
  layers: readonly LayerValues[],
  inputs: "bytes" | "floats",
): Uint8Array<ArrayBuffer> {
  const nodes: Bytes[] = [], tensors: Bytes[] = [];
  let value = "rows";
  const add = (op: string, others: readonly string[], output: string, ...attributes: readonly Bytes[]) => {
    nodes.push(node(op, [value, ...others], output, attributes));
    value = output;
  };
  if (inputs === "bytes") {
    tensors.push(tensor("scale", [], Float32Array.of(1 / 255)));
    add("Cast", [], "numbers", [
      ...text(1, "to"),
      ...whole(3, FLOAT),
      ...whole(20, INT_ATTRIBUTE),
    ]);
    add("Mul", ["scale"], "pixels");
  }
  layers.forEach(({ shape, weights, bias }, i) => {
    tensors.push(tensor(`weights${i}`, shape, weights), tensor(`bias${i}`, [bias.length], bias));
    const isLast = i + 1 === layers.length;
    add("Gemm", [`weights${i}`, `bias${i}`], isLast ? "answers" : `sums${i}`);
    if (!isLast) add("Relu", [], `values${i}`);
  });
  const first = layers[0]!.shape[0]!, last = layers.at(-1)!.bias.length;
  const graph = joined([
    ...nodes.map((one) => message(1, one)),
    text(2, "network"),
    ...tensors.map((one) => message(5, one)),
    message(11, valueInfo("rows", inputs === "bytes" ? UINT8 : FLOAT, first)),
    message(12, valueInfo("answers", FLOAT, last)),
  ]);
  return joined([whole(1, IR_VERSION), message(7, graph), message(8, whole(2, OPSET))]);
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Bytes[],
): Bytes {
  const named = [...inputs.map((input) => text(1, input)), text(2, output), text(4, op)];
  return joined([...named, ...attributes.map((attribute) => message(5, attribute))]);
}

function tensor(name: string, shape: readonly number[], values: Float32Array): Bytes {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return joined([...shape.map((size) => whole(1, size)), whole(2, FLOAT), text(8, name), message(9, bytes)]);
}

/** Any number of rows of so many values. */
function valueInfo(name: string, type: number, columns: number): Bytes {
  const shape = joined([message(1, text(2, "rows")), message(1, whole(1, columns))]);
  return joined([text(1, name), message(2, message(1, joined([whole(1, type), message(2, shape)])))]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}

function whole(field: number, value: number): Bytes {
  return [...varint(8 * field), ...varint(value)];
}

/** Anything that has a length: a message, a text, the bytes of numbers. */
function message(field: number, bytes: Bytes): Bytes {
  return joined([varint(8 * field + 2), varint(bytes.length), bytes]);
}

function text(field: number, value: string): Bytes {
  return message(field, new TextEncoder().encode(value));
}

function joined(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
