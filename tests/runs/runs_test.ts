import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { savedSha256 } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { listRuns, readRun } from "../../src/runs/read.ts";
import { createRun, reopenRun, type RunOptions, type RunSummary, RunWriter } from "../../src/runs/run.ts";

const NOW = new Date("2026-11-21T17:20:01.234Z");
const OPTIONS: RunOptions = { name: "q1-adam", seed: 7, record: { epochs: 25 }, now: NOW };
const SCORES = { loss: 0.1, accuracy: 0.98, precision: 0.98, recall: 0.98, f1: 0.98 };
const SUMMARY: RunSummary = {
  run: "q1-adam-20261121-172001",
  experiment: "q1-adam",
  epochs: 25,
  seconds: 3.5,
  stopped: "val_loss did not improve for 10 epochs",
  train: { ...SCORES, loss: null },
  validation: SCORES,
  test: SCORES,
  backend: "wasm",
  seed: 7,
  parameters: 24435,
};

/** Runs `body` with a fresh folder that is removed afterwards. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "descent-runs-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

async function readObject(path: string): Promise<JsonObject> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** A folder as a run leaves it that is cut off: with a lock file that nobody holds. */
async function leaveRun(out: string, id: string, info: JsonObject = {}): Promise<string> {
  const path = join(out, id);
  await Deno.mkdir(path, { recursive: true });
  const whole = {
    id,
    name: "q1-adam",
    seed: 1,
    state: "running",
    startedAt: NOW.toISOString(),
    pid: 1,
    ...info,
  };
  await Deno.writeTextFile(join(path, "run.json"), JSON.stringify(whole));
  await Deno.writeTextFile(join(path, ".lock"), "");
  return path;
}

Deno.test("createRun() makes a folder named after the experiment and the time in UTC, and all above it", () =>
  inFolder(async (folder) => {
    const out = join(folder, "a", "b");
    const run = await createRun(out, OPTIONS);
    assertEquals(run.id, "q1-adam-20261121-172001");
    assertEquals(run.path, join(out, run.id));
    const { host: _, ...info } = await readObject(join(run.path, "run.json"));
    assertEquals(info, {
      id: run.id,
      name: "q1-adam",
      seed: 7,
      state: "running",
      startedAt: "2026-11-21T17:20:01.234Z",
      pid: Deno.pid,
      epochs: 25,
    });
    await run.finish("finished");
  }));

Deno.test("createRun() gives runs of the same name that start together each their own folder", () =>
  inFolder(async (out) => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => createRun(out, OPTIONS)));
    const base = "q1-adam-20261121-172001";
    const expected = [base, ...[2, 3, 4, 5, 6, 7, 8].map((n) => `${base}-${n}`)];
    assertEquals(runs.map((run) => run.id).sort(), expected);
    for (const run of runs) {
      run.writeMetrics({ id: run.id });
      await run.finish("finished");
      assertEquals((await readRun(run.path)).metrics, [{ id: run.id }]);
      assertEquals((await readObject(join(run.path, "run.json"))).id, run.id);
    }
  }));

Deno.test("createRun() names the folder that cannot be made, the cause and the way out", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "here");
    const below = await assertRejects(() => createRun(join(file, "runs"), OPTIONS), DescentError);
    assertEquals(
      below.message,
      `Cannot create a run folder in ${join(file, "runs")}: not a directory; ` +
        "choose a folder that can be written",
    );
    await assertRejects(() => createRun(file, OPTIONS), DescentError, "a file has this name");
    assertEquals(await namesIn(folder), ["file"]);
    assertEquals(await Deno.readTextFile(file), "here");
  }));

