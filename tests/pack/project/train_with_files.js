/** What `trainSmall` says on one thread and on two, and files of a model and a table; as JSON. */
import { decodeModel, encodeModel, loadModel, saveModel, tuneEngine } from "descent";
import { readCsv, readNpy } from "descent/data";
import { mnist } from "descent/mnist";
import { fromOnnx, toOnnx } from "descent/onnx";
import { toPng } from "descent/plot";
import { drawFigures } from "./draw_figures.js";
import { sha256, trainSmall } from "./train_small.js";

const sentenceOf = (promise) => promise.then(() => "", (error) => `${error.name}: ${error.message}`);

if (globalThis.process.argv[2] === "tuned" && !tuneEngine()) throw new Error("The engine took no flags");

const runs = [];
for (const threads of [1, 2]) {
  const { bytes, ...said } = await trainSmall({ backend: "wasm", threads });
  await saveModel("small.safetensors", decodeModel(bytes));
  runs.push({ ...said, again: await sha256(encodeModel(await loadModel("small.safetensors"))) });
}
const trained = await loadModel("small.safetensors"), back = fromOnnx(toOnnx(trained));
console.log(JSON.stringify({
  runs,
  onnx: back.model.layers.map(({ layer }) => layer.kind),
  rows: [...(await readCsv("table.csv.gz", { target: "label" })).inputs],
  missing: await sentenceOf(readNpy("no.npy")),
  mnist: await sentenceOf(mnist()),
  figures: drawFigures(),
  png: await sentenceOf(toPng(drawFigures()[0])),
}));
