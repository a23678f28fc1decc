/** The convolutional network of Report B: what it is made of, what its runs leave, and how its methods are compared. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { basename, join } from "node:path";
import {
  CNN_METHODS,
  CNN_RECIPES,
  type CnnMethod,
  cnnModel,
  isPublishedSetting,
} from "../../experiments/cnn/cnn.ts";
import type { CnnCell } from "../../experiments/cnn/cells.ts";
import { compareMethods, type CompareOptions } from "../../experiments/cnn/compare.ts";
import { epochsToTarget } from "../../experiments/cnn/findings.ts";
import { inactive, inactiveMaps, largestAnswers, shownInputs } from "../../experiments/cnn/maps.ts";
import { loadData, prepareCnn } from "../../experiments/cnn/prepare.ts";
import { cnnTables } from "../../experiments/cnn/tables.ts";
import {
  differenceOf,
  judgeAlike,
  judgeBetter,
  judgements,
  together,
} from "../../experiments/cnn/verdicts.ts";
import { main } from "../../experiments/main.ts";
import type { Screen } from "../../experiments/screen.ts";
import { trainRun } from "../../experiments/train_run.ts";
import { DescentError } from "../../src/core/errors.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { arena, leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { countParameters, initializeWeights } from "../../src/nn/model.ts";
import { readRun } from "../../src/runs/read.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 140 training and 30 test images of 28 × 28 pixels, and a folder for runs that is not there yet. */
async function withPlace(
  use: (place: { readonly data: string; readonly out: string }) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const place = { data: join(folder, "set"), out: join(folder, "runs") };
    await Deno.mkdir(place.data);
    await writeIdxFolder(place.data, { train: 140, t10k: 30, size: 28 });
    await use(place);
  });
}

function quietScreen(said: string[] = [], onSay: (text: string) => void = () => {}): Screen {
  const say = (text: string) => {
    said.push(text);
    onSay(text);
  };
  return { say, progress: () => ({ steps() {}, epoch() {}, stop() {} }) };
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

Deno.test("published numbers are the yardstick of the report's settings alone, with its quirks or without", () => {
  for (const method of CNN_METHODS) {
    const { settings } = CNN_RECIPES[method];
    assert(isPublishedSetting(settings) && isPublishedSetting({ ...settings, paperQuirks: true }));
    assert(
      !isPublishedSetting({ ...settings, full: true }) && !isPublishedSetting({ ...settings, decay: 0 }),
    );
  }
});

Deno.test("cnn-momentum trains and leaves curves, maps, kernels and what is dead in its run folder", () =>
  withPlace(async ({ data, out }) => {
    const settings = { ...CNN_RECIPES.momentum.settings, epochs: 2, batch: 50 };
    const training = prepareCnn(settings, await loadData({ data, full: false })),
      executor = await wasmExecutor({ threads: 2 });
    const options = { seed: 4, backend: "wasm", out } as const;
    const { path, words } = await trainRun(training, { executor, why: "asked for" }, quietScreen(), options);
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
      full: false,
      paperQuirks: false,
    });
    const names = [
      "accuracy",
      "confusion_test",
      "confusion_train",
      "feature_maps_1",
      "feature_maps_2",
      "filters_c1",
      "filters_c2",
      "loss",
    ];
    assertEquals(figures, names.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]));
    const maps = await Deno.readTextFile(join(path, "figures/feature_maps_1.csv"));
    assertEquals(maps.split(/\r?\n/).length - 2, 28 + 15 * (20 + 10) + 20 * (6 + 3));
    const inputs = summary!.inputs as unknown as readonly { readonly label: string }[];
    assertEquals(inputs.map(({ label }) => label), ["0", "1"]);
    assertMatch(
      words.join("\n"),
      /^Test accuracy (never )?reached 0\.96.*\nDead kernels \(never active on the 30 test images\): C1 /,
    );
    executor.close();
  }));

Deno.test("--paper-quirks leaves out the short last batch and logs the cost with a zero in its mean", () =>
  withPlace(async ({ data, out }) => {
    const settings = { ...CNN_RECIPES.sgd.settings, epochs: 1, batch: 50, paperQuirks: true };
    const training = prepareCnn(settings, await loadData({ data, full: false })),
      executor = await wasmExecutor({ threads: 1 });
    assertEquals(training.dropLast, true);
    const choice = { executor, why: "asked for" }, options = { seed: 1, backend: "wasm", out } as const;
    const { path } = await trainRun(training, choice, quietScreen(), options);
    const { metrics: [line] } = await readRun(path);
    // 140 images are two whole batches of 50.
    assertAlmostEquals(line!.reportedCost as number, (line!.loss as number) * 2 / 3, 1e-12);
    executor.close();
  }));