Deno.test("createRun() refuses names that are no plain file names", () =>
  inFolder(async (folder) => {
    for (const name of ["", "../x", "a/b", ".hidden", "a b", "x".repeat(101)]) {
      await assertRejects(() => createRun(folder, { ...OPTIONS, name }), DescentError, "Cannot name a run");
    }
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("createRun() does not let the record take the place of what the run notes itself", () =>
  inFolder(async (folder) => {
    for (const key of ["id", "state", "pid", "host", "finishedAt", "error"]) {
      const record = { [key]: "mine" };
      await assertRejects(() => createRun(folder, { ...OPTIONS, record }), Error, `"${key}"`);
    }
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("createRun() leaves no half-made folder when it fails on the way", () =>
  inFolder(async (out) => {
    const circular: { self?: JsonObject } = {};
    circular.self = circular as JsonObject;
    const record = circular as JsonObject;
    await assertRejects(() => createRun(out, { ...OPTIONS, record }), DescentError, "circular");
    assertEquals(await namesIn(out), []);
  }));

Deno.test("finish() notes state, time and more, and leaves nothing but the run's files", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    await run.writeJson("summary.json", SUMMARY);
    await run.writeFile("figures/loss.svg", "<svg/>");
    await run.writeFile("model.safetensors", Uint8Array.of(1, 2, 3));
    await run.finish("failed", { error: "The loss became NaN in epoch 3" });
    const info = await readObject(join(run.path, "run.json"));
    assertEquals([info.state, info.error, info.epochs], ["failed", "The loss became NaN in epoch 3", 25]);
    assertMatch(String(info.finishedAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const names = ["figures", "metrics.jsonl", "model.safetensors", "run.json", "summary.json"];
    assertEquals(await namesIn(run.path), names);
    assertEquals(await namesIn(join(run.path, "figures")), ["loss.svg"]);
    assertEquals(await Deno.readFile(join(run.path, "model.safetensors")), Uint8Array.of(1, 2, 3));
  }));

Deno.test("run.json has the SHA-256 of each model that the run wrote, however it ended, and that of a run gone on with", () =>
  inFolder(async (out) => {
    // As `printf abc | sha256sum` prints it.
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const text = (letters: string) => new TextEncoder().encode(letters);
    const run = await createRun(out, OPTIONS);
    await run.writeFile("model.safetensors", text("an older one"));
    await run.writeFile("model.safetensors", text("abc"));
    await run.writeFile("layers/1.safetensors", text(""));
    await run.writeFile("figures/loss.png", text("abc"));
    await run.finish("failed", { error: "on the way" });
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const { info } = await readRun(run.path);
    assertEquals(info!.sha256, { "model.safetensors": abc, "layers/1.safetensors": empty });
    assertEquals(savedSha256(info, "model.safetensors"), abc);
    for (const name of ["figures/loss.png", "constructor"]) assertEquals(savedSha256(info, name), null);

    const again = await reopenRun(run.path);
    await again.writeFile("model.safetensors", text(""));
    await again.finish("finished");
    const after = (await readRun(run.path)).info!.sha256;
    assertEquals(after, { "model.safetensors": empty, "layers/1.safetensors": empty });
    await assertRejects(
      () => createRun(out, { ...OPTIONS, record: { sha256: {} } }),
      Error,
      'records "sha256"',
    );
  }));

Deno.test("finish() counts only the first time, and the run takes no more files", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    await Promise.all([run.finish("interrupted"), run.finish("finished")]);
    await run.finish("failed");
    assertEquals((await readRun(run.path)).state, "interrupted");
    assertEquals(await run.discard(), false);
    assertThrows(() => run.writeMetrics({ epoch: 1 }), Error, "has ended");
    await assertRejects(() => run.writeFile("late.txt", ""), Error, "has ended");
  }));

Deno.test("writeMetrics() keeps every line, in order, and writes NaN and infinities as null", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    for (let epoch = 0; epoch < 5000; epoch++) {
      run.writeMetrics({ epoch, loss: epoch === 3 ? NaN : -Infinity });
    }
    await run.finish("finished");
    const { metrics, skippedLines } = await readRun(run.path);
    assertEquals(metrics.map((line) => line.epoch), Array.from({ length: 5000 }, (_, epoch) => epoch));
    assert(metrics.every((line) => line.loss === null));
    assertEquals(skippedLines, 0);
  }));

Deno.test("writeMetrics() lets a reader see each line soon, without a further line or the end", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    run.writeMetrics({ epoch: 0 });
    run.writeMetrics({ epoch: 1 }); // waits, as the one before has just been written
    assert((await readRun(run.path)).metrics.length >= 1);
    let seen = 0;
    for (let attempt = 0; attempt < 200 && seen < 2; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen = (await readRun(run.path)).metrics.length;
    }
    assertEquals(seen, 2);
    await run.finish("finished");
  }));

