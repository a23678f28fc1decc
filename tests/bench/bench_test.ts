/** The benchmarks: what their words and options mean, what they print, and the arithmetic of a comparison. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { chosen, compare } from "../../bench/rounds.ts";
import { defaultThreads, openDevices, threadCounts } from "../../bench/devices.ts";
import { main as gpu } from "../../bench/gpu.ts";
import { main as bench } from "../../bench/main.ts";
import { measure, median } from "../../bench/measure.ts";
import { benchCases, select } from "../../bench/names.ts";
import { NETWORKS } from "../../bench/networks.ts";
import { trainingImages } from "../../bench/options.ts";
import { main as peers } from "../../bench/peers.ts";
import { readSideImages, readSideWeights, writeSideData, writeSideImages } from "../../bench/peers/side.ts";
import { doubtsOf, ratiosOf, ratiosTable, type RoundLine, timesTable } from "../../bench/ratios.ts";
import { nearestBound, placeOfDevice, speedOf, textOf, threeDigits } from "../../bench/report.ts";
import { shapeImages } from "../../bench/shapes.ts";
import { denoSide, jsonLines } from "../../bench/sides.ts";
import { blasEnvironment, torchCudaSide } from "../../bench/torch.ts";
import { loadTraining } from "../../bench/training.ts";
import { TRAININGS } from "../../bench/workloads.ts";
import { UsageError } from "../../src/core/errors.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { OPS } from "../../src/ops/mod.ts";
import { textTable } from "../../src/core/text_table.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const DIGITS = [0, 2, 4, 6, 7];

/** What a command printed and noted, and its exit code. */
async function run(
  command: (args: readonly string[], output: Parameters<typeof bench>[1]) => Promise<number>,
  ...args: readonly string[]
) {
  const printed: string[] = [], noted: string[] = [];
  const code = await command(args, { print: (line) => printed.push(line), note: (line) => noted.push(line) });
  return { code, printed, noted };
}

Deno.test("median() takes the middle, or the mean of the two in the middle, and refuses nothing at all", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7]);
  assertThrows(() => median([]), RangeError);
});

Deno.test("measure() warms up, then times the subjects in turn, three repeats a round or more", async () => {
  let clock = 0;
  const log: string[] = [];
  const subject = (name: string, stepMs: number) => ({
    prepare: (count: number) => {
      clock += 1000; // preparing is not timed
      return () => {
        clock += count * stepMs;
        log.push(`${name}${count}`);
        return Promise.resolve();
      };
    },
  });
  const timings = await measure([subject("a", 2), subject("b", 50)], {
    seconds: 0.6,
    rounds: 2,
    now: () => clock,
  });
  assertEquals(timings.map(({ ms, minMs, maxMs }) => [ms, minMs, maxMs]), [[2, 2, 2], [50, 50, 50]]);
  // A third of the 300 ms of a round.
  assertEquals(timings.map(({ steps, repeats }) => [steps, repeats]), [[50, 6], [2, 6]]);
  const repeats = log.slice(log.lastIndexOf("b1") + 1).join(" ");
  assertEquals(repeats, "a50 a50 a50 b2 b2 b2 a50 a50 a50 b2 b2 b2");
});

Deno.test("measure() takes the median over rounds, and repeats last as long as a subject needs", async () => {
  let clock = 0, runs = 0;
  const times = [1, 1, 1, 1, 9, 2, 3, 4, 5, 6];
  const subject = {
    leastMs: 4,
    prepare: (count: number) => () => {
      clock += count * (times[runs++] ?? 7);
      return Promise.resolve();
    },
  };
  const [timing] = await measure([subject], { seconds: 3e-6, rounds: 3, now: () => clock });
  assertEquals(timing, { ms: 3, minMs: 1, maxMs: 9, steps: 4, repeats: 9 });
});

