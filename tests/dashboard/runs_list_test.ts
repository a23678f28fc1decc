/** The list of runs: the language of its filter, its order, columns and groups, and what its address holds. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  columnOf,
  commonSettings,
  defaultColumns,
  groupRows,
  groupText,
  sortRows,
} from "../../components/runs/columns.ts";
import { filterRows } from "../../components/runs/filter.ts";
import { packRuns, unpackRuns } from "../../components/runs/packed.ts";
import { NO_NOTE } from "../../components/runs/run_note.ts";
import { runsChoiceOf, runsPath } from "../../components/runs/runs_choice.ts";
import type { RunRow } from "../../components/types.ts";
import { repeatCommand } from "../../experiments/reports/run_settings.ts";
import { epochs, pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

function row(id: string, part: Partial<RunRow> = {}): RunRow {
  return {
    id,
    state: "finished",
    error: null,
    experiment: "q1-adam",
    seed: 1,
    startedAt: "2026-11-21T20:45:36.643Z",
    finishedAt: null,
    stopped: "early stopping",
    network: "784-30-20-10-5",
    backend: "WASM SIMD",
    group: null,
    isGroup: false,
    isPublished: false,
    settings: { optimizer: "adam", learningRate: "0.001", arch: "30, 20, 10", epochs: "100000" },
    numbers: { "validation.accuracy": 0.98, "test.accuracy": 0.975, epochs: 23, seconds: 3.4 },
    ...part,
  };
}

const ROWS: readonly RunRow[] = [
  row("adam-1", { kept: { ...NO_NOTE, name: "The best", tags: ["baseline", "paper"] } }),
  row("adam-2", {
    seed: 2,
    settings: { optimizer: "adam", learningRate: "0.1", arch: "30, 20, 10", epochs: "100000" },
    numbers: { "validation.accuracy": 0.9, epochs: 4, seconds: 1 },
    startedAt: "2026-11-20T01:00:00.000Z",
  }),
  row("sgd-1", {
    experiment: "q1-sgd",
    state: "running",
    settings: { optimizer: "sgd", learningRate: "0.01", momentum: "0.9", arch: "20", epochs: "9" },
    numbers: {},
  }),
  row("code-64", {
    experiment: "q2-autoencoder",
    settings: { nodes: "64", learningRate: "1e-3", "classifier.epochs": "5" },
    numbers: { "reconstruction.test.mse": 0.0123, "classifier.test.accuracy": 0.95, seconds: 40 },
  }),
  row("old", { kept: { ...NO_NOTE, isArchived: true }, state: "failed", error: "The loss became NaN" }),
];

const found = (filter: string) => filterRows(ROWS, filter).rows.map(({ id }) => id).join(" ");
const problemsOf = (filter: string) => filterRows(ROWS, filter).problems;

Deno.test("a filter finds runs by words, settings, numbers, tags and what they came to", () => {
  const cases: Readonly<Record<string, string>> = {
    "": "adam-1 adam-2 sgd-1 code-64",
    "optimizer=adam lr<0.01": "adam-1",
    "LearningRate=0.001": "adam-1 code-64",
    "lr=.1,0.01": "adam-2 sgd-1",
    "lr≥0.01": "adam-2 sgd-1",
    "-lr>=0.01": "adam-1 code-64",
    "lr!=0.001": "adam-2 sgd-1",
    "test.accuracy>0.97": "adam-1",
    "mse<0.1": "code-64",
    "epochs=100000 result.epochs>5": "adam-1",
    "momentum=none optimizer=adam": "adam-1 adam-2",
    "arch=30,20,10": "adam-1 adam-2",
    "experiment=q1-*": "adam-1 adam-2 sgd-1",
    "network=784*10-5 id=*-2": "adam-2",
    "tag:baseline": "adam-1",
    "tag:base": "",
    "tag:base*": "adam-1",
    "-tag:baseline seed=1": "sgd-1 code-64",
    'name:"best"': "adam-1",
    'stopped="early stopping" best': "adam-1",
    "state=running,failed": "sgd-1",
    "archived:any state=failed": "old",
    "archived:yes": "old",
    "archived:any nan": "old",
    "started>=2026-11-21 q1": "adam-1 sgd-1",
    "started<2026-11-21": "adam-2",
    "started=2026-11-20*": "adam-2",
    "classifier.epochs=5": "code-64",
    "time>30": "code-64",
    "nothing like it": "",
  };
  for (const [filter, ids] of Object.entries(cases)) {
    assertEquals([filter, found(filter), problemsOf(filter)], [filter, ids, []]);
  }
});

Deno.test("what a filter gets wrong is told in a sentence, and the rest of it holds", () => {
  const cases: Readonly<Record<string, string>> = {
    "lrr<1": 'No run has a "lrr": is it lr?',
    "optimiser=adam": 'No run has a "optimiser": is it optimizer?',
    "lr<": "A value is missing after lr<, as in lr<1",
    "lr<fast": '"fast" is no number to compare lr with',
    "accuracy>0.9":
      '"accuracy" may be validation.accuracy or test.accuracy or classifier.test.accuracy: say which',
    'name:"best': 'A quotation mark is not closed: name:"best',
    "archived:maybe": 'archived is yes, no or any, not "maybe"',
    "started>yesterday": '"yesterday" is no day to compare started with: write 2026-11-21',
  };
  for (const [filter, problem] of Object.entries(cases)) {
    assertEquals([
      found(`${filter.includes('"') ? "" : "sgd "}${filter}`).includes("adam-1"),
      problemsOf(filter),
    ], [
      filter.includes('"'),
      [problem],
    ]);
  }
  assertStringIncludes(problemsOf("zzzzzzz=1")[0]!, "there are experiment, network, optimizer");
  // A pattern of many pieces, which a regular expression would look for until the end of days.
  const started = performance.now();
  filterRows([row("a".repeat(250))], `id=${"*a".repeat(200)}*b`);
  assert(performance.now() - started < 500);
});

Deno.test("columns are what differs and results of every kind; the rest is told as common", () => {
  const { rows, names } = filterRows(ROWS, "");
  assertEquals(defaultColumns(rows, names), [
    "experiment",
    "learningRate",
    "result.validation.accuracy",
    "result.test.accuracy",
    "result.classifier.test.accuracy",
    "result.reconstruction.test.mse",
    "result.epochs",
    "result.seconds",
  ]);
  const adam = filterRows(ROWS, "adam");
  assertEquals(defaultColumns(adam.rows, adam.names).slice(0, 1), ["learningRate"]);
  assertEquals(commonSettings(adam.rows, adam.names).map(([name]) => name), [
    "experiment",
    "network",
    "optimizer",
    "arch",
    "epochs",
  ]);
  assertEquals(columnOf("gone", names), undefined);
  assertEquals([columnOf("epochs", names)?.words, columnOf("result.epochs", names)?.words], [
    "epochs (setting)",
    "epochs",
  ]);
  const order = (sort: string | null) => sortRows(rows, sort, names).map(({ id }) => id).join(" ");
  assertEquals(order("-result.validation.accuracy"), "adam-1 adam-2 sgd-1 code-64");
  assertEquals(order("learningRate"), "adam-1 code-64 sgd-1 adam-2");
  assertEquals(order("-learningRate"), "adam-2 sgd-1 adam-1 code-64");
  assertEquals(order("run"), "adam-2 code-64 sgd-1 adam-1");
  assertEquals(order("nonsense"), order(null));
  const groups = groupRows(rows, "experiment", names);
  assertEquals(groups.map(({ label, rows }) => [label, rows.length]), [["q1-adam", 2], ["q1-sgd", 1], [
    "q2-autoencoder",
    1,
  ]]);
  assertEquals(groupText(columnOf("result.validation.accuracy", names)!, groups[0]!.rows), {
    mean: "0.9400",
    sd: "0.0566",
  });
  assertEquals(groupRows(rows, "*", names).length, 4);
  assertEquals(groupRows(rows, "momentum", names).map(({ label }) => label), ["no momentum", "momentum 0.9"]);
});

Deno.test("rows that travel packed are the same rows", () => {
  const shown = ROWS.map((one) => ({ ...one, finishedAt: null }));
  assertEquals(unpackRuns(JSON.parse(JSON.stringify(packRuns(shown)))), shown);
  const hostile = row("x", { settings: JSON.parse('{"__proto__": "1"}') });
  assertEquals(Object.keys(unpackRuns(packRuns([hostile]))[0]!.settings), ["__proto__"]);
});

Deno.test("the address of a list says what it shows, and nonsense in it is passed over", () => {
  const path = "/runs?filter=lr%3C0.01+a%26b&sort=-seed&by=*&columns=lr%2Cseed&rows=200&open=a%2C+b";
  assertEquals(runsPath(runsChoiceOf(new URL(path, "http://a").searchParams)), path);
  assertEquals(runsPath(runsChoiceOf(new URLSearchParams("rows=-3&sort=&by=&x=1"))), "/runs");
});

Deno.test("the page is a sorted, filtered table without scripts, with a link for every order", async () => {
  await withRuns((root) => {
    for (const seed of [3, 1, 2]) writeRun(root, `adam-${seed}`, { run: { seed } });
    writeRun(root, "code", {
      run: { experiment: "q2-autoencoder", settings: { nodes: 64 } },
      summary: {
        train: undefined,
        validation: undefined,
        test: undefined,
        reconstruction: { test: { mse: 0.0123 } },
      },
    });
    writeRun(root, "live", {
      run: { state: "running", settings: { batch: 8 } },
      summary: null,
      metrics: epochs(7),
    });
  }, async (dashboard) => {
    const ids = (html: string) => [...html.matchAll(/<tr data-id="([^"]+)"/g)].map(([, id]) => id);
    const html = await pageText(dashboard, "/runs?sort=seed&filter=adam-");
    assertEquals(ids(html), ["adam-1", "adam-2", "adam-3"]);
    assertStringIncludes(html, 'aria-sort="ascending"');
    assertStringIncludes(html, 'href="/runs?filter=adam-&amp;sort=-seed"');
    const all = await pageText(dashboard, "/runs");
    assertStringIncludes(all, "0.0123");
    // What a training has come to so far: its epochs, and the accuracy of the last.
    assert(/data-id="live".*?0\.9143.*?<\/tr>/s.test(all), all);
    assertEquals(ids(await pageText(dashboard, "/runs?rows=2")).length, 2);
    assertStringIncludes(await pageText(dashboard, "/runs?filter=lrr%3C1"), "is it lr?");
    assertStringIncludes(await pageText(dashboard, "/runs?by=experiment"), "q2-autoencoder");
  });
});

Deno.test("a group's command to copy is quoted for a shell, and there is none where run.json holds no command", () => {
  const of = (words: readonly string[], experiment = "q1") => repeatCommand({ experiment, arguments: words });
  assertEquals(of(["--lr", "0.01"]), "deno task q1 --lr 0.01");
  assertEquals(of(["--seeds", "100"], "sweep-q1-adam"), "deno task sweep q1-adam --seeds 100");
  assertEquals(of(["--data", "a'; rm -rf ~ #"]), `deno task q1 --data 'a'\\''; rm -rf ~ #'`);
  for (const bad of ["a\nb", "a\u202Eb", "a\u0000"]) assertEquals(of([bad]), null);
  for (const bad of ["; rm", "-x", "$(x)", ""]) assertEquals(of([], bad), null);
  assertEquals(repeatCommand({ experiment: "q1", arguments: null }), null);
});
