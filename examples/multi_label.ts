/**
 * What is true of a number? Ten bits in, four answers out that are each yes or no: `deno run -A examples/multi_label.ts`.
 */
import { adam, binaryCrossEntropy, dense, fit, predict, sequential, splitData } from "descent";

const epochs = Number(Deno.args[0] ?? 100);
const LABELS = {
  "even": (n: number) => n % 2 === 0,
  "above 500": (n: number) => n > 500,
  "a multiple of 4": (n: number) => n % 4 === 0,
  "of five ones or more": (n: number) => n.toString(2).replaceAll("0", "").length >= 5,
} as const;
const names = Object.keys(LABELS), rules = Object.values(LABELS);
const bitsOf = (n: number) => Array.from({ length: 10 }, (_, bit) => n >> bit & 1);
const numbers = Array.from({ length: 1024 }, (_, n) => n);

const data = splitData({
  inputs: Float32Array.from(numbers.flatMap(bitsOf)),
  inputShape: [10],
  targets: Float32Array.from(numbers.flatMap((n) => rules.map((rule) => +rule(n)))),
}, { test: 0.2 });

const model = sequential(10, [dense(32, { activation: "relu" }), dense(4)]);
const trained = await fit(model, data, {
  loss: binaryCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  epochs,
});
console.log(`${(100 * trained.results.test!.accuracy!).toFixed(1)} % of the answers are right`);

for (const n of [12, 511, 1000]) {
  const logits = await predict(trained, Float32Array.from(bitsOf(n)));
  console.log(`${n} is ${names.filter((_, label) => logits[label]! > 0).join(", ") || "none of these"}`);
}
