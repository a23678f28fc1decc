/** The command line as users meet it: most cases are processes with the permissions that deno.json's tasks give. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { COMMANDS } from "../../experiments/commands.ts";
import { main } from "../../experiments/main.ts";
import { experimentFlags } from "../../experiments/lab/command.ts";
import { RUN_FLAGS } from "../../experiments/lab/options.ts";
import { makeRun } from "../../experiments/lab/run.ts";
import { Q1_OPTIMIZERS, Q1_RECIPES } from "../../experiments/q1.ts";
import { experimentNamed, EXPERIMENTS } from "../../experiments/registry.ts";
import { DescentError } from "../../src/core/errors.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { readRun } from "../../src/runs/read.ts";
import { readCheckpoint } from "../../src/train/checkpoint_file.ts";
import { loadModel } from "../../src/train/saved.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { command, descent, ROOT } from "./task_process.ts";

/** Every command that makes one run; the others are groups of them, or look at them. */
const PLANNED = EXPERIMENTS.map(({ name }) => name);
const FIGURES = ["accuracy", "confusion_test", "confusion_train", "confusion_validation", "loss"];

interface Place {
  /** Images of 8 × 8 pixels, 40 of each digit. */
  readonly data: string;
  /** For runs; not there yet. */
  readonly out: string;
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const place = { data: join(folder, "set"), out: join(folder, "runs") };
    await Deno.mkdir(place.data);
    await writeIdxFolder(place.data, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
    await use(place);
  });
}

