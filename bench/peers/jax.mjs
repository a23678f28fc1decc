/** jax-js on WebAssembly as a side of a comparison (see side.ts): whole steps compiled by jit. */
import { batches } from "../../src/data/order.ts";
import { PRODUCT_SIZES, TRAININGS } from "../workloads.ts";
import { emitCalls, emitMeasured, readSideImages, readSideWeights, sideOptions } from "./side.ts";

const VERSION = "0.1.25", PACKAGE = `npm:@jax-js/jax@${VERSION}`;
const { threads, seconds, folder, workloads, probe } = sideOptions(Deno.args);

// It starts a worker per core.
Object.defineProperty(navigator, "hardwareConcurrency", { value: threads });
const { blockUntilReady, defaultDevice, grad, init, jit, lax, nn, numpy: np, random } = await import(PACKAGE);
if (probe) {
  console.log(JSON.stringify({ version: VERSION }));
  Deno.exit(0);
}
if (!(await init("wasm")).includes("wasm")) throw new Error("jax-js did not start on WebAssembly");
defaultDevice("wasm");
const head = { peer: `jax-js-${VERSION}`, variant: "jit", threads };

/** Steps after which it is waited for: results that nobody asked for pile up. */
const WAIT_EVERY = 25;

// jax-js frees an array when it has been used once: `.ref` keeps it for another use.
const keep = (arrays) => arrays.map((array) => array.ref);

/** Largest of each 2 × 2 pixels. */
function pool(x) {
  return lax.reduceWindow(x, (window) => np.max(window), [1, 1, 2, 2], [1, 1, 2, 2]);
}

/** Convolutions, given by four axes of weights, then dense layers. Channels come first here. */
function network(params, x) {
  if (params[0].shape.length === 4) {
    const [weights, bias, ...others] = params, image = x.shape.length === 2 ? x.reshape([-1, 1, 28, 28]) : x;
    const maps = lax.conv(image, weights, [1, 1], "VALID").add(bias.reshape([1, -1, 1, 1]));
    return network(others, pool(nn.relu(maps)));
  }
  let value = x.shape.length === 2 ? x : x.reshape([x.shape[0], -1]);
  for (let i = 0; i < params.length; i += 2) {
    const sums = np.matmul(value, params[i]).add(params[i + 1]);
    value = i + 2 < params.length ? nn.relu(sums) : sums;
  }
  return value;
}

function crossEntropy(params, x, y) {
  const count = x.shape[0];
  return nn.logSoftmax(network(params, x), -1).mul(y).sum().mul(-1 / count);
}

function reconstruction(params, x) {
  return np.square(nn.sigmoid(network(params, x.ref)).sub(x)).mean();
}

/** Of a tied denoising autoencoder; without a key nothing is masked. */
function denoising([weights, hiddenBias, visibleBias], x, key) {
  const masked = key === undefined
    ? x.ref
    : x.ref.mul(random.bernoulli(key, 0.9, x.shape).astype(np.float32));
  const hidden = nn.sigmoid(np.matmul(masked, weights.ref).add(hiddenBias)), count = x.shape[0];
  const logits = np.matmul(hidden, weights.transpose()).add(visibleBias);
  return nn.softplus(logits.ref).sub(logits.mul(x)).sum().mul(1 / count);
}

/** One update: state in, state out. */
function descend(objective, rate, decay) {
  return jit(({ params }, _corrections, ...batch) => {
    const grads = grad(objective)(keep(params), ...batch);
    const shrunk = (p) => decay === 0 ? p : p.mul(1 - rate * decay);
    return { params: params.map((p, i) => shrunk(p).sub(grads[i].mul(rate))) };
  });
}

/** Adam; `corrections` are 1/(1 - beta^t) of both moments. */
function adam(objective, rate) {
  return jit(({ params, m, v }, corrections, ...batch) => {
    const grads = grad(objective)(keep(params), ...batch);
    const first = m.map((one, i) => one.mul(0.9).add(grads[i].ref.mul(0.1)));
    const second = v.map((one, i) => one.mul(0.999).add(np.square(grads[i]).mul(0.001)));
    const [a, b] = [corrections.ref.slice(0), corrections.slice(1)];
    const updated = params.map((p, i) => {
      const root = np.sqrt(second[i].ref.mul(b.ref)).add(1e-8);
      return p.sub(first[i].ref.mul(a.ref).mul(rate).div(root));
    });
    a.dispose();
    b.dispose();
    return { params: updated, m: first, v: second };
  });
}