Deno.test("RunWriter tells once that metrics could not be written, and still notes the end", () =>
  inFolder(async (out) => {
    const info = {
      id: "r",
      name: "r",
      seed: 1,
      state: "running",
      startedAt: NOW.toISOString(),
      pid: 1,
    } as const;
    const full = "No space left on device (os error 28): write";
    for (const lineWhenFull of [0, 1]) {
      let attempts = 0;
      const disk = {
        writeSync(bytes: Uint8Array): number {
          if (attempts++ >= lineWhenFull) throw new Error(full);
          return bytes.length;
        },
        close() {},
      };
      const run = new RunWriter(out, info, disk as unknown as Deno.FsFile, undefined);
      const message = `Cannot write ${join(out, "metrics.jsonl")}: no space left on device; make room`;
      if (lineWhenFull === 0) {
        assertThrows(() => run.writeMetrics({ epoch: 0 }), DescentError, message);
        assertThrows(() => run.writeMetrics({ epoch: 1 }), DescentError, message);
        await run.finish("failed");
      } else {
        run.writeMetrics({ epoch: 0 });
        run.writeMetrics({ epoch: 1 }); // pending
        await assertRejects(() => run.finish("failed"), DescentError, message);
      }
      assertEquals((await readObject(join(out, "run.json"))).state, "failed");
      assertEquals(attempts, lineWhenFull + 1); // nothing may follow a line that may be cut off
    }
  }));

Deno.test("writeFile() replaces a file as a whole", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    await run.writeFile("figures/a.csv", "a long first version");
    await run.writeFile("figures/a.csv", "short");
    assertEquals(await Deno.readTextFile(join(run.path, "figures", "a.csv")), "short");
    assertEquals(await namesIn(join(run.path, "figures")), ["a.csv"]);
    await run.finish("finished");
  }));

Deno.test("writeFile() keeps to the run folder", () =>
  inFolder(async (folder) => {
    const run = await createRun(join(folder, "runs"), OPTIONS);
    const before = await namesIn(run.path);
    const outside = [
      "",
      ".",
      "..",
      "../x",
      "figures/../../x",
      "./../x",
      "/tmp/x",
      join(folder, "x"),
      "a/",
      "C:x",
    ];
    for (const path of outside) {
      await assertRejects(() => run.writeFile(path, "x"), DescentError, "name a file inside this folder");
    }
    assertEquals(await namesIn(run.path), before);
    assertEquals(await namesIn(folder), ["runs"]);
    assertEquals(await namesIn(join(folder, "runs")), [run.id]);
    await run.writeFile("figures/../inside.txt", "x");
    assertEquals(await Deno.readTextFile(join(run.path, "inside.txt")), "x");
    await run.finish("finished");
  }));

Deno.test("writeFile() leaves the run's own files alone", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    for (const path of ["run.json", "./metrics.jsonl", ".lock"]) {
      await assertRejects(() => run.writeFile(path, "x"), Error, "written by the run itself");
    }
    await run.finish("finished");
  }));

Deno.test("writeFile() names the file that cannot be written and leaves no piece of it", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    await Deno.mkdir(join(run.path, "figures", "taken"), { recursive: true });
    const error = await assertRejects(() => run.writeFile("figures/taken", "x"), DescentError);
    assert(error.message.startsWith(`Cannot write ${join(run.path, "figures", "taken")}: `), error.message);
    assertEquals(await namesIn(join(run.path, "figures")), ["taken"]);
    await run.finish("failed");
  }));

Deno.test("discard() removes a run in which nothing was done, and no other", () =>
  inFolder(async (out) => {
    const empty = await createRun(out, OPTIONS);
    assertEquals(await empty.discard(), true);
    assertEquals(await namesIn(out), []);
    await empty.finish("failed"); // does nothing
    assertEquals(await namesIn(out), []);

    const used = await createRun(out, OPTIONS);
    used.writeMetrics({ epoch: 0 });
    assertEquals(await used.discard(), false);
    await used.finish("failed");
    assertEquals((await readRun(used.path)).metrics, [{ epoch: 0 }]);
  }));

