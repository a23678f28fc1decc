/**
 * Digits that nobody has written: a variational autoencoder with a residual encoder. It ends as a picture, digits.png, of
 * a walk through its two hidden numbers: `deno run -A examples/variational_autoencoder.ts`.
 */
import { encode } from "fast-png";
import {
  adam,
  cutModel,
  dense,
  fit,
  input,
  layerNorm,
  type Loss,
  map,
  mnist,
  modelOf,
  predict,
  reconstructionCrossEntropy,
  reduceSum,
  residual,
  sampleNormal,
} from "descent";

const [epochs, rows, file] = [
  Number(Deno.args[0] ?? 20),
  Number(Deno.args[1] ?? 20_000),
  Deno.args[2] ?? "digits.png",
];
const data = await mnist({ train: rows, test: 1000 });

const block = () =>
  residual([layerNorm(), dense(256, { activation: "gelu" }), dense(128, { activation: "relu" })]);
const x = input(784), hidden = x.pipe(dense(128, { activation: "gelu" }), block(), block());
const mean = hidden.pipe(dense(2, { activation: "relu" })),
  logVariance = hidden.pipe(dense(2, { activation: "relu" })),
  z = sampleNormal(mean, logVariance);
const logits = z.pipe(
  dense(256, { activation: "gelu" }),
  dense(512, { activation: "gelu" }),
  dense(784, { activation: "relu" }),
);
const model = modelOf({ x }, { logits, mean, logVariance, z });

/** In nats: what is lost of the image, and how far its code is from a standard normal distribution. */
const loss: Loss = {
  ...reconstructionCrossEntropy(),
  name: "negative evidence bound",
  rows(given) {
    const { mean, logVariance } = given.outputs;
    const terms = map([mean!, logVariance!], (m, v) => m.square().add(v.exp()).sub(v).sub(1).mul(0.5));
    const distance = reduceSum(terms, { axes: [1] });
    return map([reconstructionCrossEntropy().rows(given), distance], (a, b) => a.add(b), { label: "losses" });
  },
};
const onEpoch = ({ epoch, loss }: { epoch: number; loss: number }) =>
  console.log(`epoch ${epoch}: ${loss.toFixed(1)} nats`);
const trained = await fit(model, data, {
  loss,
  optimizer: adam(),
  batch: 128,
  epochs,
  evaluate: ["test"],
  onEpoch,
});
console.log(`${trained.results.test!.loss.toFixed(1)} nats on images that it has not seen`);

const side = 15, width = 28 * side, pixels = new Uint8Array(width * width);
const places = Array.from({ length: side }, (_, i) => (i - (side - 1) / 2) / 3);
const codes = Float32Array.from(places.flatMap((down) => places.flatMap((across) => [across, down])));
const images = await predict(cutModel(trained, { from: "z", to: "logits" }), codes);
images.forEach((logit, i) => {
  const image = Math.floor(i / 784), row = Math.floor(i % 784 / 28) + 28 * Math.floor(image / side);
  pixels[row * width + 28 * (image % side) + i % 28] = 255 / (1 + Math.exp(-logit));
});
await Deno.writeFile(file, encode({ width, height: width, data: pixels, channels: 1 }));
