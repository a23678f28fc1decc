/** Trains and predicts with npm's `webgpu`, whose path it is given, and on WebAssembly; says how far apart; as JSON. */
import { adam, chooseExecutor, dense, fit, predict, sequential } from "descent";

const { create } = await import(globalThis.process.argv[2]);
const rows = 64, columns = 16;
const inputs = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
const train = { inputs, inputShape: [columns], targets: Uint8Array.from({ length: rows }, (_, i) => i % 3) };
const model = sequential(columns, [dense(8, { activation: "tanh" }), dense(3)]);

async function numbersOn(options, { merge } = {}) {
  const { executor: chosen } = await chooseExecutor(options), optimizer = adam({ learningRate: 0.01 });
  const executor = { ...chosen, load: (plan) => chosen.load(plan, { merge }) };
  const trained = await fit(model, { train }, { optimizer, epochs: 2, batch: 16, seed: 1, executor });
  const answers = await predict(trained, inputs.subarray(0, 4 * columns), { executor });
  executor.close();
  const numbers = [...trained.weights.values(), answers].flatMap((values) => [...values]);
  return { description: executor.description, numbers };
}

// No kernel counts on the zeros that shared memory starts with, and SwiftShader takes half a minute to compile them.
const gpu = create(["enable-dawn-features=disable_workgroup_init"]);
const onGpu = await numbersOn({ backend: "webgpu", gpu });
const merged = await numbersOn({ backend: "webgpu", gpu }, { merge: true });
const onWasm = await numbersOn({ backend: "wasm", threads: 1 });
console.log(JSON.stringify({
  description: onGpu.description,
  count: onGpu.numbers.length,
  merged: merged.numbers.filter((value, i) => value !== onGpu.numbers[i]).length,
  difference: Math.max(...onGpu.numbers.map((value, i) => Math.abs(value - onWasm.numbers[i]))),
}));