Deno.test("readRun() reads a run while it is written and after its end", () =>
  inFolder(async (out) => {
    const run = await createRun(out, OPTIONS);
    const { host: _, ...options } = (await readRun(run.path)).info!;
    assertEquals(options.epochs, 25);
    const during = await readRun(run.path);
    assertEquals([during.state, during.summary, during.figures, during.error], [
      "running",
      undefined,
      [],
      undefined,
    ]);
    await run.writeFile("figures/b.svg", "b");
    await run.writeFile("figures/a.svg", "a");
    await run.writeJson("summary.json", SUMMARY);
    await run.finish("finished");
    const after = await readRun(run.path);
    assertEquals([after.id, after.state, after.figures], [run.id, "finished", ["a.svg", "b.svg"]]);
    assertEquals(after.summary, SUMMARY);
    assertEquals(after.error, undefined);
  }));

Deno.test("readRun() ignores what a crash left half written", () =>
  inFolder(async (out) => {
    const path = await leaveRun(out, "cut");
    await Deno.mkdir(join(path, "figures"));
    await Deno.writeTextFile(join(path, "metrics.jsonl"), '{"epoch":0}\n{"epoch":1}\n{"epoch":2,"lo');
    await Deno.writeTextFile(join(path, ".summary.json.1234.tmp"), '{"run":');
    await Deno.writeTextFile(join(path, "figures", ".loss.svg.1234.tmp"), "<sv");
    const { metrics, skippedLines, summary, figures, state, error } = await readRun(path);
    assertEquals(metrics, [{ epoch: 0 }, { epoch: 1 }]);
    assertEquals([skippedLines, summary, figures, state, error], [0, undefined, [], "died", undefined]);
  }));

Deno.test("readRun() counts damaged lines within the metrics", () =>
  inFolder(async (out) => {
    const path = await leaveRun(out, "damaged");
    await Deno.writeTextFile(join(path, "metrics.jsonl"), '{"epoch":0}\n{"epo\n[1]\n\n{"epoch":3}\n');
    const { metrics, skippedLines } = await readRun(path);
    assertEquals(metrics, [{ epoch: 0 }, { epoch: 3 }]);
    assertEquals(skippedLines, 3);
  }));

Deno.test("readRun() tells what is damaged and reads the rest", () =>
  inFolder(async (out) => {
    const path = await leaveRun(out, "bad");
    await Deno.writeTextFile(join(path, "metrics.jsonl"), '{"epoch":0}\n');
    const damages: [string, string][] = [
      ['{"id":"x', "run.json is damaged: it is not a JSON object"],
      ["[]", "run.json is damaged: it is not a JSON object"],
      ['{"id":"x"}', "run.json is damaged: members are missing or of a wrong type"],
    ];
    for (const [text, message] of damages) {
      await Deno.writeTextFile(join(path, "run.json"), text);
      const { state, error, id, info, metrics } = await readRun(path);
      assertEquals([state, error, id, info, metrics], ["unknown", message, "bad", undefined, [{ epoch: 0 }]]);
    }
    await Deno.remove(join(path, "run.json"));
    assertEquals((await readRun(path)).error, "run.json is missing");
  }));

Deno.test("readRun() takes only a whole summary", () =>
  inFolder(async (out) => {
    const path = await leaveRun(out, "x");
    const { parameters: _, ...incomplete } = SUMMARY, { f1: __, ...someScores } = SCORES;
    for (
      const summary of [
        incomplete,
        { ...SUMMARY, test: { ...SCORES, f1: null } },
        { ...SUMMARY, test: someScores },
        { ...SUMMARY, test: null },
        { ...SUMMARY, epochs: "25" },
      ]
    ) {
      await Deno.writeTextFile(join(path, "summary.json"), JSON.stringify(summary));
      const run = await readRun(path);
      assertEquals(run.summary, undefined);
      assertEquals(run.error, "summary.json is damaged: members are missing or of a wrong type");
    }
  }));

Deno.test("readRun() takes a summary without a set that was empty, and of a model that is no classifier", () =>
  inFolder(async (out) => {
    const path = await leaveRun(out, "x"), { validation: _, ...twoSets } = SUMMARY;
    const losses = { ...twoSets, train: { loss: 0.01 }, test: { loss: 0.02 } };
    for (const summary of [twoSets, losses]) {
      await Deno.writeTextFile(join(path, "summary.json"), JSON.stringify(summary));
      const run = await readRun(path);
      assertEquals([run.summary, run.error], [summary, undefined]);
    }
  }));

