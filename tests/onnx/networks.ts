/** Networks of every kind that is exported, trained a little, and an ONNX Runtime to compare them with. */
import { join } from "node:path";
import {
  activation,
  addValues,
  augmentation,
  avgPool2d,
  batchNorm,
  concat,
  conv1d,
  conv2d,
  conv2dTranspose,
  corruption,
  dense,
  dropout,
  elementwise,
  embedding,
  exp,
  fit,
  flatten,
  floor,
  globalAvgPool2d,
  globalMaxPool2d,
  initializeWeights,
  input,
  layerNorm,
  log1p,
  maximum,
  maxPool2d,
  type Model,
  modelOf,
  pad,
  pow,
  pretrainLayers,
  reconstructionError,
  reshape,
  residual,
  sampleNormal,
  sequential,
  share,
  sin,
  slice,
  type Splits,
  standardize,
  type Trained,
  transpose,
  upsample2d,
  where,
} from "descent";
import { ROOT } from "../house/sources.ts";
import { findOnnxRuntime } from "../pack/tools.ts";

/** Trained on digits for an epoch: the kinds that the reports are made of, and their relatives. */
export async function trainedNetworks(data: Splits): Promise<Readonly<Record<string, Trained>>> {
  const once = { epochs: 1, seed: 1 };
  const block = residual([
    conv2d(6, 3, { padding: "same", bias: false }),
    batchNorm(),
    activation("relu"),
    conv2d(6, 3, { padding: "same" }),
    batchNorm(),
  ]);
  const autoencoder = sequential([28, 28], [
    conv2d(6, 3, { stride: 2, padding: 1, activation: "relu" }),
    flatten(),
    dense(16, { activation: "tanh" }),
    dense(294, { activation: "relu" }),
    reshape([7, 7, 6]),
    conv2dTranspose(4, 3, { stride: 2, padding: 1, outputPadding: 1, activation: "relu" }),
    upsample2d({ mode: "bilinear" }),
    conv2dTranspose(1, 3, { padding: 1, activation: "sigmoid" }),
  ]);
  const stacked = await pretrainLayers(
    sequential(784, [dense(24, { activation: "sigmoid" }), dense(12, { activation: "sigmoid" })]),
    data,
    { ...once, noise: corruption(0.1) },
  );
  return {
    dense: await fit(
      sequential(784, [
        dense(30, { activation: "relu" }),
        dropout(0.2),
        dense(20, { activation: "tanh" }),
        dense(10),
      ]),
      data,
      once,
    ),
    convolutional: await fit(
      sequential([28, 28], [
        augmentation({ shift: 1 }),
        conv2d(6, 5, { activation: "relu" }),
        maxPool2d(),
        conv2d(8, 5, { activation: "sigmoid", flipKernel: true }),
        maxPool2d(),
        flatten(),
        dense(10),
      ]),
      data,
      once,
    ),
    "batch-norm": await fit(
      sequential([28, 28], [
        conv2d(6, 3, { stride: 2 }),
        batchNorm(),
        activation("relu"),
        block,
        activation("relu"),
        globalAvgPool2d(),
        batchNorm(),
        dense(10),
      ]),
      data,
      once,
    ),
    autoencoder: await fit(autoencoder, data, { ...once, loss: reconstructionError() }),
    stacked: stacked.autoencoder,
    encoder: stacked.encoder,
  };
}

const ACTIVATIONS = [
  "relu",
  "sigmoid",
  "tanh",
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "softplus",
] as const;

/** Layers and settings that no training is needed for. */
const UNTRAINED: Readonly<Record<string, () => Model>> = {
  "every activation": () =>
    sequential([4, 4, 3], [
      ...ACTIVATIONS.map((name) => conv2d(3, 1, { activation: name })),
      ...ACTIVATIONS.map((name) => activation(name)),
      flatten(),
      ...ACTIVATIONS.map((name) => dense(6, { activation: name })),
    ]),
  formulas: () =>
    sequential(6, [
      dense(6, { bias: false }),
      activation((x) => where(x.greater(0.1), x.square(), log1p(exp(x)).mul(where(x, 2, 3)))),
      activation((x) => x.greater(1).add(x.notEqual(0.3)).add(x.lessEqual(0.2)).add(x)),
      activation((x) => pow(x.abs().add(1), 1.7).add(sin(x)).add(floor(x.mul(0.1))).add(maximum(0.3, x))),
    ]),
  windows: () =>
    sequential([9, 9, 4], [
      conv2d(8, 3, { groups: 4, dilation: 2, padding: [1, 2, 0, 3] }),
      conv2dTranspose(6, 3, { groups: 2, stride: 2, dilation: 2, padding: 1, activation: "gelu" }),
      conv2dTranspose(3, [2, 3], { padding: "same", stride: [3, 1], bias: false }),
    ]),
  pools: () =>
    sequential([19, 19, 3], [
      avgPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
      maxPool2d(2, { stride: 2, ceilMode: true }),
      avgPool2d(2, { ceilMode: true, countIncludePad: false }),
      avgPool2d(2, { padding: [0, 1, 1, 0], stride: 1 }),
      upsample2d({ factor: [2, 3] }),
      maxPool2d(3, { padding: "same", stride: 2 }),
      globalMaxPool2d(),
    ]),
  // ONNX Runtime takes zeros around images for what pools pad with, unless it is kept from it.
  "zeros before pools": () =>
    sequential([5, 5, 2], [
      conv2d(2, 1),
      activation((x) => x.sub(3)),
      (images) => pad(images, { axis: 1, before: 1 }),
      maxPool2d(2, { stride: 1, padding: 1 }),
      (images) => pad(images, { axis: 0, after: 1 }),
      avgPool2d(2, { stride: 1, padding: 1, countIncludePad: false }),
    ]),
  "one pixel": () => {
    const image = input([1, 1, 4]), maps = image.pipe(conv2d(6, 1), layerNorm());
    const weighed = elementwise([maps, maps.pipe(globalAvgPool2d(), dense(6))], (a, b) => a.mul(b).add(1));
    return modelOf({ image }, weighed.pipe(conv2d(3, 1), flatten()));
  },
  normalizations: () => {
    const inputs = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i));
    return sequential([6, 5, 4], [
      standardize({ inputs, inputShape: [6, 5, 4] }),
      layerNorm(),
      conv2d(4, 3, { padding: 1 }),
      layerNorm(),
      batchNorm({ epsilon: 0.01 }),
      flatten(),
      layerNorm(),
      dense(3),
    ]);
  },
  words: () =>
    sequential(12, [
      embedding(30, 6),
      conv1d(8, 3, { padding: "same", activation: "relu" }),
      flatten(),
      dense(2),
    ]),
  graph: () => {
    const image = input([6, 6, 2]), row = input([4]), maps = image.pipe(conv2d(4, 3, { padding: "same" }));
    const same = share(dense(4)), gated = elementwise([maps, same(row)], (a, b) => a.mul(b).add(a));
    const cut = slice(concat([gated, maps, image]), { axis: 2, start: 1, size: 7 });
    const padded = pad(cut, { axis: 0, before: 1, after: 2 });
    const code = concat([transpose(padded, [2, 0, 1]).pipe(flatten()), same(same(row))]);
    return modelOf({ image, row }, {
      score: code.pipe(dense(3)),
      padded,
      sample: sampleNormal(row, row).pipe(dense(2)),
      maps: addValues([maps, maps]),
    });
  },
  noise: () => sequential(4, [corruption(0.1), dense(2)]),
};

