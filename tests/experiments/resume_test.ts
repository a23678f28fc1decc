/** Runs that end before their end, whatever ends them, and are gone on with. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readRun } from "../../src/runs/read.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { begunRun, goOn, startAndStop, whole } from "./kills.ts";
import { descent } from "./task_process.ts";

/** So many kills of each kind: `deno task test:long` makes 25, on one thread and on two in turn. */
const KILLS = Deno.env.get("DESCENT_LONG") === "1" ? 25 : 1;

async function withImages(use: (place: { readonly folder: string; readonly data: string }) => Promise<void>) {
  await withTempFolder(async (folder) => {
    const data = join(folder, "set");
    await Deno.mkdir(data);
    await writeIdxFolder(data, { train: 260, t10k: 60 });
    await use({ folder, data });
  });
}

for (const kind of ["q1", "cnn", "autoencoder", "stack"]) {
  Deno.test(`a ${kind} run that is killed at any instant goes on to the same weights, metrics and summary (${KILLS})`, async () => {
    await withImages(async ({ folder, data }) => {
      const { end, ms } = await whole({ kind, data, out: join(folder, "whole") });
      let killed = 0;
      for (let i = 0; killed < KILLS; i++) {
        const out = join(folder, `${i}`), threads = String(1 + i % 2);
        const run = { kind, data, out, flags: ["--backend", "wasm", "--threads", threads] };
        // From before there is a folder until after the last figure.
        const { code } = await startAndStop(run, {
          afterMs: 300 + Math.random() * (ms - 300),
          signal: "SIGKILL",
        });
        if (code === 0) continue;
        killed++;
        // Now and then a second time, while it goes on.
        const resume = await begunRun(out);
        if (resume !== undefined && i % 3 === 0) {
          await startAndStop(run, { afterMs: 300 + Math.random() * ms / 2, signal: "SIGKILL", resume });
        }
        const state = resume === undefined ? "" : (await readRun(resume)).state;
        if (state === "finished") continue;
        const other = { ...run, flags: ["--backend", "wasm", "--threads", String(2 - i % 2)] };
        assertEquals(await goOn(other), end, `kill ${i}`);
        await Deno.remove(out, { recursive: true });
      }
    });
  });
}

Deno.test("SIGINT, SIGTERM and SIGHUP stop a run with a checkpoint and their exit codes, and it says how to go on", async () => {
  await withImages(async ({ folder, data }) => {
    const kind = "long", { end } = await whole({ kind, data, out: join(folder, "whole") });
    for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
      const out = join(folder, signal);
      const { code, text, stopMs } = await startAndStop({ kind, data, out }, {
        afterMs: 50,
        said: "epoch 1 ·",
        signal,
      });
      assertEquals(code, expected, text);
      const path = (await begunRun(out))!, { state, summary } = await readRun(path);
      assertEquals([state, summary?.stopped], ["interrupted", "interrupted"], text);
      assert(text.indexOf("Stopping: ") < text.indexOf("Ended after "), text);
      assertStringIncludes(text, `Go on with it: deno task q1-vgd --resume ${path}`);
      // On a quiet machine it takes a tenth of it.
      assert(stopMs < 2000, `${stopMs} ms`);
      assertEquals(await goOn({ kind, data, out }), end);
    }
  });
});

Deno.test("--resume refuses what it cannot go on with, in a sentence", async () => {
  await withImages(async ({ folder, data }) => {
    const out = join(folder, "runs");
    await startAndStop({ kind: "q1", data, out }, { afterMs: 1000, signal: "SIGKILL" });
    const path = (await begunRun(out))!, id = path.slice(out.length + 1);
    const refused = async (...words: readonly string[]) => {
      const { code, stderr } = await descent(words);
      assert(code === 1 || code === 2, `${code}: ${stderr}`);
      return stderr.trim().replace("descent: ", "");
    };
    assertEquals(
      await refused("q1-sgd", "--resume", path),
      `--resume: ${id} is a run of q1-adam, not of q1-sgd`,
    );
    assertEquals(
      await refused("q1-adam", "--resume", path, "--lr", "0.1"),
      "--resume goes on with what the run was asked: leave out --lr",
    );
    assertEquals(
      await refused("q1-adam", "--resume", join(out, "none")),
      `Cannot read run folder ${join(out, "none")}: no such file or directory; name a folder inside runs/`,
    );
    assertEquals((await descent(["q1-adam", "--resume", path, "--threads", "1"])).code, 0);
    assertEquals(
      await refused("q1-adam", "--resume", path),
      `--resume: ${id} has come to its end: there is nothing to go on with`,
    );
  });
});
