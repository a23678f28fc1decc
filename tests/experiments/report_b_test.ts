import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { loadRunModel } from "../../experiments/lab/run_model.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { saveModel } from "../../src/train/saved.ts";
import { levelDomain } from "../../experiments/reports/b/convolution_figures.ts";
import { REPORT_B } from "../../experiments/reports/b/mod.ts";
import {
  type FindRuns,
  type Found,
  itemsOf,
  needsOf,
  numbersOf,
  type Wanted,
} from "../../experiments/reports/item.ts";
import { together } from "../../experiments/reports/statistics.ts";
import { wantedSettings } from "../../experiments/reports/wanted.ts";

const [CONVOLUTION, STACKED] = REPORT_B.sections;
const ITEMS = REPORT_B.sections.flatMap(itemsOf);

type Numbers = Readonly<Record<string, number>>;

/** A finished run with these numbers. */
function run(experiment: string, seed: number, numbers: Numbers = {}, change: object = {}): RunFacts {
  return {
    id: `${experiment}-${Object.values(change).join("-")}-${seed}`,
    state: "finished",
    experiment,
    seed,
    stopped: "last epoch",
    startedAt: null,
    group: null,
    isGroup: false,
    backend: "wasm",
    settings: Object.fromEntries(Object.entries(change).map(([name, value]) => [name, String(value)])),
    numbers,
    data: {},
    code: null,
    from: null,
  };
}

/** Runs of seeds 1, 2, …, each with what `of` makes of its seed. */
function seeds(count: number, experiment: string, of: (seed: number) => Numbers, change = {}): RunFacts[] {
  return Array.from({ length: count }, (_, i) => run(experiment, i + 1, of(i + 1), change));
}

/** Finds by the experiment, and by the settings that are changed. */
function finder(runs: readonly RunFacts[]): FindRuns {
  return ({ experiment, change = {} }: Wanted) =>
    runs.filter((one) =>
      one.experiment === experiment &&
      JSON.stringify(one.settings) ===
        JSON.stringify(
          Object.fromEntries(Object.entries(change).map(([name, value]) => [name, String(value)])),
        )
    );
}

function judge(id: string, runs: readonly RunFacts[]) {
  const claim = REPORT_B.sections.flatMap(({ claims }) => claims).find((one) => one.id === id)!;
  const parts = claim.judge!(finder(runs));
  return { answer: together(parts), parts, verdicts: parts.map(({ verdict }) => verdict) };
}

/** A little of what differs from seed to seed, so that no spread is zero. */
function jitter(seed: number): number {
  return [0.3, -0.2, 0.1, -0.4, 0.2][seed % 5]!;
}

Deno.test("Report B has every figure from 1 to 41 once, in order", () => {
  const figures = REPORT_B.sections.flatMap((section) => section.figures);
  assertEquals(figures.map(({ id }) => id), Array.from({ length: 41 }, (_, i) => `B-F${i + 1}`));
  assert(figures.every(({ place }, i) => place.startsWith(`Figure ${i + 1}`)));
  const unnumbered = figures.filter(({ place }) => place.endsWith(", not numbered in print"));
  assertEquals(unnumbered.map(({ id }) => Number(id.slice(3))), [3, 5, 8, 10, 13, 15, 26, 37]);
});

Deno.test("Report B has every printed number once for the text and once for the listing", () => {
  const numbers = REPORT_B.sections.flatMap(numbersOf);
  const listed = numbers.filter(({ ours }) => ours.change?.paperQuirks === true);
  const plain = numbers.filter(({ ours }) => ours.change === undefined);
  assertEquals([numbers.length, plain.length, listed.length], [16, 8, 8]);
  assertEquals(plain.map(({ published }) => published), [20, 0.96, 0.001, 60, 400, 0.911, 1, 0.93]);
  assertEquals(listed.map(({ id }) => id), plain.map(({ id }) => `${id} as listed`));
  assertEquals(listed.map(({ published }) => published), plain.map(({ published }) => published));
});