Deno.test("loadData() takes the report's images, all of them, or as many as a folder has", async () => {
  const { train, test } = await loadData({ full: true });
  assertEquals([train.rows, test.rows], [60_000, 10_000]);
  await withPlace(async ({ data }) => {
    const own = await loadData({ data, full: false });
    assertEquals([own.train.rows, own.test.rows], [140, 30]);
    const two = await loadData({ data, full: false, digits: [3, 7] });
    assertEquals([two.train.rows, two.test.rows, two.train.classes], [28, 6, ["3", "7"]]);
  });
});

Deno.test("a kernel is dead when nothing that it answers is above zero, on the set or on an image", () =>
  withPlace(async ({ data }) => {
    const model = cnnModel([28, 28], 10),
      weights = new Map(initializeWeights(model, 2)),
      { test } = await loadData({ data, full: false });
    for (const [name, dead] of [["conv2d_1/bias", [2, 14]], ["conv2d_3/bias", [0]]] as const) {
      weights.set(
        name,
        weights.get(name)!.map((_, i) =>
          dead.some((one) => one === i) ? -1000 : name === "conv2d_1/bias" ? 1 : 1000
        ),
      );
    }
    const executor = await wasmExecutor({ threads: 1 }), trained = { model, weights };
    const answers = await largestAnswers(trained, test, executor);
    assertEquals(answers.map(({ name, largest }) => [name, inactive(largest)]), [["C1", [3, 15]], ["C2", [
      1,
    ]]]);
    const [input, ...others] = await shownInputs(trained, test, { count: 1, executor });
    assertEquals(others.length, 0);
    assertEquals(input!.layers.map((layer) => [layer.name, inactiveMaps(layer)]), [
      ["C1", [3, 15]],
      ["S1", [3, 15]],
      ["C2", [1]],
      ["S2", [1]],
    ]);
    executor.close();
  }));

Deno.test("epochsToTarget() is the first epoch with 0.96 on the test set", () => {
  const history = [0.9, 0.9599, 0.96, 0.95, 0.97].map((testAccuracy, i) => ({ epoch: i + 1, testAccuracy }));
  assertEquals(epochsToTarget(history), 3);
  assertEquals(epochsToTarget(history.slice(0, 2)), undefined);
});

function cell(method: CnnMethod, seed: number, more: Partial<CnnCell> = {}): CnnCell {
  const common = { run: `cnn-${method}-${seed}`, epochs: 100, seconds: 60, stopped: "last epoch" };
  const scores = { trainAccuracy: 1, testAccuracy: 0.97, levelAccuracy: 0.97, cost: 1e-3, epochsTo96: 15 };
  return {
    method,
    seed,
    ...common,
    ...scores,
    deadC1: 0,
    deadC2: 0,
    inactiveC1: [0, 0],
    inactiveC2: [0, 1],
    ...more,
  };
}

Deno.test("differenceOf() pairs methods by seed and leaves out what one of them lacks", () => {
  const cells = [
    cell("sgd", 1, { levelAccuracy: 0.97, cost: 0.002, epochsTo96: 20 }),
    cell("momentum", 1, { levelAccuracy: 0.975, cost: 0.001, epochsTo96: 12 }),
    cell("sgd", 2, { levelAccuracy: 0.96, cost: 0.004, epochsTo96: null }),
    cell("momentum", 2, { levelAccuracy: 0.967, cost: 0.002, epochsTo96: 14 }),
    cell("momentum", 3, { levelAccuracy: 0.1 }),
  ];
  const pair = ["momentum", "sgd"] as const, accuracy = differenceOf(cells, "accuracy", pair);
  assertEquals(accuracy.seeds, 2);
  assertAlmostEquals(accuracy.mean, 0.006, 1e-12);
  // Student's t with one degree of freedom: 12.706 × 0.001 to either side.
  assertAlmostEquals(accuracy.low, 0.006 - 12.7062 * 0.001, 1e-6);
  const cost = differenceOf(cells, "cost", pair);
  assertAlmostEquals(cost.mean, Math.log(2), 1e-12);
  const epochs = differenceOf(cells, "epochsTo96", pair);
  assertEquals([epochs.seeds, epochs.mean, epochs.low], [1, 8, NaN]);
  assertEquals(differenceOf(cells, "cost", ["rmsprop", "sgd"]).seeds, 0);
});

