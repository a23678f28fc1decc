/**
 * ONNX Runtime on WebAssembly as a side of a comparison (see side.ts): it runs trained networks and trains none. From
 * bytes the file's own graph divides by 255, which is as fast as a loop before it.
 */
import { emitCalls, sideOptions } from "./side.ts";

const VERSION = "1.30.0", PACKAGE = `npm:onnxruntime-web@${VERSION}`;
const { threads, seconds, folder, workloads, probe } = sideOptions(Deno.args);
const { default: ort } = await import(PACKAGE);
if (probe) {
  console.log(JSON.stringify({ version: VERSION }));
  Deno.exit(0);
}
if (workloads.some((name) => name !== "W11")) {
  console.error("onnxruntime-web trains nothing: it runs W11 alone");
  Deno.exit(1);
}
ort.env.wasm.numThreads = threads;
for (const from of ["bytes", "floats"]) {
  const file = await Deno.readFile(`${folder}/predictor.${from === "bytes" ? "bytes" : "numbers"}.onnx`);
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const type = from === "bytes" ? "uint8" : "float32";
  const predict = async (rows) => {
    const given = new ort.Tensor(type, rows, [rows.length / 784, 784]);
    return (await session.run({ x: given })).output.data;
  };
  const head = { peer: `onnxruntime-web-${VERSION}`, variant: from, threads };
  await emitCalls(head, predict, { from, folder, seconds });
}
Deno.exit(0);
