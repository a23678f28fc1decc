/**
 * How far does a ball fly? Speed and angle in, metres out: inputs are standardized by a layer of the model, so that later
 * rows are given as they were measured: `deno run -A examples/regression.ts`.
 */
import { adam, cosineDecay, dense, fit, huber, predict, sequential, splitData, standardize } from "descent";

const epochs = Number(Deno.args[0] ?? 60), rows = 2000;

/** Throws on a windy field: the distance of the book, and up to two metres more or less. */
const throws = Array.from({ length: rows }, () => {
  const speed = 5 + 25 * Math.random(), degrees = 10 + 70 * Math.random(), wind = 4 * Math.random() - 2;
  return { speed, degrees, metres: speed ** 2 * Math.sin(2 * degrees * Math.PI / 180) / 9.81 + wind };
});
const data = splitData({
  inputs: Float32Array.from(throws.flatMap(({ speed, degrees }) => [speed, degrees])),
  inputShape: [2],
  targets: Float32Array.from(throws, ({ metres }) => metres),
}, { validation: 0.1, test: 0.1 });

const model = sequential(2, [
  standardize(data.train),
  dense(32, { activation: "tanh" }),
  dense(32, { activation: "tanh" }),
  dense(1),
]);
const trained = await fit(model, data, {
  loss: huber({ delta: 2 }),
  optimizer: adam({ learningRate: 0.01 }),
  schedule: cosineDecay({ over: epochs }),
  epochs,
});

const values = await predict(trained, data.test!.inputs);
const errors = values.map((value, row) => Math.abs(value - data.test!.targets![row]!));
console.log(`off by ${(errors.reduce((sum, error) => sum + error) / errors.length).toFixed(2)} m on average`);
const [metres] = await predict(trained, Float32Array.of(20, 45));
console.log(`20 m/s at 45°: ${metres!.toFixed(1)} m, and 40.8 m by the book`);
