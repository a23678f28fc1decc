/** Descent as a side of a comparison; see side.ts. */
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { NETWORKS } from "../networks.ts";
import { loadPredicting } from "../predicting.ts";
import { loadProduct } from "../routine.ts";
import { mixedOrder, pointNamed, repeatedRows, trainingOf } from "../sweeps.ts";
import { loadTraining } from "../training.ts";
import { CALL_ROWS, CHECKED_STEPS, PRODUCT_SIZES, TRAININGS } from "../workloads.ts";
import { emitMeasured, readSideImages, readSideWeights, sideOptions } from "./side.ts";

const { threads, seconds, folder, workloads, backend, now } = sideOptions(Deno.args);

const executor = backend === "webgpu"
  ? await webgpuExecutor({ software: true })
  : await wasmExecutor({ threads });
const head = {
  peer: "descent",
  variant: backend,
  threads: backend === "webgpu" ? 0 : threads,
  device: executor.description,
};
for (const name of workloads) {
  if (name === "W7") {
    for (const n of PRODUCT_SIZES) {
      const product = await loadProduct(n, executor);
      await emitMeasured({ ...head, workload: `W7-${n}` }, product, {
        seconds: seconds / PRODUCT_SIZES.length,
      });
      product.close();
    }
    continue;
  }
  if (name === "W11") {
    const model = NETWORKS.predictor(), layers = await readSideWeights(folder, "predictor");
    const values = layers.flatMap(({ weights, bias }) => [weights, bias]);
    const images = await readSideImages(folder);
    const weights = new Map(model.parameters.map(({ node }, i) => [node.label, values[i]!]));
    for (const rows of CALL_ROWS) {
      const calls = await loadPredicting({ model, weights }, { images, rows, executor });
      await emitMeasured({ ...head, workload: `W11-${rows}` }, calls, {
        seconds: seconds / CALL_ROWS.length,
      });
      calls.close();
    }
    continue;
  }
  const point = pointNamed(name);
  if (point !== undefined) {
    const rows = repeatedRows(await readSideImages(folder), point.rows), order = mixedOrder(point.rows);
    const training = await loadTraining(trainingOf(point), rows, executor, { order });
    // Not of a copy, as below: the rows would be there twice, and nothing is drawn by chance here anyway.
    const checked = async () => {
      await training.prepare(CHECKED_STEPS)();
      const loss = await training.loss!();
      training.prepare(0); // the first weights again
      return loss;
    };
    await emitMeasured({ ...head, workload: name }, { ...training, checked }, { seconds, now });
    training.close();
    continue;
  }
  const workload = TRAININGS.find((one) => one.name === name)!;
  const images = await readSideImages(folder, workload.images);
  const checked = async () => {
    const copy = await loadTraining(workload, images, executor, { noise: false });
    await copy.prepare(CHECKED_STEPS)();
    const loss = await copy.loss!();
    copy.close();
    return loss;
  };
  const training = await loadTraining(workload, images, executor);
  await emitMeasured({ ...head, workload: name }, { ...training, checked }, { seconds, now });
  training.close();
}
executor.close();
Deno.exit(0);
