/** Autoencoders as runs: what is asked of them, what their folders hold, and what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { AUTOENCODER_EXPERIMENTS } from "../../experiments/autoencoder.ts";
import {
  type AutoencoderName,
  type AutoencoderSettings,
  RECIPES,
} from "../../experiments/autoencoder_model.ts";
import { bindRun } from "../../experiments/lab/bind.ts";
import { settingFlags, settingsFrom } from "../../experiments/lab/settings.ts";
import { readUnfinished } from "../../experiments/lab/resume.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { pcaErrorOf, pcaErrors } from "../../experiments/measures/reconstruction.ts";
import { Q1_RECIPES } from "../../experiments/q1.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { type TableOptions, textTable } from "../../src/core/text_table.ts";
import { UsageError } from "../../src/core/errors.ts";
import { factsOf, objectOf } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { readRun } from "../../src/runs/read.ts";
import type { RunSummary } from "../../src/runs/run.ts";
import { classify, layerOutputs } from "../../src/train/predict.ts";
import { loadModel } from "../../src/train/saved.ts";
import { SPLIT_NAMES } from "../../src/data/data_set.ts";
import { figureFiles, runsIn, type TestPlace, withRunPlace } from "./run_place.ts";

/** Images of 8 × 8 pixels, 40 of each digit. */
function withPlace(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] }, use);
}

/** The report's settings, but small and quick. */
function small(name: AutoencoderName, change: Partial<AutoencoderSettings> = {}): AutoencoderSettings {
  const { settings } = RECIPES[name];
  return {
    ...settings,
    nodes: 6,
    sides: settings.sides.map(() => 12),
    epochs: 3,
    learningRate: 0.01,
    "classifier.arch": [5],
    "classifier.epochs": 2,
    ...change,
  };
}

function runOne(place: TestPlace, settings: AutoencoderSettings) {
  return makeRun(experimentNamed(settings.name), { settings, seed: 1 }, place);
}

/** What the run was made from. */
async function imagesOf({ data }: TestPlace, settings: AutoencoderSettings) {
  return (await bindRun(experimentNamed(settings.name), { settings, seed: 1 }, { data })).data;
}

function objectAt(summary: RunSummary, ...path: readonly string[]): JsonObject {
  return path.reduce((inner, key) => objectOf(inner[key]), summary as JsonObject);
}

const FIGURES = [
  "average_loss",
  "classifier_accuracy",
  "classifier_loss",
  "confusion_test",
  "confusion_train",
  "confusion_validation",
  "reconstruction_loss",
  "reconstructions",
  "reconstructions_validation",
  "weights",
];

Deno.test("an autoencoder trains both networks and leaves a folder with all that chapter 2 shows", async () => {
  await withPlace(async (place) => {
    const settings = small("q2-autoencoder");
    const { path, interrupted, summary, results, words } = await runOne(place, settings);
    assertEquals(interrupted, false);
    const run = await readRun(path);
    assertEquals([run.state, run.error, run.summary], ["finished", undefined, summary]);
    assertEquals(run.figures, figureFiles(FIGURES));
    assertEquals(run.metrics.map(({ stage, epoch }) => [stage, epoch]), [
      ["autoencoder", 1],
      ["autoencoder", 2],
      ["autoencoder", 3],
      ["classifier", 1],
      ["classifier", 2],
    ]);
    const asked = objectOf(run.info?.settings);
    assertEquals([asked.name, asked.nodes, asked.batch], ["q2-autoencoder", 6, 32]);
    assertEquals(asked.classifier, { arch: [5], epochs: 2, fineTune: false, restoreBest: true });

    const { numbers } = factsOf(run);
    assertEquals([summary.epochs, summary.parameters, summary.published], [
      5,
      64 * 6 + 6 + 6 * 64 + 64,
      null,
    ]);
    assertEquals([numbers["reconstruction.epochs"], numbers["classifier.epochs"]], [3, 2]);
    const [trained, classifier] = results;
    assertEquals(numbers["curves.autoencoder.loss.last"], trained!.history.at(-1)!.loss);
    assertEquals(numbers["curves.classifier.loss.last"], classifier!.history.at(-1)!.loss);
    assertEquals(numbers["reconstruction.running.mse"], trained!.history.at(-1)!.loss);
    assert([1, 2].includes(numbers["classifier.restoredEpoch"]!));

    // The saved models give the numbers of the summary, and the table has them.
    const autoencoder = await loadModel(join(path, "model.safetensors"));
    const data = await imagesOf(place, settings);
    const { inputs, targets, classNames: digits } = data.test;
    const outputs = (await layerOutputs(autoencoder, inputs)).get("dense_2")!;
    const error = outputs.reduce((sum, value, at) => sum + (value - inputs[at]! / 255) ** 2, 0) /
      inputs.length;
    assertAlmostEquals(numbers["reconstruction.test.mse"]!, error, 1e-6);
    const pca = pcaErrors(data);
    for (const split of SPLIT_NAMES) assertEquals(numbers[`pca.${split}.mse`], pcaErrorOf(pca, split, 6));
    const { classes } = await classify(await loadModel(join(path, "classifier.safetensors")), inputs);
    const right = classes.filter((label, i) => label === targets[i]).length;
    assertEquals(numbers["classifier.test.accuracy"], right / targets.length);
    for (const words of [error.toFixed(5), (right / targets.length).toFixed(4)]) {
      assert(place.said.join("\n").includes(words), words);
    }
    assertEquals(words.length, 1);

    // The codes of the test images, and the images to show beside them.
    const csv = await Deno.readTextFile(join(path, "latent/codes.csv"));
    const [header, ...rows] = csv.trim().split("\r\n");
    assertEquals(header, "index,label,predicted,x,y,z");
    assertEquals(
      rows.map((row) => row.split(",").slice(0, 3).join()),
      Array.from(targets, (label, i) => `${i},${digits[label]},${digits[classes[i]!]}`),
    );
    const png = await Deno.readFile(join(path, "latent/images.png"));
    const view = new DataView(png.buffer);
    // 40 images of 8 × 8 pixels in rows of 7.
    assertEquals([view.getUint32(16), view.getUint32(20)], [56, 48]);
    assertEquals(objectAt(summary, "latent", "images").columns, 7);
    const shares = objectAt(summary, "latent").variance as readonly number[];
    assert(shares.length === 3 && shares.every((share, i) => share >= (shares[i + 1] ?? 0)));
  });
});