Deno.test("select() takes workloads and ops by name, in the order of the workloads, each once", () => {
  assertEquals(select([]).workloads, ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11"]);
  assertEquals(select([]).ops, []);
  const { workloads, ops, notes } = select(["linear", "W7", "W1", "adam", "W7", "linear"]);
  assertEquals([workloads, ops.map(({ name }) => name), notes], [["W1", "W7"], ["linear", "adam"], []]);
  const all = select(["ops"]).ops;
  assert(all.length > 10 && all.every((op) => benchCases(op).length > 0));
});

Deno.test("select() says which op has nothing to time, and what a name may have meant", () => {
  const untimed = OPS.find((op) => benchCases(op).length === 0);
  if (untimed !== undefined) {
    const [note] = select([untimed.name]).notes;
    assert(note!.startsWith(`The op ${untimed.name} has no case to time`), note);
  }
  assertThrows(() => select(["lineaer"]), UsageError, 'Unknown workload "lineaer": did you mean linear?');
  assertThrows(
    () => select(["quick"]),
    UsageError,
    'Unknown workload "quick": choose from W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, ops for all ops, or the name of an op',
  );
});

Deno.test("numbers of threads are whole, different, and by default one and all up to eight", () => {
  assertEquals(threadCounts("1,4", "--threads"), [1, 4]);
  assertThrows(
    () => threadCounts("1,0", "--threads"),
    UsageError,
    "--threads takes a whole number from 1 to 64",
  );
  assertThrows(
    () => threadCounts("2,2", "--threads"),
    UsageError,
    "--threads names a number of threads twice",
  );
  assertEquals([1, 2, 64].map(defaultThreads), [[1], [1, 2], [1, 8]]);
});

Deno.test("the command line is refused in a sentence, with exit code 2", async () => {
  const refusals = [
    [bench, ["W12"], 'descent: Unknown workload "W12": did you mean W1?'],
    [bench, ["W1", "--backend", "cuda"], 'descent: --backend takes one of wasm, webgpu, all, got "cuda"'],
    [
      bench,
      ["--backend", "webgpu", "--threads", "2"],
      "descent: --threads is for the WASM backend, not for --backend webgpu",
    ],
    [
      bench,
      ["--off", "hoist,fuse"],
      'descent: --off takes one of hoist, pool, bytes, lists, sgd, maps, merge, got "fuse"',
    ],
    [
      peers,
      ["adam"],
      'descent: Unknown workload "adam": choose from W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11',
    ],
    [
      peers,
      ["--only", "keras"],
      'descent: --only takes pytorch, tfjs, jax, onnxruntime with commas between, got "keras"',
    ],
    [gpu, ["--only", "jax"], "descent: Unknown option --only, see --help"],
    [gpu, ["--seconds", "0"], 'descent: --seconds takes a number above 0 and at most 3600, got "0"'],
  ] as const;
  for (const [command, args, sentence] of refusals) {
    assertEquals(await run(command, ...args), { code: 2, printed: [], noted: [sentence] });
  }
});

Deno.test("bench that is left with nothing to measure says so and exits with 1", async () => {
  const untimed = OPS.find((op) => benchCases(op).length === 0)!;
  const { code, printed, noted } = await run(bench, untimed.name);
  assertEquals([code, printed, noted.length], [1, [], 1]);
});

Deno.test("--help names every option, and the GPU comparison has no peers to choose", async () => {
  for (const command of [bench, peers, gpu]) {
    const { code, printed: [text] } = await run(command, "--help");
    assertEquals(code, 0);
    assert(text!.includes("--seconds S") && text!.includes("--rounds R"), text);
    assertEquals(text!.includes("--only"), command === peers);
  }
});

Deno.test("bench:gpu refuses without a GPU, without PyTorch and without CUDA, each in a sentence", async () => {
  const adapter = (kind: "gpu" | "software" | "none") => () =>
    Promise.resolve({ kind, name: "an adapter", why: "WebGPU found no GPU" });
  const torch = (found?: { cuda: boolean }) => () =>
    Promise.resolve(found && { python: "python3", version: "2.4.0", flags: [], ...found });
  const refusal = async (search: Parameters<typeof gpu>[2]) => {
    const { code, printed, noted } = await run((args, output) => gpu(args, output, search), "W1");
    assertEquals([code, printed], [1, []]);
    return noted.at(-1)!;
  };
  for (const kind of ["software", "none"] as const) {
    assertEquals(
      await refusal({ adapter: adapter(kind), torch: torch({ cuda: true }) }),
      "descent: There is no GPU to compare on: WebGPU found no GPU",
    );
  }
  const absent = await refusal({ adapter: adapter("gpu"), torch: torch() });
  assert(
    absent.startsWith("descent: There is no PyTorch to compare with: no python3 here can import torch"),
    absent,
  );
  const slow = await refusal({ adapter: adapter("gpu"), torch: torch({ cuda: false }) });
  assert(slow.includes("torch.cuda.is_available() is false for PyTorch 2.4.0 of python3"), slow);
});

Deno.test("a software adapter is left out by default, with a sentence, and labelled where it was asked for", async () => {
  const noted: string[] = [];
  const devices = await openDevices({
    backend: "all",
    threads: [1],
    peakSeconds: 0.01,
    note: (sentence) => noted.push(sentence),
    find: () => Promise.resolve({ kind: "software", name: "x", why: "x is a software adapter" }),
  });
  assertEquals(devices.map(({ executor, threads }) => [executor.name, threads]), [["wasm", 1]]);
  assertEquals(noted, [
    "WebGPU is left out: x is a software adapter; --backend webgpu measures it all the same",
  ]);
  const { peak, bandwidth } = devices[0]!;
  for (const value of [peak.gflops, peak.memoryGbPerSecond, peak.cacheGbPerSecond!, await bandwidth(1000)]) {
    assert(value > 0.1 && value < 1e5, `${value}`);
  }
  assertEquals(await bandwidth(1001), await bandwidth(1000));
  const executor = { ...devices[0]!.executor, name: "webgpu" } as const;
  const place = placeOfDevice({ executor, description: "WebGPU on x, software", software: true });
  assertEquals(place, { backend: "webgpu", device: "WebGPU on x, software", software: true });
  const text = textOf({ peak: true, ...place, gflops: 12.34, memoryGbPerSecond: 5 });
  assertEquals(text, "peak of webgpu (software) (WebGPU on x, software): 12.3 GFLOP/s, 5.00 GB/s memory");
});

Deno.test("the share of the peak is of what is nearer, arithmetic or memory", () => {
  const peak = { gflops: 100, gbPerSecond: 50 };
  assertEquals(nearestBound({ gflops: 40, gbPerSecond: 10 }, peak), { bound: "compute", shareOfPeak: 0.4 });
  assertEquals(nearestBound({ gflops: 4, gbPerSecond: 45 }, peak), { bound: "memory", shareOfPeak: 0.9 });
  const timing = { ms: 2, minMs: 1, maxMs: 4, steps: 10, repeats: 9 };
  const speed = speedOf(timing, 5e7, { gflops: 100, memoryGbPerSecond: 1 });
  assertEquals(speed, { minMs: 1, maxMs: 4, gflops: 25, shareOfPeak: 0.25, steps: 10, repeats: 9 });
  assertEquals([0.0061249, 5.4321, 54.3, 1234.5].map(threeDigits), ["0.00612", "5.43", "54.3", "1235"]);
});

Deno.test("bench --json prints a line per peak, workload and case, and the workload has trained", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 400, t10k: 100, classes: DIGITS });
    const options = ["--json", "--backend", "wasm", "--threads", "1", "--seconds", "0.2", "--data", folder];
    const { code, printed } = await run(bench, "W2", "softmax", ...options);
    assertEquals(code, 0);
    const [peak, workload, ...cases] = printed.map((line) => JSON.parse(line));
    assertEquals([peak.peak, peak.backend, peak.threads], [true, "wasm", 1]);
    assertEquals([workload.workload, workload.backend, workload.threads], ["W2", "wasm", 1]);
    assert(workload.device.startsWith("WASM SIMD, 1 thread, on "));
    const { msPerStep, minMs, maxMs, samplesPerSecond, gflops, shareOfPeak, lossBefore, lossAfter } =
      workload;
    assert(0 < minMs && minMs <= msPerStep && msPerStep <= maxMs, printed[1]);
    assert(lossAfter < lossBefore, printed[1]);
    assertAlmostEquals(shareOfPeak, gflops / peak.gflops, 1e-3 * shareOfPeak);
    assert(samplesPerSecond > 1000 / msPerStep && samplesPerSecond <= 32.01 * 1000 / msPerStep, printed[1]);
    const softmax = OPS.find(({ name }) => name === "softmax")!;
    assertEquals(cases.map((line) => line.case), benchCases(softmax).map(({ label }) => label));
    for (const line of cases) {
      assertEquals([line.op, line.backend, line.threads], ["softmax", "wasm", 1]);
      assert(line.ms > 0 && line.gflops > 0 && line.gbPerSecond > 0 && line.shareOfPeak > 0);
      assert(["compute", "memory"].includes(line.bound));
    }
  });
});

