/** The stacked autoencoder on small images: what its runs leave, going on from them, and what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import type { Experiment } from "../../experiments/lab/experiment.ts";
import { checkAsked } from "../../experiments/lab/go_on.ts";
import { readUnfinished } from "../../experiments/lab/resume.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { main } from "../../experiments/main.ts";
import { SDAE_EXPERIMENTS } from "../../experiments/sdae.ts";
import { DescentError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/sha256.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readRun, type RunFolder } from "../../src/runs/read.ts";
import { loadModel } from "../../src/train/saved.ts";
import { figureFiles, printed, runsIn, type TestPlace, withRunPlace } from "./run_place.ts";

const SMALL = { arch: [12, 9, 6], batch: 16, epochs: 3 } as const;

/** Images of 8 × 8 pixels: 80 to train on, 30 to test with. */
function withPlace(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 80, t10k: 30, size: 8 }, use);
}

function experimentOf(name: string): Experiment {
  return SDAE_EXPERIMENTS.find((experiment) => experiment.name === name)!;
}

/** Makes a small run, with what else is changed of the settings. */
async function make(
  name: string,
  place: TestPlace,
  { change = {}, from }: { readonly change?: object; readonly from?: string } = {},
) {
  const experiment = experimentOf(name);
  const settings = { ...experiment.defaults, ...SMALL, ...change };
  return await makeRun(experiment, { settings, seed: 2, ...(from !== undefined && { from }) }, place);
}

/** The pre-training and the classifier of a classifier's run that made its layers first. */
async function bothOf(name: string, place: TestPlace): Promise<readonly [RunFolder, RunFolder]> {
  const classifier = await readRun((await make(name, place)).path);
  const { from } = factsOf(classifier);
  return [await readRun(join(place.out, from!)), classifier];
}

const numbered = (name: string) => [1, 2, 3].map((layer) => `${name}_${layer}`);

for (const name of ["sdae-classify", "sdae-sparse"]) {
  const isSparse = name === "sdae-sparse";
  const layersOf = isSparse ? "sdae-sparse-pretrain" : "sdae-pretrain";

  Deno.test(`${name} trains layers as ${layersOf} first, then a classifier on them, each in a folder`, async () => {
    await withPlace(async (place) => {
      const [layers, classifier] = await bothOf(name, place);
      assertEquals(await runsIn(place), [name, layersOf].sort());
      for (const { state, info, summary } of [layers, classifier]) {
        assertEquals([state, info?.seed, summary?.published], ["finished", 2, null]);
      }

      assertEquals(
        layers.metrics.map(({ stage, epoch }) => `${stage}, ${epoch}`),
        [1, 2, 3].flatMap((layer) => [1, 2, 3].map((epoch) => `layer ${layer}, ${epoch}`)),
      );
      assertEquals(
        layers.figures,
        figureFiles([
          ...numbered("activations"),
          "excess_loss",
          ...numbered("learning_curve"),
          "mean_activation",
          "reconstructions",
          ...numbered("weights"),
        ]),
      );
      for (const { loss, penalty, cost } of layers.metrics) {
        if (isSparse) assertAlmostEquals(Number(cost), Number(loss) + Number(penalty), 1e-9);
        else assertEquals([penalty, cost], [undefined, undefined]);
      }
      const { numbers } = factsOf(layers);
      assertEquals(numbers.parameters, 64 * 12 + 12 + 64 + 12 * 9 + 9 + 12 + 9 * 6 + 6 + 9);
      for (const [i, [inputs, units]] of [[64, 12], [12, 9], [9, 6]].entries()) {
        const of = (member: string) => numbers[`layers.${i + 1}.${member}`]!;
        assertEquals([of("layer"), of("inputs"), of("units"), of("epochs")], [i + 1, inputs, units, 3]);
        assertAlmostEquals(of("excess"), of("loss") - of("targetEntropy"), 1e-9);
        assert(of("excess") > 0 && of("targetEntropy") > 0 && of("meanActivation") > 0);
        assertEquals(of("penalty") > 0, isSparse);
        assertEquals(numbers[`curves.layer ${i + 1}.loss.last`], of("loss"));
        assertEquals(numbers[`curves.layer ${i + 1}.cost.fall90`] !== undefined, isSparse);
        assertEquals(of("likeness.mean") > 0, i === 0);
      }
      for (const member of ["share", "noise"]) assert(numbers[`layers.1.likeness.${member}`]! >= 0);

      assertEquals(
        classifier.figures,
        figureFiles([
          "accuracy",
          "confusion_test",
          "confusion_train",
          "loss",
          "reconstruction_agreement",
          "reconstructions_read",
        ]),
      );
      assert(classifier.metrics.every(({ testAccuracy }) => typeof testAccuracy === "number"));
      assertEquals(classifier.summary!.pretraining, { run: layers.id, seed: 2 });
      const { images, agreement, accuracy } = classifier.summary!
        .reconstructions as Readonly<Record<string, number>>;
      assert(images === 30 && agreement! >= 0 && agreement! <= 1 && accuracy! >= 0 && accuracy! <= 1);
      const told = await readTiles(join(classifier.path, "figures/reconstructions_read.csv"));
      // Both panels begin with the same labels; what follows an arrow is a reading.
      const [labels, after] = [told.slice(0, 30), told.slice(30)].map((panel) =>
        panel.map((label) => label.split(" → ")[0]!)
      );
      assertEquals([labels!.length, labels], [30, after]);
      assertEquals(labels!.map(Number).sort(), Array.from({ length: 30 }, (_, i) => Math.floor(i / 3)));
      const rightly = told.slice(30).filter((label) => !label.includes("→")).length;
      assertAlmostEquals(rightly / 30, accuracy!, 1e-9);
      const { model } = await loadModel(join(classifier.path, "model.safetensors"));
      assertEquals(model.layers.map(({ built }) => built.outputShape), [[12], [9], [6], [10]]);
    });
  });
}