Deno.test("Report B has every claim of the text, and every inconsistency", () => {
  assertEquals(CONVOLUTION!.claims.map(({ id }) => id), [
    "B-1.N1 oscillations",
    "B-C1.1",
    "B-C1.2",
    "B-C1.3",
    "B-C1.4",
    "B-C1.5",
    "B-C1.5 why",
    "B-C1.6",
  ]);
  assertEquals(STACKED!.claims.map(({ id }) => id), [
    "B-2.N1 layer 3",
    ...Array.from({ length: 10 }, (_, i) => `B-C2.${i + 1}`),
  ]);
  const told = REPORT_B.sections.flatMap(({ inconsistencies }) => inconsistencies).map(({ id }) => id);
  for (const id of ["B-I.1", "B-I.2", "B-I.3", "B-I.4 scales", "B-I.4 slips", "B-I.5"]) {
    assert(told.includes(id));
  }
});

Deno.test("ids of Report B are unique", () => {
  const ids = [
    ...ITEMS.map(({ id }) => id),
    ...REPORT_B.sections.flatMap(({ inconsistencies }) => inconsistencies.map(({ id }) => id)),
  ];
  assertEquals(ids.length, new Set(ids).size);
});

Deno.test("what answers Report B are experiments that there are, with settings that they have", () => {
  for (const wanted of ITEMS.flatMap(needsOf)) {
    const { experiment } = wantedSettings(wanted);
    for (const [name, value] of Object.entries(wanted.change ?? {})) {
      const before = (experiment.defaults as Readonly<Record<string, unknown>>)[name];
      assertEquals(typeof before, typeof value, `${experiment.name} has a setting ${name}`);
      assert(before !== value, `${experiment.name} has ${name} ${value} by itself`);
    }
  }
});

Deno.test("without runs no claim of Report B says anything", () => {
  for (const { id, judge, untestable } of REPORT_B.sections.flatMap(({ claims }) => claims)) {
    if (judge === undefined) assert(untestable!.length > 20, id);
    else {
      const parts = judge(() => []);
      assert(parts.length > 0, id);
      assert(parts.every(({ verdict, measured }) => verdict === "not run" && measured === ""), id);
    }
  }
});

/** Momentum is better than SGD by a tenth of a point and an epoch, and RMSProp than both. */
function methods(count: number, { closer = 1, swap = false } = {}): readonly RunFacts[] {
  const level = { "cnn-sgd": 0, "cnn-momentum": 0.001, "cnn-rmsprop": 0.005 };
  const names = Object.keys(level) as (keyof typeof level)[];
  return names.flatMap((name, i) =>
    seeds(count, name, (seed) => ({
      levelAccuracy: 0.97 + seed / 1000 + (swap ? -1 : 1) * closer * level[name] * (1 + jitter(seed) / 10),
      epochsTo96: 15 + seed - (swap ? -1 : 1) * (i + jitter(seed) / 10),
      "running.loss": 0.0013 * (swap ? 10 : 0.9) ** i * (1 + jitter(seed) / 100),
      "curves.loss.first": 1.3,
    }))
  );
}

Deno.test("orders of the methods hold and fail over five seeds, and three cannot tell", () => {
  for (const id of ["B-C1.3", "B-C1.4", "B-C1.5"]) {
    assertEquals(judge(id, methods(5)).answer, "holds", id);
    assertEquals(judge(id, methods(5, { swap: true })).answer, "fails", id);
    const few = judge(id, methods(3));
    assertEquals(few.answer, "undecided", id);
    assert(
      few.parts.every(({ seeds, measured }) => seeds === 3 && measured.includes("seeds would decide")),
      id,
    );
  }
});

Deno.test("costs that a linear axis cannot tell apart are no different, and the factor is told all the same", () => {
  const cost = judge("B-C1.3", methods(5)).parts.at(-1)!;
  assertEquals(cost.verdict, "holds");
  assert(cost.measured.includes("momentum's cost is 0.90 times"), cost.measured);
});

Deno.test("methods are quite close within a point, and no further", () => {
  const far = judge("B-C1.5", methods(5, { closer: 4 }));
  assertEquals(far.verdicts, ["holds", "holds", "fails", "holds", "fails"]);
});

Deno.test("silent maps and dead kernels are counted run by run", () => {
  const runs = (counts: readonly number[]) =>
    ["cnn-sgd", "cnn-rmsprop"].flatMap((name) =>
      counts.map((count, i) =>
        run(name, i + 1, { "inactiveMaps.C1": 0, "inactiveMaps.C2": count, "dead.C1": 0, "dead.C2": 0 })
      )
    );
  assertEquals(judge("B-C1.1", runs([1, 2])).answer, "holds");
  assertEquals(judge("B-C1.1", runs([0, 0])).answer, "fails");
  assertEquals(judge("B-C1.1", runs([0, 1, 0])).answer, "mixed");
  assertEquals(judge("B-C1.2", runs([0, 0])).verdicts, ["holds", "holds"]);
  assertEquals(judge("B-C1.2", runs([1, 2])).verdicts, ["fails", "holds"]);
});