Deno.test("every repeat of a training starts from the same weights, whatever rewrites are on", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 300, t10k: 60, classes: DIGITS });
    const images = await trainingImages(folder), executor = await wasmExecutor({ threads: 1 });
    for (const workload of TRAININGS.filter(({ name }) => !["W6", "W9"].includes(name))) {
      const training = await loadTraining(workload, images, executor);
      const plain = await loadTraining(workload, images, executor, { off: ["hoist", "bytes", "sgd"] });
      assertEquals(training.flops, plain.flops);
      const losses: number[] = [await training.loss!()];
      for (const one of [training, training, plain]) {
        await one.prepare(12)();
        losses.push(await one.loss!());
      }
      assert(losses[1]! < losses[0]!, `${workload.name}: ${losses}`);
      assertEquals(new Set(losses.slice(1)).size, 1, `${workload.name}: ${losses}`);
      // Forward, and backward without the images' gradient: two products a layer, three after the first.
      const block = 128 * 256 * 2, first = 784 * 128;
      const products = 2 * {
        classifier: 2 * 784 * 30 + 3 * (30 * 20 + 20 * 10 + 10 * 5),
        cnn: 2 * 400 * 81 * 15 + 3 * (36 * 375 * 20 + 180 * 100 + 100 * 10),
        denoising: 5 * 784 * 900,
        mnist_cnn: 2 * 676 * 9 * 32 + 3 * (121 * 288 * 64 + 1600 * 10),
        variational: 2 * first + 3 * (2 * block + 2 * 128 * 2 + 2 * 512 + 512 * 784),
      }[workload.network as "classifier" | "cnn" | "denoising" | "mnist_cnn" | "variational"];
      const rows = workload.batch === "all" ? images.rows : workload.batch;
      assert(training.flops >= products * rows && training.flops < 1.2 * products * rows + 400_000);
      training.close();
      plain.close();
    }
  });
});