/** The first weights with channels before rows and columns, as lax.conv takes them and gives its maps. */
function paramsOf(layers) {
  let channels = 0;
  return layers.flatMap(({ shape, weights, bias }) => {
    if (shape.length === 1) return [np.array(bias)];
    let array = np.array(weights).reshape(shape);
    if (shape.length === 4) array = np.transpose(array, [3, 2, 0, 1]);
    else if (channels > 0) {
      const edge = Math.sqrt(shape[0] / channels);
      array = np.transpose(array.reshape([edge, edge, channels, shape[1]]), [2, 0, 1, 3]).reshape(shape);
    }
    channels = shape.length === 4 ? shape[3] : 0;
    return [array, np.array(bias)];
  });
}

async function training({ name, network: which, batch, lossRows }) {
  const { inputs: images, targets: labels } = await readSideImages(folder), rows = labels.length;
  const objective = { autoencoder: reconstruction, denoising }[which] ?? crossEntropy;
  const isClassifier = objective === crossEntropy, masks = which === "denoising";
  const classes = which === "cnn" ? 10 : 5, params = paramsOf(await readSideWeights(folder, which));
  const cut = ({ start, count }) => {
    const pixels = Float32Array.from(
      images.subarray(784 * start, 784 * (start + count)),
      (byte) => byte / 255,
    );
    const hot = new Float32Array(classes * count);
    for (let row = 0; row < count; row++) hot[classes * row + labels[start + row]] = 1;
    const x = np.array(pixels).reshape([count, 784]);
    return isClassifier ? [x, np.array(hot).reshape([count, classes])] : [x];
  };
  const parts = batches(rows, batch === "all" ? rows : batch).map(cut);
  const zeros = () => params.map(({ shape }) => np.zeros(shape));
  const isAdam = name === "W2" || name === "W6";
  let state = isAdam ? { params, m: zeros(), v: zeros() } : { params };
  const update = isAdam
    ? adam(objective, 1e-3)
    : descend(objective, { W3: 0.1, W4: 0.05, W5: 0.1 }[name] ?? 1e-3, name === "W4" ? 1e-4 : 0);
  // The last batch of an epoch is short: it has a compilation of its own, which is none of the steps'.
  const copy = Object.fromEntries(Object.entries(state).map(([key, arrays]) => [key, keep(arrays)]));
  const tried = update(
    copy,
    np.array(new Float32Array([1, 1])),
    ...keep(parts.at(-1)),
    ...(masks ? [random.key(0)] : []),
  );
  Object.values(tried).flat().forEach((array) => array.dispose());
  let at = 0;
  const step = () => {
    const t = at + 1, corrections = np.array(new Float32Array([1 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)]));
    state = update(state, corrections, ...keep(parts[at % parts.length]), ...(masks ? [random.key(at)] : []));
    at++;
  };
  const settled = () => blockUntilReady(state.params);
  const all = cut({ start: 0, count: lossRows ?? rows });
  await emitMeasured({ ...head, workload: name }, {
    prepare: (count) => async () => {
      for (let i = 1; i <= count; i++) {
        step();
        if (i % WAIT_EVERY === 0) await settled();
      }
      await settled();
    },
    loss: async () => (await objective(keep(state.params), ...keep(all)).data())[0],
  }, { seconds });
}

async function product(n) {
  const square = () => np.array(Float32Array.from({ length: n * n }, Math.random)).reshape([n, n]);
  const a = square(), b = square(), multiply = jit((a, b) => np.matmul(a, b));
  await emitMeasured({ ...head, workload: `W7-${n}` }, {
    flops: 2 * n ** 3,
    prepare: (count) => async () => {
      for (let i = 0; i < count; i++) {
        const c = multiply(a.ref, b.ref);
        await blockUntilReady(c);
        c.dispose();
      }
    },
  }, { seconds: seconds / PRODUCT_SIZES.length });
}

async function calls() {
  const params = paramsOf(await readSideWeights(folder, "predictor")), apply = jit(network);
  for (const [variant, from] of [["jit", "bytes"], ["floats", "floats"]]) {
    const predict = async (rows) => {
      const floats = from === "bytes" ? Float32Array.from(rows, (byte) => byte / 255) : rows;
      return await apply(keep(params), np.array(floats).reshape([-1, 784])).data();
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