/** The same in this process, for commands that end before they train: what they print goes to the console. */
async function inProcess(args: readonly string[]) {
  const { log, error } = console, lines = { out: [] as string[], err: [] as string[] };
  console.log = (text: string) => lines.out.push(text);
  console.error = (text: string) => lines.err.push(text);
  try {
    return { code: await main(args), stdout: lines.out.join("\n"), stderr: lines.err.join("\n") + "\n" };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** Checks that a command was refused in one line, and returns it without `descent: `. */
function refusalOf(result: { code: number; stderr: string }, code: 1 | 2): string {
  const [line, ...rest] = result.stderr.split("\n");
  assertEquals(rest, [""], result.stderr);
  assert(line!.startsWith("descent: "), result.stderr);
  assert(!/file:\/\/|\bat .*:\d+:\d+/.test(line!), result.stderr);
  assertEquals(result.code, code, line);
  return line!.slice("descent: ".length);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Path of the only run in `out`. */
async function onlyRun(out: string): Promise<string> {
  const names = await namesIn(out);
  assertEquals(names.length, 1, names.join());
  return join(out, names[0]!);
}

Deno.test("q1-adam trains, says what it does in plain lines, and leaves a whole run folder", async () => {
  await withPlace(async ({ data, out }) => {
    const { code, stdout, stderr } = await descent(
      [
        "q1-adam",
        "--data",
        data,
        "--out",
        out,
        "--epochs",
        "3",
        "--seed",
        "5",
        "--backend",
        "wasm",
        "--check",
      ],
    );
    assertEquals([code, stderr], [0, ""]);
    // No terminal: no colours, no cursor, no line that is written over.
    assert(!stdout.includes("\x1b") && !stdout.includes("\r"));
    const path = await onlyRun(out);
    for (
      const part of [
        "q1-adam: 64-30-20-10-5 with Adam",
        "WebAssembly: WASM SIMD, ",
        "digits 0 2 4 6 7: 120 train, 40 validation, 40 test images",
        `from ${data}, seed 5`,
        "batch 32, learning rate 0.001, at most 3 epochs",
        "dense_4  units 5, activation identity, glorot_uniform",
        "2,835",
        "calls of the first step agree with the float64 reference",
        "epoch 1 · loss ",
        "epoch 3 · loss ",
        "Ended after 3 epochs",
        "validation  ours",
        `Run folder  ${path}\nLook at it  deno task dashboard --runs ${out}\n`,
      ]
    ) assert(stdout.includes(part), `no "${part}" in:\n${stdout}`);
    // These are not the report's images or settings, so its numbers are no yardstick.
    assert(!stdout.includes("published"));

    const run = await readRun(path);
    assertEquals([run.state, run.error, run.info?.seed, run.info?.experiment], [
      "finished",
      undefined,
      5,
      "q1-adam",
    ]);
    assertEquals(run.metrics.map(({ epoch }) => epoch), [1, 2, 3]);
    for (const key of ["loss", "accuracy", "valLoss", "valAccuracy", "step", "seconds", "samplesPerSecond"]) {
      assert(run.metrics.every((line) => typeof line[key] === "number"), key);
    }
    assertEquals(run.figures, FIGURES.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]));
    assertEquals(await namesIn(path), [
      "figures",
      "metrics.jsonl",
      "model.safetensors",
      "plan.json",
      "run.json",
      "summary.json",
    ]);
    for (const figure of run.figures) {
      const bytes = await Deno.readFile(join(path, "figures", figure));
      const start = new TextDecoder().decode(bytes.subarray(0, 200));
      if (figure.endsWith(".png")) assertEquals(bytes.subarray(1, 4), new TextEncoder().encode("PNG"));
      else if (figure.endsWith(".svg")) assert(start.startsWith("<svg"), start);
      else assertMatch(start, /^[^\n]+,[^\n]+\r?\n/);
    }
    const { model, weights } = await loadModel(join(path, "model.safetensors"));
    assertEquals(model.layers.map(({ built }) => built.outputShape), [[30], [20], [10], [5]]);
    assertEquals(weights.get("dense_1/weights")!.length, 64 * 30);
  });
});

Deno.test("--json prints the summary alone on standard output, and everything else on standard error", async () => {
  await withPlace(async ({ data, out }) => {
    const { code, stdout, stderr } = await descent([
      ...[
        "q1-nag",
        "--data",
        data,
        "--out",
        out,
        "--epochs",
        "50",
        "--json",
        "--digits",
        "2,7",
        "--arch",
        "12",
      ],
      ...["--lr", "0.05", "--momentum", "0.5", "--batch", "all", "--activation", "tanh", "--backend", "wasm"],
      ...["--threads", "1", "--monitor", "val_accuracy", "--patience", "2", "--min-delta", "0.5"],
    ]);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^\{[^\n]*\}\n$/);
    const summary = JSON.parse(stdout), path = await onlyRun(out), run = await readRun(path);
    assertEquals(JSON.parse(await Deno.readTextFile(join(path, "summary.json"))), summary);
    assertEquals([summary.run, summary.experiment], [run.id, "q1-nag"]);
    assertEquals(summary.epochs, run.metrics.length);
    // A gain of more than half a unit of accuracy never comes twice.
    assertEquals(summary.stopped, "early stopping");
    assert(summary.seconds > 0);
    for (const split of ["train", "validation", "test"]) {
      for (const key of ["loss", "accuracy", "precision", "recall", "f1"]) {
        assert(typeof summary[split][key] === "number" && summary[split][key] >= 0, `${split}.${key}`);
      }
    }
    assertEquals(summary.validation.accuracy, run.metrics.at(-1)!.valAccuracy);
    for (const part of ["q1-nag: 64-12-2", "digits 2 7: 48 train", "batch 48", "epoch 1 ·", "Run folder"]) {
      assert(stderr.includes(part), `no "${part}" in:\n${stderr}`);
    }
    assert(!stderr.includes("\x1b") && !stderr.includes("\r"));
    const { settings, optimizer, network } = run.info!;
    assertEquals(network, "64-12-2");
    assertEquals(optimizer, {
      learningRate: 0.05,
      momentum: 0.5,
      nesterov: true,
      weightDecay: 0,
      decoupled: false,
    });
    assertEquals(settings, {
      learningRate: 0.05,
      epochs: 50,
      arch: [12],
      activation: "tanh",
      monitor: "val_accuracy",
      minDelta: 0.5,
      patience: 2,
      optimizer: "nag",
      batch: "all",
      momentum: 0.5,
      shuffle: true,
    });
  });
});

