/** activation() as a layer: every name of the table against PyTorch, formulas, and what is saved. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { activation, type ActivationName } from "../../src/nn/activation.ts";
import { sequential } from "../../src/nn/model.ts";
import { sigmoid } from "../../src/ops/expression/expression.ts";
import { ACTIVATION_EXPRESSIONS } from "../../src/ops/expression/activations.ts";
import { decodeModel, encodeModel } from "../../src/train/saved.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { assertNear, runSteps, worstSlope } from "./layer_steps.ts";

interface Vector {
  readonly y: readonly number[];
  readonly dX: readonly number[];
}

/** What vectors/make_layers.py writes: points, and what PyTorch makes of them by each activation. */
const { x: POINTS, ...VECTORS }:
  & { readonly x: readonly number[] }
  & Readonly<Record<ActivationName, Vector>> =
    JSON.parse(await Deno.readTextFile(new URL("../vectors/normalizations.json", import.meta.url)))
      .activations;
const NAMES = Object.keys(ACTIVATION_EXPRESSIONS) as readonly ActivationName[];
const WEBGPU = await webgpuOrSkip();
const ONE_THREAD = await wasmExecutor({ threads: 1 }), REFERENCE = referenceExecutor();
const EXECUTORS: readonly (readonly [where: string, Executor, tolerance: number])[] = [
  // erf() and log1p() of the reference are good to some 1e-15, PyTorch's softplus is x above 20.
  ["the reference", REFERENCE, 1e-9],
  ["WASM", ONE_THREAD, 2e-6],
  ...(WEBGPU ? [["WebGPU", WEBGPU, 2e-6] as const] : []),
];
const BATCH = { rows: POINTS.length, x: POINTS, seed: POINTS.map(() => 1) };

function modelOfOne(name: ActivationName) {
  return {
    model: sequential(1, [activation(name)]),
    weights: new Map<string, Float32Array>(),
    rows: POINTS.length,
  };
}

Deno.test("PyTorch's vectors have every activation of the table", () => {
  assertEquals(Object.keys(VECTORS).sort(), NAMES.toSorted());
});

for (const [where, executor, tolerance] of EXECUTORS) {
  Deno.test(`activation() on ${where} has the values and slopes of PyTorch's, by each name`, async () => {
    for (const name of NAMES) {
      const { answers, evaluated } = await runSteps(executor, modelOfOne(name), [BATCH]);
      // Each point by itself: small values must be as right as large ones.
      POINTS.forEach((_point, i) => {
        assertNear([answers[0]!.y![i]!], [VECTORS[name].y[i]!], tolerance, `${name} at ${POINTS[i]}`);
        assertNear(
          [answers[0]!.dX![i]!],
          [VECTORS[name].dX[i]!],
          tolerance,
          `slope of ${name} at ${POINTS[i]}`,
        );
      });
      assertEquals(evaluated, answers[0]!.y);
    }
  });
}

Deno.test("activation() has the slopes that central differences show, away from kinks", async () => {
  const smooth = POINTS.filter((x) => Math.abs(x) < 15);
  const batch = { rows: smooth.length, x: smooth, seed: smooth.map((_, i) => Math.sin(i + 1)) };
  for (const name of NAMES) {
    const worst = await worstSlope(REFERENCE, { ...modelOfOne(name), rows: smooth.length }, batch);
    assert(worst < 1e-6, `${name}: off by ${worst}`);
  }
});

Deno.test("activation() on WASM gives the same bits with one thread and with two", async () => {
  const two = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  for (const name of NAMES) {
    assertEquals(
      await runSteps(two, modelOfOne(name), [BATCH]),
      await runSteps(ONE_THREAD, modelOfOne(name), [BATCH]),
    );
  }
});

Deno.test("activation() by name or by formula is saved as its formula, and gives the same bits when loaded", async () => {
  const layers = [...NAMES.map((name) => activation(name)), activation((x) => x.mul(sigmoid(x.mul(1.702))))];
  for (const layer of layers) {
    const model = sequential(1, [layer]), options = { weights: new Map(), rows: POINTS.length };
    const loaded = decodeModel(encodeModel({ model, weights: new Map() })).model;
    assertEquals(loaded.layers[0]!.layer.config, layer.config);
    assertEquals(
      await runSteps(ONE_THREAD, { ...options, model: loaded }, [BATCH]),
      await runSteps(ONE_THREAD, { ...options, model }, [BATCH]),
    );
  }
});

Deno.test("activation() refuses a name that is none, with those that are", () => {
  const sentenceOf = (work: () => unknown) => assertThrows(work, DescentError).message;
  assertEquals(
    [
      sentenceOf(() => activation("swish" as ActivationName)),
      sentenceOf(() => activation(undefined as unknown as ActivationName)),
      sentenceOf(() => sequential(1, [activation as never])),
    ],
    [
      `Unknown activation "swish": choose from ${NAMES.join(", ")}`,
      `Unknown activation undefined: choose from ${NAMES.join(", ")}`,
      `Unknown activation a value of a network: choose from ${NAMES.join(", ")}`,
    ],
  );
});
