/**
 * TensorFlow.js on WebAssembly as a side of a comparison (see side.ts), at its best here: threads on, fused
 * forward layers, gradients by hand, and no product with a transposed operand, which its kernel does slowly.
 * Its threads are made for browsers: under Deno they need files in place of Blob URLs.
 */
import os from "node:os";
import { dirname, join } from "node:path";
import { batches } from "../../src/data/order.ts";
import { PRODUCT_SIZES, TRAININGS } from "../workloads.ts";
import { emitCalls, emitMeasured, readSideImages, readSideWeights, sideOptions } from "./side.ts";

const VERSION = "4.22.0";
const CORE = `npm:@tensorflow/tfjs@${VERSION}`, BACKEND = `npm:@tensorflow/tfjs-backend-wasm@${VERSION}`;
const { threads, seconds, folder, workloads, probe } = sideOptions(Deno.args);

// It advertises its native version.
console.warn = () => {};
if (threads > 1) useFilesForBlobs();
const tf = (await import(CORE)).default, wasm = (await import(BACKEND)).default;
if (probe) {
  console.log(JSON.stringify({ version: tf.version_core }));
  Deno.exit(0);
}
wasm.setWasmPaths(join(dirname(new URL(import.meta.resolve(BACKEND)).pathname), "/"));
if (threads > 1) {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  wasm.setThreadsCount(threads);
}
await tf.setBackend("wasm");
if (wasm.getThreadsCount() !== threads) {
  throw new Error(`tfjs took ${wasm.getThreadsCount()} of ${threads} threads`);
}
const head = { peer: `tfjs-wasm-${VERSION}`, variant: "tuned", threads };

/** A worker of worker_threads loads files alone, and Deno's lacks a few names that the worker's script assigns to. */
function useFilesForBlobs() {
  const modules = Object.entries({ 0: "fs", 1: "path", 3: "perf_hooks", 4: "os" });
  const opening = [
    ...modules.map(([at, name]) => `var require$$${at} = require("${name}");`),
    `for (const name of ["location", "self", "performance", "postMessage"]) Object.defineProperty(globalThis, name,`,
    `  { value: globalThis[name], writable: true, configurable: true });`,
    `var commonjsGlobal = globalThis;`,
    `URL.createObjectURL = (blob) => blob.path; URL.revokeObjectURL = () => {};`,
    "",
  ].join("\n");
  globalThis.Blob = class {
    constructor(parts) {
      this.path = join(folder, `${crypto.randomUUID()}.cjs`);
      Deno.writeTextFileSync(this.path, opening + parts.join(""));
    }
  };
  URL.createObjectURL = (blob) => blob.path;
  // It takes half of the cores at most.
  const cores = Array.from({ length: 2 * threads }, () => ({}));
  os.cpus = () => cores;
}

/** The forward pass: the output of each layer, the network's input first. */
function forward(layers, x, last) {
  return layers.reduce((outputs, { w, b }, i) => {
    const activation = i + 1 < layers.length ? "relu" : last;
    return [...outputs, tf.fused.matMul({ a: outputs[i], b: w, bias: b, activation })];
  }, [x]);
}

/** Gradients of all weights and biases, by name, given that by the last layer's sums. */
function backward(layers, outputs, dLast, xTransposed) {
  const grads = {};
  let d = dLast;
  for (let i = layers.length - 1; i >= 0; i--) {
    const { w, b } = layers[i], input = outputs[i];
    grads[w.name] = tf.matMul(i === 0 && xTransposed ? xTransposed : input.transpose(), d);
    grads[b.name] = d.sum(0);
    if (i > 0) d = tf.matMul(d, w.transpose()).mul(input.step());
  }
  return grads;
}

/** W5: a tied denoising autoencoder; d is the gradient by the logits, divided by the images of the batch. */
async function denoising() {
  const { inputs: images, targets } = await readSideImages(folder), rows = targets.length;
  const [encoder, decoder] = await readSideWeights(folder, "denoising");
  const w = tf.variable(tf.tensor2d(encoder.weights, encoder.shape));
  const hiddenBias = tf.variable(tf.tensor1d(encoder.bias)),
    visibleBias = tf.variable(tf.tensor1d(decoder.bias));
  const cut = ({ start, count }) => {
    const pixels = Float32Array.from(
      images.subarray(784 * start, 784 * (start + count)),
      (byte) => byte / 255,
    );
    return tf.tensor2d(pixels, [count, 784]);
  };
  const encode = (x) => tf.fused.matMul({ a: x, b: w, bias: hiddenBias, activation: "sigmoid" });
  const decode = (hidden, transposed) => tf.fused.matMul({ a: hidden, b: transposed, bias: visibleBias });
  const parts = batches(rows, 128).map(cut), all = cut({ start: 0, count: Math.min(1024, rows) });
  const step = (x) =>
    tf.tidy(() => {
      const [count] = x.shape, kept = tf.randomUniform(x.shape).less(0.9).toFloat(), masked = x.mul(kept);
      const transposed = w.transpose(), hidden = encode(masked);
      const d = decode(hidden, transposed).sigmoid().sub(x).div(count);
      const dHidden = tf.matMul(d, w).mul(hidden).mul(tf.scalar(1).sub(hidden));
      const dW = tf.matMul(d.transpose(), hidden).add(tf.matMul(masked.transpose(), dHidden));
      w.assign(w.sub(dW.mul(0.1)));
      hiddenBias.assign(hiddenBias.sub(dHidden.sum(0).mul(0.1)));
      visibleBias.assign(visibleBias.sub(d.sum(0).mul(0.1)));
    });
  const loss = () =>
    tf.tidy(() => {
      const logits = decode(encode(all), w.transpose());
      return logits.softplus().sub(logits.mul(all)).sum().div(all.shape[0]).dataSync()[0];
    });
  let at = 0;
  await emitMeasured({ ...head, workload: "W5" }, {
    prepare: (count) => () => {
      for (let i = 0; i < count; i++) step(parts[at++ % parts.length]);
      return w.data();
    },
    loss: () => Promise.resolve(loss()),
  }, { seconds });
}