Deno.test("q1-sgd runs on the reference, on packed files, until its time is out", async () => {
  await withTempFolder(async (folder) => {
    const data = join(folder, "set"), out = join(folder, "deep/er/runs");
    await Deno.mkdir(data);
    await writeIdxFolder(data, {
      train: 40,
      t10k: 10,
      size: 4,
      classes: [0, 2, 4, 6, 7],
      gzip: true,
      dotted: true,
    });
    const { code, stdout, stderr } = await descent(
      [
        "q1-sgd",
        "--data",
        data,
        "--out",
        out,
        "--arch",
        "6",
        "--backend",
        "reference",
        "--max-seconds",
        "0.01",
      ],
    );
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.includes("Reference: "), stdout);
    const { summary } = await readRun(await onlyRun(out));
    assertEquals([summary?.backend, summary?.stopped], ["reference", "time"]);
  });
});

Deno.test("q1 --only adam trains one optimizer on all architectures and prints the summary", async () => {
  await withPlace(async ({ data, out }) => {
    const { code, stdout, stderr } = await descent([
      ...["q1", "--only", "adam", "--seeds", "1", "--data", data, "--out", out],
      ...["--epochs", "1", "--backend", "wasm", "--json"],
    ]);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^\{[^\n]*\}\n$/);
    const summary = JSON.parse(stdout);
    assertEquals(
      summary.cells.map((cell: { arch?: string }) => cell.arch ?? "").sort(),
      ["", "15, 30, 10", "18, 20, 12", "25, 15, 8"],
    );
    assertEquals(JSON.parse(await Deno.readTextFile(join(out, summary.run, "summary.json"))), summary);
    assertEquals((await namesIn(out)).length, 5);
    assert(stderr.includes("alidation accuracy") && stderr.includes("0.9823"), stderr);
  });
});

gpuTest("q1-adam --backend webgpu trains on the adapter and names it", async () => {
  await withPlace(async ({ data, out }) => {
    const { code, stdout, stderr } = await descent(
      ["q1-adam", "--data", data, "--out", out, "--epochs", "1", "--backend", "webgpu"],
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /Backend {3}WebGPU: WebGPU on .+ \(asked for\)/);
    const { summary } = await readRun(await onlyRun(out));
    assertEquals([summary?.backend, summary?.epochs], ["webgpu", 1]);
  });
});

/** A system's graphics that this one does not have. */
const NO_ADAPTER = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };

Deno.test("--backend webgpu without an adapter ends with a line that says what to do", async () => {
  await withPlace(async ({ data, out }) => {
    const result = await descent(
      ["q1-adam", "--data", data, "--out", out, "--backend", "webgpu"],
      NO_ADAPTER,
    );
    const line = refusalOf(result, 1);
    assert(line.startsWith("WebGPU found no adapter: install ") && line.includes("the wasm backend"), line);
    assertEquals(await namesIn(out), []);
  });
});

Deno.test("--backend auto without an adapter runs on WASM and says why", async () => {
  await withPlace(async ({ data, out }) => {
    const { code, stdout } = await descent(
      ["q1-adam", "--data", data, "--out", out, "--epochs", "1"],
      NO_ADAPTER,
    );
    assertEquals(code, 0);
    assertMatch(stdout, /Backend {3}WebAssembly: WASM SIMD, \d+ threads?(, 256 bits)? \(no GPU found\)/);
  });
});

Deno.test("Ctrl-C ends training with its metrics and a summary, and what was learned is in its checkpoint", async () => {
  await withPlace(async ({ data, out }) => {
    const child = (await command(
      ["q1-vgd", "--data", data, "--out", out, "--patience", "100000", "--backend", "wasm", "--json"],
    )).spawn();
    const stdout = new Response(child.stdout).text();
    let stderr = "", sent = false;
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      if (sent || !stderr.includes("epoch 1 ·")) continue;
      child.kill("SIGINT");
      sent = true;
    }
    const { code } = await child.status;
    assertEquals([code, sent], [130, true], stderr);
    assert(stderr.includes("Stopping: ") && stderr.includes(": interrupted"), stderr);
    const summary = JSON.parse(await stdout), path = await onlyRun(out), run = await readRun(path);
    assertEquals([summary.stopped, run.state, run.error], ["interrupted", "interrupted", undefined]);
    assert(summary.epochs >= 1 && summary.epochs < 100_000);
    assertEquals([run.metrics.length, run.summary?.epochs], [summary.epochs, summary.epochs]);
    assertEquals(run.figures, []);
    const { state: { epoch }, history } = await readCheckpoint(join(path, "checkpoints/1.safetensors"));
    assertEquals([epoch, history.length], [summary.epochs, summary.epochs]);
  });
});

