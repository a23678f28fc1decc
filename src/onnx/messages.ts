/** What an ONNX file holds, as far as it is read and written here: the messages of onnx.proto, by its numbers. */
import { DescentError, require } from "../core/errors.ts";
import { decodeMessage, encodeMessage, type Fields } from "./protobuf.ts";

/** Types of elements, by their codes. */
export const ELEMENT = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
} as const;
/** Types of attributes, by their codes. */
export const ATTRIBUTE = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** Values that are part of a file. */
export interface OnnxTensor {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly type?: number;
  /** Little-endian; or one of the lists. */
  readonly raw?: Uint8Array;
  readonly floats?: readonly number[];
  readonly int32s?: readonly number[];
  readonly int64s?: readonly number[];
  readonly doubles?: readonly number[];
  /** 1: the values are in another file. */
  readonly location?: number;
}

/** A setting of a node. */
export interface OnnxAttribute {
  readonly name?: string;
  readonly float?: number;
  readonly int?: number;
  readonly text?: string;
  readonly tensor?: OnnxTensor;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly type?: number;
}

/** An operator with the names of what it takes and gives. */
export interface OnnxNode {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly name?: string;
  readonly operator?: string;
  readonly attributes?: readonly OnnxAttribute[];
  readonly domain?: string;
}

/** An input or an output: its name, type and shape. A size that is not given is a name, or nothing. */
export interface OnnxValue {
  readonly name?: string;
  readonly type?: {
    readonly tensor?: {
      readonly element?: number;
      readonly shape?: { readonly sizes?: readonly { readonly size?: number; readonly name?: string }[] };
    };
  };
}

/** Operators in the order in which they are computed. */
export interface OnnxGraph {
  readonly nodes?: readonly OnnxNode[];
  readonly name?: string;
  readonly tensors?: readonly OnnxTensor[];
  readonly inputs?: readonly OnnxValue[];
  readonly outputs?: readonly OnnxValue[];
}

/** A whole file. */
export interface OnnxFile {
  readonly irVersion?: number;
  readonly producer?: string;
  readonly graph?: OnnxGraph;
  readonly opsets?: readonly { readonly domain?: string; readonly version?: number }[];
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[];
}

const TENSOR: Fields = {
  dims: [1, "ints"],
  type: [2, "int"],
  floats: [4, "floats"],
  int32s: [5, "ints"],
  int64s: [7, "ints"],
  name: [8, "text"],
  raw: [9, "bytes"],
  doubles: [10, "doubles"],
  location: [14, "int"],
};
const ATTRIBUTE_FIELDS: Fields = {
  name: [1, "text"],
  float: [2, "float"],
  int: [3, "int"],
  text: [4, "text"],
  tensor: [5, "message", TENSOR],
  floats: [7, "floats"],
  ints: [8, "ints"],
  type: [20, "int"],
};
const NODE: Fields = {
  inputs: [1, "texts"],
  outputs: [2, "texts"],
  name: [3, "text"],
  operator: [4, "text"],
  attributes: [5, "messages", ATTRIBUTE_FIELDS],
  domain: [7, "text"],
};
const SIZE: Fields = { size: [1, "int"], name: [2, "text"] };
const TENSOR_TYPE: Fields = {
  element: [1, "int"],
  shape: [2, "message", { sizes: [1, "messages", SIZE] }],
};
const VALUE: Fields = { name: [1, "text"], type: [2, "message", { tensor: [1, "message", TENSOR_TYPE] }] };
const GRAPH: Fields = {
  nodes: [1, "messages", NODE],
  name: [2, "text"],
  tensors: [5, "messages", TENSOR],
  inputs: [11, "messages", VALUE],
  outputs: [12, "messages", VALUE],
};
const FILE: Fields = {
  irVersion: [1, "int"],
  producer: [2, "text"],
  graph: [7, "message", GRAPH],
  opsets: [8, "messages", { domain: [1, "text"], version: [2, "int"] }],
  metadata: [14, "messages", { key: [1, "text"], value: [2, "text"] }],
};

/** The bytes of a file. */
export function encodeOnnx(file: OnnxFile): Uint8Array<ArrayBuffer> {
  return encodeMessage(FILE, file);
}

/** What a file holds. Throws a sentence where the bytes are none. */
export function decodeOnnx(bytes: Uint8Array): OnnxFile & { readonly graph: OnnxGraph } {
  let file: OnnxFile;
  try {
    file = decodeMessage(FILE, bytes);
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    throw new DescentError(`These bytes are no whole ONNX file: ${error.message}`);
  }
  const { graph, irVersion } = file;
  require(
    graph !== undefined && irVersion !== undefined,
    "These bytes are no ONNX file: they hold no graph with its version",
  );
  return { ...file, graph };
}
