/** Several runs as one: groups and going on with them, the command of a section, and sweeps over settings. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { basename, join } from "node:path";
import { sweepCells } from "../../experiments/commands/sweep.ts";
import type { Cell } from "../../experiments/lab/cells.ts";
import { argumentsOf, type Group, runGroup } from "../../experiments/lab/group.ts";
import { folderLines } from "../../experiments/lab/tell.ts";
import { CELL_WORKER, experimentNamed } from "../../experiments/registry.ts";
import { UsageError } from "../../src/core/errors.ts";
import { factsOf, isCutOff, objectOf, type RunFacts } from "../../src/runs/facts.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { askToStop } from "../../src/runs/stop_request.ts";
import { loadModel } from "../../src/train/saved.ts";
import { figureFiles, runsIn, type TestPlace, withRunPlace } from "./run_place.ts";

/** Images of 8 × 8 pixels, 40 of each digit. */
function withPlace(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] }, use);
}

/** Trainings of one epoch, a seed each, or of other settings. */
function cellsOf(changes: readonly object[], seed = 1): readonly Cell[] {
  const experiment = experimentNamed("q1-adam");
  return changes.map((change) => ({
    experiment,
    settings: { ...experiment.defaults, arch: [5], epochs: 1, ...change },
    seed,
  }));
}

/** A group that reports the ids of its runs. */
function groupOf(cells: readonly Cell[]): Group {
  return {
    name: "several",
    title: "a few trainings",
    task: "several",
    cells,
    seed: 1,
    arguments: ["--epochs", "1"],
    columns: ["test.accuracy"],
    report: (runs) =>
      Promise.resolve({
        figures: [],
        files: { "tables.md": `${runs.map(({ id }) => id).join("\n")}\n` },
        text: () => `${runs.length} runs`,
      }),
  };
}

interface GroupCell {
  readonly run: string;
  readonly arch?: string;
  readonly "test.accuracy": number;
}

function listed({ cells }: object & { readonly cells?: unknown }): readonly GroupCell[] {
  return cells as readonly GroupCell[];
}

/** Scores by architecture: what does not depend on the clock. */
function scoresOf(summary: object): readonly string[] {
  return listed(summary).map(({ arch, "test.accuracy": accuracy }) => `${arch}: ${accuracy}`).sort();
}

const WIDTHS = [{ arch: [5] }, { arch: [6] }, { arch: [7] }] as const;
const QUIET = { jobs: 1, worker: CELL_WORKER } as const;

Deno.test("a group makes a run of each cell, lists them, and reports on all", async () => {
  await withPlace(async (place) => {
    const made = await runGroup(groupOf(cellsOf(WIDTHS)), { place, ...QUIET });
    assertEquals([made.interrupted, made.failed], [false, 0]);
    assertEquals(await runsIn(place), ["q1-adam", "q1-adam", "q1-adam", "several"]);
    const { state, summary, info } = await readRun(made.path);
    assertEquals([state, info?.arguments], ["finished", ["--epochs", "1"]]);
    assertEquals(summary, made.summary as typeof summary);
    assertEquals(summary?.epochs, 3);
    for (const cell of listed(made.summary)) {
      const run = await readRun(join(place.out, cell.run));
      const { group, settings, numbers } = factsOf(run);
      assertEquals([group, settings.arch], [basename(made.path), cell.arch]);
      assertEquals(numbers["test.accuracy"], cell["test.accuracy"]);
      // Nobody wants the figures of each of many runs.
      assertEquals(run.figures, []);
    }
    const tables = await Deno.readTextFile(join(made.path, "tables.md"));
    assertEquals(tables.trim().split("\n").sort(), listed(made.summary).map(({ run }) => run).sort());
    const said = place.said.join("\n");
    assert(
      said.includes("[3/3] q1-adam") && said.endsWith(`3 runs\n\n${folderLines(made.path, place.out)}`),
      said,
    );
  });
});

Deno.test("a cell that is asked to stop ends as by Ctrl-C and says why; the others go on, and so may it", async () => {
  await withPlace(async (place) => {
    const cells = cellsOf([{ epochs: 1e6, patience: 1e6 }, { arch: [6] }]), group = groupOf(cells);
    const running = runGroup(group, { place, ...QUIET });
    const training = async () => {
      for (const { id } of await readFacts(place.out)) {
        if ((await readRun(join(place.out, id))).metrics.length > 0) return id;
      }
    };
    let id = await training();
    while (id === undefined) id = await training();
    await askToStop(place.out, id);
    const { interrupted, failed, summary, path } = await running,
      facts = factsOf(await readRun(`${place.out}/${id}`));
    assertEquals([interrupted, failed, scoresOf(summary).length], [true, 0, 1]);
    assertEquals([facts.state, facts.stopped], ["interrupted", "stopped from the dashboard"]);
    assert(isCutOff(facts.stopped) && facts.numbers.epochs! > 0);
    const { info } = await readRun(join(place.out, id));
    assertEquals(objectOf(info?.asked).words, [
      "--epochs",
      "1000000",
      "--arch",
      "5",
      "--patience",
      "1000000",
    ]);
    assert(place.said.at(-1)!.endsWith(`--resume ${path}`), place.said.at(-1));
  });
});