/** Labels of tiles, panel after panel. */
async function readTiles(path: string): Promise<readonly string[]> {
  const [head, ...rows] = (await Deno.readTextFile(path)).trim().split(/\r?\n/).map((row) => row.split(","));
  assertEquals(head!.slice(0, 4), ["panel", "image", "label", "row"]);
  return rows.filter(([, , , row]) => row === "0").map(([, , label]) => label!);
}

Deno.test("what was cut off, or goes on from what was, is set beside no printed number", async () => {
  await withPlace(async (place) => {
    const published = () => ({ test: { accuracy: 0.911 } });
    const cut = await make("sdae-pretrain", { ...place, published, maxSeconds: 1e-9 });
    assertEquals([cut.summary.stopped, cut.summary.published], ["time", null]);
    const { summary } = await make("sdae-classify", { ...place, published }, { from: cut.path });
    assertEquals([summary.stopped, summary.published], ["last epoch", null]);
  });
});

Deno.test("the curve of a classifier has the printed test accuracy as a line, where there is one", async () => {
  await withPlace(async (place) => {
    const published = () => ({ test: { accuracy: 0.911 } });
    const { path } = await make("sdae-classify", { ...place, published });
    const csv = await Deno.readTextFile(join(path, "figures/accuracy.csv"));
    assert(csv.includes('"published, test",3,0.911'), csv);
  });
});

