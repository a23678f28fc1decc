/** `deno task reproduce`: what it plans, and a part of it for real. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { askedBy } from "../../experiments/commands/asked.ts";
import { cellsAsked } from "../../experiments/commands/reproduce.ts";
import { planCells } from "../../experiments/lab/cells.ts";
import { itemsOf } from "../../experiments/reports/item.ts";
import { REPORTS } from "../../experiments/reports/mod.ts";
import { UsageError } from "../../src/core/errors.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import { withTempFolder } from "../fixtures.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs the command in a process of its own. */
async function reproduce(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "experiments/main.ts", "reproduce", ...args],
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("both reports have all 83 figures, each once", () => {
  const figures = REPORTS.flatMap(({ sections }) => sections.flatMap((section) => section.figures));
  assertEquals(figures.length, 83);
  assertEquals(new Set(figures.map(({ id }) => id)).size, 83);
});

Deno.test("items share their runs: each setting is trained once per seed, and layers before their classifiers", () => {
  const planned = planCells(cellsAsked(askedBy({ seeds: 2 })));
  assertEquals(new Set(planned.map(({ key }) => key)).size, planned.length);
  const items = REPORTS.flatMap(({ sections }) => sections.flatMap(itemsOf));
  assert(planned.length < items.length);
  for (const { from } of planned) assert(from === undefined || planned.some(({ key }) => key === from));
  // Figures of single runs are drawn by the first seed alone.
  assert(planned.filter(({ figures }) => figures).every(({ seed }) => seed === 1));
});

Deno.test("--quick and --only ask for less, and a name of nothing is refused", () => {
  const quick = cellsAsked(askedBy({ quick: true }));
  assert(quick.every(({ seed }) => seed === 1));
  const one = cellsAsked(askedBy({ only: ["A-F1.9"] }));
  assertEquals(one.map(({ experiment }) => experiment.name), ["q1-adam"]);
  assertThrows(() => askedBy({ only: ["A-F9.9"] }), UsageError, 'got "A-F9.9"');
  assertThrows(() => askedBy({ quick: true, seeds: 3 }), UsageError);
});

Deno.test("a part of the reports is reproduced quickly: a document marked as shortened, and nothing is trained twice", async () => {
  await withTempFolder(async (folder) => {
    const out = join(folder, "reproduction");
    const only = ["--only", "A-1.3.5,A-F1.9,A-F1.10,B-F18", "--quick", "--out", out];
    const first = await reproduce(only);
    assertEquals([first.code, first.stderr], [0, ""]);
    const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
    for (const name of ["index.html", "index.md", "items.json", "tables", "figures", "runs"]) {
      assert(names.includes(name), name);
    }
    const { items } = JSON.parse(await Deno.readTextFile(join(out, "items.json")));
    const number = items.find(({ id }: { readonly id: string }) => id === "A-1.3.5 test accuracy");
    assertEquals([number.published, number.n, number.verdict], ["0.9834", 1, "other settings"]);
    const figure = items.find(({ id }: { readonly id: string }) => id === "A-F1.9");
    assertEquals(figure.figures.map(({ name }: { readonly name: string }) => name), ["loss", "accuracy"]);
    assertStringIncludes(await Deno.readTextFile(join(out, "index.md")), "shortened trainings");
    const [run, ...others] = await readFacts(join(out, "runs"));
    assertEquals([run?.experiment, run?.numbers.epochs, others.length], ["q1-adam", 3, 0]);
    const again = await reproduce(["--resume", out]);
    assertStringIncludes(again.stdout, "nothing left to train");
    assertEquals((await readFacts(join(out, "runs"))).length, 1);
  });
});
