/** The commands of the stacked autoencoder on small images: folders, going on from them, and what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { compareKinds } from "../../experiments/sdae/compare.ts";
import { main } from "../../experiments/main.ts";
import { readPretraining } from "../../experiments/sdae/from.ts";
import { loadData } from "../../experiments/sdae/prepare.ts";
import { classifyFrom, pretrainAndTell } from "../../experiments/sdae/run.ts";
import { SDAE_RECIPES, type SdaeSettings } from "../../experiments/sdae/sdae.ts";
import type { Screen } from "../../experiments/screen.ts";
import type { RunOptions } from "../../experiments/training.ts";
import { DescentError } from "../../src/core/errors.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { readRun } from "../../src/runs/read.ts";
import { loadModel } from "../../src/train/saved.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const SMALL = { arch: [12, 9, 6], batch: 16, epochs: 3 } as const;

interface Place {
  /** Images of 8 × 8 pixels: 80 to train on, 30 to test with. */
  readonly data: string;
  readonly options: RunOptions;
  readonly screen: Screen;
  /** What was said. */
  readonly said: readonly string[];
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const data = join(folder, "set"), said: string[] = [];
    await Deno.mkdir(data);
    await writeIdxFolder(data, { train: 80, t10k: 30, size: 8 });
    const screen: Screen = {
      say: (text) => void said.push(text),
      progress: () => ({ steps() {}, epoch() {}, stop() {} }),
    };
    const options = { seed: 2, backend: "wasm", threads: 1, data, out: join(folder, "runs") } as const;
    await use({ data, options, screen, said });
  });
}

async function choose() {
  return { executor: await wasmExecutor({ threads: 1 }), why: "asked for" };
}

async function foldersIn(out: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(out), ({ name }) => join(out, name))).sort();
}

/** The folder of the run whose name begins so, of which there is one. */
async function folderOf(out: string, name: string): Promise<string> {
  const found = (await foldersIn(out)).filter((path) => new RegExp(`/${name}-\\d+-\\d+(-\\d+)?$`).test(path));
  assertEquals(found.length, 1, name);
  return found[0]!;
}

const files = (names: readonly string[]) =>
  names.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]).sort();
const numbered = (name: string) => [1, 2, 3].map((layer) => `${name}_${layer}`);

Deno.test("sdae trains both kinds of layers and both classifiers, and compares them", async () => {
  await withPlace(async ({ options, screen, said }) => {
    const { out } = options;
    const { summary, interrupted } = await compareKinds({
      given: SMALL,
      from: { plain: undefined, sparse: undefined },
      check: false,
      options,
      screen,
    });
    assertEquals(interrupted, false);
    const run = await readRun(await folderOf(out, "sdae")), group = run.id;
    assertEquals([run.state, run.info?.seed, run.skippedLines], ["finished", 2, 0]);
    assertEquals(run.summary as unknown, summary);
    const tables = ["layers", "classifiers", "claims"].map((name) => `table_${name}.csv`);
    assertEquals(
      run.figures,
      [
        ...files([
          ...numbered("overlay_layer"),
          ...numbered("mean_activation"),
          "overlay_cost",
          "overlay_accuracy",
          "reconstructions",
        ]),
        ...tables,
      ].sort(),
    );
    const text = await Deno.readTextFile(join(run.path, "tables.md"));
    for (const claim of [1, 2, 3, 4, 5, 6, 7]) assert(text.includes(`| B-C2.${claim} |`), text);
    assert(said.at(-1)!.includes("Claims of the report") && said.at(-1)!.endsWith(run.path));
    // These are not the report's images, so its numbers are no yardstick.
    assert(!text.includes("0.911") && !text.includes("about 60"), text);

    const cells = summary.cells as readonly Readonly<Record<string, unknown>>[];
    assertEquals(cells.map(({ kind, stage }) => [kind, stage]), [
      ["plain", "pre-training"],
      ["plain", "classifier"],
      ["sparse", "pre-training"],
      ["sparse", "classifier"],
    ]);
    const runs = await Promise.all(cells.map(({ run }) => readRun(join(out, `${run}`))));
    assertEquals(runs.map(({ info }) => info?.experiment), [
      "sdae-pretrain",
      "sdae-classify",
      "sdae-sparse-pretrain",
      "sdae-sparse",
    ]);
    assert(runs.every(({ state, info }) => state === "finished" && info?.group === group));

    const [plain, classifier, sparse, sparseClassifier] = runs;
    for (const { metrics, figures } of [plain!, sparse!]) {
      assertEquals(
        metrics.map(({ stage, epoch }) => `${stage}, ${epoch}`),
        [1, 2, 3].flatMap((layer) => [1, 2, 3].map((epoch) => `layer ${layer}, ${epoch}`)),
      );
      assertEquals(
        figures,
        files([
          ...numbered("activations"),
          "excess_loss",
          ...numbered("learning_curve"),
          "mean_activation",
          "reconstructions",
          ...numbered("weights"),
        ]),
      );
    }
    assert(plain!.metrics.every((line) => line.penalty === undefined && line.cost === undefined));
    for (const { loss, penalty, cost } of sparse!.metrics) {
      assertAlmostEquals(Number(cost), Number(loss) + Number(penalty), 1e-9);
    }
    const layers = sparse!.summary!.layers as unknown as readonly Readonly<Record<string, number>>[];
    assertEquals(layers.map(({ layer, inputs, units, epochs }) => [layer, inputs, units, epochs]), [
      [1, 64, 12, 3],
      [2, 12, 9, 3],
      [3, 9, 6, 3],
    ]);
    for (const { loss, excess, targetEntropy, penalty } of layers) {
      assertAlmostEquals(excess!, loss! - targetEntropy!, 1e-9);
      assert(excess! > 0 && targetEntropy! > 0 && penalty! > 0);
    }
    for (const { figures, summary, metrics } of [classifier!, sparseClassifier!]) {
      assertEquals(
        figures,
        files([
          "accuracy",
          "confusion_test",
          "confusion_train",
          "loss",
          "reconstruction_agreement",
          "reconstructions_read",
        ]),
      );
      assert(metrics.every(({ testAccuracy }) => typeof testAccuracy === "number"));
      const { images, agreement, accuracy } = summary!.reconstructions as Readonly<Record<string, number>>;
      assert(images === 30 && agreement! >= 0 && agreement! <= 1 && accuracy! >= 0 && accuracy! <= 1);
    }
    assertEquals(classifier!.summary!.pretraining, { run: plain!.id, seed: 2 });
    assertEquals(sparseClassifier!.summary!.pretraining, { run: sparse!.id, seed: 2 });
    const { model } = await loadModel(join(classifier!.path, "model.safetensors"));
    assertEquals(model.layers.map(({ built }) => built.outputShape), [[12], [9], [6], [10]]);
  });
});

