/** Which kind of iris is it? Four numbers in, one of three classes out: `deno run -A examples/iris.ts`. */
import { adam, classify, dense, fit, sequential, splitData, standardize } from "descent";
import { readCsv } from "descent/data";

const epochs = Number(Deno.args[0] ?? 60);
const flowers = await readCsv(new URL("data/iris.csv", import.meta.url), { target: "species" });
const { train, test } = splitData(flowers, { test: 0.2, stratify: true });

const model = sequential(4, [
  standardize(train),
  dense(16, { activation: "relu" }),
  dense(3),
]);
const trained = await fit(model, { train, test: test! }, {
  optimizer: adam({ learningRate: 0.01 }),
  batch: 16,
  epochs,
});
const { accuracy, confusion } = trained.results.test!;
console.log(`${(100 * accuracy).toFixed(1)} % of ${test!.targets!.length} flowers are named rightly`);
console.log(confusion!.counts.map((row, i) => `${confusion!.classes[i]}: ${row.join(" ")}`).join("\n"));

const flower = [6.1, 2.8, 4.7, 1.2];
const { classes, probabilities } = await classify(trained, Float32Array.from(flower));
const share = (100 * probabilities[classes[0]!]!).toFixed(0);
console.log(
  `A flower of ${flower.join(", ")} cm: ${flowers.classNames![classes[0]!]}, ${share} %`,
);
