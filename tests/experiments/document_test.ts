/** The document of a reproduction, and the page of the project that is made by it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { About } from "../../experiments/reports/document/about.ts";
import { summaryMarkdown } from "../../experiments/reports/document/markdown.ts";
import { writeDocument } from "../../experiments/reports/document/mod.ts";
import { numbersOf } from "../../experiments/reports/item.ts";
import type { JudgedReport } from "../../experiments/reports/judged.ts";
import { REPORTS } from "../../experiments/reports/mod.ts";
import { asPrinted, judgeNumber } from "../../experiments/reports/verdict.ts";
import { withTempFolder } from "../fixtures.ts";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

const ABOUT: About = {
  title: "A document",
  quick: false,
  seeds: 2,
  command: "deno task reproduce",
  backend: "wasm",
  runs: 2,
  trainingSeconds: 90,
  seconds: 60,
  startedAt: "2026-01-01T00:00:00.000Z",
  code: ["0123456789abcdef"],
  machine: "2 cores",
};

const REPORT: JudgedReport = {
  id: "x",
  title: "Report X",
  subtitle: "made up",
  words: "Nobody wrote it.",
  sections: [{
    id: "one",
    title: "One",
    words: "A `section`.",
    command: "deno task q1",
    tables: [{
      name: "table",
      place: "Table 1",
      title: "Accuracies",
      columns: ["test"],
      rows: [{
        label: "row",
        cells: [{
          id: "X-1",
          place: "Table 1",
          words: "accuracy",
          published: "0.98",
          ours: "0.97",
          sd: "0.01",
          values: [0.96, 0.98],
          verdict: "close",
          why: "2 seeds.",
          doubt: "Printed twice.",
          runs: ["run-1", "run-2"],
        }],
      }],
    }],
    figures: [{
      id: "X-F1",
      place: "Figure 1",
      words: "a curve",
      pictures: [{ name: "curve", run: null }],
      runs: ["run-1"],
    }],
    claims: [{
      id: "X-C1",
      place: "1",
      words: "It is so.",
      verdict: "holds",
      parts: [{ words: "so", measured: "+1 (0 to 2)", verdict: "holds", seeds: 5 }],
      runs: ["run-1"],
    }],
    inconsistencies: [{ id: "X-I1", title: "A slip", words: "Two is three." }],
    others: [{ run: "run-9", why: "other images" }],
  }],
};

Deno.test("a document has every item as Markdown, as HTML without any other file, as JSON and as CSV", async () => {
  await withTempFolder(async (folder) => {
    await Deno.mkdir(join(folder, "figures"));
    await Deno.writeFile(join(folder, "figures/curve.png"), Uint8Array.of(1, 2, 3));
    await writeDocument(folder, {
      reports: [REPORT],
      about: ABOUT,
      pathOf: ({ name }) => `figures/${name}.png`,
    });
    const read = (name: string) => Deno.readTextFile(join(folder, name));
    const markdown = await read("index.md");
    for (
      const text of ["0.97 ± 0.01", "0.98 * ≈", "X-F1", "figures/curve.png", "X-C1, holds", "A slip", "run-9"]
    ) {
      assertStringIncludes(markdown, text);
    }
    const html = await read("index.html");
    for (const text of ["0.97 ± 0.01", "It is so.", "data:image/png;base64,AQID", "Two is three."]) {
      assertStringIncludes(html, text);
    }
    const sources = [...html.matchAll(/src="([^"]*)"|url\(([^)]*)\)/g)].map(([, src, url]) =>
      src ?? url ?? ""
    );
    assertEquals(sources.filter((one) => !one.startsWith("data:")), []);
    assert(!/<link|<script|https?:/.test(html));
    const { items } = JSON.parse(await read("items.json"));
    assertEquals(items.map(({ kind, id, n }: Record<string, unknown>) => [kind, id, n]), [
      ["number", "X-1", 2],
      ["figure", "X-F1", undefined],
      ["claim", "X-C1", 5],
    ]);
    assertEquals(
      await read("tables/x_table.csv"),
      ",test,test sd,test seeds,test published,test verdict\r\nrow,0.97,0.01,2,0.98,close\r\n",
    );
  });
});

interface Stored {
  readonly about: About;
  readonly reports: readonly JudgedReport[];
}

async function storedReproduction(): Promise<Stored> {
  return JSON.parse(await Deno.readTextFile(join(DOCS, "reproduction.json")));
}

Deno.test("docs/reproduction.md is what its runs say, as it would be written today", async () => {
  const { about, reports } = await storedReproduction();
  assertEquals(await Deno.readTextFile(join(DOCS, "reproduction.md")), summaryMarkdown(reports, about));
});

Deno.test("every printed number of both reports is in docs/reproduction.md with the verdict of today's rule", async () => {
  const { reports } = await storedReproduction();
  const cells = reports.flatMap(({ sections }) =>
    sections.flatMap(({ tables }) => tables.flatMap(({ rows }) => rows.flatMap((row) => row.cells)))
  ).filter((cell) => cell !== null);
  const items = REPORTS.flatMap(({ sections }) => sections.flatMap(numbersOf));
  assertEquals(cells.map(({ id }) => id), items.map(({ id }) => id));
  for (const [i, item] of items.entries()) {
    const { values, verdict, published } = cells[i]!;
    assertEquals([published, verdict], [asPrinted(item), judgeNumber(item, values).verdict], item.id);
    assert(values.length >= 5, item.id);
  }
});