Deno.test("a classifier goes on from a folder: its layers are not trained again, and with the report's quirks keep their noise", async () => {
  await withPlace(async ({ options, screen, said }) => {
    const settings: SdaeSettings = { ...SDAE_RECIPES.plain.settings, ...SMALL, paperQuirks: true };
    const data = await loadData({ ...options, full: false }), choice = await choose(), { out } = options;
    const { path, interrupted, summary } = await pretrainAndTell(settings, data, { choice, screen, options });
    assertEquals([interrupted, summary.parameters, summary.published], [
      false,
      64 * 12 + 12 + 64 + 12 * 9 + 9 + 12 + 9 * 6 + 6 + 9,
      null,
    ]);
    assert(
      said.some((text) => text.includes("10% masked, at evaluation too; short last batches are left out")),
    );
    const { weights } = await loadModel(join(path, "model.safetensors"));

    const run = {
      kind: "plain",
      settings: SDAE_RECIPES.plain.settings,
      given: { epochs: 1 },
      screen,
      options,
    } as const;
    const done = await classifyFrom({
      ...run,
      settings: { ...run.settings, ...SMALL, epochs: 1 },
      from: path,
    }, choice);
    assertEquals((await foldersIn(out)).length, 2);
    assertEquals((await readRun(await folderOf(out, "sdae-classify"))).metrics.map(({ stage }) => stage), [
      undefined,
    ]);
    const { model, weights: tuned } = done.classifier!.result;
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
      const before = weights.get(name)!, after = tuned.get(name)!;
      const moved = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
      assert(moved > 0 && moved < 0.1, `${name} moved by ${moved}`);
    }
    choice.executor.close();
  });
});