Deno.test("a loss that is no longer a number ends the run with a line, and its folder tells why", async () => {
  await withPlace(async ({ data, out }) => {
    const result = await descent([
      "q1-nag",
      "--data",
      data,
      "--out",
      out,
      "--lr",
      "1000",
      "--backend",
      "wasm",
    ]);
    const line = refusalOf(result, 1);
    assertMatch(
      line,
      /^The (validation )?loss became (NaN|Infinity) in epoch \d+(, at step \d+ of 4)?: the steps are too large; try a tenth of /,
    );
    const path = await onlyRun(out), run = await readRun(path);
    // The line names the folder besides.
    assertEquals([run.state, run.info?.error], ["failed", line.replace(/ \(.*\)$/, "")]);
    assertEquals(run.metrics.length, Number(/in epoch (\d+)/.exec(line)![1]));
    assertEquals(await namesIn(path), ["metrics.jsonl", "plan.json", "run.json"]);
  });
});

Deno.test("a run that fails names its folder; one in which nothing was recorded is removed", async () => {
  await withPlace(async ({ data, out }) => {
    const { settings } = Q1_RECIPES.adam;
    const screen = { say() {}, progress: () => ({ steps() {}, epoch() {}, stop() {} }) };
    const failing: Executor = {
      ...referenceExecutor(),
      async load() {
        assertEquals((await namesIn(out)).length, 1);
        throw new DescentError("The GPU is out of memory");
      },
    };
    const choice = { executor: failing, why: "asked for" };
    const place = { data, out, backend: "reference", choice, screen, published: () => null } as const;
    const { message } = await assertRejects(
      () => makeRun(experimentNamed("q1-adam"), { settings, seed: 1 }, place),
      DescentError,
    );
    assertEquals(message, "The GPU is out of memory");
    assertEquals(await namesIn(out), []);

    // One in which something was recorded is kept, and named with the way to go on.
    const published = () => {
      throw new DescentError("The disk is full");
    };
    const later = { ...place, choice: { executor: referenceExecutor(), why: "asked for" }, published };
    const ask = { settings: { ...settings, epochs: 1, arch: [3] }, seed: 1 };
    const kept = await assertRejects(() => makeRun(experimentNamed("q1-adam"), ask, later), DescentError);
    const path = await onlyRun(out);
    assertEquals(
      kept.message,
      `The disk is full (${path}; deno task q1-adam --resume ${path} goes on)`,
    );
    assertEquals((await readRun(path)).info?.error, "The disk is full");
  });
});

Deno.test("an output folder that cannot be made is refused in one line", async () => {
  await withPlace(async ({ data, out }) => {
    await Deno.writeTextFile(out, "a file");
    for (
      const [folder, cause] of [[join(out, "below"), "not a directory"], [
        out,
        "a file has this name",
      ]] as const
    ) {
      const result = await descent(["q1-adam", "--data", data, "--out", folder, "--backend", "wasm"]);
      assertEquals(
        refusalOf(result, 1),
        `Cannot create a run folder in ${folder}: ${cause}; choose a folder that can be written`,
      );
    }
    assertEquals(await Deno.readTextFile(out), "a file");
  });
});

Deno.test("mistakes end the process with their exit code, one line, and no stack trace", async () => {
  await withPlace(async ({ data, out }) => {
    const end = ["--data", data, "--out", out];
    assertEquals(
      refusalOf(await descent(["q1-adma", ...end]), 2),
      'Unknown command "q1-adma": did you mean q1-adam?',
    );
    assertEquals(
      refusalOf(await descent(["q1-adam", "--epoch", "3", ...end]), 2),
      "Unknown option --epoch: did you mean --epochs?",
    );
    assertEquals(
      refusalOf(await descent(["q1-adam", "--data", join(data, "none"), "--out", out]), 1),
      `There is no folder "${join(data, "none")}" to read images from; check the path`,
    );
    assertEquals(await namesIn(out), []);
  });
});

