/** The convolutional network of Report B: what it is made of, and what its runs leave. */
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import {
  CNN_EXPERIMENTS,
  CNN_METHODS,
  CNN_RECIPES,
  type CnnMethod,
  cnnModel,
} from "../../experiments/cnn.ts";
import type { Experiment } from "../../experiments/lab/experiment.ts";
import { loadImages } from "../../experiments/lab/load_images.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { main } from "../../experiments/main.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { arena, leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { countParameters, initializeWeights } from "../../src/nn/model.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { figureFiles, printed, type TestPlace, withRunPlace } from "./run_place.ts";

/** 140 training and 30 test images of 28 × 28 pixels. */
function withPlace(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 140, t10k: 30, size: 28 }, use);
}

function experimentOf(method: CnnMethod): Experiment {
  return CNN_EXPERIMENTS.find(({ name }) => name === `cnn-${method}`)!;
}

Deno.test("the network has the report's layers and 27,860 parameters", () => {
  const model = cnnModel([28, 28], 10);
  assertEquals(countParameters(model), 27_860);
  assertEquals(model.layers.map(({ name, built }) => `${name} ${built.outputShape.join("×")}`), [
    "conv2d_1 20×20×15",
    "max_pool2d_2 10×10×15",
    "conv2d_3 6×6×20",
    "max_pool2d_4 3×3×20",
    "flatten_5 180",
    "dense_6 100",
    "dense_7 10",
  ]);
  // Glorot uniform: ±√(6 / (C·h·w + N·h·w)).
  const weights = initializeWeights(model, 1),
    largest = weights.get("conv2d_3/weights")!.reduce((a, b) => Math.max(a, b));
  const bound = Math.sqrt(6 / (25 * 15 + 25 * 20));
  assert(largest <= bound && largest > 0.99 * bound);
});

/** The updates as the report lists them, on one number. */
const LISTED: Readonly<
  Record<CnnMethod, (p: number, g: number, state: number) => readonly [number, number]>
> = {
  sgd: (p, g) => [p - 0.05 * (g + 1e-4 * p), 0],
  momentum(p, g, v) {
    const next = 0.1 * v - (g + 1e-4 * p) * 0.05;
    return [p + next, next];
  },
  rmsprop(p, g, acc) {
    const next = 0.9 * acc + (1 - 0.9) * g ** 2;
    return [p - 0.001 * (g / Math.sqrt(next + 1e-6) + 1e-4 * p), next];
  },
};

for (const method of CNN_METHODS) {
  Deno.test(`${method} updates weights and biases alike, as the report lists it`, async () => {
    const { settings, build } = CNN_RECIPES[method], optimizer = build(settings);
    const params = ["w", "b"].map((name) => leaf("parameter", name, [1])),
      grads = ["dw", "db"].map((name) => leaf("input", name, [1]));
    const arenas = [arena("params", params), arena("grads", grads)] as const;
    const states = optimizer.states.map((name) => leaf("state", name, arenas[0].type.shape));
    const program = await referenceExecutor().load(compile({ train: [optimizer.update(...arenas, states)] }));
    for (const [i, start] of [2, -0.5].entries()) {
      const expected: number[] = [];
      let p = start, state = 0;
      for (const g of [0.3, -0.02]) {
        [p, state] = LISTED[method](p, g, state);
        expected.push(p);
      }
      program.write(params[i]!, [start]);
      for (const one of states) program.write(one, new Float32Array(one.type.shape[0]!));
      for (const [step, g] of [0.3, -0.02].entries()) {
        program.write(grads[i]!, [g]);
        await program.run("train", [{
          start: 0,
          count: 1,
          slot: 0,
          step,
          seed: 1,
          scalars: optimizer.scalars(step),
        }]);
        assertAlmostEquals((await program.read(params[i]!))[0], expected[step]!, 1e-12);
      }
    }
  });
}