Deno.test("a classifier goes on from a folder: its layers are not trained again, and with the report's quirks keep their noise", async () => {
  await withPlace(async (place) => {
    const { path, interrupted } = await make("sdae-pretrain", place, { change: { paperQuirks: true } });
    assertEquals(interrupted, false);
    const text = place.said.join("\n");
    for (const words of ["10% masked, at evaluation too", "batch 16 (a shorter last one is left out)"]) {
      assert(text.includes(words), text);
    }
    const { weights } = await loadModel(join(path, "model.safetensors"));

    const { defaults } = experimentOf("sdae-classify");
    const done = await make("sdae-classify", place, {
      change: { ...defaults, batch: 16, epochs: 1 },
      from: path,
    });
    assertEquals(await runsIn(place), ["sdae-classify", "sdae-pretrain"]);
    const { info } = await readRun(done.path);
    const { arch, paperQuirks, epochs } = info!.settings as Readonly<Record<string, unknown>>;
    assertEquals([arch, paperQuirks, epochs], [[12, 9, 6], true, 1]);
    const { model, weights: tuned } = done.results[0]!;
    assertEquals(model.layers.map(({ name }) => name), [
      "corruption_1",
      "dense_2",
      "corruption_3",
      "dense_4",
      "corruption_5",
      "dense_6",
      "dense_7",
    ]);
    // A few steps of fine-tuning leave the layers close to where they were, and move all of them.
    for (const name of ["dense_2/weights", "dense_4/weights", "dense_6/weights"]) {
      const after = tuned.get(name)!;
      const moved = weights.get(name)!.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - after[i]!)),
        0,
      );
      assert(moved > 0 && moved < 0.1, `${name} moved by ${moved}`);
    }
  });
});

Deno.test("--from refuses folders that hold no such layers, other settings and other images, in a sentence each", async () => {
  await withPlace(async (place) => {
    const { out } = place;
    const { path } = await make("sdae-pretrain", place, { change: { epochs: 1 } });
    const refusal = async (from: string, name = "sdae-classify", at: TestPlace = place) =>
      (await assertRejects(() => make(name, at, { from }), DescentError)).message;
    assertEquals(
      await refusal(path, "sdae-sparse"),
      `--from: the layers in ${path} were trained without a penalty for sparse codes: give the folder of a sdae-sparse-pretrain run`,
    );
    const asked = { flag: "--from", keys: experimentOf("sdae-classify").from!.keeps };
    const { message } = await assertRejects(
      async () => checkAsked(await readRun(path), { arch: [9, 9], epochs: 5 }, asked),
      DescentError,
    );
    assertEquals(
      message,
      `--from: the layers in ${path} were trained with arch 12, 9, 6, not 9, 9: leave the option out`,
    );
    assertEquals(
      await refusal(out),
      `--from takes the folder of a run of sdae-pretrain, ${out} is of no experiment`,
    );
    assertEquals(
      await refusal(join(out, "none")),
      `Cannot read run folder ${join(out, "none")}: no such file or directory; name a folder inside runs/`,
    );
    assert((await refusal(path, "sdae-classify", { ...place, digits: [1, 2] })).includes("other images"));
    assertEquals(await runsIn(place), ["sdae-pretrain"]);

    const file = join(path, "run.json");
    const text = await Deno.readTextFile(file);
    const anew = "leave --from out to train its layers anew";
    for (const damage of ['"noise": "much"', '"noise": null']) {
      await Deno.writeTextFile(file, text.replace('"noise": 0.1', damage));
      assertEquals(await refusal(path), `--from: the pre-training in ${path} is damaged: ${anew}`);
    }
    await Deno.writeTextFile(file, text.replace('"finished"', '"interrupted"'));
    assertEquals(
      await refusal(path),
      `--from: the pre-training in ${path} is interrupted, not finished: ${anew}`,
    );
    await Deno.writeTextFile(file, text);
    await Deno.remove(join(path, "summary.json"));
    assertEquals(await refusal(path), `--from: the pre-training in ${path} is damaged: ${anew}`);
  });
});