Deno.test("pooled maps are judged by how much less than the maps before them they change", () => {
  const runs = (pooled: number) =>
    seeds(5, "cnn-sgd", (seed) => ({
      "shift.C1": 0.4,
      "shift.S1": pooled + jitter(seed) / 100,
      "shift.C2": 0.4,
      "shift.S2": pooled - jitter(seed) / 100,
    }));
  assertEquals(judge("B-C1.6", runs(0.3)).verdicts, ["holds", "holds"]);
  assertEquals(judge("B-C1.6", runs(0.5)).verdicts, ["fails", "fails"]);
});

Deno.test("a curve oscillates where it moves by a test image or more", () => {
  const runs = (noise: number) => [run("cnn-sgd", 1, { "curves.testAccuracy.noiseLate": noise })];
  assertEquals(judge("B-1.N1 oscillations", runs(0.0006)).answer, "holds");
  assertEquals(judge("B-1.N1 oscillations", runs(0.0004)).answer, "fails");
});

/** Three layers of these losses; what they lose beyond the entropy of their targets, per value, is `excess`. */
function layers(
  losses: readonly number[],
  excess: readonly number[],
  penalty?: number,
): (seed: number) => Numbers {
  return (seed) =>
    Object.fromEntries(losses.flatMap((loss, i) => [
      [`layers.${i + 1}.loss`, loss + jitter(seed)],
      [`layers.${i + 1}.inputs`, 100],
      [`layers.${i + 1}.excess`, 100 * excess[i]! * (1 + jitter(seed) / 100)],
      ...(penalty === undefined ? [] : [[`layers.${i + 1}.penalty`, penalty]]),
    ]));
}

Deno.test("losses that follow the report's order while the excess does not: its reason fails", () => {
  const runs = (excess: readonly number[]) => seeds(5, "sdae-pretrain", layers([60, 383, 150], excess));
  assertEquals(judge("B-C2.1", runs([0.01, 0.03, 0.02])).answer, "holds");
  assertEquals(judge("B-C2.1", runs([0.03, 0.02, 0.01])).verdicts, ["holds", "holds", "fails", "holds"]);
  assertEquals(judge("B-2.N1 layer 3", runs([0, 0, 0])).verdicts, ["holds", "holds"]);
  const flat = seeds(5, "sdae-pretrain", layers([160, 383, 250], [0, 0, 0]));
  assertEquals(judge("B-2.N1 layer 3", flat).verdicts, ["fails", "holds"]);
});

Deno.test("costs of sparse layers are compared with their penalty, and layer 1 without it too", () => {
  const runs = (penalty: number) => [
    ...seeds(5, "sdae-pretrain", layers([60, 383, 150], [0, 0, 0])),
    ...seeds(5, "sdae-sparse-pretrain", layers([58, 134, 96], [0, 0, 0], penalty)),
  ];
  assertEquals(judge("B-C2.4", runs(5)).verdicts, ["holds", "fails", "holds", "holds"]);
  assertEquals(judge("B-C2.4", runs(60)).verdicts, ["holds", "fails", "holds", "fails"]);
});

function curvesOf(name: string, epochs: number): (seed: number) => Numbers {
  return (seed) =>
    Object.fromEntries(
      [1, 2, 3].map((layer) => [`curves.layer ${layer}.${name}.fall90`, epochs + jitter(seed)]),
    );
}

Deno.test("who converges faster is told by costs where there are some, and momentum's part by runs without it", () => {
  const plain = seeds(5, "sdae-pretrain", curvesOf("loss", 7));
  const sparse = seeds(5, "sdae-sparse-pretrain", (seed) => ({
    ...curvesOf("loss", 1)(seed),
    ...curvesOf("cost", 10)(seed),
  }));
  const without = seeds(5, "sdae-sparse-pretrain", curvesOf("cost", 12), { momentum: 0 });
  const alone = judge("B-C2.5", [...plain, ...sparse]);
  assertEquals(alone.verdicts, ["fails", "fails", "fails", "not run", "not run", "not run"]);
  const all = judge("B-C2.5", [...plain, ...sparse, ...without]);
  assertEquals(all.verdicts, ["fails", "fails", "fails", "holds", "holds", "holds"]);
  assertEquals(all.answer, "fails");
});