Deno.test("cnn-momentum trains and leaves curves, maps, kernels and what is dead in its run folder", () =>
  withPlace(async (place) => {
    const settings = { ...CNN_RECIPES.momentum.settings, epochs: 2, batch: 50 };
    const { path, words } = await makeRun(experimentOf("momentum"), { settings, seed: 4 }, place);
    const { state, summary, metrics, figures, info } = await readRun(path);
    assertEquals([state, summary?.experiment, summary?.parameters, summary?.published], [
      "finished",
      "cnn-momentum",
      27_860,
      null,
    ]);
    assertEquals([summary?.validation, typeof summary?.test?.accuracy], [undefined, "number"]);
    assertEquals(metrics.map(({ epoch }) => epoch), [1, 2]);
    for (const key of ["loss", "accuracy", "testLoss", "testAccuracy"]) {
      assert(metrics.every((line) => typeof line[key] === "number"), key);
    }
    assert(!("valLoss" in metrics[0]!) && !("reportedCost" in metrics[0]!));
    assertEquals(metrics.at(-1)!.testAccuracy, summary!.test!.accuracy!);
    assertEquals(info?.optimizer, {
      learningRate: 0.05,
      momentum: 0.1,
      nesterov: false,
      weightDecay: 1e-4,
      decoupled: false,
    });
    assertEquals(info?.settings, {
      method: "momentum",
      learningRate: 0.05,
      momentum: 0.1,
      decay: 1e-4,
      batch: 50,
      epochs: 2,
      shuffle: true,
      sharedTies: false,
      full: false,
      paperQuirks: false,
    });
    assertEquals(
      figures,
      figureFiles([
        "accuracy",
        "confusion_test",
        "confusion_train",
        "feature_maps_1",
        "feature_maps_2",
        "filters_c1",
        "filters_c2",
        "loss",
      ]),
    );
    const maps = await Deno.readTextFile(join(path, "figures/feature_maps_1.csv"));
    assertEquals(maps.split(/\r?\n/).length - 2, 28 + 15 * (20 + 10) + 20 * (6 + 3));
    const inputs = summary!.inputs as unknown as readonly { readonly label: string }[];
    assertEquals(inputs.map(({ label }) => label), ["0", "1"]);
    assertMatch(
      words.join("\n"),
      /^Test accuracy (never )?reached 0\.96.*\nDead kernels \(never active on the 30 test images\): C1 /,
    );
    // What judges read: flat numbers.
    const { numbers } = factsOf(await readRun(path));
    const accuracies = metrics.map(({ testAccuracy }) => Number(testAccuracy));
    assertAlmostEquals(numbers.levelAccuracy!, (accuracies[0]! + accuracies[1]!) / 2, 1e-12);
    for (const name of ["dead.C1", "dead.C2", "inactiveMaps.C1", "inactiveMaps.C2"]) {
      assert(numbers[name]! >= 0, name);
    }
    for (const layer of ["C1", "S1", "C2", "S2"]) assert(numbers[`shift.${layer}`]! > 0, layer);
  }));

Deno.test("--paper-quirks leaves out the short last batch and logs the cost with a zero in its mean", () =>
  withPlace(async (place) => {
    const settings = { ...CNN_RECIPES.sgd.settings, epochs: 1, batch: 50, paperQuirks: true };
    const { path } = await makeRun(experimentOf("sgd"), { settings, seed: 1 }, { ...place, figures: false });
    const { metrics: [line], figures } = await readRun(path);
    assert(place.said.join("\n").includes("batch 50 (a shorter last one is left out)"));
    assertEquals(figures, []);
    // 140 images are two whole batches of 50.
    assertAlmostEquals(line!.reportedCost as number, (line!.loss as number) * 2 / 3, 1e-12);
  }));

Deno.test("the images are the report's, all of them, or as many as a folder has", async () => {
  const { images, defaults } = experimentOf("sgd");
  const rowsOf = async (
    settings: object,
    place: { readonly data?: string; readonly digits?: number[] } = {},
  ) => {
    const { train, test } = await loadImages(images({ ...defaults, ...settings }), { seed: 1, ...place });
    return [train.rows, test.rows, train.classNames.length];
  };
  assertEquals(await rowsOf({}), [12_000, 2000, 10]);
  assertEquals(await rowsOf({ full: true }), [60_000, 10_000, 10]);
  await withPlace(async ({ data }) => {
    assertEquals(await rowsOf({}, { data }), [140, 30, 10]);
    assertEquals(await rowsOf({}, { data, digits: [3, 7] }), [28, 6, 2]);
  });
});

Deno.test("the commands name their options, and refuse what a method does not have", async () => {
  for (const method of CNN_METHODS) {
    const { value: code, text } = await printed(() => main([`cnn-${method}`, "--help"]));
    assertEquals(code, 0);
    const names = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]!);
    const all = [
      "lr",
      "epochs",
      "batch",
      "decay",
      "no-shuffle",
      "shared-ties",
      "full",
      "paper-quirks",
      "off",
      "check",
      "checkpoint",
      "resume",
    ];
    const ofEveryRun = ["seed", "backend", "threads", "data", "digits", "out", "max-seconds", "json", "help"];
    assertEquals(
      names.sort(),
      [...all, ...ofEveryRun, ...(method === "momentum" ? ["momentum"] : [])].sort(),
    );
  }
  assertMatch(
    (await printed(() => main(["cnn-rmsprop", "--help"]))).text,
    /Defaults: (?=.*--lr 0\.001)(?=.*--decay 0\.0001)(?=.*--batch 128)(?=.*--epochs 100)/,
  );
  assertEquals(await printed(() => main(["cnn-sgd", "--momentum", "0.5"])), {
    value: 2,
    text: "descent: Unknown option --momentum, see --help",
  });
});

Deno.test("plan cnn-rmsprop --check agrees with the float64 reference in every call", () =>
  withPlace(async ({ data }) => {
    const words = ["plan", "cnn-rmsprop", "--check", "--batch", "20", "--data", data, "--backend", "wasm"];
    const { value: code, text } = await printed(() => main(words));
    assertEquals(code, 0, text);
    assertMatch(text, /\nCheck {5}all \d+ calls of the first step agree with the float64 reference$/);
    for (const op of ["conv2d", "max_pool2d", "conv2d_weight_grad", "rmsprop"]) assert(text.includes(op), op);
  }));