Deno.test("all sides read the same images and start from the same weights", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 100, t10k: 60, classes: DIGITS });
    const images = await trainingImages(folder);
    await writeSideData(folder, images, 7);
    const read = await readSideImages(folder);
    assertEquals([read.inputs, read.targets, read.inputShape], [images.inputs, images.targets, [784]]);
    const shapes = shapeImages(6);
    await writeSideImages(folder, "shapes", shapes);
    const { inputs, targets, inputShape } = await readSideImages(folder, "shapes");
    assertEquals([inputs, targets, inputShape], [shapes.inputs, shapes.targets, [3072]]);
    for (const network of ["classifier", "autoencoder", "cnn", "denoising"] as const) {
      const layers = await readSideWeights(folder, network);
      // A tied layer has no weights of its own.
      const values = layers.flatMap(({ weights, bias }) => [weights, bias]).filter(({ length }) =>
        length > 0
      );
      assertEquals(values, [...initializeWeights(NETWORKS[network](), 7).values()]);
    }
  });
});

const line = (
  round: number,
  peer: string,
  workload: string,
  threads: number,
  msPerStep: number,
): RoundLine => ({
  round,
  peer,
  variant: "v",
  workload,
  threads,
  msPerStep,
  minMs: msPerStep,
  maxMs: msPerStep,
  steps: 1,
  repeats: 3,
});