Deno.test("darker activations, outlines and legible reconstructions follow their numbers", () => {
  const pair = (dark: number, share: number, agreement: number) => [
    ...seeds(5, "sdae-pretrain", (seed) => activations(0.4 + jitter(seed) / 100)),
    ...seeds(5, "sdae-sparse-pretrain", () => ({
      ...activations(dark),
      "layers.1.likeness.share": share,
      "layers.1.likeness.mean": 0.25,
      "layers.1.likeness.noise": 0.09,
      "reconstruction.sharpness": 0.6,
    })),
    ...seeds(5, "sdae-sparse", () => ({ "reconstructions.agreement": agreement })),
  ];
  const activations = (mean: number): Numbers =>
    Object.fromEntries([1, 2, 3].map((layer) => [`layers.${layer}.meanActivation`, mean]));
  assertEquals(judge("B-C2.6", pair(0.1, 0, 0)).answer, "holds");
  assertEquals(judge("B-C2.6", pair(0.5, 0, 0)).answer, "fails");
  assertEquals(judge("B-C2.7", pair(0, 0.01, 0)).verdicts, ["holds", "holds"]);
  assertEquals(judge("B-C2.7", pair(0, 0.009, 0)).verdicts, ["fails", "holds"]);
  assertEquals(judge("B-C2.10", pair(0, 0, 0.93)).verdicts, ["holds", "holds"]);
  assertEquals(judge("B-C2.10", pair(0, 0, 0.89)).verdicts, ["holds", "fails"]);
  assertEquals(judge("B-C2.2", pair(0, 0, 0.93)).verdicts, ["not run", "not run"]);
});

Deno.test("a smoother and a dearer training of question 3 are told apart from what momentum does", () => {
  const classifier = (noise: number, loss: number) => (seed: number): Numbers => ({
    "curves.testAccuracy.noiseLate": noise * (1 + jitter(seed) / 10),
    "curves.testAccuracy.tail": 0.005,
    "curves.loss.tail": -0.01,
    "running.loss": loss + jitter(seed) / 1000,
  });
  const runs = [
    ...seeds(5, "sdae-classify", classifier(0.002, 0.11)),
    ...seeds(5, "sdae-sparse", classifier(0.001, 0.16)),
    ...seeds(5, "sdae-sparse", classifier(0.0005, 0.17), { momentum: 0 }),
  ];
  assertEquals(judge("B-C2.8", runs).verdicts, ["holds", "fails"]);
  assertEquals(judge("B-C2.9", runs).verdicts, ["holds", "holds", "holds"]);
  assertEquals(judge("B-C2.3", runs).verdicts, ["holds", "holds"]);
});

/** Runs as figures read them; `lines` are those of every run. */
function found(runs: readonly RunFacts[], lines: readonly object[], folder = ""): Found {
  const image = Uint8Array.from({ length: 16 }, (_, i) => 16 * i);
  const set = {
    inputs: image,
    targets: Uint8Array.of(0),
    rows: 1,
    inputShape: [4, 4],
    classNames: ["0"],
  };
  return {
    find: finder(runs),
    modelOf: ({ id }) => loadRunModel(join(folder, id)),
    imagesOf: () => Promise.resolve({ train: set, validation: set, test: set } as unknown as ImageSplits),
    metricsOf: () => Promise.resolve(lines as readonly Readonly<Record<string, unknown>>[]),
  };
}

function drawn(id: string, by: Found) {
  return REPORT_B.sections.flatMap(({ figures }) => figures).find((one) => one.id === id)!.draw!(by);
}

Deno.test("figures 16 and 17 show the methods that have run with their spread, and nothing where none has", async () => {
  const lines = [1, 2, 3].map((epoch) => ({ epoch, loss: 1 / epoch, testAccuracy: 1 - 0.1 / epoch }));
  const runs = [
    ...seeds(2, "cnn-sgd", () => ({ levelAccuracy: 0.97 })),
    ...seeds(2, "cnn-rmsprop", () => ({ levelAccuracy: 0.98 })),
  ];
  for (const [id, name] of [["B-F16", "comparison_accuracy"], ["B-F17", "comparison_cost"]] as const) {
    const [figure] = await drawn(id, found(runs, lines));
    assertEquals(figure!.name, name);
    assert(figure!.svg.includes("2 seeds: mean and standard deviation"));
    assert(
      figure!.svg.includes("SGD") && figure!.svg.includes("RMSProp") && !figure!.svg.includes("momentum"),
    );
    assertEquals(await drawn(id, found([], lines)), []);
    const [other] = await drawn(id, { ...found(runs, lines), changed: "epochs 3" });
    assert(
      other!.svg.includes("not the report’s settings: epochs 3") && !figure!.svg.includes("not the report"),
    );
  }
});