async function training({ name, network, batch, lossRows }) {
  if (name === "W4") {
    console.error("tfjs-wasm has no gradient of a convolution by its filters: it cannot train this network");
    Deno.exit(1);
  }
  const { inputs: images, targets: labels } = await readSideImages(folder), rows = labels.length;
  if (name === "W5") return await denoising();
  const values = await readSideWeights(folder, network), isClassifier = network === "classifier";
  const layers = values.map(({ shape, weights, bias }) => ({
    w: tf.variable(tf.tensor2d(weights, shape)),
    b: tf.variable(tf.tensor1d(bias)),
  }));
  const cut = (start, count) => {
    const pixels = Float32Array.from(
      images.subarray(784 * start, 784 * (start + count)),
      (byte) => byte / 255,
    );
    const x = tf.tensor2d(pixels, [count, 784]);
    return {
      x,
      y: tf.oneHot(tf.tensor1d(labels.subarray(start, start + count), "int32"), 5).toFloat(),
      count,
    };
  };
  const parts = batches(rows, batch === "all" ? rows : batch).map(({ start, count }) => cut(start, count));
  // The only batch never changes: it is transposed once.
  if (parts.length === 1) parts[0].xTransposed = parts[0].x.transpose();
  const optimizer = { W1: tf.train.sgd(1e-3), W3: tf.train.sgd(0.1) }[name] ?? tf.train.adam(1e-3);
  const last = isClassifier ? undefined : "sigmoid";
  const step = ({ x, y, count, xTransposed }) =>
    tf.tidy(() => {
      const outputs = forward(layers, x, last), output = outputs.at(-1);
      const dLast = isClassifier
        ? output.softmax().sub(y).div(count)
        : output.sub(x).mul(output).mul(tf.scalar(1).sub(output)).mul(2 / (784 * count));
      optimizer.applyGradients(backward(layers, outputs, dLast, xTransposed));
    });
  const all = cut(0, lossRows ?? rows);
  const loss = () =>
    tf.tidy(() => {
      const output = forward(layers, all.x, last).at(-1);
      const value = isClassifier
        ? tf.losses.softmaxCrossEntropy(all.y, output)
        : tf.losses.meanSquaredError(all.x, output);
      return value.dataSync()[0];
    });
  let at = 0;
  await emitMeasured({ ...head, workload: name }, {
    prepare: (count) => async () => {
      for (let i = 0; i < count; i++) step(parts[at++ % parts.length]);
      await layers.at(-1).b.data();
    },
    loss: () => Promise.resolve(loss()),
  }, { seconds });
}

async function product(n) {
  const a = tf.randomNormal([n, n]), b = tf.randomNormal([n, n]);
  await emitMeasured({ ...head, workload: `W7-${n}` }, {
    flops: 2 * n ** 3,
    prepare: (count) => async () => {
      let c;
      for (let i = 0; i < count; i++) {
        c?.dispose();
        c = tf.matMul(a, b);
      }
      await c.data();
      c.dispose();
    },
  }, { seconds: seconds / PRODUCT_SIZES.length });
}

async function calls() {
  const values = await readSideWeights(folder, "predictor");
  const layers = values.map(({ shape, weights, bias }) => ({
    w: tf.tensor2d(weights, shape),
    b: tf.tensor1d(bias),
  }));
  for (const [variant, from] of [["tuned", "bytes"], ["floats", "floats"]]) {
    const predict = async (rows) => {
      const y = tf.tidy(() => {
        const x = tf.tensor2d(rows, [rows.length / 784, 784], "float32");
        return forward(layers, from === "bytes" ? x.div(255) : x).at(-1);
      });
      const answers = await y.data();
      y.dispose();
      return answers;
    };
    await emitCalls({ ...head, variant }, predict, { from, folder, seconds });
  }
}

for (const name of workloads) {
  if (name === "W7") { for (const n of PRODUCT_SIZES) await product(n); }
  else if (name === "W11") await calls();
  else await training(TRAININGS.find((one) => one.name === name));
}
Deno.exit(0);
