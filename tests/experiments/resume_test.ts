/** Runs that end before their end, whatever ends them, and are gone on with. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { makeRun } from "../../experiments/lab/run.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { checkpointPath } from "../../experiments/lab/resume.ts";
import { readFacts } from "../../src/runs/read_facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { hasCheckpoint } from "../../src/train/checkpoint_file.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { longOr, withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { withRunPlace } from "./run_place.ts";
import { begunRun, goOn, startAndStop, whole, wordsOf } from "./kills.ts";
import { command, commandLine, descent, ROOT } from "./task_process.ts";

/** So many kills of each kind: `deno task test:long` makes 25, on one thread and on two in turn. */
const KILLS = longOr(1, 25);

async function withImages(use: (place: { readonly folder: string; readonly data: string }) => Promise<void>) {
  await withTempFolder(async (folder) => {
    const data = join(folder, "set");
    await Deno.mkdir(data);
    await writeIdxFolder(data, { train: 260, t10k: 60 });
    await use({ folder, data });
  });
}

/** Kills so many runs of a kind, goes on with each, and compares it with one that was left alone. */
async function killAndCompare(
  kind: string,
  kills: number,
  flagsOf: (i: number) => { readonly first: readonly string[]; readonly then: readonly string[] },
): Promise<void> {
  await withImages(async ({ folder, data }) => {
    const { end, ms } = await whole({ kind, data, out: join(folder, "whole"), flags: flagsOf(0).first });
    let killed = 0;
    for (let i = 0; killed < kills; i++) {
      const out = join(folder, `${i}`), { first, then } = flagsOf(i), run = { kind, data, out, flags: first };
      // From before there is a folder until after the last figure.
      const { code } = await startAndStop(run, {
        afterMs: 300 + Math.random() * (ms - 300),
        signal: "SIGKILL",
      });
      if (code === 0) continue;
      // Now and then a second time, while it goes on.
      const resume = await begunRun(out);
      if (resume !== undefined && i % 3 === 0) {
        await startAndStop(run, { afterMs: 300 + Math.random() * ms / 2, signal: "SIGKILL", resume });
      }
      if (resume !== undefined && (await readRun(resume)).state === "finished") continue;
      assertEquals(await goOn({ ...run, flags: then }), end, `kill ${i}`);
      await Deno.remove(out, { recursive: true });
      killed++;
    }
  });
}

for (const kind of ["q1", "cnn", "autoencoder", "stack"]) {
  const words = "goes on to the same weights, metrics and summary";
  Deno.test(`a ${kind} run that is killed at any instant ${words} (${KILLS})`, async () => {
    const wasm = (threads: number) => ["--backend", "wasm", "--threads", String(threads)];
    await killAndCompare(kind, KILLS, (i) => ({ first: wasm(1 + i % 2), then: wasm(2 - i % 2) }));
  });
}

const GPU_KILLS = longOr(1, 10);

gpuTest(
  `a run on WebGPU that is killed at any instant goes on to the same weights (${GPU_KILLS})`,
  async () => {
    const flags = ["--backend", "webgpu"];
    await killAndCompare("gpu", GPU_KILLS, () => ({ first: flags, then: flags }));
  },
);

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

gpuTest(
  "a run whose GPU is lost goes on from its last checkpoint on a new one, to the same weights",
  async (open) => {
    await withRunPlace({ train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] }, async (place) => {
      const experiment = experimentNamed("q1-adam");
      const settings = { ...experiment.defaults, arch: [12], epochs: 8, batch: 4 };
      const onGpu = async (lostIn?: number) => {
        const executor = await open();
        const screen = {
          ...place.screen,
          progress: () => ({
            steps() {},
            epoch: ({ epoch }: { readonly epoch: number }) =>
              epoch === lostIn ? executor.device.destroy() : undefined,
            stop() {},
          }),
        };
        const choice = { executor, why: "asked for" };
        return await makeRun(experiment, { settings, seed: 1 }, {
          ...place,
          screen,
          choice,
          checkpoint: 1e-9,
          figures: false,
          timed: false,
        });
      };
      const [whole, lost] = [await onGpu(), await onGpu(5)];
      assertEquals(lost.summary.epochs, 8);
      assertEquals(lost.results[0]!.weights, whole.results[0]!.weights);
      assert(
        place.said.some((text) =>
          text.includes("was lost: ") && text.includes("go on from the last checkpoint")
        ),
      );
      assertEquals((await readRun(lost.path)).state, "finished");
    });
  },
);

Deno.test("a loss that is no number leaves its folder in the message, and --check names the first bad call", async () => {
  await withImages(async ({ folder, data }) => {
    const out = join(folder, "runs");
    const words = [
      "--momentum",
      "0.99",
      "--lr",
      "900",
      "--epochs",
      "3",
      "--batch",
      "8",
      "--data",
      data,
      "--out",
      out,
      "--backend",
      "wasm",
    ];
    const { code, stderr } = await descent(["q1-nag", ...words]);
    const path = (await begunRun(out))!;
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^descent: The loss became (NaN|Infinity) in epoch 1, at step \d+ of \d+: the steps are too large; /,
    );
    assert(
      stderr.endsWith(
        `(${path}; deno task q1-nag --resume ${path} --check names the first call that went wrong)\n`,
      ),
    );
    const again = await descent(["q1-nag", "--resume", path, "--check"]);
    assertMatch(
      again.stderr,
      /; the first call that went wrong is \w+ ".+" in step \d+ of epoch 1: element \d+ is (NaN|-?Infinity) \(/,
    );
  });
});

