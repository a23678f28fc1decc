/** Autoencoders as runs: what their folders hold, what a chapter's command adds up, and what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { basename, join } from "node:path";
import {
  type AutoencoderName,
  type AutoencoderSettings,
  RECIPES,
} from "../../experiments/autoencoder/autoencoder.ts";
import { prepareAutoencoder } from "../../experiments/autoencoder/prepare.ts";
import { runAutoencoder } from "../../experiments/autoencoder/run.ts";
import { type ChapterOptions, runChapter } from "../../experiments/autoencoder/sweep.ts";
import { loadData } from "../../experiments/q1/prepare.ts";
import type { Screen } from "../../experiments/screen.ts";
import { openExecutor } from "../../experiments/train_run.ts";
import { DescentError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { readRun } from "../../src/runs/read.ts";
import { layerOutputs, predict } from "../../src/train/predict.ts";
import { loadModel } from "../../src/train/saved.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

interface Place {
  readonly data: string;
  readonly out: string;
}

/** Images of 8 × 8 pixels, 40 of each digit, and a folder for runs. */
async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const place = { data: join(folder, "set"), out: join(folder, "runs") };
    await Deno.mkdir(place.data);
    await writeIdxFolder(place.data, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
    await use(place);
  });
}

function screenInto(said: string[], onSay?: (text: string) => void): Screen {
  return {
    say(text) {
      said.push(text);
      onSay?.(text);
    },
    progress: () => ({ steps() {}, epoch() {}, stop() {} }),
  };
}

const COMMON = { seed: 1, backend: "wasm", threads: 1 } as const;

/** The report's settings, but small and quick. */
function small(name: AutoencoderName, change: Partial<AutoencoderSettings> = {}): AutoencoderSettings {
  const { settings } = RECIPES[name];
  return {
    ...settings,
    nodes: 6,
    sides: settings.sides.map(() => 12),
    epochs: 3,
    learningRate: 0.01,
    ...change,
    classifier: { ...settings.classifier, arch: [5], epochs: 2, ...change.classifier },
  };
}

async function runOne(place: Place, settings: AutoencoderSettings, said: string[] = []) {
  const options = { ...COMMON, ...place },
    data = await loadData(options),
    choice = await openExecutor(options);
  try {
    return {
      data,
      ...await runAutoencoder(prepareAutoencoder(settings, data), choice, screenInto(said), options),
    };
  } finally {
    choice.executor.close();
  }
}

async function chapter(
  { data, out }: Place,
  name: AutoencoderName,
  options: Partial<ChapterOptions> & { readonly onSay?: (text: string) => void } = {},
) {
  const said: string[] = [], { onSay, ...rest } = options;
  const result = await runChapter(screenInto(said, onSay), name, {
    ...COMMON,
    data,
    out,
    settings: small(name),
    ...rest,
  });
  return { ...result, text: said.join("\n") };
}

function objectAt(value: JsonObject | undefined, ...path: readonly string[]): JsonObject {
  return path.reduce((inner, key) => inner?.[key] as JsonObject, value as JsonObject);
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
  "weights",
];

function files(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]);
}

Deno.test("runAutoencoder() trains both networks and leaves a folder with all that chapter 2 shows", async () => {
  await withPlace(async (place) => {
    const { data, path, interrupted, summary } = await runOne(place, small("q2-autoencoder"));
    assertEquals(interrupted, false);
    const run = await readRun(path);
    assertEquals([run.state, run.error, run.summary], ["finished", undefined, summary]);
    assertEquals(run.figures, files(FIGURES));
    assertEquals(run.metrics.map(({ stage, epoch }) => [stage, epoch]), [
      ["autoencoder", 1],
      ["autoencoder", 2],
      ["autoencoder", 3],
      ["classifier", 1],
      ["classifier", 2],
    ]);
    assertEquals([summary.epochs, summary.nodes, summary.published], [5, 6, null]);
    assertEquals([objectAt(summary, "reconstruction").epochs, objectAt(summary, "classifier").epochs], [
      3,
      2,
    ]);

    assert([1, 2].includes(objectAt(summary, "classifier").restoredEpoch as number));

    // The saved models give the numbers of the summary.
    const autoencoder = await loadModel(join(path, "model.safetensors")), { images, labels } = data.test;
    const outputs = (await layerOutputs(autoencoder, images)).get("dense_2")!;
    const error = outputs.reduce((sum, value, at) => sum + (value - images[at]! / 255) ** 2, 0) /
      images.length;
    assertAlmostEquals(objectAt(summary, "reconstruction", "test").mse as number, error, 1e-6);
    const { classes } = await predict(await loadModel(join(path, "classifier.safetensors")), images);
    const right = classes.filter((label, i) => label === labels[i]).length;
    assertEquals(objectAt(summary, "classifier", "test").accuracy, right / labels.length);

    // The codes of the test images, and the images to show beside them.
    const csv = await Deno.readTextFile(join(path, "latent/codes.csv")),
      [header, ...rows] = csv.trim().split("\r\n");
    assertEquals(header, "index,label,predicted,x,y,z");
    assertEquals(rows.length, labels.length);
    assertEquals(
      rows.map((row) => row.split(",").slice(0, 3).join()),
      Array.from(labels, (label, i) => `${i},${data.test.classes[label]},${data.test.classes[classes[i]!]}`),
    );
    const png = await Deno.readFile(join(path, "latent/images.png")), view = new DataView(png.buffer);
    // 40 images of 8 × 8 pixels in rows of 7.
    assertEquals([view.getUint32(16), view.getUint32(20)], [56, 48]);
    assertEquals(objectAt(summary, "latent", "images").columns, 7);
    const shares = objectAt(summary, "latent").variance as unknown as readonly number[];
    assert(shares.length === 3 && shares.every((share, i) => share >= (shares[i + 1] ?? 0)));
  });
});

