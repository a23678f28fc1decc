/**
 * Few digits made many: each is shifted, turned and zoomed a little, anew each time, while the learning rate warms up and
 * falls: `deno run -A examples/augmentation.ts`.
 */
import {
  adam,
  augmentation,
  conv2d,
  cosineDecay,
  dense,
  dropout,
  fit,
  flatten,
  maxPool2d,
  sequential,
  warmUp,
} from "descent";
import { mnist } from "descent/mnist";

const epochs = Number(Deno.args[0] ?? 30);
const data = await mnist({ train: 1000, test: 5000 });

const model = sequential([28, 28], [
  augmentation({ shift: 2, rotate: 10, zoom: 0.1 }),
  conv2d(16, 5, { activation: "relu" }),
  maxPool2d(),
  conv2d(32, 5, { activation: "relu" }),
  maxPool2d(),
  flatten(),
  dropout(0.3),
  dense(10),
]);
const { results, seconds } = await fit(model, data, {
  optimizer: adam({ learningRate: 0.002 }),
  schedule: warmUp({ over: 2, then: cosineDecay({ over: epochs }) }),
  epochs,
  evaluate: ["test"],
  onEpoch: ({ epoch, loss, learningRate }) =>
    console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, rate ${learningRate!.toExponential(1)}`),
});
console.log(`${(100 * results.test!.accuracy).toFixed(1)} % of 5,000 digits, after ${seconds.toFixed(0)} s`);