Deno.test("readRun() throws only where there is no folder", () =>
  inFolder(async (out) => {
    const missing = join(out, "none"), file = join(out, "file");
    await Deno.writeTextFile(file, "");
    await assertRejects(
      () => readRun(missing),
      DescentError,
      `Cannot read run folder ${missing}: no such file`,
    );
    await assertRejects(() => readRun(file), DescentError, "it is a file");
    assertEquals((await readRun(out)).error, "run.json is missing");
  }));

Deno.test("readRun() calls a run died once its process was killed, and not before", () =>
  inFolder(async (out) => {
    const module = new URL("../../src/runs/run.ts", import.meta.url).href;
    const script = `const { createRun } = await import(${JSON.stringify(module)});
      const run = await createRun(${JSON.stringify(out)}, { name: "killed", seed: 1, record: {} });
      run.writeMetrics({ epoch: 0 });
      console.log(run.path);
      setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "piped" }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const path = (await reader.read()).value!.trim();
    assertEquals((await readRun(path)).state, "running");
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const { state, metrics } = await readRun(path);
    assertEquals([state, metrics], ["died", [{ epoch: 0 }]]);
  }));

Deno.test("readRun() does not judge runs of other machines, or without a lock", () =>
  inFolder(async (out) => {
    const elsewhere = await leaveRun(out, "elsewhere", { host: "another-machine.example" });
    assertEquals((await readRun(elsewhere)).state, "running");
    const unlocked = await leaveRun(out, "unlocked");
    await Deno.remove(join(unlocked, ".lock"));
    assertEquals((await readRun(unlocked)).state, "running");
    const ended = await leaveRun(out, "ended", { state: "interrupted" });
    assertEquals((await readRun(ended)).state, "interrupted");
  }));

Deno.test("listRuns() lists the newest first, and damaged runs last", () =>
  inFolder(async (out) => {
    await leaveRun(out, "a-old", { startedAt: "2025-01-01T00:00:00.000Z" });
    await leaveRun(out, "b-new", { startedAt: "2026-01-01T00:00:00.000Z" });
    await leaveRun(out, "c", { startedAt: "2025-06-01T00:00:00.000Z" });
    await leaveRun(out, "c-2", { startedAt: "2025-06-01T00:00:00.000Z" });
    await leaveRun(out, "c-10", { startedAt: "2025-06-01T00:00:00.000Z" });
    const damaged = await leaveRun(out, "z-damaged");
    await Deno.writeTextFile(join(damaged, "run.json"), "{");
    const ids = (await listRuns(out)).map((run) => run.id);
    assertEquals(ids, ["b-new", "c-10", "c-2", "c", "a-old", "z-damaged"]);
  }));

Deno.test("listRuns() passes over all that is no run", () =>
  inFolder(async (out) => {
    await Deno.mkdir(join(out, "photos", "holiday"), { recursive: true });
    await Deno.writeTextFile(join(out, "notes.txt"), "x");
    await Deno.mkdir(join(out, "odd", "run.json"), { recursive: true });
    await Deno.symlink(join(out, "nowhere"), join(out, "dangling"));
    const run = await createRun(out, OPTIONS);
    await run.writeJson("summary.json", SUMMARY);
    await run.finish("finished");
    const [first, second, ...others] = await listRuns(out);
    assertEquals([first!.id, first!.state, first!.summary], [run.id, "finished", SUMMARY]);
    assertEquals([second!.id, second!.state], ["odd", "unknown"]);
    assertEquals(others, []);
  }));

Deno.test("listRuns() finds no runs where there is no folder, and says so where there is a file", () =>
  inFolder(async (out) => {
    assertEquals(await listRuns(join(out, "none")), []);
    await Deno.writeTextFile(join(out, "file"), "");
    await assertRejects(() => listRuns(join(out, "file")), DescentError, "Cannot list the runs in");
  }));

Deno.test("readRun() takes a table of runs, whose summary has cells instead of scores, for undamaged", async () => {
  const out = await Deno.makeTempDir();
  const run = await createRun(out, { name: "q1", seed: 1, record: { experiment: "q1" } });
  await run.writeJson("summary.json", {
    run: run.id,
    experiment: "q1",
    seed: 1,
    seconds: 1,
    epochs: 0,
    cells: [],
  });
  await run.finish("finished");
  const { error, summary } = await readRun(run.path);
  assertEquals(error, undefined);
  assertEquals(summary?.cells, []);
  await Deno.remove(out, { recursive: true });
});
