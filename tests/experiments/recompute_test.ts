/** Reports that recompute themselves, without a browser: what is offered, what runs in memory come to, and how they are judged. */
import { assert, assertEquals } from "@std/assert";
import { judgeRecomputed } from "../../experiments/browser/recompute_judge.ts";
import { type RecomputedRun, recomputeRun } from "../../experiments/browser/recompute_run.ts";
import { planCells } from "../../experiments/lab/cells.ts";
import { loadImages } from "../../experiments/lab/load_images.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { itemsOf, numbersOf } from "../../experiments/reports/item.ts";
import { REPORTS } from "../../experiments/reports/mod.ts";
import { formsOf } from "../../experiments/reports/recompute_forms.ts";
import { selectItems } from "../../experiments/reports/select.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { type TestPlace, withRunPlace } from "./run_place.ts";

/** As a browser makes it: the cell's run, and first those that it goes on from. */
async function recomputed(place: TestPlace, name: string, change: object): Promise<readonly RecomputedRun[]> {
  const experiment = experimentNamed(name), settings = { ...experiment.defaults, ...change };
  const cells = planCells([{ experiment, settings, seed: 2, figures: true }]);
  const runs = new Map<string, RecomputedRun>();
  for (const cell of cells.toReversed().toSorted((a, b) => (a.from ? 1 : 0) - (b.from ? 1 : 0))) {
    const images = {
      select: ({ seed = 1, ...selection }) => loadImages(selection, { seed, data: place.data }),
    } as Parameters<typeof recomputeRun>[1]["images"];
    const { choice } = place, signal = new AbortController().signal;
    const run = await recomputeRun(
      cell,
      { images, choice, isOpen: true, signal, onNews() {} },
      cell.from === undefined ? undefined : runs.get(cell.from)!.left,
    );
    runs.set(cell.key, run!);
  }
  return [...runs.values()];
}

function withPlace(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 80, t10k: 30, size: 8, classes: [0, 2, 4, 6, 7] }, use);
}

for (
  const [name, change] of [
    ["q1-adam", { arch: [6, 5, 4], epochs: 2 }],
    ["sdae-classify", { arch: [12, 9, 6], batch: 16, epochs: 2 }],
  ] as const
) {
  Deno.test(`${name} in memory comes to the numbers and figures of its folder, bit for bit`, async () => {
    await withPlace(async (place) => {
      const experiment = experimentNamed(name), settings = { ...experiment.defaults, ...change };
      const { path } = await makeRun(experiment, { settings, seed: 2 }, { ...place, timed: false });
      const folder = await readRun(path), inMemory = (await recomputed(place, name, change)).at(-1)!;
      const numbersIn = ({ numbers: { seconds: _, ...numbers } }: RecomputedRun["facts"]) => numbers;
      assertEquals(numbersIn(inMemory.facts), numbersIn(factsOf(folder)));
      assertEquals(inMemory.facts.settings, factsOf(folder).settings);
      const svgs = folder.figures.filter((file) => file.endsWith(".svg"));
      assertEquals(inMemory.figures.map((figure) => `${figure.name}.svg`).sort(), svgs);
      for (const { name: figure, svg } of inMemory.figures) {
        assertEquals(svg, await Deno.readTextFile(`${path}/figures/${figure}.svg`));
      }
    });
  });
}

Deno.test("numbers of shortened trainings get no verdict, those of whole ones do", async () => {
  await withPlace(async (place) => {
    const [run] = await recomputed(place, "q1-adam", { epochs: 1 });
    const [sgd] = await recomputed(place, "q1-sgd", { epochs: 1 });
    const items = ["A-1.3.5 test accuracy", "A-F1.9", "A-C1.1"];
    const [report] = selectItems(REPORTS, items);
    const form = { words: "", runs: 1, minutes: 0, seeds: 1 };
    const isReportData = () => true;
    const short = await judgeRecomputed(report!, [run!, sgd!], {
      form: { ...form, epochs: { "q1-adam": 1, "q1-sgd": 1 } },
      isReportData,
    });
    const number = short.numbers["A-1.3.5 test accuracy"]!;
    assertEquals([number.verdict, number.values], ["other settings", [run!.facts.numbers["test.accuracy"]!]]);
    assertEquals(short.claims["A-C1.1"]!.verdict, "other settings");
    assertEquals(short.figures["A-F1.9"]!.map(({ name }) => name), ["loss", "accuracy"]);
    // The same run is none of the whole training.
    const whole = await judgeRecomputed(report!, [run!], { form: { ...form, epochs: {} }, isReportData });
    assertEquals(whole.numbers["A-1.3.5 test accuracy"]!.verdict, "none");
    const asWhole = {
      ...run!,
      facts: { ...run!.facts, settings: { ...run!.facts.settings, epochs: "100000" } },
    };
    const judged = await judgeRecomputed(report!, [asWhole], { form: { ...form, epochs: {} }, isReportData });
    assertEquals(judged.numbers["A-1.3.5 test accuracy"]!.verdict, "differs");
  });
});

Deno.test("every table, claim and figure can be trained for, but for claims that no run can tell", () => {
  for (const section of REPORTS.flatMap(({ sections }) => sections)) {
    const targets = [
      ...section.tables.map((table) => numbersOf({ tables: [table] })),
      ...itemsOf(section).filter(({ kind }) => kind !== "number").map((item) => [item]),
    ];
    for (const items of targets) {
      const [item] = items, isOpen = item!.kind !== "claim" || item!.judge !== undefined;
      assertEquals(formsOf(items).length > 0, isOpen, item!.id);
    }
  }
});

Deno.test("what takes long is offered shortened to about a minute first, and marked so", () => {
  const section = REPORTS[0]!.sections[0]!;
  const [short, one, all] = formsOf(numbersOf({ tables: [section.tables[0]!] }));
  assertEquals(
    short!.words,
    "1 of 5 seeds; q1-vgd 300 of at most 100,000 epochs, q1-nag 50 of at most 100,000 epochs",
  );
  assert(short!.minutes <= 1 && one!.minutes > 2);
  assertEquals([one!.words, one!.runs, all!.words, all!.runs], ["1 of 5 seeds", 20, "5 of 5 seeds", 100]);
  const claim = REPORTS[1]!.sections.flatMap(({ claims }) => claims).find(({ id }) => id === "B-C1.4")!;
  assertEquals(
    formsOf([claim])[0]!.words,
    "1 of 5 seeds; cnn-sgd, cnn-momentum, cnn-rmsprop 30 of 100 epochs",
  );
});