Deno.test("a verdict needs an interval that is all on one side", () => {
  assertEquals([judgeBetter({ low: 0.1, high: 0.2 }), judgeBetter({ low: -2, high: -1 })], [
    "holds",
    "fails",
  ]);
  for (const [low, high] of [[-1, 1], [0, 1], [0, 0], [NaN, NaN]] as const) {
    assertEquals(judgeBetter({ low, high }), "undecidable");
  }
  assertEquals(judgeAlike({ low: -0.1, high: 0.2 }, 0.25), "holds");
  assertEquals([judgeAlike({ low: 0.3, high: 0.5 }, 0.25), judgeAlike({ low: -0.6, high: -0.3 }, 0.25)], [
    "fails",
    "fails",
  ]);
  assertEquals([judgeAlike({ low: -0.1, high: 0.3 }, 0.25), judgeAlike({ low: NaN, high: NaN }, 0.25)], [
    "undecidable",
    "undecidable",
  ]);
  assertEquals([
    together(["holds", "holds"]),
    together(["holds", "undecidable"]),
    together(["undecidable", "fails"]),
  ], [
    "holds",
    "undecidable",
    "fails",
  ]);
});

/** Three seeds; each method by so many points above SGD, with a spread that is the same for all. */
function threeSeeds(points: Readonly<Record<CnnMethod, number>>): readonly CnnCell[] {
  return [1, 2, 3].flatMap((seed) =>
    CNN_METHODS.map((method) => {
      const levelAccuracy = 0.97 + points[method] / 100 + 0.002 * seed + (method === "sgd" ? 1e-4 * seed : 0);
      return cell(method, seed, {
        levelAccuracy,
        cost: method === "rmsprop" ? 2e-4 : 1e-3 * (1 + seed / 100),
      });
    })
  );
}

Deno.test("the claims are judged from the numbers, and one seed decides nothing", () => {
  const verdictsOf = (cells: readonly CnnCell[]) =>
    judgements(cells).map(({ claim, words, verdict }) => `${claim} ${words}: ${verdict}`);
  const three = verdictsOf(threeSeeds({ sgd: 0, momentum: 0.3, rmsprop: 0.8 }));
  for (
    const expected of [
      "B-C1.1 SGD leaves a map of C2 without any activity on an image that is shown: holds",
      "B-C1.1 SGD leaves a kernel of C2 dead: never active on the test images: fails",
      "B-C1.2 RMSProp leaves no map of C1 or C2 without activity on the images that are shown: fails",
      "B-C1.2 RMSProp leaves no kernel of C1 or C2 dead: holds",
      "B-C1.3 momentum reaches a higher test accuracy than SGD: holds",
      "B-C1.3 momentum converges earlier than SGD: undecidable with 3 seeds",
      "B-C1.3 their training costs are no different (within 1.25 times): holds",
      "B-C1.4 RMSProp ends at a lower training cost than momentum: holds",
      "B-C1.5 test accuracy: RMSProp above momentum above SGD: holds",
      "B-C1.5 all three within 1 point of each other: holds",
    ]
  ) assert(three.includes(expected), `${expected}\nin\n${three.join("\n")}`);
  const worse = verdictsOf(threeSeeds({ sgd: 0, momentum: -0.3, rmsprop: 2.5 }));
  assert(worse.includes("B-C1.3 momentum reaches a higher test accuracy than SGD: fails"));
  assert(worse.includes("B-C1.5 test accuracy: RMSProp above momentum above SGD: fails"));
  assert(worse.includes("B-C1.5 all three within 1 point of each other: fails"));
  const one = verdictsOf(
    threeSeeds({ sgd: 0, momentum: 0.3, rmsprop: 0.8 }).filter(({ seed }) => seed === 1),
  );
  assertEquals(one.filter((line) => line.endsWith("undecidable with 1 seed")).length, one.length - 4);
});

Deno.test("the tables count seeds, show dashes where there is no number, and are written as CSV", () => {
  const cells = [cell("sgd", 1, { epochsTo96: null }), cell("momentum", 1, { cost: 0.00123 })];
  const { text, files } = cnnTables(cells);
  assertMatch(text, /SGD +1 +0\.9700 +– +0\.9700 +– +– to – +– \(0 of 1\) +1\.00e-3/);
  assertMatch(text, /momentum +1 .* 15\.0 +1\.23e-3/);
  assert(text.includes("no seed of both") && text.includes("B-C1.5"));
  assertEquals(Object.keys(files).sort(), [
    "figures/table_cells.csv",
    "figures/table_claims.csv",
    "figures/table_differences.csv",
    "figures/table_methods.csv",
    "tables.md",
  ]);
  assertEquals(files["figures/table_cells.csv"]!.trim().split("\r\n").length, 3);
});

async function compare(
  { data, out }: { readonly data: string; readonly out: string },
  options: Partial<CompareOptions> & { readonly onSay?: (text: string) => void } = {},
) {
  const said: string[] = [];
  const result = await compareMethods(quietScreen(said, options.onSay), {
    seed: 5,
    backend: "wasm",
    threads: 1,
    data,
    out,
    methods: ["sgd", "rmsprop"],
    seeds: 2,
    change: (settings) => ({ ...settings, epochs: 1, batch: 70 }),
    ...options,
  });
  return { ...result, text: said.join("\n") };
}