Deno.test("a denoising autoencoder is measured on corrupted and on clean images, and is saved to take images as they are", async () => {
  await withPlace(async (place) => {
    const { data, path, summary } = await runOne(place, small("q4-denoising", { noise: 0.3, epochs: 20 }));
    const errors = objectAt(summary, "reconstruction"), test = objectAt(errors, "test");
    assert(Math.abs((test.cleanMse as number) - (test.mse as number)) > 1e-5, JSON.stringify(test));
    // Masking takes three tenths of what the mean square of the pixels is.
    const { images } = data.test,
      square = images.reduce((sum, byte) => sum + (byte / 255) ** 2, 0) / images.length;
    assertAlmostEquals(errors.corruptionMse as number, 0.3 * square, 0.03 * square);
    const saved = await loadModel(join(path, "model.safetensors"));
    assertEquals(saved.model.layers.map(({ name }) => name), ["corruption_1", "dense_2", "dense_3"]);
    const outputs = await layerOutputs(saved, images, { layers: ["corruption_1"] });
    assertEquals(
      outputs.get("corruption_1"),
      Float32Array.from(images, (byte) => byte * Math.fround(1 / 255)),
    );
    // Original, corrupted, reconstruction: ten images each.
    const csv = await Deno.readTextFile(join(path, "figures/reconstructions.csv"));
    assertEquals(csv.trim().split("\r\n").length, 1 + 30);
  });
});

Deno.test("--fine-tune trains the encoder on with the classifier; without it the encoder stays as it is", async () => {
  await withPlace(async (place) => {
    const encoders = async (fineTune: boolean) => {
      const settings = small("q3-autoencoder"),
        classifier = { ...settings.classifier, fineTune, restoreBest: false };
      const { path, summary } = await runOne(place, { ...settings, classifier });
      assertEquals(objectAt(summary, "classifier").restoredEpoch, undefined);
      assertEquals(objectAt(summary, "classifier").fineTune, fineTune);
      const [autoencoder, joined] = await Promise.all(
        ["model", "classifier"].map((name) => loadModel(join(path, `${name}.safetensors`))),
      );
      assertEquals(joined!.model.layers.map(({ built }) => built.outputShape[0]), [12, 6, 5, 5]);
      return [autoencoder, joined].map((one) => one!.weights.get("dense_2/weights")!);
    };
    const [before, after] = await encoders(false), [alone, tuned] = await encoders(true);
    assertEquals(before, after);
    assertEquals(before, alone);
    assert(tuned!.some((value, i) => value !== alone![i]));
  });
});

