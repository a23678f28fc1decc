/**
 * Digits that nobody has written, by a variational autoencoder with a residual encoder: digits.png is a walk through its
 * two hidden numbers. `deno run -A examples/variational_autoencoder.ts`
 */
import { encode } from "fast-png";
import {
  cutModel,
  dense,
  fit,
  input,
  layerNorm,
  type Loss,
  map,
  modelOf,
  predict,
  reconstructionCrossEntropy,
  reduceSum,
  residual,
  sampleNormal,
} from "descent";
import { mnist } from "descent/mnist";

const [epochs = 20, rows = 20_000] = Deno.args.map(Number);
const data = await mnist({ train: rows, test: 1000 });
const block = () => residual([layerNorm(), dense(256, { activation: "gelu" }), dense(128)]);
const x = input(784), hidden = x.pipe(dense(128, { activation: "gelu" }), block(), block());
const mean = hidden.pipe(dense(2)), logVariance = hidden.pipe(dense(2));
const z = sampleNormal(mean, logVariance);
const logits = z.pipe(dense(512, { activation: "gelu" }), dense(784));
const model = modelOf({ x }, { logits, mean, logVariance, z });
/** In nats: what is lost of the image, and how far its code is from a standard normal distribution. */
const loss: Loss = {
  ...reconstructionCrossEntropy(),
  name: "negative evidence bound",
  rows(given) {
    const { mean: m, logVariance: v } = given.outputs;
    const terms = map([m!, v!], (m, v) => m.square().add(v.exp()).sub(v).sub(1).mul(0.5));
    return map(
      [reconstructionCrossEntropy().rows(given), reduceSum(terms, { axes: [1] })],
      (a, b) => a.add(b),
    );
  },
};
const trained = await fit(model, data, {
  loss,
  batch: 128,
  epochs,
  evaluate: ["test"],
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch}: ${loss.toFixed(1)} nats`),
});
console.log(`${trained.results.test!.loss.toFixed(1)} nats on images that it has not seen`);
const side = 15, width = 28 * side, pixels = new Uint8Array(width ** 2);
const places = Array.from({ length: side }, (_, i) => (i - (side - 1) / 2) / 3);
const codes = Float32Array.from(places.flatMap((down) => places.flatMap((across) => [across, down])));
const images = await predict(cutModel(trained, { from: "z", to: "logits" }), codes);
images.forEach((logit, i) => {
  const image = Math.floor(i / 784), row = Math.floor(i % 784 / 28) + 28 * Math.floor(image / side);
  pixels[row * width + 28 * (image % side) + i % 28] = 255 / (1 + Math.exp(-logit));
});
await Deno.writeFile("digits.png", encode({ width, height: width, data: pixels, channels: 1 }));