Deno.test("an interrupted group keeps what is finished, and goes on in its folder with the rest alone", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController();
    const screen = {
      ...place.screen,
      say(text: string) {
        place.screen.say(text);
        if (text.startsWith("[2/3]")) controller.abort();
      },
    };
    const group = groupOf(cellsOf(WIDTHS));
    const stopped = await runGroup(group, {
      place: { ...place, screen, signal: controller.signal },
      ...QUIET,
    });
    assertEquals([stopped.interrupted, listed(stopped.summary).length], [true, 2]);
    assertEquals((await readRun(stopped.path)).state, "interrupted");
    assert(place.said.at(-1)!.endsWith(`--resume ${stopped.path}`), place.said.at(-1));

    const resumed = await runGroup(group, { place, ...QUIET, resume: stopped.path });
    assertEquals([resumed.interrupted, resumed.path], [false, stopped.path]);
    assertEquals((await readRun(resumed.path)).state, "finished");
    const before = listed(stopped.summary).map(({ run }) => run);
    const after = listed(resumed.summary).map(({ run }) => run);
    assertEquals([after.length, before.filter((run) => !after.includes(run))], [3, []]);
    assertEquals((await runsIn(place)).length, 4);

    // The cells are those of a group in one go.
    const whole = await runGroup(group, { place: { ...place, out: `${place.out}-2` }, ...QUIET });
    assertEquals(scoresOf(whole.summary), scoresOf(resumed.summary));

    // A run of other settings, of another seed or of other images stands for no cell.
    const others = [
      [cellsOf([{ arch: [5], learningRate: 0.01 }]), place],
      [cellsOf([{ arch: [5] }], 2), place],
      [cellsOf([{ arch: [5] }]), { ...place, digits: [0, 2] }],
    ] as const;
    for (const [cells, elsewhere] of others) {
      const known = (await runsIn(place)).length;
      await runGroup(groupOf(cells), { place: elsewhere, ...QUIET, resume: stopped.path });
      assertEquals((await runsIn(place)).length, known + 1);
    }
    const known = (await runsIn(place)).length;
    await runGroup(groupOf(cellsOf([{ arch: [5] }])), { place, ...QUIET, resume: stopped.path });
    assertEquals((await runsIn(place)).length, known);
  });
});

Deno.test("threads with a run each come to the same weights as one run after another", async () => {
  await withPlace(async (place) => {
    const group = groupOf(cellsOf(WIDTHS));
    const weightsOf = async (out: string, jobs: number) => {
      const { summary } = await runGroup(group, { place: { ...place, out }, jobs, worker: CELL_WORKER });
      const cells = listed(summary).toSorted((a, b) => a.arch!.localeCompare(b.arch!));
      assertEquals(cells.map(({ arch }) => arch), ["5", "6", "7"]);
      return await Promise.all(
        cells.map(async ({ run }) => (await loadModel(join(out, run, "model.safetensors"))).weights),
      );
    };
    assertEquals(await weightsOf(`${place.out}-3`, 3), await weightsOf(place.out, 1));
  });
});

Deno.test("a training that fails stops no other, and is told with its reason", async () => {
  await withPlace(async (place) => {
    const cells = cellsOf([{ arch: [5], batch: 1000 }, { arch: [6] }]);
    const { failed, interrupted, summary, path } = await runGroup(groupOf(cells), { place, ...QUIET });
    assertEquals([failed, interrupted, listed(summary).length], [1, false, 1]);
    const said = place.said.join("\n");
    assert(said.includes("failed: A batch of 1,000 is more than the 120 training images"), said);
    assert(said.endsWith(`--resume ${path}`), said);
  });
});

Deno.test("--resume takes the folder of the same command alone", async () => {
  await withPlace(async (place) => {
    const { path, summary } = await runGroup(groupOf(cellsOf([{}])), { place, ...QUIET });
    assertEquals(await argumentsOf(path, "several"), ["--epochs", "1"]);
    for (
      const [folder, name] of [[path, "q1"], [join(place.out, listed(summary)[0]!.run), "several"]] as const
    ) {
      const { message } = await assertRejects(() => argumentsOf(folder, name), UsageError);
      assert(
        message.startsWith(
          `--resume takes the folder of an earlier ${name} run, ${basename(folder)} is none`,
        ),
      );
    }
  });
});

const MAIN = new URL("../../experiments/main.ts", import.meta.url).href;

/** Runs a command on the images of a place, in a process of its own: its summary, its folder, and its runs. */
async function command({ data, out }: TestPlace, words: readonly string[]) {
  const where = ["--data", data, "--out", out, "--backend", "wasm", "--threads", "1", "--json"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "--allow-all", MAIN, ...words, ...where],
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const summary = JSON.parse(new TextDecoder().decode(stdout));
  const runs = (await readFacts(out)).filter(({ isGroup }) => !isGroup);
  return { summary, path: join(out, summary.run as string), runs };
}

