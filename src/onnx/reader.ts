/** An ONNX graph while its nodes are read: what each name stands for, who uses it, and the weights of the layers. */
import { DescentError, require } from "../core/errors.ts";
import type { Layer } from "../nn/layer.ts";
import type { OnnxGraph, OnnxNode } from "./messages.ts";
import { applied, type Given, type Rows } from "./rows.ts";
import { nodeTitle, type Numbers, refuseNode, tensorOf, type Whole } from "./tensors.ts";

/** What a name of the file stands for. */
export type Known = Rows | Numbers | Whole;

/** Makes what a node gives. */
export type ReadNode = (node: OnnxNode, from: Reader) => Known;

/** Values of a layer by the last part of their names. */
export type LayerValues = Readonly<Record<string, Float32Array>>;

/** What nodes are read with. */
export interface Reader {
  /** How many rows the file takes at a time, where it says so. */
  readonly batch: number | undefined;
  /** Version of the operators. */
  readonly opset: number;
  /** Whether an input is given. */
  has(node: OnnxNode, input: number): boolean;
  /** What an input stands for. */
  known(node: OnnxNode, input: number): Known;
  /** An input that depends on the rows. */
  rows(node: OnnxNode, input?: number): Rows;
  /** An input that depends on no row. */
  numbers(node: OnnxNode, input: number): Numbers;
  /** Sizes and places, all known. */
  whole(node: OnnxNode, input: number): readonly number[];
  /** How often what a node gives is used. */
  usesOf(name: string): number;
  /** The one node that uses what this one gives; undefined where others do, or the file gives it. */
  next(node: OnnxNode): OnnxNode | undefined;
  /** Whether the file gives it, and nothing uses it. */
  isEnd(node: OnnxNode): boolean;
  /** Takes `next`, or what comes of it, to be done by `node`. */
  absorb(node: OnnxNode, next: OnnxNode): void;
  /** Throws where so many values more are too many for the file's size: its shapes may say anything. */
  claim(node: OnnxNode, values: number): void;
  /** What a layer with weights gives; the same key, the names of what it is made of, is the same layer. */
  layer(
    node: OnnxNode,
    key: string,
    given: Given,
    make: () => { readonly layer: Layer; readonly values: LayerValues },
  ): Given;
  /** What a layer without weights gives. */
  plainLayer(node: OnnxNode, layer: Layer, ...given: readonly Given[]): Given;
}

/** How sentences name the layer that a node becomes. */
function layerName({ name, outputs, operator = "" }: OnnxNode): string {
  return name || outputs?.[0] || operator;
}

/** How many times as large as the file all values may become, where nodes of several settings use one tensor. */
const MOST_COPIES = 8;

/** Begins to read a graph whose inputs are these. */
export function openReader(graph: OnnxGraph, { inputs, batch, opset, bytes }: {
  readonly inputs: ReadonlyMap<string, Rows>;
  readonly batch: number | undefined;
  readonly opset: number;
  /** Of the file. */
  readonly bytes: number;
}) {
  const known = new Map<string, Known>(inputs), weights = new Map<Layer, LayerValues>();
  const tensors = new Map((graph.tensors ?? []).map((tensor) => [tensor.name ?? "", tensor]));
  const ends = new Set((graph.outputs ?? []).map(({ name }) => name ?? ""));
  const users = new Map<string, OnnxNode[]>(), absorbed = new Map<OnnxNode, OnnxNode>();
  const layers = new Map<string, { readonly layer: Layer; readonly mark: object }>();
  // Values have four bytes.
  let room = MOST_COPIES * bytes / 4 + 2 ** 20;
  for (const node of graph.nodes ?? []) {
    for (const name of node.inputs ?? []) {
      const all = users.get(name);
      if (all === undefined) users.set(name, [node]);
      else all.push(node);
    }
  }
  const find = (name: string): Known | undefined => {
    const found = known.get(name), tensor = found === undefined ? tensors.get(name) : undefined;
    if (tensor === undefined) return found;
    const value = tensorOf(tensor);
    known.set(name, value);
    return value;
  };
  const reader: Reader = {
    batch,
    opset,
    has: ({ inputs = [] }, input) => (inputs[input] ?? "") !== "",
    known(node, input) {
      const name = node.inputs?.[input] ?? "", found = find(name);
      if (found !== undefined) return found;
      return refuseNode(
        node,
        name === "" ? `lacks its input ${input + 1}` : `takes "${name}", which nothing before it gives`,
      );
    },
    rows(node, input = 0) {
      const found = reader.known(node, input);
      return found.kind === "rows"
        ? found
        : refuseNode(node, "works on values that depend on no input: export the model with constants folded");
    },
    numbers(node, input) {
      const found = reader.known(node, input);
      return found.kind === "numbers" ? found : refuseNode(
        node,
        `takes "${node.inputs![input]!}" as its input ${input + 1}, which must be weights of the file here`,
      );
    },
    whole(node, input) {
      const found = reader.known(node, input);
      if (found.kind === "whole" && !found.values.includes("batch")) return found.values as readonly number[];
      if (found.kind === "numbers") return [...found.data];
      return refuseNode(
        node,
        `has settings in "${node.inputs![input]!}" that depend on its input`,
      );
    },
    usesOf: (name) => (users.get(name)?.length ?? 0) + (ends.has(name) ? 1 : 0),
    next({ outputs = [] }) {
      const all = users.get(outputs[0] ?? "") ?? [];
      return all.length === 1 && !ends.has(outputs[0]!) ? all[0] : undefined;
    },
    isEnd: ({ outputs = [] }) => ends.has(outputs[0] ?? "") && !users.has(outputs[0]!),
    claim(node, values) {
      room -= values;
      if (!(room >= 0)) {
        refuseNode(node, `makes ${values} values more of what the file holds, which are too many`);
      }
    },
    absorb: (node, next) => void absorbed.set(next, node),
    layer(node, key, given, make) {
      const full = `${node.operator} ${key} ${given.lies}`, one = layers.get(full);
      if (one !== undefined) return applied(one.layer, layerName(node), [given], one.mark);
      const { layer, values } = make(), mark = {};
      for (const { length } of Object.values(values)) reader.claim(node, length);
      layers.set(full, { layer, mark });
      weights.set(layer, values);
      return applied(layer, layerName(node), [given], mark);
    },
    plainLayer: (node, layer, ...given) => applied(layer, layerName(node), given),
  };
  return {
    reader,
    weights,
    /** What a node gave is known by its name from now on. */
    bind(node: OnnxNode, value: Known): void {
      const name = node.outputs?.[0] ?? "";
      require(name !== "", () => `This ONNX file is damaged: ${nodeTitle(node)} gives nothing`);
      require(
        !known.has(name),
        () => `This ONNX file is damaged: two of its nodes give "${name}"`,
      );
      known.set(name, value);
    },
    /** What stands for a node that another one did. */
    doneBy(node: OnnxNode): Known | undefined {
      const by = absorbed.get(node);
      return by && find(by.outputs![0]!);
    },
    /** An output of the file. */
    output(name: string): Rows {
      const found = find(name);
      if (found?.kind === "rows") return found;
      throw new DescentError(
        `Cannot make a model of this ONNX file: its output "${name}" ${
          found === undefined ? "is given by no node" : "does not depend on its inputs"
        }`,
      );
    },
  };
}