/** A model with weights of which none is what it starts from. */
export function moved(model: Model): Trained {
  const isMoved = /(bias|shift|scale|mean)$/;
  const weights = Array.from(initializeWeights(model, 1), ([label, values]) => {
    const change = (value: number, i: number) =>
      label.endsWith("variance")
        ? 0.5 + i * 7 % 5 / 5
        : value + (isMoved.test(label) ? Math.sin(3 * i + 1) / 3 : 0);
    return [label, values.map(change)] as const;
  });
  return { model, weights: new Map(weights) };
}

/** Networks of every layer, with such weights. */
export function untrainedNetworks(): Readonly<Record<string, Trained>> {
  return Object.fromEntries(Object.entries(UNTRAINED).map(([name, make]) => [name, moved(make())]));
}

/** What a file gives for its inputs, by name. */
export type RunOnnx = (
  file: Uint8Array,
  inputs: Readonly<
    Record<string, { readonly data: Float32Array | Uint8Array; readonly shape: readonly number[] }>
  >,
) => Promise<Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>>;

/** npm's ONNX Runtime on one thread; undefined where it is not there. */
export async function onnxRuntime(): Promise<RunOnnx | undefined> {
  const path = await findOnnxRuntime();
  if (path === undefined) return undefined;
  const { default: ort } = await import(path);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return async (file, inputs) => {
    const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
    const given = Object.entries(inputs).map(([name, { data, shape }]) => {
      const type = data instanceof Uint8Array ? "uint8" : "float32";
      return [name, new ort.Tensor(type, data, shape)] as const;
    });
    try {
      return await session.run(Object.fromEntries(given));
    } finally {
      await session.release();
    }
  };
}

/** Whether Debian's checker takes a file: undefined where Python has none. */
export async function onnxChecker(): Promise<
  ((files: readonly Uint8Array[]) => Promise<string>) | undefined
> {
  const run = async (code: string, ...args: readonly string[]) => {
    const { success, stderr } = await new Deno.Command("/usr/bin/python3", { args: ["-c", code, ...args] })
      .output()
      .catch(() => ({ success: false, stderr: new Uint8Array() }));
    return success ? "" : new TextDecoder().decode(stderr) || "no Python";
  };
  if (await run("import onnx") !== "") {
    console.log("ONNX's own checker not tried: /usr/bin/python3 has no onnx; Debian has it as python3-onnx");
    return undefined;
  }
  return async (files) => {
    const folder = await Deno.makeTempDir({ prefix: "descent-onnx-" });
    try {
      const paths = await Promise.all(files.map(async (file, i) => {
        await Deno.writeFile(join(folder, `${i}.onnx`), file);
        return join(folder, `${i}.onnx`);
      }));
      const code =
        "import onnx, sys\nfor p in sys.argv[1:]: onnx.checker.check_model(onnx.load(p), full_check=True)";
      return await run(code, ...paths);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

/** A vector of `make_onnx_models.py`. */
export interface OnnxVector {
  readonly name: string;
  readonly file: Uint8Array;
  readonly inputs: readonly Float32Array[];
  readonly outputs: readonly Float32Array[];
}

/** Networks that PyTorch wrote, and what they gave. */
export async function torchNetworks(): Promise<readonly OnnxVector[]> {
  const path = join(ROOT, "tests/vectors/onnx_models.json"),
    vectors = JSON.parse(await Deno.readTextFile(path));
  const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const numbers = (text: string) => new Float32Array(bytes(text).buffer);
  return vectors.map((
    { name, file, inputs, outputs }: Record<string, string> & Record<string, string[]>,
  ) => ({
    name,
    file: bytes(file as unknown as string),
    inputs: (inputs as unknown as string[]).map(numbers),
    outputs: (outputs as unknown as string[]).map(numbers),
  }));
}
