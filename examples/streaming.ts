/**
 * A training set that is never in memory as a whole: rows are made, or read from files, while earlier ones are trained on:
 * `deno run -A examples/streaming.ts`.
 */
import { dense, fit, meanSquaredError, sequential, sgd } from "descent";

const epochs = Number(Deno.args[0] ?? 20);

/** Some rows of a wave: where, and how high. A part of a large file would be read here. */
function readPart(rows: number) {
  const inputs = Float32Array.from({ length: rows }, () => 2 * Math.PI * Math.random());
  return { inputs, inputShape: [1], targets: inputs.map(Math.sin) };
}

/** Parts of any size: they are cut into batches. */
async function* parts() {
  for (let part = 0; part < 100; part++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield readPart(1000);
  }
}

const model = sequential(1, [
  dense(32, { activation: "tanh" }),
  dense(32, { activation: "tanh" }),
  dense(1),
]);
const data = { train: parts, stepsPerEpoch: 250, test: readPart(1000) };
const { results, history } = await fit(model, data, {
  loss: meanSquaredError(),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  batch: 32,
  epochs,
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(5)}`),
});
console.log(
  `${history.length * 250 * 32} rows were seen; error on the test rows ${results.test!.loss.toFixed(5)}`,
);