Deno.test("runChapter() trains every width, and writes the table, the claims and the figures", async () => {
  await withPlace(async (place) => {
    const { summary, path, interrupted, text } = await chapter(place, "q2-autoencoder", {
      widths: [70, 4, 64],
    });
    assertEquals(interrupted, false);
    assertEquals(summary.cells.map(({ nodes }) => nodes), [70, 4, 64]);
    for (const cell of summary.cells) {
      const { state, info, summary: own } = await readRun(join(place.out, cell.run));
      assertEquals([state, info?.group], ["finished", basename(path)]);
      assertEquals(objectAt(own, "reconstruction", "test").mse, cell.mse.test);
    }
    const { figures, state } = await readRun(path);
    assertEquals(state, "finished");
    assertEquals(figures, [
      ...files(["accuracy_by_width", "average_loss", "loss_overlay", "mse_by_width", "reconstructions"]),
      "table_claims.csv",
      "table_widths.csv",
      ...files(["weights"]),
    ]);
    const rows = (await Deno.readTextFile(join(path, "figures/table_widths.csv"))).trim().split("\r\n");
    assertEquals(
      rows[0],
      "nodes,MSE train,MSE train published,MSE validation,MSE validation published,MSE test,PCA validation,PCA test," +
        "accuracy test,accuracy test published,95% interval,epochs,classifier epochs,classifier epochs published",
    );
    const ofFour = rows.find((row) => row.startsWith("4,"))!, cell = summary.cells[1]!;
    // Three epochs were all that was allowed: no convergence.
    assert(ofFour.startsWith(`4,${cell.mse.train.toFixed(5)},–,`) && ofFour.endsWith(",>3,>2,–"), ofFour);
    assert(rows.find((row) => row.startsWith("784,"))!.startsWith("784,–,0.00080,–,0.00088,–,–,–,–,0.9715"));
    // The best linear code as wide as the image leaves nothing.
    assertEquals(summary.cells[0]!.pca.test, 0);
    const tables = await Deno.readTextFile(join(path, "tables.md"));
    for (const words of ["Table 2.1: one hidden layer", "A-C2.1", "Claims of the report"]) {
      assert(tables.includes(words) && text.includes(words), words);
    }
    assert(text.includes("[3/3] 64 nodes") && text.endsWith(`Run folder  ${path}`));
  });
});

Deno.test("runChapter() keeps finished widths when interrupted, and resume trains the others alone", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController(), options = { widths: [3, 4, 5] };
    const stopped = await chapter(place, "q3-autoencoder", {
      ...options,
      signal: controller.signal,
      onSay: (text) => text.includes("[2/3]") ? controller.abort() : undefined,
    });
    assertEquals([stopped.interrupted, stopped.summary.cells.map(({ nodes }) => nodes)], [true, [3]]);
    assertEquals((await readRun(stopped.path)).state, "interrupted");
    const resumed = await chapter(place, "q3-autoencoder", { ...options, resume: stopped.path });
    assertEquals(resumed.summary.cells.map(({ nodes }) => nodes), [3, 4, 5]);
    assertEquals(resumed.summary.cells[0], stopped.summary.cells[0]);
    assert(!resumed.text.includes("[1/3]"));
    const { message } = await assertRejects(
      () =>
        chapter(place, "q3-autoencoder", {
          ...options,
          resume: stopped.path,
          settings: small("q3-autoencoder", { outputActivation: "identity" }),
        }),
      DescentError,
    );
    assert(/had outputActivation \w+, not \w+; give the same options as then$/.test(message), message);
  });
});

Deno.test("runChapter() of chapter 4 compares no noise, 20% and 40%", async () => {
  await withPlace(async (place) => {
    const { summary, path } = await chapter(place, "q4-denoising");
    assertEquals(summary.cells.map(({ noise }) => noise), [0, 0.2, 0.4]);
    assertEquals(summary.cells[0]!.cleanMse.test.toFixed(6), summary.cells[0]!.mse.test.toFixed(6));
    const { figures } = await readRun(path);
    assertEquals(figures, [
      ...files(["average_loss", "loss_overlay", "reconstructions"]),
      "table_claims.csv",
      "table_noise.csv",
      ...files(["validation_accuracy", "weights"]),
    ]);
    // Original; without noise; and for each noise the corrupted images and what became of them: ten each.
    const csv = await Deno.readTextFile(join(path, "figures/reconstructions.csv"));
    assertEquals(csv.trim().split("\r\n").length, 1 + 60);
  });
});

Deno.test("an interrupted autoencoder has no classifier, and its folder says so", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController(), options = { ...COMMON, ...place, signal: controller.signal };
    const data = await loadData(options), choice = await openExecutor(options);
    const screen = screenInto([]),
      prepared = prepareAutoencoder(small("q2-autoencoder", { epochs: 1000 }), data);
    const progress = () => ({
      steps() {},
      epoch: ({ epoch }: { readonly epoch: number }) => epoch === 2 ? controller.abort() : undefined,
      stop() {},
    });
    const { path, interrupted, summary } = await runAutoencoder(
      prepared,
      choice,
      { ...screen, progress },
      options,
    );
    choice.executor.close();
    assertEquals([interrupted, summary.classifier, summary.stopped], [true, undefined, "interrupted"]);
    const { state, figures, metrics } = await readRun(path);
    assertEquals([state, metrics.length], ["interrupted", 2]);
    assertEquals(figures, files(["average_loss", "reconstruction_loss", "reconstructions", "weights"]));
  });
});