Deno.test("ratiosOf() divides within each round, at the best number of threads, and takes the median", () => {
  const lines = [
    ...[line(1, "descent", "W2", 1, 2), line(1, "descent", "W2", 2, 1), line(1, "p", "W2", 1, 4)],
    ...[line(2, "descent", "W2", 1, 3), line(2, "descent", "W2", 2, 9), line(2, "p", "W2", 1, 6)],
    ...[line(3, "descent", "W2", 1, 8), line(3, "p", "W2", 1, 40), line(3, "p", "W2", 2, 10)],
    // Without the other side in its round, a line counts for nothing.
    ...[line(4, "p", "W2", 1, 1), line(5, "descent", "W2", 1, 1), line(1, "p", "W3", 1, 1)],
  ];
  assertEquals(ratiosOf(lines), [
    { workload: "W2", peer: "p", variant: "v", ratio: 0.5, minRatio: 0.25, maxRatio: 0.8, rounds: 3 },
  ]);
});

Deno.test("the tables show the best round and the range, workloads in their order", () => {
  const sides = ["descent", "p"], workloads = ["W7-1024", "W7-256", "W1"];
  const lines = [1, 2].flatMap((round) =>
    sides.flatMap((peer, i) =>
      workloads.map((workload, j) => line(round, peer, workload, i, (i + 1) * (j + round)))
    )
  );
  assertEquals(textTable(timesTable(lines)).split("\n"), [
    "ms per step  variant  threads              W1          W7-256         W7-1024",
    "───────────  ───────  ───────  ──────────────  ──────────────  ──────────────",
    "descent      v            GPU  3.00 (to 4.00)  2.00 (to 3.00)  1.00 (to 2.00)",
    "p            v              1  6.00 (to 8.00)  4.00 (to 6.00)  2.00 (to 4.00)",
  ]);
  assertEquals(textTable(ratiosTable(ratiosOf(lines))).split("\n").at(-1)!.split(/ {2,}/), [
    "p v",
    "0.500 (0.500 to 0.500)",
    "0.500 (0.500 to 0.500)",
    "0.500 (0.500 to 0.500)",
  ]);
});

Deno.test("doubtsOf() names a side that starts from another loss, and one that does not train", () => {
  const losses = (one: RoundLine, lossBefore: number, lossAfter: number) => ({
    ...one,
    lossBefore,
    lossAfter,
  });
  const good = [
    losses(line(1, "descent", "W1", 1, 1), 1.6, 0.1),
    losses(line(1, "p", "W1", 1, 1), 1.6001, 0.2),
  ];
  assertEquals(doubtsOf(good), []);
  const other = losses(line(1, "q", "W1", 1, 1), 1.7, NaN);
  assertEquals(doubtsOf([...good, other, other]), [
    "q v starts W1 from a loss of 1.7, descent from 1.6: not the same",
    "q v does not train W1: loss 1.7 before, NaN after",
  ]);
});

Deno.test("doubtsOf() names a side whose loss after the same steps is another, but for W9 none whose loss has not fallen", () => {
  const after = (peer: string, lossChecked: number, workload = "W9") => ({
    ...line(1, peer, workload, 1, 1),
    lossBefore: 1.1,
    lossAfter: 1.2,
    lossChecked,
  });
  assertEquals(doubtsOf([after("descent", 1.13), after("p", 1.1302)]), []);
  assertEquals(doubtsOf([after("descent", 1.13), after("p", 1.135)]), [
    "p v has a loss of 1.135 after 5 steps of W9, descent of 1.13: not the same steps",
  ]);
  const [apart, ...others] = doubtsOf([after("descent", 1.13, "W8"), after("p", 1.1302, "W8")]);
  assertEquals(apart, "descent v does not train W8: loss 1.1 before, 1.2 after");
  assertEquals(
    others[0],
    "p v has a loss of 1.1302 after 5 steps of W8, descent of 1.13: not the same steps",
  );
});

Deno.test("jsonLines() drops what is no JSON object, and half a line of a process that was stopped", () => {
  assertEquals(jsonLines('warning\n{"peer":"a"}\n[1]\n{"peer":"b","workl').map(({ peer }) => peer), ["a"]);
});