Deno.test("--from refuses folders that hold no such layers, other settings and other images, in a sentence each", async () => {
  await withPlace(async ({ options, screen }) => {
    const settings = { ...SDAE_RECIPES.plain.settings, ...SMALL, epochs: 1 };
    const data = await loadData({ ...options, full: false }), choice = await choose(), { out } = options;
    const { path } = await pretrainAndTell(settings, data, { choice, screen, options });
    const refusal = async (from: string, kind: "plain" | "sparse", given: Partial<SdaeSettings> = {}) =>
      (await assertRejects(() => readPretraining(from, { flag: "--from", kind, given }), DescentError))
        .message;
    assertEquals(
      await refusal(path, "sparse"),
      `--from: the layers in ${path} were trained without a penalty for sparse codes: give the folder of a sdae-sparse-pretrain run`,
    );
    assertEquals(
      await refusal(path, "plain", { arch: [9, 9] }),
      `--from: the layers in ${path} were trained with arch 12,9,6, not 9,9: leave the option out`,
    );
    assertEquals(
      await refusal(out, "plain"),
      `--from takes the folder of a run of sdae-pretrain or sdae-sparse-pretrain, ${out} is of no experiment`,
    );
    assertEquals(
      await refusal(join(out, "none"), "plain"),
      `Cannot read run folder ${join(out, "none")}: no such file or directory; name a folder inside runs/`,
    );
    const run = { kind: "plain", settings, given: {}, screen, from: path } as const;
    const { message } = await assertRejects(
      () => classifyFrom({ ...run, options: { ...options, digits: [1, 2] } }, choice),
      DescentError,
    );
    assertEquals(
      message,
      `--from: the layers in ${path} were trained on other images; give the same --data, --digits and --full`,
    );
    assertEquals((await foldersIn(out)).length, 1);

    const info = join(path, "run.json"), text = await Deno.readTextFile(info);
    await Deno.writeTextFile(info, text.replace('"finished"', '"interrupted"'));
    assertEquals(
      await refusal(path, "plain"),
      `--from: the pre-training in ${path} is interrupted, not finished: leave --from out to train its layers anew`,
    );
    await Deno.remove(join(path, "summary.json"));
    assertEquals(
      await refusal(path, "plain"),
      `--from takes the folder of a run of sdae-pretrain or sdae-sparse-pretrain, ${path} is damaged or has not ended`,
    );
    choice.executor.close();
  });
});

Deno.test("an interrupted pre-training leaves the layers so far, and no classifier is trained", async () => {
  await withPlace(async ({ options, screen }) => {
    const controller = new AbortController(), { out } = options;
    // A layer is announced before it is trained.
    const stopping: Screen = {
      ...screen,
      say(text) {
        if (text.includes("Layer 2 of 3")) controller.abort(new Error("interrupted"));
      },
    };
    const { interrupted, summary } = await compareKinds({
      given: SMALL,
      from: { plain: undefined, sparse: undefined },
      check: false,
      options: { ...options, signal: controller.signal },
      screen: stopping,
    });
    assertEquals([interrupted, summary.cells], [true, []]);
    const run = await readRun(await folderOf(out, "sdae-pretrain"));
    assertEquals([run.state, run.summary?.stopped], ["interrupted", "interrupted"]);
    assertEquals(run.metrics.map(({ stage }) => stage), ["layer 1", "layer 1", "layer 1"]);
    assertEquals((await readRun(await folderOf(out, "sdae"))).state, "interrupted");
    assertEquals((await foldersIn(out)).length, 2);
  });
});

/** What a command that ends before it trains prints to standard error, and its exit code. */
async function refused(args: readonly string[]) {
  const { error } = console, lines: string[] = [];
  console.error = (text: string) => void lines.push(text);
  try {
    return { code: await main(args), line: lines.join("\n") };
  } finally {
    console.error = error;
  }
}

Deno.test("the commands refuse settings that contradict each other, before they read anything", async () => {
  assertEquals(await refused(["sdae-sparse", "--beta", "0"]), {
    code: 2,
    line: "descent: A sparse training needs a penalty: give --beta a number above 0",
  });
  assertEquals(await refused(["sdae", "--beta", "0"]), {
    code: 2,
    line: "descent: A sparse training needs a penalty: give --beta a number above 0",
  });
  assertEquals(await refused(["sdae-classify", "--beta", "1"]), {
    code: 2,
    line: "descent: Unknown option --beta: did you mean --data?",
  });
  assertEquals(
    (await refused(["plan", "sdae-pretrain", "--layer", "4"])).line,
    "descent: --layer takes a layer from 1 to 3, the last of --arch, got 4",
  );
});

Deno.test("plan shows the training of each layer and of the classifier, and --check agrees", async () => {
  await withPlace(async ({ data }) => {
    const { log } = console, lines: string[] = [];
    console.log = (text: string) => void lines.push(text);
    try {
      const small = [
        "--arch",
        "12,9",
        "--batch",
        "16",
        "--data",
        data,
        "--backend",
        "wasm",
        "--threads",
        "1",
      ];
      for (const args of [["sdae-pretrain", "--layer", "2"], ["sdae-sparse"], ["sdae-classify"]]) {
        assertEquals(await main(["plan", ...args, ...small, "--check"]), 0);
      }
    } finally {
      console.log = log;
    }
    const text = lines.join("\n");
    assertEquals(text.match(/Check +all \d+ calls of the first step agree/g)?.length, 3);
    for (const part of ["encoder/dense_1", "transposeWeights=true", "kl_sparsity", "Plan of sdae-classify"]) {
      assert(text.includes(part), part);
    }
  });
});
