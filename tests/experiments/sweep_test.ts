import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { basename, join } from "node:path";
import { ARCHITECTURES, PUBLISHED_TABLES, type Q1Optimizer } from "../../experiments/q1/published.ts";
import { type Cell, runSweep, type SweepOptions } from "../../experiments/q1/sweep.ts";
import type { Screen } from "../../experiments/screen.ts";
import { DescentError } from "../../src/core/errors.ts";
import { readRun } from "../../src/runs/read.ts";
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

/** A sweep of one epoch per cell, and what it said. */
async function sweep(
  { data, out }: Place,
  optimizers: readonly Q1Optimizer[],
  options: Partial<SweepOptions> & { readonly onSay?: (text: string) => void } = {},
) {
  const said: string[] = [];
  const screen: Screen = {
    say(text) {
      said.push(text);
      options.onSay?.(text);
    },
    progress: () => ({ steps() {}, epoch() {}, stop() {} }),
  };
  const result = await runSweep(screen, {
    seed: 1,
    backend: "wasm",
    threads: 1,
    data,
    out,
    optimizers,
    change: (settings) => ({ ...settings, epochs: 1 }),
    ...options,
  });
  return { ...result, text: said.join("\n") };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What does not depend on the clock. */
function scoresOf(cells: readonly Cell[]) {
  return cells.map(({ optimizer, arch, epochs, trainAccuracy, validationAccuracy, testAccuracy }) => ({
    optimizer,
    arch,
    epochs,
    trainAccuracy,
    validationAccuracy,
    testAccuracy,
  }));
}

Deno.test("runSweep() trains every cell, and writes tables and figures of ours and the published numbers", async () => {
  await withPlace(async (place) => {
    const { summary, path, interrupted, text } = await sweep(place, ["nag", "adam"]);
    assertEquals(interrupted, false);
    const wanted = (["adam", "nag"] as const).flatMap((optimizer) =>
      ARCHITECTURES.map((arch) => [optimizer, arch.join(), 1] as const)
    );
    assertEquals(summary.cells.map(({ optimizer, arch, epochs }) => [optimizer, arch, epochs]), wanted);
    assertEquals(summary.epochs, 8);
    assertEquals(JSON.parse(await Deno.readTextFile(join(path, "summary.json"))), summary);

    for (const cell of summary.cells) {
      const { state, info, summary: own } = await readRun(join(place.out, cell.run));
      assertEquals([state, info?.group, own?.test?.accuracy], [
        "finished",
        basename(path),
        cell.testAccuracy,
      ]);
    }
    const { state, figures } = await readRun(path);
    assertEquals(state, "finished");
    const drawn = ["overlay_accuracy", "overlay_loss", "validation_accuracy"];
    assertEquals(
      figures,
      [
        ...drawn.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]),
        ...["epochs", "trainAccuracy", "validationAccuracy"].map((key) => `table_${key}.csv`),
      ].sort(),
    );

    const adam = summary.cells[0]!, { validationAccuracy } = PUBLISHED_TABLES;
    const ours = adam.validationAccuracy.toFixed(4), published = validationAccuracy.adam[0].toFixed(4);
    const csv = await Deno.readTextFile(join(path, "figures/table_validationAccuracy.csv"));
    const [header, first, ...others] = csv.trim().split(/\r?\n/);
    assertEquals(
      header,
      "architecture,sgd,sgd published,vgd,vgd published,nag,nag published,rmsprop,rmsprop published,adam,adam published",
    );
    // What was not asked for has a dash beside its published number.
    assertEquals(
      first,
      `"(30, 20, 10)",–,0.9834,–,0.9607,${summary.cells[4]!.validationAccuracy.toFixed(4)},0.9744,–,0.9789,` +
        `${ours},${published}`,
    );
    assertEquals(others.length, 3);
    const tables = await Deno.readTextFile(join(path, "tables.md"));
    for (
      const title of [
        "Table 1.2.2: training accuracy",
        "Table 1.2.3: validation accuracy",
        "Table 1.2.4: epochs",
      ]
    ) {
      assert(tables.includes(title) && text.includes(title), title);
    }
    assertMatch(tables, new RegExp(`\\(30, 20, 10\\).*\\| *${ours} *\\| *${published} *\\|`));
    // One epoch was all that was allowed: no convergence.
    assertMatch(tables, /\(18, 20, 12\).*\| *>1 *\| *29 *\|/);
    assert(text.includes("[8/8] nag 18-20-12") && text.endsWith(`Run folder  ${path}`));

    const svg = await Deno.readTextFile(join(path, "figures/validation_accuracy.svg"));
    assert(svg.includes("64-a-b-c-5") && svg.includes("Accuracy on 40 images"));
  });
});

