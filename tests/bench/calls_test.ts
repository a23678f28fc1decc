/** W11: calls of a trained network, and what all sides must answer alike. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { callsOf } from "../../bench/calls.ts";
import { main as bench } from "../../bench/main.ts";
import { trainingImages } from "../../bench/options.ts";
import { readSideWeights, writeSideData, writeSideWeights } from "../../bench/peers/side.ts";
import { trainPredictor } from "../../bench/predicting.ts";
import { checkAnswers } from "../../bench/ratios.ts";
import { callTimesText } from "../../bench/report.ts";
import { compare } from "../../bench/rounds.ts";
import { denoSide, type Side } from "../../bench/sides.ts";
import { PIXELS } from "../../bench/networks.ts";
import { predict } from "../../src/train/predict.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const DIGITS = [0, 2, 4, 6, 7];

Deno.test("calls take rows in turn, one after another, and answers are the means of the first call's rows", async () => {
  const inputs = Uint8Array.from({ length: 5 * PIXELS }, (_, i) => Math.floor(i / PIXELS));
  const given: number[][] = [];
  let open = 0;
  const firstPixels = async (rows: Uint8Array) => {
    assertEquals(open++, 0);
    await Promise.resolve();
    open--;
    const own = Array.from({ length: rows.length / PIXELS }, (_, row) => rows[row * PIXELS]!);
    given.push(own);
    return Float32Array.from(own.flatMap((pixel) => [pixel, 10 * pixel + 1]));
  };
  const calls = callsOf(firstPixels, inputs, 2);
  await calls.prepare(3)();
  // The fifth row fills no call.
  assertEquals(given, [[0, 1], [2, 3], [0, 1]]);
  assertEquals(await calls.answers(), [0.5, 6]);
  const { p50Ms, p99Ms } = await calls.callTimes(0.001);
  assert(0 <= p50Ms && p50Ms <= p99Ms, `${p50Ms} ${p99Ms}`);
  assertEquals(callTimesText({ p50Ms: 0.00412, p99Ms: 0.5 }), [
    "half of the calls below 0.00412 ms, 99% below 0.500 ms",
  ]);
  assertEquals(callTimesText({}), []);
});

Deno.test("checkAnswers() refuses a side that answers otherwise than Descent, by more than rounding", () => {
  const line = (peer: string, ...answers: readonly number[]) => ({
    ...{ peer, variant: "v", workload: "W11-1", threads: 1, msPerStep: 1, minMs: 1, maxMs: 1, steps: 1 },
    ...{ repeats: 3, answers },
  });
  const ours = line("descent", 20, -0.5);
  checkAnswers([ours, line("p", 20.001, -0.5015)]);
  checkAnswers([{ ...ours, workload: "W11-256" }, line("p", 7, 7)]);
  for (const wrong of [[20.003, -0.5], [20, -0.503], [20, NaN], [20], [20, -0.5, 0]]) {
    assertThrows(
      () => checkAnswers([ours, line("p", ...wrong)]),
      Error,
      `p v answers W11-1 with ${
        wrong.join(", ")
      }, descent with 20, -0.5: they do not compute the same network`,
    );
  }
});

Deno.test("all sides of W11 read the weights that were trained", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 400, t10k: 60, classes: DIGITS });
    const images = await trainingImages(folder), trained = await trainPredictor(images);
    await writeSideData(folder, images, 7);
    await writeSideWeights(folder, "predictor", trained.weights);
    const layers = await readSideWeights(folder, "predictor");
    assertEquals(layers.map(({ shape }) => shape), [[784, 128], [128, 64], [64, 10]]);
    assertEquals(layers.flatMap(({ weights, bias }) => [weights, bias]), [...trained.weights.values()]);
  });
});

/** A side that answers W11-1 with these values. */
function sideOf(name: string, answers: readonly number[]): Side {
  const line = { peer: name, variant: "v", workload: "W11-1", threads: 1, msPerStep: 1e9, answers };
  return { ...denoSide(name, "", 1), args: () => ["eval", `console.log('${JSON.stringify(line)}')`] };
}

Deno.test("compare() gives ratios of W11, leaves out who cannot do it, and fails where answers differ", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 300, t10k: 60, classes: DIGITS });
    const images = await trainingImages(folder);
    const right = [...await predict(await trainPredictor(images), images.inputs.subarray(0, PIXELS))];
    const ours = denoSide("descent", "descent.ts", 1), printed: string[] = [];
    const run = (...sides: readonly Side[]) => {
      const values = { rounds: 1, seconds: 0.05, data: folder, json: true };
      return compare([ours, ...sides], ["W11"], values, { print: (line) => printed.push(line), note() {} });
    };
    await run(sideOf("p", right), { ...sideOf("q", right), workloads: ["W1"] });
    const lines = printed.map((text) => JSON.parse(text));
    assertEquals(lines.map(({ peer, workload, ratio }) => [peer, workload, ratio === undefined]), [
      ["descent", "W11-1", true],
      ["descent", "W11-256", true],
      ["p", "W11-1", true],
      ["p", "W11-1", false],
    ]);
    const { p50Ms, p99Ms, answers } = lines[0];
    assert(0 < p50Ms && p50Ms <= p99Ms, printed[0]);
    right.forEach((value, i) => assertAlmostEquals(answers[i], value, 1e-4 * Math.abs(value)));
    await assertRejects(
      () => run(sideOf("p", right.map((value, i) => i === 3 ? value + 0.01 : value))),
      Error,
      "p v answers W11-1 with",
    );
  });
});

Deno.test("bench times calls of one row and of 256, with the times of single calls beside", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 600, t10k: 100, classes: DIGITS });
    const printed: string[] = [],
      options = ["--json", "--backend", "wasm", "--threads", "1", "--seconds", "0.1"];
    const output = { print: (line: string) => void printed.push(line), note() {} };
    assertEquals(await bench(["W11", ...options, "--data", folder], output), 0);
    const [, ...lines] = printed.map((text) => JSON.parse(text));
    assertEquals(lines.map(({ workload }) => workload), ["W11-1", "W11-256"]);
    for (const [i, { msPerStep, samplesPerSecond, gflops, p50Ms, p99Ms }] of lines.entries()) {
      const rows = [1, 256][i]!, products = 2 * rows * (784 * 128 + 128 * 64 + 64 * 10);
      assertAlmostEquals(samplesPerSecond, 1000 * rows / msPerStep, 1e-3 * samplesPerSecond);
      const flops = gflops * msPerStep * 1e6;
      assert(flops >= 0.999 * products && flops < 1.1 * products, printed[i + 1]);
      assert(0 < p50Ms && p50Ms <= p99Ms, printed[i + 1]);
    }
  });
});