Deno.test("--resume refuses what it cannot go on with, in a sentence", async () => {
  await withImages(async ({ folder, data }) => {
    const out = join(folder, "runs");
    await startAndStop({ kind: "q1", data, out }, { afterMs: 50, said: "epoch 1 ·", signal: "SIGKILL" });
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

Deno.test("a group that is killed goes on in its folder, and the cells under way in theirs", async () => {
  await withImages(async ({ folder, data }) => {
    const out = join(folder, "runs"), words = ["--data", data, "--backend", "wasm", "--checkpoint", "0.01"];
    const group = [
      "q1",
      "--only",
      "adam",
      "--epochs",
      "900",
      "--patience",
      "10000",
      "--seeds",
      "1",
      "--jobs",
      "2",
    ];
    const child = (await command([...group, "--out", out, ...words])).spawn();
    const output = Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
    // Two cells of four are under way.
    const isUnderWay = async () => {
      const runs = await readFacts(out);
      const kept = await Promise.all(runs.map(({ id }) => hasCheckpoint(checkpointPath(join(out, id), 0))));
      return kept.filter((has) => has).length >= 2;
    };
    while (!await isUnderWay()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await Promise.all([child.status, output]);
    const before = (await readFacts(out)).map(({ id }) => id);
    const path = join(out, before.find((id) => /^q1-\d/.test(id))!);
    const { code, stderr } = await descent([
      "q1",
      "--resume",
      path,
      "--out",
      out,
      "--jobs",
      "2",
      ...words.slice(2),
    ]);
    assertEquals(code, 0, stderr);
    const runs = (await readFacts(out)).filter(({ isGroup }) => !isGroup);
    assertEquals([runs.length, new Set(runs.map(({ state }) => state))], [4, new Set(["finished"])]);
    assert(before.every((id) => id.startsWith("q1-2") || runs.some((run) => run.id === id)));
    assertEquals(runs.map(({ numbers }) => numbers.epochs), [900, 900, 900, 900]);
  });
});

Deno.test("a screen that goes away never stops training", async () => {
  await withImages(async ({ folder, data }) => {
    const task = ["q1-adam", "--epochs", "40", "--data", data, "--backend", "wasm", "--threads", "1"];
    for (
      const [i, redirection] of ["| head -1", ">/dev/full", ">/dev/full 2>&1", ">&-", "--json | true"]
        .entries()
    ) {
      const out = join(folder, `${i}`);
      const { args, env } = await commandLine([...task, "--out", out]);
      // The shell reports the program that trains, not the reader.
      const script = `set -o pipefail; "$0" "$@" ${redirection}`;
      const { stderr } = await new Deno.Command("bash", {
        args: ["-c", script, Deno.execPath(), ...args],
        cwd: ROOT,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const { state, metrics, figures } = await readRun((await begunRun(out))!);
      assertEquals([state, metrics.length > 10], ["finished", true], redirection);
      assert(figures.length > 0, new TextDecoder().decode(stderr));
    }
  });
});

Deno.test("a full disk ends training with its cause, never as running, and once there is room it goes on", async () => {
  await withImages(async ({ folder, data }) => {
    const kind = "q1", { end } = await whole({ kind, data, out: join(folder, "whole") });
    const disk = join(folder, "disk");
    await Deno.mkdir(disk);
    const mount = await new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=4m", "descent", disk] })
      .output()
      .catch(() => undefined);
    if (!mount?.success) return console.log("A full disk not tested: no disk could be mounted here");
    try {
      const stopped: number[] = [];
      for (const roomKb of [0, 12, 40, 100, 250, 600]) {
        const out = join(disk, "runs"), filler = join(disk, "filler");
        await Deno.writeFile(filler, new Uint8Array((4096 - roomKb) * 1024)).catch(() => {});
        const { code, stderr } = await descent(wordsOf({ kind, data, out }));
        const path = await begunRun(out).catch(() => undefined);
        if (code !== 0) {
          stopped.push(roomKb);
          assertStringIncludes(stderr, "no space left on device", `${roomKb} kB`);
          assert(!stderr.includes("os error") && !/\bat .*:\d+:\d+/.test(stderr), stderr);
        }
        if (path !== undefined && code !== 0) {
          const { state, error } = await readRun(path);
          assert(state === "failed" || state === "died", `${roomKb} kB: ${state} ${error}`);
          await Deno.remove(filler);
          assertEquals(await goOn({ kind, data, out }), end, `${roomKb} kB`);
        }
        for await (const { name } of Deno.readDir(disk)) {
          await Deno.remove(join(disk, name), { recursive: true });
        }
      }
      assert(stopped.length >= 4, `only with ${stopped.join()} kB there was too little room`);
    } finally {
      await new Deno.Command("umount", { args: [disk] }).output();
    }
  });
});
