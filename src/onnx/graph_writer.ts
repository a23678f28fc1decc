/** An ONNX graph while it is written: nodes one after another, tensors once each, names that no two values share. */
import type { Shape } from "../core/tensor.ts";
import {
  ATTRIBUTE,
  ELEMENT,
  encodeOnnx,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./messages.ts";

/** IR and operators of ONNX 1.12, which PyTorch 1.13 writes as well. */
const IR_VERSION = 8, OPSET = 17;

/** Settings of a node; a whole number is one, unless it is wrapped: `{ float: 1 }`. */
export type Settings = Readonly<
  Record<string, number | string | readonly number[] | { readonly float: number }>
>;

/** An input or an output of a file. Its first axis is the batch. */
export interface FileValue {
  readonly name: string;
  /** Of one row. */
  readonly shape: Shape;
  readonly element?: number;
}

/** A graph that grows. */
export interface GraphWriter {
  /** A name like this one that is not taken yet, and now is. */
  name(like: string): string;
  /** Adds a node, and gives the name of its first output, like `name`. */
  add(operator: string, inputs: readonly string[], name: string, settings?: Settings): string;
  /** The name of a tensor; the same name and shape give the same tensor. */
  tensor(name: string, shape: Shape, values: Float32Array): string;
  /** The name of a tensor of one number without an axis. */
  number(value: number): string;
  /** The name of a list of whole numbers. */
  whole(values: readonly number[]): string;
  /** The file's bytes. `given` are the names of values by those of the outputs. */
  finish(parts: {
    readonly inputs: readonly FileValue[];
    readonly outputs: readonly (FileValue & { readonly from: string })[];
    readonly metadata?: Readonly<Record<string, string>>;
  }): Uint8Array<ArrayBuffer>;
}

/** A graph without a node; `reserved` are names that it must not use by itself. */
export function openGraph(reserved: readonly string[]): GraphWriter {
  const taken = new Set(reserved), tensors: OnnxTensor[] = [], byKey = new Map<string, OnnxTensor[]>();
  const nodes: OnnxNode[] = [];
  const name = (like: string) => {
    let found = like;
    for (let i = 2; taken.has(found); i++) found = `${like}_${i}`;
    taken.add(found);
    return found;
  };
  const tensor = (like: string, dims: Shape, type: number, raw: Uint8Array) => {
    // One name may stand for several values, such as those of nodes that nobody named.
    const key = `${like} ${dims}`, alike = byKey.get(key) ?? [];
    const known = alike.find((one) => isSame(one.raw!, raw)) ?? { dims, type, raw, name: name(like) };
    if (!alike.includes(known)) {
      tensors.push(known);
      byKey.set(key, [...alike, known]);
    }
    return known.name!;
  };
  const graph: GraphWriter = {
    name,
    add(operator, inputs, like, settings = {}) {
      const output = name(like);
      nodes.push({ operator, inputs, outputs: [output], name: output, attributes: attributesOf(settings) });
      return output;
    },
    tensor: (like, dims, values) => tensor(like, dims, ELEMENT.float, bytesOf(values)),
    number: (value) => tensor(`number_${value}`, [], ELEMENT.float, bytesOf(Float32Array.of(value))),
    whole: (values) =>
      tensor(
        `whole_${values.join("_")}`,
        [values.length],
        ELEMENT.int64,
        bytesOf(BigInt64Array.from(values, BigInt)),
      ),
    finish({ inputs, outputs, metadata = {} }) {
      const renamed = new Map<string, string>(), made = new Set(nodes.flatMap(({ outputs }) => outputs!));
      for (const { name: wanted, from } of outputs) {
        if (made.has(from) && !renamed.has(from)) renamed.set(from, wanted);
        else nodes.push({ operator: "Identity", inputs: [from], outputs: [wanted], name: name(wanted) });
      }
      const now = (old: string) => renamed.get(old) ?? old;
      const needed = new Set(
        outputs.map(({ name: wanted, from }) => renamed.get(from) === wanted ? from : wanted),
      );
      const kept = nodes.toReversed().filter((node) => {
        const isNeeded = needed.has(node.outputs![0]!);
        if (isNeeded) { for (const input of node.inputs!) needed.add(input); }
        return isNeeded;
      }).reverse();
      return encodeOnnx({
        irVersion: IR_VERSION,
        producer: "Descent",
        graph: {
          nodes: kept.map((node) => ({
            ...node,
            inputs: node.inputs!.map(now),
            outputs: node.outputs!.map(now),
          })),
          name: "network",
          tensors: tensors.filter((one) => needed.has(one.name!)),
          inputs: inputs.map(valueOf),
          outputs: outputs.map(valueOf),
        },
        opsets: [{ domain: "", version: OPSET }],
        metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      });
    },
  };
  return graph;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function valueOf({ name, shape, element = ELEMENT.float }: FileValue): OnnxValue {
  const sizes = [{ name: "batch" }, ...shape.map((size) => ({ size }))];
  return { name, type: { tensor: { element, shape: { sizes } } } };
}

function attributesOf(settings: Settings): readonly OnnxAttribute[] {
  return Object.entries(settings).map(([name, value]) => {
    if (typeof value === "number") return { name, int: value, type: ATTRIBUTE.int };
    if (typeof value === "string") return { name, text: value, type: ATTRIBUTE.text };
    if ("float" in value) return { name, float: value.float, type: ATTRIBUTE.float };
    return { name, ints: value, type: ATTRIBUTE.ints };
  });
}