Deno.test("what the report prints stands beside ours, in the table and as bars of the sets that it prints", async () => {
  await withPlace(async (place) => {
    const printed = {
      reconstruction: { train: { mse: 0.01756 }, validation: { mse: 0.01786 } },
      classifier: { test: { accuracy: 0.9668 } },
    };
    const settings = small("q2-autoencoder");
    const { path, summary, words } = await runOne({ ...place, published: () => printed }, settings);
    assertEquals(summary.published, printed);
    const rows = textTable(words[0] as TableOptions).split("\n").map((line) => line.trim().split(/ {2,}/));
    const rowOf = (name: string) => rows.find(([set]) => set === name)!;
    assertEquals(rowOf("set").slice(1), ["MSE", "PCA", "published MSE", "accuracy", "published accuracy"]);
    assertEquals([rowOf("train")[3], rowOf("train")[5]], ["0.01756", "–"]);
    assertEquals([rowOf("test")[3], rowOf("test")[5]], ["–", "0.9668"]);
    const bars = (await Deno.readTextFile(join(path, "figures/average_loss.csv"))).trim().split("\r\n");
    const ofReport = bars.map((row) => row.split(",")).filter(([group]) => group === "report");
    assertEquals(ofReport.map(([, set, value]) => [set, value]), [
      ["Train", "0.01756"],
      ["Validation", "0.01786"],
    ]);
  });
});

Deno.test("a denoising autoencoder is measured on corrupted and on clean images, and is saved to take images as they are", async () => {
  await withPlace(async (place) => {
    const settings = small("q4-denoising", { noise: 0.3, epochs: 20 });
    const { path, summary } = await runOne(place, settings);
    const errors = objectAt(summary, "reconstruction");
    const test = objectAt(summary, "reconstruction", "test");
    assert(Math.abs(Number(test.cleanMse) - Number(test.mse)) > 1e-5, JSON.stringify(test));
    // Masking takes three tenths of what the mean square of the pixels is.
    const { inputs } = (await imagesOf(place, settings)).test;
    const square = inputs.reduce((sum, byte) => sum + (byte / 255) ** 2, 0) / inputs.length;
    assertAlmostEquals(Number(errors.corruptionMse), 0.3 * square, 0.03 * square);
    const saved = await loadModel(join(path, "model.safetensors"));
    assertEquals(saved.model.layers.map(({ name }) => name), ["corruption_1", "dense_2", "dense_3"]);
    const outputs = await layerOutputs(saved, inputs, { layers: ["corruption_1"] });
    assertEquals(
      outputs.get("corruption_1"),
      Float32Array.from(inputs, (byte) => byte * Math.fround(1 / 255)),
    );
    // Original, corrupted, reconstruction: ten images each, of either set.
    for (const name of ["reconstructions", "reconstructions_validation"]) {
      const csv = await Deno.readTextFile(join(path, `figures/${name}.csv`));
      assertEquals(csv.trim().split("\r\n").length, 1 + 30, name);
    }
  });
});