Deno.test("--from takes the very file that the run saved: 100 of 100 flipped bits are refused, and weights of NaN", async () => {
  await withPlace(async (place) => {
    const { path } = await make("sdae-pretrain", place, { change: { epochs: 1 } });
    const file = join(path, "model.safetensors"), note = join(path, "run.json");
    const bytes = await Deno.readFile(file), info = await Deno.readTextFile(note);
    const refusal = async () =>
      (await assertRejects(() => make("sdae-classify", place, { from: path }), DescentError)).message;
    for (let k = 0; k < 100; k++) {
      const changed = bytes.slice(), bit = Math.floor(8 * bytes.length * (k + 0.5) / 100);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await Deno.writeFile(file, changed);
      assert((await refusal()).startsWith(`${file} is not the file that was saved: its SHA-256 is `), `${k}`);
    }
    const wrong = bytes.slice();
    new DataView(wrong.buffer).setFloat32(wrong.length - 4, NaN, true);
    await Deno.writeFile(file, wrong);
    await Deno.writeTextFile(note, info.replace(await sha256(bytes), await sha256(wrong)));
    assertMatch(await refusal(), /model\.safetensors: "\w+\/\w+" is NaN at \[[\d,]+\] and no finite number/);
    await Deno.writeTextFile(note, info.replace('"model.safetensors"', '"other.safetensors"'));
    assertMatch(await refusal(), /^--from: the pre-training in .* is damaged: /);
    assertEquals(await runsIn(place), ["sdae-pretrain"]);
  });
});

Deno.test("two runs of the same settings and seed leave the same model, byte for byte", async () => {
  await withPlace(async (place) => {
    const models: Uint8Array[] = [];
    for (let k = 0; k < 2; k++) {
      const { path } = await make("sdae-pretrain", place, { change: { epochs: 1 } });
      models.push(await Deno.readFile(join(path, "model.safetensors")));
    }
    assertEquals(models[0], models[1]);
  });
});

Deno.test("an interrupted pre-training goes on with its layers, and no classifier is trained before", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController();
    // A layer is announced before it is trained.
    const say = (text: string) => {
      if (text.startsWith("layer 2")) controller.abort(new Error("interrupted"));
    };
    const screen = { ...place.screen, say };
    const { interrupted, path } = await make("sdae-sparse", { ...place, screen, signal: controller.signal });
    assertEquals([interrupted, await runsIn(place)], [true, ["sdae-sparse-pretrain"]]);
    const run = await readRun(path);
    assertEquals([run.state, run.summary?.stopped], ["interrupted", "interrupted"]);
    assertEquals(run.metrics.map(({ stage }) => stage), ["layer 1", "layer 1", "layer 1"]);
    const experiment = experimentOf("sdae-sparse-pretrain"), { ask } = await readUnfinished(experiment, path);
    const again = await makeRun(experiment, ask, place);
    assertEquals([again.path, again.interrupted], [path, false]);
    const { model } = await loadModel(join(path, "model.safetensors"));
    assertEquals(model.layers.map(({ built }) => built.outputShape), [[12], [9], [6], [9], [12], [64]]);
  });
});

Deno.test("the commands refuse settings that contradict each other, before they read anything", async () => {
  for (const name of ["sdae-sparse", "sdae-sparse-pretrain"]) {
    assertEquals(await printed(() => main([name, "--beta", "0", "--data", "nowhere"])), {
      value: 2,
      text: "descent: A sparse training needs a penalty: give --beta a number above 0",
    });
  }
  assertEquals(await printed(() => main(["sdae-classify", "--beta", "1"])), {
    value: 2,
    text: "descent: Unknown option --beta, see --help",
  });
});

Deno.test("plan shows the training of each layer and of the classifier, and --check agrees", async () => {
  await withPlace(async ({ data }) => {
    const small = ["--arch", "12,9", "--batch", "16", "--data", data, "--backend", "wasm", "--threads", "1"];
    const { text } = await printed(async () => {
      for (const words of [["sdae-pretrain", "--stage", "2"], ["sdae-sparse-pretrain"], ["sdae-classify"]]) {
        assertEquals(await main(["plan", ...words, ...small, "--check"]), 0);
      }
    });
    assertEquals(text.match(/Check +all \d+ calls of the first step agree/g)?.length, 3);
    for (const part of ["encoder/dense_1", "transposeWeights=true", "kl_sparsity", "Plan of sdae-classify"]) {
      assert(text.includes(part), part);
    }
  });
});
