/**
 * The convolutional network that Keras's first example trains: `deno run -A examples/mnist_cnn.ts`, or
 * `deno run -A examples/mnist_cnn.ts 1 6000` for one epoch of 6,000 images.
 */
import { adam, conv2d, dense, dropout, fit, flatten, maxPool2d, saveModel, sequential } from "descent";
import { mnist } from "descent/mnist";

const [epochs = 15, images = 54_000] = Deno.args.map(Number);
const data = await mnist({ train: images, validation: Math.round(images / 9) });

const model = sequential([28, 28], [
  conv2d(32, 3, { activation: "relu" }),
  maxPool2d(2),
  conv2d(64, 3, { activation: "relu" }),
  maxPool2d(2),
  flatten(),
  dropout(0.5),
  dense(10),
]);
const trained = await fit(model, data, {
  optimizer: adam({ learningRate: 0.001 }),
  batch: 128,
  epochs,
  evaluate: ["test"],
  onEpoch: ({ epoch, loss, valAccuracy, samplesPerSecond }) =>
    console.log(
      `epoch ${epoch}: loss ${loss.toFixed(4)}, ${(100 * valAccuracy!).toFixed(2)} % right, ` +
        `${samplesPerSecond.toFixed(0)} images a second`,
    ),
});
console.log(`${(100 * trained.results.test!.accuracy).toFixed(2)} % of the test images are read rightly`);
await saveModel("mnist_cnn.safetensors", trained);