Deno.test("a command line that is wrong is refused with exit code 2 before anything is read or written", async () => {
  const missing = ["--data", "no/such/folder"];
  for (
    const [args, expected] of [
      [["bogus"], 'Unknown command "bogus": deno task lab --help lists them'],
      [["constructor"], 'Unknown command "constructor": deno task lab --help lists them'],
      [["--version"], 'Unknown command "--version": deno task lab --help lists them'],
      [["q1-adm"], 'Unknown command "q1-adm": did you mean q1-adam?'],
      [["q1-lbfgs"], 'Unknown command "q1-lbfgs": deno task lab --help lists them'],
      [["q1-adam", "12"], 'Unexpected word "12": options begin with --, see --help'],
      [["q1-adam", "--epochs", "0"], '--epochs takes a whole number from 1 to 1000000000, got "0"'],
      [["q1-adam", "--lr", "-1"], '--lr takes a number above 0 and at most 1000, got "-1"'],
      [["q1-adam", "--out", "--json"], "Option --out needs a value: --out DIR"],
      [["q1-adam", "--momentum", "0.9"], "Unknown option --momentum, see --help"],
      [["q1-nag", "--momentum", "1"], '--momentum takes a number from 0 to 0.999999, got "1"'],
      [
        ["q1-adam", "--threads", "2", "--backend", "webgpu"],
        "--threads is for the WASM backend, not for --backend webgpu",
      ],
      [
        ["q1-adam", "--threads", "2", "--backend", "reference"],
        "--threads is for the WASM backend, not for --backend reference",
      ],
      [["q1", "--arch", "30"], "Unknown option --arch, see --help"],
      [
        ["q1", "--only", "adam,adadelta"],
        "--only takes some of q1-sgd, sgd, 30-20-10, q1-vgd, vgd, q1-nag, nag, 0, q1-rmsprop, rmsprop, 0.9, q1-adam, " +
        'adam, 15-30-10, 25-15-8, 18-20-12 with commas between, got "adadelta"',
      ],
      [
        ["plan"],
        `plan takes the name of an experiment, one of ${PLANNED.join(", ")}, got none`,
      ],
      [
        ["plan", "q1"],
        `plan takes the name of an experiment, one of ${PLANNED.join(", ")}, got "q1"`,
      ],
      [["plan", "q1-adm"], 'plan takes the name of an experiment, got "q1-adm": did you mean q1-adam?'],
      [["sweep", "cnnsgd"], 'sweep takes the name of an experiment, got "cnnsgd": did you mean cnn-sgd?'],
      [["plan", "q1-adam", "--epochs", "3"], "Unknown option --epochs, see --help"],
      [
        ["plan", "q1-nag", "--momentum", "1"],
        '--momentum takes a number from 0 to 0.999999, got "1"',
      ],
      [["gradcheck", "linear"], 'Unexpected word "linear": options begin with --, see --help'],
    ] as const
  ) {
    const result = await inProcess(args.length === 1 ? args : [...args, ...missing]);
    assertEquals(refusalOf(result, 2), expected);
  }
});