Deno.test("runSweep() with resume keeps the finished cells and trains the others alone", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController();
    const stopped = await sweep(place, ["adam"], {
      signal: controller.signal,
      onSay: (text) => text.includes("[3/4]") ? controller.abort() : undefined,
    });
    assertEquals([stopped.interrupted, stopped.summary.cells.length], [true, 2]);
    assertEquals((await readRun(stopped.path)).state, "interrupted");
    assert(stopped.text.endsWith(`Continue with the same options and --resume ${stopped.path}`));

    const elsewhere = { ...place, out: `${place.out}-2` };
    const resumed = await sweep(elsewhere, ["adam"], { resume: stopped.path });
    assertEquals(resumed.interrupted, false);
    assertEquals(resumed.summary.cells.slice(0, 2), stopped.summary.cells);
    assertEquals(resumed.summary.cells.map(({ arch }) => arch), ARCHITECTURES.map((arch) => arch.join()));
    const runs = resumed.summary.cells.slice(2).map(({ run }) => run);
    assertEquals(await namesIn(elsewhere.out), [basename(resumed.path), ...runs].sort());
    assert(!resumed.text.includes("[2/4]") && resumed.text.includes("[3/4] adam 25-15-8"));
    // The curves of the first architecture are those of a run in the old folder.
    const { info, figures } = await readRun(resumed.path);
    assertEquals(info?.resumed, stopped.path);
    assert(figures.includes("overlay_loss.svg"));

    // Nothing is left to train; the cells are those of a sweep in one go.
    const again = await sweep(elsewhere, ["adam"], { resume: resumed.path });
    assertEquals(again.summary.cells, resumed.summary.cells);
    const whole = await sweep({ ...place, out: `${place.out}-3` }, ["adam"]);
    assertEquals(scoresOf(whole.summary.cells), scoresOf(resumed.summary.cells));
  });
});

Deno.test("runSweep() refuses to resume from a folder that is no sweep, is damaged, or differs", async () => {
  await withPlace(async (place) => {
    const controller = new AbortController(), { out } = place;
    const { path } = await sweep(place, ["adam"], {
      signal: controller.signal,
      onSay: (text) => text.includes("[2/4]") ? controller.abort() : undefined,
    });
    const [runJson, summaryJson] = [
      await Deno.readTextFile(join(path, "run.json")),
      await Deno.readTextFile(join(path, "summary.json")),
    ];
    const before = await namesIn(out);
    const refused = async (options: Partial<SweepOptions>) =>
      (await assertRejects(() => sweep(place, ["adam"], { resume: path, ...options }), DescentError)).message;
    const noSweep = (folder: string) =>
      "--resume takes the folder of an earlier q1 run with its run.json and summary.json, " +
      `${folder} is none or damaged`;

    const cell = before.find((name) => name.startsWith("q1-adam"))!;
    assertEquals(await refused({ resume: join(out, cell) }), noSweep(join(out, cell)));
    assertMatch(
      await refused({ resume: join(out, "nothing") }),
      /^Cannot read run folder .*nothing: no such file or directory; name a folder inside runs\/$/,
    );
    for (
      const damaged of [
        summaryJson.slice(0, -20),
        "",
        "[]",
        '{"cells":{}}',
        '{"cells":[null]}',
        summaryJson.replace('"adam"', '"adadelta"'),
        summaryJson.replace(/"trainAccuracy": [\d.]+/, '"trainAccuracy": null'),
      ]
    ) {
      assert(damaged !== summaryJson);
      await Deno.writeTextFile(join(path, "summary.json"), damaged);
      assertEquals(await refused({}), noSweep(path));
    }
    await Deno.remove(join(path, "summary.json"));
    assertEquals(await refused({}), noSweep(path));

    await Deno.writeTextFile(join(path, "summary.json"), summaryJson);
    await Deno.writeTextFile(join(path, "run.json"), runJson.slice(0, -20));
    assertEquals(await refused({}), noSweep(path));

    await Deno.writeTextFile(join(path, "run.json"), runJson);
    const otherImages =
      `--resume: the runs in ${path} used other images; give the same --seed, --data and --digits`;
    assertEquals(await refused({ seed: 2 }), otherImages);
    assertEquals(await refused({ digits: [0, 2, 4] }), otherImages);
    assertEquals(
      await refused({ change: (settings) => settings }),
      `--resume: the adam runs in ${path} had epochs 1, not 100000; give the same options as then`,
    );
    assertEquals(await namesIn(out), before);
  });
});

Deno.test("runSweep() makes no folder when a cell cannot be trained on these images", async () => {
  await withTempFolder(async (folder) => {
    const place = { data: join(folder, "set"), out: join(folder, "runs") };
    await Deno.mkdir(place.data);
    await writeIdxFolder(place.data, { train: 30, t10k: 5, size: 8, classes: [0, 2, 4, 6, 7] });
    const { message } = await assertRejects(() => sweep(place, ["adam"]), DescentError);
    assertEquals(
      message,
      "A batch of 32 is more than the 20 training images: choose a smaller --batch, or all",
    );
    assertEquals(await namesIn(place.out), []);
  });
});
