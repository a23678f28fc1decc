/** What a program in TypeScript asks of the package's types. */
import { dense, fit, type FitResult, type Model, sequential } from "descent";
import { type CsvSet, readCsv } from "descent/data";
import { type ImageSplits, mnist } from "descent/mnist";
import { fromOnnx, toOnnx } from "descent/onnx";
import { type Figure, imageGrid, learningCurves } from "descent/plot";

const model: Model = sequential(784, [dense(10, { activation: "relu" })]);
const digits: ImageSplits = await mnist({ train: 100 });
const result: FitResult = await fit(model, digits, { epochs: 1 });
const flowers: CsvSet = await readCsv("iris.csv", { target: "species" });
export const figures: readonly Figure[] = [imageGrid(digits.train, { scale: "ink" }), learningCurves(result)];
export const length: number = result.weights.size + flowers.inputs.length;
export const again: Model = fromOnnx(toOnnx(result, { inputs: "bytes" })).model;
// @ts-expect-error: a scale of images has a name
imageGrid(digits.train, { scale: "gray" });
// @ts-expect-error: a layer has a number of units
dense("ten");
