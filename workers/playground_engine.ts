/** Trained models at work in the browser, on the library's own kernels. Runs in the worker of the pages. */
import { DescentError } from "../src/core/errors.ts";
import { columnsOf, sizeOf } from "../src/core/tensor.ts";
import type { Executor, Program } from "../src/exec/executor.ts";
import { wasmExecutor } from "../src/exec/wasm.ts";
import { webgpuExecutor } from "../src/exec/webgpu.ts";
import type { Node } from "../src/ir/node.ts";
import { compile } from "../src/ir/plan.ts";
import { countParameters } from "../src/nn/model.ts";
import { modelConfig } from "../src/nn/registry.ts";
import { softmax } from "../src/ops/softmax.ts";
import { layerGraph } from "../src/train/answer_graph.ts";
import { rowsKind } from "../src/train/predictor.ts";
import type { Trained } from "../src/train/saved.ts";
import { SIDE } from "../components/playground/playground_digit.ts";
import type {
  FirstLayer,
  ImageSet,
  Misread,
  ModelFacts,
  Shown,
} from "../components/playground/playground_messages.ts";

/** The bytes at an address of the dashboard; throws the server's sentence where there are none. */
export async function fetchBytes(address: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  let answer: Response;
  try {
    answer = await fetch(address);
  } catch {
    throw new DescentError(`Cannot read ${what}: the dashboard does not answer; is it still running?`);
  }
  if (!answer.ok) {
    const isPlain = answer.headers.get("content-type")?.startsWith("text/plain"),
      why = isPlain ? (await answer.text()).trim() : "";
    throw new DescentError(`Cannot read ${what}: ${why === "" ? `the answer was ${answer.status}` : why}`);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

let wasm: Promise<Executor> | undefined;

/**
 * The WASM executor: the kernels as the command line uses them, on one thread, which is enough for networks of this size
 * and needs no memory that threads share.
 */
export function browserWasm(): Promise<Executor> {
  return wasm ??= openWasm().catch((error) => {
    wasm = undefined;
    throw error;
  });
}

async function openWasm(): Promise<Executor> {
  const kernels = await fetchBytes("/playground/kernels", "the WebAssembly kernels");
  return await wasmExecutor({ kernels, threads: 1 });
}

/** The WebGPU executor; a software adapter will do, since it was asked for. */
export function browserWebgpu(): Promise<Executor> {
  return webgpuExecutor({
    software: true,
    loadShader: async (op) =>
      new TextDecoder().decode(await fetchBytes(`/playground/wgsl/${op}`, `the shader of ${op}`)),
  });
}

/** Shows what the layers of one model give for one image after another. */
export class Viewer {
  readonly facts: ModelFacts;
  readonly #outputs: readonly Node[];
  readonly #probabilities: Node;
  readonly #images: Node;

  private constructor(private trained: Trained, private readonly program: Program, nodes: Nodes) {
    const { model } = trained;
    this.#outputs = nodes.outputs;
    this.#probabilities = nodes.probabilities;
    this.#images = nodes.images;
    this.facts = {
      layers: model.layers.map(({ name, layer: { kind }, built }) => ({
        name,
        kind,
        shape: built.outputShape,
      })),
      parameters: countParameters(model),
      inputs: sizeOf(model.inputShape),
      outputs: columnsOf(model.outputShape),
    };
  }

  /** Compiles and loads; close it when done. */
  static async open(trained: Trained, executor: Executor): Promise<Viewer> {
    const { model } = trained, graph = layerGraph(model, 1, rowsKind(model, new Uint8Array()));
    const outputs = model.layers.map(({ name }) => graph.layers.get(name)!);
    const probabilities = softmax(outputs.at(-1)!);
    const program = await executor.load(compile({ show: [...outputs, probabilities] }));
    program.write(graph.order, [0]);
    const viewer = new Viewer(trained, program, { outputs, probabilities, images: graph.rows });
    viewer.#write(trained);
    return viewer;
  }

  /** Takes the weights of a model of the same description; false where it is another. */
  update(trained: Trained): boolean {
    const describe = ({ model }: Trained) => JSON.stringify(modelConfig(model));
    if (describe(trained) !== describe(this.trained)) return false;
    this.#write(trained);
    return true;
  }

  /** What every layer gives for an image of bytes. */
  async show(pixels: Uint8Array): Promise<Shown> {
    if (pixels.length !== this.facts.inputs) {
      throw new DescentError(
        `This model takes images of ${this.facts.inputs} pixels, a drawing has ${pixels.length}: choose another`,
      );
    }
    const before = performance.now();
    await this.#run(pixels);
    const read = async (node: Node) => Float32Array.from(await this.program.read(node));
    const [probabilities, ...layers] = await Promise.all([this.#probabilities, ...this.#outputs].map(read));
    return { layers, probabilities: probabilities!, milliseconds: performance.now() - before };
  }

  /** The images that it takes for another digit than they are, the surest first. */
  async misread({ images, labels }: ImageSet): Promise<readonly Misread[]> {
    const found: Misread[] = [], { inputs } = this.facts;
    for (let row = 0; row < labels.length; row++) {
      await this.#run(images.subarray(row * inputs, (row + 1) * inputs));
      const probabilities = await this.program.read(this.#probabilities);
      const probability = Math.max(...probabilities), said = probabilities.indexOf(probability);
      if (said !== labels[row]) found.push({ row, said, probability });
    }
    return found.sort((a, b) => b.probability - a.probability);
  }

  close(): void {
    this.program.close();
  }

  async #run(pixels: Uint8Array): Promise<void> {
    this.program.write(this.#images, pixels);
    await this.program.run("show", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
  }

  #write({ weights }: Trained): void {
    for (const { node } of this.trained.model.parameters) {
      this.program.write(node, weights.get(node.label)!);
    }
  }
}

/** The weights that lie on the image's pixels, or null where the first layer is of another kind. */
export function firstLayerOf({ model, weights }: Trained): FirstLayer | null {
  const first = model.layers.find(({ built }) => built.parameters.length > 0),
    parameter = first?.built.parameters[0];
  if (first === undefined || parameter === undefined) return null;
  const values = weights.get(parameter.node.label), { shape } = parameter.node.type;
  if (values === undefined) return null;
  if (first.layer.kind === "dense" && shape[0] === SIDE * SIDE) {
    return { weights: values, shape: [SIDE, SIDE, shape[1]!] };
  }
  const [height, width, channels, filters] = shape;
  return first.layer.kind === "conv2d" && channels === 1
    ? { weights: values, shape: [height!, width!, filters!] }
    : null;
}

interface Nodes {
  readonly outputs: readonly Node[];
  readonly probabilities: Node;
  readonly images: Node;
}
