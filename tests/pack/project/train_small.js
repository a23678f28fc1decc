/** Trains one small network, the same wherever it runs, and says what came of it. */
import { adam, chooseExecutor, classify, decodeModel, dense, encodeModel, fit, sequential } from "descent";
import { parseCsv } from "descent/data";

/** With `merge`, on WebGPU, in few dispatches also where it is software. */
export async function trainSmall({ merge = false, ...options }) {
  const rows = 256, columns = 64;
  const inputs = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
  const targets = Uint8Array.from({ length: rows }, (_, i) => i % 3);
  const train = { inputs, inputShape: [columns], targets, classNames: ["a", "b", "c"] };
  const model = sequential(columns, [
    dense(128, { activation: "tanh" }),
    dense(64, { activation: "relu" }),
    dense(3),
  ]);
  const { executor: chosen } = await chooseExecutor(options);
  const executor = merge ? { ...chosen, load: (plan) => chosen.load(plan, { merge }) } : chosen;
  const trained = await fit(model, { train }, {
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 5,
    batch: 64,
    seed: 1,
    executor,
  });
  const bytes = encodeModel(trained);
  const { classes } = await classify(decodeModel(bytes), inputs.subarray(0, 10 * columns));
  executor.close();
  return {
    description: executor.description,
    sha256: await sha256(bytes),
    weights: [...trained.weights.values()].flatMap((values) => [...values.subarray(0, 20)]),
    classes: [...classes],
    numbers: [...parseCsv('a,b,label\n1,2,"x"\n3,4,y\n', { target: "label" }).inputs],
    bytes,
  };
}

export async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