Deno.test("--fine-tune trains the encoder on with the classifier; without it the encoder stays as it is", async () => {
  await withPlace(async (place) => {
    const encoders = async (fineTune: boolean) => {
      const change = { "classifier.fineTune": fineTune, "classifier.restoreBest": false };
      const { path, summary } = await runOne(place, small("q3-autoencoder", change));
      assertEquals(objectAt(summary, "classifier").restoredEpoch, undefined);
      assertEquals(objectAt(summary, "classifier").fineTune, fineTune);
      const [autoencoder, joined] = await Promise.all(
        ["model", "classifier"].map((name) => loadModel(join(path, `${name}.safetensors`))),
      );
      assertEquals(joined!.model.layers.map(({ built }) => built.outputShape[0]), [12, 6, 5, 5]);
      return [autoencoder, joined].map((one) => one!.weights.get("dense_2/weights")!);
    };
    const [before, after] = await encoders(false);
    const [alone, tuned] = await encoders(true);
    assertEquals(before, after);
    assertEquals(before, alone);
    assert(tuned!.some((value, i) => value !== alone![i]));
  });
});

Deno.test("the classifier is trained as q1-adam, on at most as many images a step as there are", async () => {
  await withRunPlace({ train: 30, t10k: 10, size: 8, classes: [0, 2, 4, 6, 7] }, async (place) => {
    const settings = small("q2-autoencoder", { batch: "all", shuffle: false });
    const { path, results } = await runOne(place, settings);
    const { data, prepared, training } = await bindRun(
      experimentNamed("q2-autoencoder"),
      { settings, seed: 1 },
      place,
    );
    const { rows } = data.train;
    const classifier = prepared.stages[1]!.training(results);
    // Fewer than the 32 of q1-adam.
    assertEquals(rows, 20);
    assertEquals([training.batch, classifier.batch], [rows, rows]);
    assertEquals([training.shuffle, classifier.shuffle], [false, false]);
    const { settings: q1, build } = Q1_RECIPES.adam;
    assertEquals(classifier.optimizer.options, build(q1).options);
    const { monitor, minDelta, patience } = q1;
    assertEquals(classifier.stopping, { monitor, minDelta, patience, restoreBest: true });
    // As asked, not as many as there are.
    assertEquals(factsOf(await readRun(path)).settings.batch, "all");
  });
});

Deno.test("an interrupted autoencoder is measured when it is gone on with, and not before", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController();
    const screen = {
      ...place.screen,
      progress: () => ({
        steps() {},
        epoch: ({ epoch }: { readonly epoch: number }) => epoch === 2 ? controller.abort() : undefined,
        stop() {},
      }),
    };
    const { path, interrupted, summary } = await runOne(
      { ...place, screen, signal: controller.signal },
      small("q2-autoencoder", { epochs: 1000 }),
    );
    assertEquals([interrupted, summary.classifier, summary.stopped], [true, undefined, "interrupted"]);
    const { state, figures, metrics } = await readRun(path);
    assertEquals([state, metrics.length, figures], ["interrupted", 2, []]);
    const experiment = experimentNamed("q2-autoencoder"), { ask } = await readUnfinished(experiment, path);
    const again = await makeRun(experiment, ask, place);
    assertEquals([again.path, again.interrupted], [path, false]);
    assert(again.summary.classifier !== undefined);
    assertEquals((await readRun(path)).figures, figureFiles(FIGURES));
  });
});

Deno.test("networks and batches that do not fit are refused before a folder is made", async () => {
  await withPlace(async (place) => {
    const refusal = async (change: Partial<AutoencoderSettings>) =>
      (await assertRejects(() => runOne(place, small("q2-autoencoder", change)), UsageError)).message;
    assert(
      (await refusal({ nodes: 200_000 })).startsWith("--nodes 200000 makes 25,800,064 parameters, at most "),
    );
    assert((await refusal({ "classifier.arch": [5000, 5000] })).startsWith("--arch 5000,5000 makes 25,0"));
    assertEquals(
      await refusal({ batch: 121 }),
      "A batch of 121 is more than the 120 training images: choose a smaller --batch, or all",
    );
    await assertRejects(() => runsIn(place), Deno.errors.NotFound);
  });
});

Deno.test("the flags of an autoencoder reach its classifier's settings, and noise is the denoising one's alone", () => {
  const words = [
    ...["--nodes", "32", "--arch", "9,8", "--classifier-epochs", "7", "--lr", "0.01"],
    ...["--last-weights", "--fine-tune", "--no-shuffle"],
  ];
  for (const experiment of AUTOENCODER_EXPERIMENTS) {
    const flags = settingFlags(experiment);
    assertEquals(settingsFrom(experiment, parseFlags(flags, words)), {
      ...experiment.defaults,
      nodes: 32,
      learningRate: 0.01,
      shuffle: false,
      "classifier.arch": [9, 8],
      "classifier.epochs": 7,
      "classifier.restoreBest": false,
      "classifier.fineTune": true,
    });
    const isNoisy = experiment.name === "q4-denoising";
    for (const flag of ["noise", "corruption", "deviation"]) assertEquals(flag in flags, isNoisy, flag);
  }
});
