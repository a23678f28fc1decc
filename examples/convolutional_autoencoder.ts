/**
 * Images squeezed into 3×3×8 numbers and made whole again, by convolutions alone; cleaned.png shows noisy digits above what
 * it makes of them. `deno run -A examples/convolutional_autoencoder.ts`
 */
import { encode } from "fast-png";
import {
  adam,
  conv2d,
  conv2dTranspose,
  corruption,
  fit,
  predict,
  reconstructionCrossEntropy,
  sequential,
} from "descent";
import { mnist } from "descent/mnist";

const [epochs = 10, images = 6000] = Deno.args.map(Number);
const data = await mnist({ train: images, test: 1000 });
const relu = { activation: "relu" } as const;

const model = sequential([28, 28, 1], [
  corruption(0.3),
  conv2d(16, 3, { stride: 2, padding: 1, ...relu }), // 14×14
  conv2d(16, 3, { stride: 2, padding: 1, ...relu }), // 7×7
  conv2d(8, 3, { stride: 2, ...relu }), // 3×3
  conv2dTranspose(16, 3, { stride: 2, ...relu }),
  conv2dTranspose(16, 3, { stride: 2, padding: 1, outputPadding: 1, ...relu }),
  conv2dTranspose(1, 3, { stride: 2, padding: 1, outputPadding: 1 }), // logits
]);
const trained = await fit(model, data, {
  loss: reconstructionCrossEntropy(),
  optimizer: adam({ learningRate: 0.002 }),
  batch: 64,
  epochs,
  evaluate: ["test"],
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch}: ${loss.toFixed(1)} nats an image`),
});
console.log(
  `${trained.results.test!.loss.toFixed(1)} nats on clean images that it has not seen`,
);

const count = 16,
  noisy = data.test.inputs.slice(0, 784 * count).map((pixel) => Math.random() < 0.3 ? 0 : pixel);
const cleaned = await predict(trained, noisy), width = 28 * count, pixels = new Uint8Array(2 * 28 * width);
for (let i = 0; i < 784 * count; i++) {
  const at = Math.floor(i % 784 / 28) * width + 28 * Math.floor(i / 784) + i % 28;
  pixels[at] = noisy[i]!;
  pixels[28 * width + at] = 255 / (1 + Math.exp(-cleaned[i]!));
}
await Deno.writeFile("cleaned.png", encode({ width, height: 56, data: pixels, channels: 1 }));