Deno.test("images that do not fit the options are refused before a run folder is made", async () => {
  await withTempFolder(async (folder) => {
    const out = join(folder, "runs");
    const setOf = async (name: string, rows: number) => {
      const data = join(folder, name);
      await Deno.mkdir(data);
      await writeIdxFolder(data, { train: rows, t10k: 5, size: 8, classes: [0, 2, 4, 6, 7] });
      return data;
    };
    const [tiny, small] = [await setOf("tiny", 15), await setOf("small", 40)];
    for (
      const [code, data, args, expected] of [
        [1, tiny, [], `${tiny} leaves no validation images: give at least 5 images of each digit`],
        [
          1,
          tiny,
          ["--monitor", "loss"],
          `${tiny} leaves no validation images: give at least 5 images of each digit`,
        ],
        [
          1,
          small,
          ["--digits", "2,3"],
          `Digit 3 is not in ${small}, which has 0, 2, 4, 6, 7; choose among those`,
        ],
        [
          2,
          small,
          [],
          "A batch of 32 is more than the 25 training images: choose a smaller --batch, or all",
        ],
        [
          2,
          small,
          ["--batch", "8", "--arch", "65536,65536"],
          "--arch 65536,65536 makes 4,299,620,357 parameters, at most 16,777,216 can be trained here: choose narrower layers",
        ],
      ] as const
    ) {
      const result = await inProcess(["q1-adam", "--data", data, "--out", out, ...args]);
      assertEquals(refusalOf(result, code), expected);
    }
    assertEquals(await namesIn(out), []);
  });
});

Deno.test("damaged IDX files are refused by name, and no run folder is made", async () => {
  await withPlace(async ({ data, out }) => {
    const images = join(data, "train-images-idx3-ubyte"), labels = join(data, "train-labels-idx1-ubyte");
    const [imageBytes, labelBytes] = [await Deno.readFile(images), await Deno.readFile(labels)];
    const args = ["q1-adam", "--data", data, "--out", out];
    const withFile = async (path: string, bytes: Uint8Array) => {
      await Deno.writeFile(path, bytes);
      const line = refusalOf(await inProcess(args), 1);
      await Deno.writeFile(images, imageBytes);
      await Deno.writeFile(labels, labelBytes);
      return line;
    };
    const header = "its header says [160,8,8], which takes 10256 bytes";
    assertEquals(
      await withFile(images, imageBytes.subarray(0, 5000)),
      `${images} is truncated: ${header}, but it has 5000; copy or download it again`,
    );
    assertEquals(
      await withFile(images, labelBytes),
      `${images} is a labels file (magic 0x00000801), but an images file (magic 0x00000803) is expected; check ` +
        "that files are not mixed up",
    );
    assertEquals(
      await withFile(images, new TextEncoder().encode("<!DOCTYPE html>")),
      `${images} is not an IDX file: it starts with 0x3c21444f, but an images file (magic 0x00000803) is expected`,
    );
    assertEquals(
      await withFile(images, Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)),
      `${images} is a damaged gzip file: it cannot be unpacked to its end; copy or download it again`,
    );
    assertEquals(
      await withFile(labels, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 4, 6)),
      `${images} holds 160 images, but ${labels} holds 2 labels; every image needs one label`,
    );
    await Deno.remove(labels);
    assertMatch(
      refusalOf(await inProcess(args), 1),
      /^There are no train labels in the folder ".*": looked for train-/,
    );
    assertEquals(await namesIn(out), []);
  });
});

Deno.test("--help of every command names every one of its options and exits with 0", async () => {
  for (const experiment of EXPERIMENTS) {
    const { code, stdout } = await inProcess([experiment.name, "--help"]);
    assertEquals(code, 0);
    const names = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]!);
    const wanted = Object.keys({ ...experimentFlags(experiment), ...RUN_FLAGS });
    assertEquals(names.sort(), wanted.sort());
    assert(stdout.includes(`Usage: deno task ${experiment.name} [options]`));
    assertMatch(stdout, /Defaults: --[a-z-]+ \S+, /);
    assertEquals(names.includes("momentum"), "momentum" in experiment.defaults);
  }
  for (
    const [args, options] of [
      [["q1", "--help"], [
        "only",
        "seeds",
        "jobs",
        "resume",
        "seed",
        "epochs",
        "lr",
        "patience",
        "out",
        "data",
        "json",
        "help",
      ]],
      [["plan", "--help"], ["arch", "batch", "check", "time", "seed", "backend", "threads", "data", "help"]],
      [["plan", "q1-adam", "--help"], ["arch", "batch", "check", "time", "help"]],
      [["gradcheck", "--help"], ["help"]],
    ] as const
  ) {
    const { code, stdout } = await inProcess(args);
    assertEquals(code, 0);
    for (const option of options) assertMatch(stdout, new RegExp(`^ {2}--${option}\\b`, "m"));
  }
});