Deno.test("q1 puts the report's tables beside ours over the seeds, draws all optimizers, and goes on with --resume", async () => {
  await withPlace(async (place) => {
    const words = ["q1", "--only", "adam,nag", "--seeds", "2", "--epochs", "1"];
    const { summary, path, runs } = await command(place, words);
    // Four architectures each, and Nesterov's method with momentum as printed.
    assertEquals(listed(summary).length, 18);
    const kinds = runs.map(({ experiment, seed }) => `${experiment}, seed ${seed}`);
    for (const kind of new Set(kinds)) {
      assertEquals(kinds.filter((one) => one === kind).length, kind.startsWith("q1-nag") ? 5 : 4, kind);
    }
    assertEquals(new Set(kinds).size, 4);
    // Pictures of single runs are of the first seed.
    const withFigures = async (run: RunFacts) => (await readRun(join(place.out, run.id))).figures.length > 0;
    const drawn = await Promise.all(runs.map(async (run) => [run, await withFigures(run)] as const));
    assert(drawn.every(([{ seed }, has]) => has === (seed === 1)));

    const { figures, state } = await readRun(path);
    assertEquals(state, "finished");
    const overview = figureFiles(["overlay_accuracy", "overlay_loss", "validation_accuracy"]);
    assertEquals(overview.filter((file) => !figures.includes(file)), []);
    const csv = await Deno.readTextFile(join(path, "figures/table_validation_accuracy.csv"));
    const [header, first] = csv.trim().split("\r\n");
    assert(header!.startsWith(",SGD,SGD sd,SGD seeds,SGD published,SGD verdict,"), header);
    // What was not asked for has its published number alone; of other images there is no verdict.
    assert(first!.startsWith('"(30, 20, 10)",,,0,0.9834,none,'), first);
    assertMatch(first!, /,2,0\.9823,"?other settings: [a-z]/);
    const tables = await Deno.readTextFile(join(path, "tables.md"));
    assert(tables.includes("Table 1.2.3") && tables.includes("A-C1.1"));

    const again = await command(place, ["q1", "--resume", path]);
    assertEquals([again.path, again.runs.length], [path, 18]);
    assertEquals(scoresOf(again.summary), scoresOf(summary));
  });
});

Deno.test("a sweep trains every combination of the listed settings with every seed", () => {
  const experiment = experimentNamed("q1-adam");
  const values = { lr: [0.1, 0.2], arch: [[5], [6, 7]], "no-shuffle": [true, undefined] };
  const cells = sweepCells(experiment, values, { seed: 3, seeds: 2 });
  assertEquals(cells.length, 16);
  assertEquals(cells.map(({ seed }) => seed), [...Array(8).fill(3), ...Array(8).fill(4)]);
  const told = cells.slice(0, 8).map(({ settings }) => {
    const { learningRate, arch, shuffle } = settings as typeof experiment.defaults & {
      readonly learningRate: number;
      readonly arch: readonly number[];
      readonly shuffle: boolean;
    };
    return [learningRate, arch.join(), shuffle].join(" ");
  });
  assertEquals(new Set(told).size, 8);
  // Nobody wants the figures of each of many runs, unless they say so.
  assert(cells.every(({ figures }) => figures === false));
  assert(
    sweepCells(experiment, values, { seed: 3, seeds: 1, figures: true }).every(({ figures }) => figures),
  );
  assert(told.includes("0.2 6,7 false") && told.includes("0.1 5 true"), told.join("; "));
  const many = { patience: Array.from({ length: 101 }, (_, i) => i) };
  assertThrows(
    () => sweepCells(experiment, many, { seed: 1, seeds: 100 }),
    UsageError,
    "That is 10,100 runs, at most 10,000 can be asked for",
  );
});

Deno.test("deno task sweep writes a row per combination, a figure with bands, and what compares the runs", async () => {
  await withPlace(async (place) => {
    const words = ["sweep", "q1-adam", "--lr", "0.001,0.01", "--arch", "5", "--epochs", "1", "--seeds", "2"];
    const { summary, path, runs } = await command(place, words);
    assertEquals([runs.length, listed(summary).length], [4, 4]);
    assert(summary.compare.includes("by=learningRate"), summary.compare);
    const read = async (name: string) =>
      (await Deno.readTextFile(join(path, "figures", name))).trim().split("\r\n").map((row) =>
        row.split(",")
      );
    const [header, ...rows] = await read("table_settings.csv");
    assertEquals(header!.slice(0, 2), ["learningRate", "seeds"]);
    assertEquals(rows.map((row) => row.slice(0, 2)), [["0.001", "2"], ["0.01", "2"]]);
    const accuracy = header!.indexOf("test.accuracy");
    const ours = runs.filter(({ settings }) => settings.learningRate === "0.01")
      .map(({ numbers }) => numbers["test.accuracy"]!);
    assert(rows[1]![accuracy]!.startsWith(((ours[0]! + ours[1]!) / 2).toFixed(4)), rows[1]!.join());
    assertEquals((await read("table_runs.csv")).length, 1 + 4);
    const { figures } = await readRun(path);
    assert(figures.includes("sweep_validation_accuracy.svg"), figures.join());
  });
});
