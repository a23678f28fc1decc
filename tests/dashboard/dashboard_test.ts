/** The dashboard's pages and answers, asked without a network. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { appendLines } from "../../components/chart/append.ts";
import { progressOf, statusOf } from "../../components/run/run_words.ts";
import type { RunData, RunNews } from "../../components/types.ts";
import { REPORTS } from "../../dashboard/catalog.ts";
import { Metrics } from "../../dashboard/metrics.ts";
import { Store } from "../../dashboard/store.ts";
import { COMMANDS } from "../../experiments/commands.ts";
import { createRun } from "../../src/runs/run.ts";
import { epochs, pageText, runInfo, withRuns, writeRun } from "./dashboard_fixtures.ts";

Deno.test("the Home page of an empty or missing folder says how to start each experiment", async () => {
  await withRuns((root) => Deno.remove(root), async (dashboard, root) => {
    const html = await pageText(dashboard, "/");
    for (const report of REPORTS) {
      for (const { name } of report.questions.flatMap(({ experiments }) => experiments)) {
        assertStringIncludes(html, `deno task ${name}<`);
      }
    }
    assertStringIncludes(html, "There is no run yet");
    assertStringIncludes(await pageText(dashboard, "/runs"), "There is none yet");
    await Deno.mkdir(root);
  });
});

Deno.test("every experiment of the command line has a card on the Home page", () => {
  const cards = REPORTS.flatMap(({ questions }) =>
    questions.flatMap(({ experiments }) => experiments.flatMap(({ name, parts = [] }) => [name, ...parts]))
  );
  const tools = ["reproduce", "sweep", "forensics", "export", "plan", "gradcheck", "cells"];
  assertEquals(Object.keys(COMMANDS).filter((name) => !cards.includes(name) && !tools.includes(name)), []);
});

Deno.test("the Home page shows the best run of an experiment, and what lies in the folder", async () => {
  await withRuns((root) => {
    writeRun(root, "q1-adam-1");
    writeRun(root, "q1-adam-2", {
      run: { startedAt: "2026-11-22T00:00:00Z" },
      summary: { validation: { loss: 0.1, accuracy: 0.9901, precision: 1, recall: 1, f1: 1 } },
    });
    writeRun(root, "mine-1", { run: { experiment: "mine" } });
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/");
    assertStringIncludes(html, "0.9901");
    assertStringIncludes(html, 'href="/runs/q1-adam-2"');
    assertStringIncludes(html, "Other experiments");
    assertStringIncludes(html, "All 3 runs");
  });
});

Deno.test("a run's page says why it stopped, shows its scores beside the published ones, and lists its files", async () => {
  await withRuns((root) => writeRun(root, "a"), async (dashboard) => {
    const html = await pageText(dashboard, "/runs/a");
    assertStringIncludes(
      html,
      "Stopped by itself after 23 epochs in 3.4 s: val_loss had not fallen below 0.1249",
    );
    assertStringIncludes(html, "for 15 epochs");
    for (
      const text of [
        "0.9823",
        "0.9847",
        "1,515 of 1,518 right",
        "Loss against epochs",
        "WASM SIMD, 2 threads",
        "metrics.jsonl",
      ]
    ) {
      assertStringIncludes(html, text);
    }
    const answer = await dashboard.app.request("/runs/a/files/metrics.jsonl");
    assertEquals(answer.headers.get("content-type"), "text/plain; charset=utf-8");
    assertEquals((await answer.text()).split("\n").length, 24);
  });
});

Deno.test("a run that trains shows how far it is, a failed one why, and a dead one that it is gone", async () => {
  await withRuns((root) => {
    for (const state of ["running", "failed", "interrupted"]) {
      writeRun(root, state, {
        run: { state, ...(state === "failed" && { error: "The loss is NaN" }) },
        summary: null,
      });
    }
    writeRun(root, "died", { run: { state: "running" }, summary: null, files: { ".lock": "" } });
  }, async (dashboard) => {
    const running = await pageText(dashboard, "/runs/running");
    assertStringIncludes(running, "Training now, after 23 epochs.");
    assertStringIncludes(running, "15 of 15 epochs of patience used");
    assertStringIncludes(
      await pageText(dashboard, "/runs/failed"),
      "Failed after 23 epochs: The loss is NaN",
    );
    assertStringIncludes(await pageText(dashboard, "/runs/interrupted"), "Interrupted after 23 epochs");
    assertStringIncludes(
      await pageText(dashboard, "/runs/died"),
      "deno task q1-adam --resume runs/died goes on",
    );
  });
});

Deno.test("progressOf() goes by the epochs where they are given, and by patience where early stopping decides", () => {
  const stage = { name: null, epochs: 25, lastEpoch: 25, seconds: 50, samplesPerSecond: 1, curves: [] };
  const stopping = { best: 0.5, bestEpoch: 20, wait: 5 };
  const data = (rule: object, stop: object | null) =>
    ({
      rule: { monitor: null, minDelta: null, patience: null, maxEpochs: 100, ...rule },
      stages: [{ ...stage, stopping: stop }],
    }) as unknown as RunData;
  assertEquals(
    progressOf(data({}, null))?.words,
    "25 of 100 epochs; about 2 min 30 s to go at 2 s an epoch.",
  );
  const patient = progressOf(data({ monitor: "val_loss", patience: 15 }, stopping));
  assertEquals(patient?.share, 1 / 3);
  assertStringIncludes(patient!.words, "without an improvement it ends in 20 s");
  assertEquals(progressOf({ ...data({}, null), stages: [] }), null);
});

Deno.test("a group's page has its trainings, those of its summary and those under way, and its tables", async () => {
  await withRuns((root) => {
    writeRun(root, "q1-group", {
      run: { name: "q1", experiment: "q1", state: "interrupted" },
      summary: {
        experiment: "q1",
        cells: [{ run: "cell-1", optimizer: "adam", epochs: 23 }, { run: "../x", optimizer: "sgd" }],
      },
      files: { "figures/table_epochs.csv": 'architecture,adam\r\n"(30, 20, 10)",23\r\n' },
    });
    writeRun(root, "cell-1", { run: { group: "q1-group" } });
    writeRun(root, "cell-2", { run: { group: "q1-group", state: "running" }, summary: null });
  }, async (dashboard) => {
    const html = await pageText(dashboard, "/runs/q1-group");
    for (const text of ['href="/runs/cell-1"', 'href="/runs/cell-2"', "(30, 20, 10)", "More trainings"]) {
      assertStringIncludes(html, text);
    }
    assert(!html.includes('href="/runs/..'));
    assertStringIncludes(html, "/compare?run=cell-1&amp;run=cell-2");
  });
});

Deno.test("metrics are read on from where the last look ended, line by line, and anew when the file is another", async () => {
  await withRuns(
    (root) => writeRun(root, "a", { metrics: '{"epoch":1,"loss":2}\n{"epoch":2,"lo' }),
    async (_, root) => {
      const path = `${root}/a/metrics.jsonl`, metrics = new Metrics(root, "a");
      await metrics.refresh();
      assertEquals([metrics.lines, metrics.skippedLines], [1, 0]);
      await Deno.writeTextFile(path, 'ss":1.5}\nnonsense\n{"epoch":3,"loss":"x","valLoss":1}\n', {
        append: true,
      });
      await metrics.refresh();
      assertEquals([metrics.lines, metrics.skippedLines], [3, 1]);
      const [stage] = metrics.stages();
      assertEquals(stage!.curves, [
        { key: "loss", x: [1, 2, 3], y: [2, 1.5, null] },
        { key: "valLoss", x: [1, 2, 3], y: [null, null, 1] },
      ]);
      assertEquals(metrics.since(1)[0]!.x, [2, 3]);
      await Deno.writeTextFile(path, '{"epoch":1,"loss":9}\n');
      await metrics.refresh();
      assertEquals(metrics.stages()[0]!.curves, [{ key: "loss", x: [1], y: [9] }]);
    },
  );
});

Deno.test("metrics of several stages are told apart; what a page appends is what the file holds", async () => {
  const lines = [...epochs(3), ...epochs(2)].map((line, i) => ({
    ...line,
    stage: i < 3 ? "layer 1" : "layer 2",
  }));
  await withRuns((root) => writeRun(root, "a", { metrics: lines.slice(0, 2) }), async (_, root) => {
    const metrics = new Metrics(root, "a");
    await metrics.refresh();
    const before = metrics.stages();
    const rest = lines.slice(2).map((line) => `${JSON.stringify(line)}\n`).join("");
    await Deno.writeTextFile(`${root}/a/metrics.jsonl`, rest, { append: true });
    await metrics.refresh();
    const after = appendLines(before, metrics.since(2));
    assertEquals(after.map(({ name, epochs }) => [name, epochs]), [["layer 1", 3], ["layer 2", 2]]);
    for (const [i, { curves }] of metrics.stages().entries()) assertEquals(after[i]!.curves, curves);
  });
});

Deno.test("a line without end, and columns and stages without number, stay within bounds", async () => {
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]));
  const stages = Array.from({ length: 100 }, (_, i) => ({ epoch: 1, loss: 1, stage: `s${i}` }));
  const text = `${"x".repeat(3 * 2 ** 20)}\n${
    [wide, ...stages].map((line) => `${JSON.stringify(line)}\n`).join("")
  }`;
  await withRuns((root) => writeRun(root, "a", { metrics: text }), async (_, root) => {
    const metrics = new Metrics(root, "a");
    await metrics.refresh();
    assertEquals(metrics.stages()[0]!.curves.length, 40);
    assertEquals(metrics.stages().length, 32);
    assertEquals(metrics.lines + metrics.skippedLines, 102);
  });
});

Deno.test("a run is followed line by line to its end, less than a second behind", async () => {
  await withRuns(() => {}, async ({ app }, root) => {
    const run = await createRun(root, { name: "q1-adam", seed: 1, record: { experiment: "q1-adam" } });
    const [first, ...rest] = epochs(40);
    run.writeMetrics(first!);
    const answer = await app.request(`/runs/${run.id}/events?lines=0`);
    assertEquals(answer.headers.get("content-type"), "text/event-stream");
    const writing = (async () => {
      for (const line of rest) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        run.writeMetrics({ ...line, writtenMs: performance.now() });
      }
      await run.finish("finished");
    })();
    let lines = 0, worstMs = 0, parts = 0;
    const kinds = new Set<string>();
    for await (const news of newsOf(answer)) {
      kinds.add(news.kind);
      if (news.kind === "lines") {
        lines = news.lines;
        parts++;
        const written = news.appended.flatMap(({ columns }) => columns.writtenMs ?? []);
        for (const ms of written) if (ms !== null) worstMs = Math.max(worstMs, performance.now() - ms);
      }
      if (news.kind === "end") assertEquals([news.data.row.state, news.data.lines], ["finished", 40]);
    }
    await writing;
    assertEquals(lines, 40);
    assert(parts > 1, "all lines came at once");
    assert(worstMs < 1000, `a line was ${worstMs} ms late`);
    assertEquals([...kinds].sort(), ["end", "lines", "run"]);
  });
});

async function* newsOf(answer: Response): AsyncGenerator<RunNews> {
  let text = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (text + piece).split("\n\n");
    text = parts.pop()!;
    for (const part of parts) if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
  }
}

Deno.test("a run whose process dies is told to be dead while it is followed", async () => {
  await withRuns(
    (root) => writeRun(root, "a", { run: { state: "running" }, summary: null, files: { ".lock": "" } }),
    async ({ app }) => {
      const states: string[] = [];
      for await (const news of newsOf(await app.request("/runs/a/events"))) {
        if (news.kind === "end" || news.kind === "run") states.push(news.data.row.state);
      }
      assertEquals(states, ["died"]);
    },
  );
});

Deno.test("the events of the Home page begin with the page as it is, and go on when a run appears", async () => {
  await withRuns(() => {}, async ({ app }, root) => {
    const reader = (await app.request("/events")).body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => {
      for (let text = "";;) {
        text += (await reader.read()).value;
        const found = /data: (.*)\n\n/.exec(text);
        if (found) return JSON.parse(found[1]!).runs;
      }
    };
    assertEquals(await next(), 0);
    writeRun(root, "a");
    assertEquals(await next(), 1);
    await reader.cancel();
  });
});

Deno.test("the store reads a run again only when its files have changed, and forgets one that is gone", async () => {
  await withRuns((root) => {
    for (let i = 0; i < 1000; i++) {
      Deno.mkdirSync(`${root}/run-${i}`);
      Deno.writeTextFileSync(
        `${root}/run-${i}/run.json`,
        JSON.stringify({ ...runInfo(`run-${i}`), seed: i }),
      );
    }
  }, async (dashboard, root) => {
    const store = new Store(root);
    assertEquals((await store.list()).length, 1000);
    const { version } = store;
    await settle();
    const before = await store.list();
    await settle();
    const started = performance.now();
    assert((await store.list())[7] === before[7], "a row was made again");
    assert(performance.now() - started < 1000);
    assertEquals(store.version, version);
    await Deno.writeTextFile(`${root}/run-3/run.json`, JSON.stringify({ ...runInfo("run-3"), seed: 77 }));
    await Deno.remove(`${root}/run-4`, { recursive: true });
    await settle();
    const after = await store.list();
    assertEquals(after.length, 999);
    assertEquals(after.find(({ id }) => id === "run-3")?.seed, 77);
    assert(store.version > version);
    assertStringIncludes(await pageText(dashboard, "/"), "All 999 runs");
  });
});

/** Longer than a list counts as fresh, and than the clock's step. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 180));
}

Deno.test("statusOf() has a sentence for every state", () => {
  const row = { id: "a", error: null, numbers: {}, stopped: null, isGroup: false };
  for (const state of ["running", "finished", "failed", "interrupted", "died", "unknown"]) {
    assert(
      statusOf({ row: { ...row, state }, rule: null, stages: [] } as unknown as RunData).endsWith("."),
      state,
    );
  }
});