Deno.test("compareMethods() trains methods by seeds, and goes on where it was interrupted", () =>
  withPlace(async (place) => {
    const controller = new AbortController();
    const stopped = await compare(place, {
      signal: controller.signal,
      onSay: (text) => text.includes("[3/4]") ? controller.abort() : undefined,
    });
    assertEquals(stopped.summary.cells.map(({ method, seed }) => `${method} ${seed}`), [
      "sgd 5",
      "rmsprop 5",
    ]);
    assertEquals([stopped.interrupted, (await readRun(stopped.path)).state], [true, "interrupted"]);

    const resumed = await compare(place, { resume: stopped.path });
    assertEquals(resumed.summary.cells.map(({ method, seed }) => `${method} ${seed}`), [
      "sgd 5",
      "rmsprop 5",
      "sgd 6",
      "rmsprop 6",
    ]);
    assertEquals(resumed.summary.cells.slice(0, 2), stopped.summary.cells);
    assert(!resumed.text.includes("[2/4]") && resumed.text.includes("[4/4] RMSProp, seed 6"));
    for (const { run, method, seed, testAccuracy } of resumed.summary.cells) {
      const { info, summary } = await readRun(join(place.out, run));
      assertEquals([info?.experiment, info?.seed, summary?.test?.accuracy], [
        `cnn-${method}`,
        seed,
        testAccuracy,
      ]);
      assert([basename(stopped.path), basename(resumed.path)].some((group) => group === info?.group));
    }
    const { figures } = await readRun(resumed.path);
    const drawn = ["comparison_accuracy", "comparison_cost"].flatMap((
      name,
    ) => [`${name}.csv`, `${name}.png`, `${name}.svg`]);
    assertEquals(figures, [
      ...drawn,
      ...["cells", "claims", "differences", "methods"].map((name) => `table_${name}.csv`),
    ]);
    const csv = await Deno.readTextFile(join(resumed.path, "figures/comparison_accuracy.csv"));
    assertMatch(csv, /^series,Epoch,Test accuracy,low,high\r\nSGD,1,[\d.]+,[\d.]+,[\d.]+\r\nRMSProp,1,/);
    const claims = resumed.summary.claims as unknown as readonly { readonly claim: string }[];
    assert(claims.some(({ claim }) => claim === "B-C1.4"));
    const { message } = await assertRejects(
      () =>
        compare(place, {
          resume: resumed.path,
          change: (settings) => ({ ...settings, epochs: 2, batch: 70 }),
        }),
      DescentError,
    );
    assertEquals(
      message,
      `--resume: the sgd runs in ${resumed.path} had epochs 1, not 2; give the same options as then`,
    );
  }));

/** What a command that ends before it trains prints, and its exit code. */
async function inProcess(args: readonly string[]) {
  const { log, error } = console, lines: string[] = [];
  console.log = console.error = (text: string) => void lines.push(text);
  try {
    return { code: await main(args), text: lines.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("the commands name their options, and refuse what a method does not have", async () => {
  for (const method of CNN_METHODS) {
    const { code, text } = await inProcess([`cnn-${method}`, "--help"]);
    assertEquals(code, 0);
    const names = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]!);
    const all = [
      "lr",
      "epochs",
      "batch",
      "decay",
      "full",
      "paper-quirks",
      "off",
      "check",
      "seed",
      "backend",
      "threads",
    ];
    const rest = [
      "data",
      "digits",
      "out",
      "max-seconds",
      "json",
      "help",
      ...(method === "momentum" ? ["momentum"] : []),
    ];
    assertEquals(names.sort(), [...all, ...rest].sort());
  }
  assert(
    (await inProcess(["cnn-rmsprop", "--help"])).text.includes(
      "Defaults: --lr 0.001, --decay 0.0001, --batch 128, --epochs 100.",
    ),
  );
  assert((await inProcess(["cnn", "--help"])).text.includes("--seeds N"));
  assertEquals(await inProcess(["cnn-sgd", "--momentum", "0.5"]), {
    code: 2,
    text: "descent: Unknown option --momentum, see --help",
  });
  assertEquals(await inProcess(["cnn", "--seeds", "0"]), {
    code: 2,
    text: 'descent: --seeds takes a whole number from 1 to 1000, got "0"',
  });
});

Deno.test("plan cnn-rmsprop --check agrees with the float64 reference in every call", () =>
  withPlace(async ({ data }) => {
    const { code, text } = await inProcess([
      "plan",
      "cnn-rmsprop",
      "--check",
      "--batch",
      "20",
      "--data",
      data,
      "--backend",
      "wasm",
    ]);
    assertEquals(code, 0, text);
    assertMatch(text, /\nCheck {5}all \d+ calls of the first step agree with the float64 reference$/);
    for (const op of ["conv2d", "max_pool2d", "conv2d_weight_grad", "rmsprop"]) assert(text.includes(op), op);
  }));