Deno.test("compare() runs sides in processes, names the one that fails, and prints ratios of the others", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 200, t10k: 60, classes: DIGITS });
    const ours = denoSide("descent", "descent.ts", 1);
    const script =
      'console.log(JSON.stringify({ peer: "p", variant: "v", workload: Deno.args.at(-1), threads: 1, msPerStep: 1e9 }))';
    const peer = { ...ours, name: "p", args: () => ["eval", script] };
    const failing = 'function errors() {\n  throw new Error("no such thing");\n}\nerrors();';
    const broken = { ...ours, name: "broken", args: () => ["eval", failing] };
    const { printed, noted } = await run(async (_args, output) => {
      await compare(
        [ours, peer, broken],
        ["W2"],
        { rounds: 1, seconds: 0.05, data: folder, json: true },
        output!,
      );
      return 0;
    });
    const lines = printed.map((text) => JSON.parse(text));
    assertEquals(lines.map(({ peer, workload, round }) => [peer, workload, round]), [
      ["descent", "W2", 1],
      ["p", "W2", 1],
      ["p", "W2", undefined],
    ]);
    assertAlmostEquals(lines[2].ratio, lines[0].msPerStep / 1e9, 1e-3 * lines[2].ratio);
    assert(lines[0].lossAfter < lines[0].lossBefore);
    assert(
      noted.some((text) => /^round 1 of 1: broken W2: error: .*no such thing$/.test(text)),
      `${noted}`,
    );
  });
});

Deno.test("the scripts of the peers, which no compiler reads, take of the images what there is", async () => {
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 100, t10k: 60, classes: DIGITS });
    await writeSideData(folder, await trainingImages(folder), 7);
    const given = Object.keys(await readSideImages(folder));
    for (const script of ["jax.mjs", "tfjs.mjs"]) {
      const source = await Deno.readTextFile(new URL(`../../bench/peers/${script}`, import.meta.url));
      const taken = [...source.matchAll(/const \{([^}]*)\} = await readSideImages/g)].flatMap(([, names]) =>
        names!.split(",").map((name) => name.split(":")[0]!.trim())
      );
      assert(taken.length > 0, script);
      assertEquals(taken.filter((name) => !given.includes(name)), [], script);
    }
  });
});

Deno.test("compare() refuses a folder without images before it runs anything", async () => {
  await assertRejects(
    () => compare([], ["W2"], { data: "no/such/folder" }, { print() {}, note() {} }),
    Error,
    'There is no folder "no/such/folder"',
  );
});

Deno.test("chosen() keeps the peers that are asked for, and all by default", () => {
  assertEquals([chosen(undefined, ["a", "b"]), chosen(["b"], ["a", "b"])], [["a", "b"], ["b"]]);
});

Deno.test("PyTorch gets OpenBLAS where it is installed, with the kernels that the processor can run", () => {
  const counts = { OMP_NUM_THREADS: "2", OPENBLAS_NUM_THREADS: "2" };
  const avx512 = blasEnvironment(2, ["fma", "avx2", "avx512vl"], ["/usr/lib/x/openblas-openmp"]);
  assertEquals(avx512, {
    ...counts,
    LD_LIBRARY_PATH: "/usr/lib/x/openblas-openmp",
    OPENBLAS_CORETYPE: "SkylakeX",
  });
  assertEquals(blasEnvironment(2, ["avx2"], []), { ...counts, OPENBLAS_CORETYPE: "Haswell" });
  assertEquals(blasEnvironment(2, ["sse2"], []), counts);
});

Deno.test("PyTorch compiles where it is asked to, and then has the time for it", () => {
  const torch = { python: "python3", version: "2.4.0", cuda: true, flags: [] };
  const [plain, compiled] = [torchCudaSide(torch), torchCudaSide(torch, { compile: true })];
  assertEquals(compiled.args("."), [...plain.args("."), "--compile"]);
  assertEquals([plain.args(".").slice(2), plain.startSeconds, compiled.startSeconds], [
    ["--device", "cuda"],
    undefined,
    300,
  ]);
});