Deno.test("without a command, or with --help, the commands are listed", async () => {
  const asked = await descent(["--help"]);
  assertEquals([asked.code, asked.stderr], [0, ""]);
  for (const [name, { about }] of Object.entries(COMMANDS)) {
    assert(asked.stdout.includes(`  ${name} `) && asked.stdout.includes(about), name);
  }
  const none = await inProcess([]);
  assertEquals(none.code, 2);
  assertEquals(`${none.stdout}\n`, asked.stdout);
});

Deno.test("deno.json has a task for each command, and each task runs the command of its name", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  // Deno prints the command of each dependency before it: setup is called without a word.
  for (const [name, task] of Object.entries<object>(tasks)) assert(!("dependencies" in task), name);
  assert(tasks.lab.command.startsWith("deno task --quiet setup && "));
  // What a cluster's tasks call is no task of people.
  for (const name of Object.keys(COMMANDS).filter((one) => one !== "cells")) {
    assertEquals(tasks[name].command, `deno task --quiet lab ${name}`);
  }
});

Deno.test("plan prints the calls and the buffers, with --check that they agree, with --time how long they take", async () => {
  await withPlace(async ({ data }) => {
    const end = ["--data", data, "--backend", "wasm", "--threads", "1"];
    const plain = await descent(["plan", "q1-adam", ...end]);
    assertEquals([plain.code, plain.stderr], [0, ""]);
    assertMatch(plain.stdout, /^Plan of q1-adam, batch 32, on WASM SIMD, 1 thread(, 256 bits)?\n/);
    const calls = /^Routine train: (\d+) calls, [\d,]+ floating-point operations/m.exec(plain.stdout)![1];
    for (
      const part of [
        "Routine validate: ",
        "Routine evaluate: ",
        "linear",
        "softmax_cross_entropy_grad",
        "adam",
      ]
    ) {
      assert(plain.stdout.includes(part), part);
    }
    assertMatch(plain.stdout, /^Buffers\n/m);
    assertMatch(plain.stdout, /^Total [\d.]+ [KM]iB in \d+ buffers$/m);
    assertMatch(plain.stdout, /f32\[64,30\]/);
    assert(!plain.stdout.includes("GFLOP/s") && !plain.stdout.includes("Check"));

    const checked = await descent(["plan", "q1-adam", "--check", "--time", ...end]);
    assertEquals([checked.code, checked.stderr], [0, ""]);
    assert(
      checked.stdout.includes(
        `Check     all ${calls} calls of the first step agree with the float64 reference`,
      ),
      checked.stdout,
    );
    assertMatch(checked.stdout, /FLOP +ms +GFLOP\/s +GB\/s$/m);
    assertMatch(checked.stdout, /^Sum of the calls \d+\.\d{4} ms$/m);
  });
});

Deno.test("plan --check agrees for every optimizer, on WASM and on the reference", async () => {
  await withPlace(async ({ data }) => {
    for (const optimizer of Q1_OPTIMIZERS) {
      for (const backend of ["wasm", "reference"]) {
        const { code, stdout } = await inProcess(
          ["plan", `q1-${optimizer}`, "--check", "--data", data, "--backend", backend],
        );
        assertEquals(code, 0);
        assertMatch(stdout, /\nCheck {5}all \d+ calls of the first step agree with the float64 reference$/);
      }
    }
  });
});

Deno.test("gradcheck prints a row per op and a verdict, and exits with 0", async () => {
  const { code, stdout, stderr } = await descent(["gradcheck"]);
  assertEquals([code, stderr], [0, ""]);
  for (const op of ["linear", "matmul", "softmax_cross_entropy", "dropout"]) {
    assertMatch(stdout, new RegExp(`^${op} +\\d+ +\\d\\.\\de-\\d+ +ok$`, "m"));
  }
  assertMatch(
    stdout,
    /\nAll gradients are right: \d+ ops in \d+ cases; the worst relative error is 0\.\d+ times /,
  );
  assert(!stdout.includes("WRONG"));
});