Deno.test("figure 16 shows all methods to their ends, however few epochs there are, and cuts off only how they begin", () => {
  const few = [{ label: "a", x: [1, 2], y: [0.84, 0.89] }, {
    label: "b",
    x: [1, 2],
    y: [0.86, 0.898],
    band: { low: [0.83, 0.89], high: [0.89, 0.91] },
  }];
  assertEquals(levelDomain(few), [0.82, 0.92]);
  const x = Array.from({ length: 100 }, (_, i) => i + 1);
  assertEquals(levelDomain([{ label: "a", x, y: x.map((epoch) => 0.97 - 0.5 / epoch) }]), [0.94, 0.97]);
  assertEquals(levelDomain([{ label: "a", x: [1], y: [NaN] }]), [0, 1]);
});

Deno.test("figures 18 and 19 are drawn from the models that are trained, without any run", async () => {
  const [first] = await drawn("B-F18", found([], []));
  assertEquals(first!.name, "diagram_autoencoder");
  assertEquals(first!.csv.trim().split(/\r?\n/).slice(1, 5), [
    "column,0,0,Input; pixels,784",
    "column,1,1,Corrupted; corruption_1; 10% masked,784",
    "column,2,2,Code; dense_2; sigmoid,900",
    "column,3,3,Output; tied_dense_3; sigmoid in loss,784",
  ]);
  const [second] = await drawn("B-F19", found([], []));
  assertEquals(second!.name, "diagram_secondary_features");
  assertEquals(second!.csv.trim().split(/\r?\n/).slice(1, 8), [
    "column,0,0,Input; pixels,784",
    "column,1,1,Features I; dense_1; sigmoid,900",
    "column,2,2,Corrupted; corruption_1; 10% masked,900",
    "column,3,3,Features II; dense_2; sigmoid,625",
    "column,4,4,Output: features I; tied_dense_3; sigmoid in loss,900",
    "fixed,0,1,W₁,",
    "each,1,2,× mask,",
  ]);
});

Deno.test("the stacked autoencoder's overview shows what has run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const sigmoid = { activation: "sigmoid" } as const;
    const model = sequential(16, [dense(9, sigmoid), tiedDense("dense_1", sigmoid)]);
    const numbers = { "layers.1.inputs": 16, "layers.1.units": 9, "layers.1.targetEntropy": 5 };
    const layer = [1, 2].map((epoch) => ({ stage: "layer 1", epoch, loss: 9 / epoch, testAccuracy: 0.9 }));
    const plain = [run("sdae-pretrain", 2, numbers), run("sdae-pretrain", 3, numbers)];
    const sparse = [run("sdae-sparse-pretrain", 3, numbers)];
    for (const { id } of [...plain, ...sparse]) {
      await Deno.mkdir(join(folder, id));
      await saveModel(join(folder, id, "model.safetensors"), { model, weights: initializeWeights(model, 1) });
    }
    const overview = async (runs: readonly RunFacts[]) =>
      await STACKED!.overview!(found(runs, layer, folder));
    assertEquals(await overview([]), []);
    const classifiers = await overview([run("sdae-classify", 1)]);
    assertEquals(classifiers.map(({ name }) => name), ["overlay_cost", "overlay_accuracy"]);
    const one = await overview(plain);
    assertEquals(one.map(({ name }) => name), ["overlay_layer_1", "mean_activation_1", "reconstructions"]);
    assert(one[0]!.svg.includes("16-9, seed 2"));
    const both = await overview([...plain, ...sparse]);
    assertEquals(both.map(({ name }) => name), ["overlay_layer_1", "mean_activation_1", "reconstructions"]);
    // Both have seed 3 alone.
    assert(both[0]!.svg.includes("16-9, seed 3") && both[0]!.svg.includes("Q3, sparse"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
