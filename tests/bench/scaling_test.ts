/** The sweeps of `bench --scaling`: their points, what the points' plans are, and tables and figures from made-up times. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { main as bench } from "../../bench/main.ts";
import type { RoundLine } from "../../bench/ratios.ts";
import { crossoversOf, jumpsOf, scalingRows, scalingTable } from "../../bench/scaling.ts";
import { memoryFigure, timeFigure } from "../../bench/scaling_figure.ts";
import {
  BASE,
  factsOf,
  mixedOrder,
  networkNameOf,
  pointAt,
  pointNamed,
  pointsOf,
  repeatedRows,
  selectSweeps,
  sizesOf,
  SWEEP_NAMES,
  unitsOf,
} from "../../bench/sweeps.ts";
import { UsageError } from "../../src/core/errors.ts";
import { toPng } from "../../src/plot/mod.ts";

Deno.test("the sweeps go from batch 1 to 4,096, width 16 to 2,048 and 1e3 to 1e6 rows, and share their base", () => {
  const ends = SWEEP_NAMES.map((sweep) => [sizesOf(sweep)[0], sizesOf(sweep).at(-1)]);
  assertEquals(ends, [[1, 4096], [16, 2048], [1, 16], [1024, 1_048_576]]);
  assertEquals(SWEEP_NAMES.map((sweep) => sizesOf(sweep, true).length), [3, 3, 3, 3]);
  const points = pointsOf(SWEEP_NAMES), names = points.map(({ name }) => name);
  assertEquals([names[0], names.length, new Set(names).size], ["base", 24, 24]);
  // Every batch is whole, so that all sides make the same steps.
  assert(points.every(({ rows, batch }) => rows % batch === 0));
  assertEquals(pointNamed("depth-8"), { ...BASE, name: "depth-8", depth: 8 });
  assertEquals([pointNamed("depth-9"), pointAt("width", 256)], [undefined, BASE]);
  assertEquals(["batch-64", "rows-1024", "width-16"].map((name) => networkNameOf(pointNamed(name)!)), [
    "base",
    "base",
    "width-16",
  ]);
  assertEquals(unitsOf(pointNamed("depth-4")!), [256, 256, 256, 256, 10]);
});

Deno.test("selectSweeps() takes sweeps by name in their order, all without a word, and says what a name may have meant", () => {
  assertEquals(selectSweeps([]), SWEEP_NAMES);
  assertEquals(selectSweeps(["rows", "batch", "rows"]), ["batch", "rows"]);
  assertThrows(() => selectSweeps(["dept"]), UsageError, 'Unknown sweep "dept": did you mean depth?');
  assertThrows(
    () => selectSweeps(["W2"]),
    UsageError,
    'Unknown sweep "W2": choose from batch, width, depth, rows',
  );
});

Deno.test("a point's operations are its products, and its memory grows linearly with batch, depth and rows", () => {
  const factsAt = (name: string) => factsOf(pointNamed(name)!), base = factsOf(BASE);
  assertEquals(base.parameters, 785 * 256 + 257 * 256 + 257 * 10);
  // Forward, and backward without the images' gradient: two products for the first layer, three for the others.
  const products = 2 * 128 * (2 * 784 * 256 + 3 * (256 * 256 + 256 * 10));
  assert(base.flops > products && base.flops < 1.05 * products, `${base.flops}, of products ${products}`);
  const slope = (axis: "batch" | "depth" | "rows", from: number, to: number) =>
    (factsOf(pointAt(axis, to)).planBytes - factsOf(pointAt(axis, from)).planBytes) / (to - from);
  for (
    const [axis, ...sizes] of [["batch", 256, 1024, 4096], ["depth", 1, 4, 16], [
      "rows",
      2 ** 10,
      2 ** 14,
      2 ** 20,
    ]] as const
  ) {
    const [low, middle, high] = sizes, first = slope(axis, low, middle);
    assertAlmostEquals(slope(axis, middle, high), first, 0.01 * first, axis);
  }
  // Bytes of an image, its class, and its place in two orders.
  assertAlmostEquals(slope("rows", 2 ** 14, 2 ** 20), 784 + 4 + 4 + 4, 1);
  assertEquals(factsAt("rows-1048576").flops, base.flops);
});

Deno.test("mixedOrder() has every row once, neighbours far apart, and repeatedRows() images again and again", () => {
  const order = mixedOrder(1024);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 1024 }, (_, i) => i));
  assert(order.every((row, i) => i === 0 || Math.abs(row - order[i - 1]!) > 100));
  const inputs = new Uint8Array(3 * 784).fill(7, 784, 2 * 784), targets = Uint8Array.of(4, 5, 6);
  const more = repeatedRows({ inputs, inputShape: [784], targets }, 8);
  assertEquals([...more.targets as Uint8Array], [4, 5, 6, 4, 5, 6, 4, 5]);
  assertEquals([0, 1, 4, 7].map((row) => more.inputs[784 * row + 783]), [0, 7, 7, 7]);
});

/** Lines of two rounds as if Descent made 100 GFLOP/s but for one size, PyTorch half of it, and a GPU waited for 0.5 ms. */
function madeUp(slow = "batch-256"): readonly RoundLine[] {
  const peers = [["descent", "wasm", 1e-8, 1], ["pytorch-1.13", "eager", 2e-8, 1], [
    "pytorch-1.13",
    "tuned",
    1e-9,
    1,
  ], [
    "descent",
    "webgpu",
    1e-9,
    0,
  ]] as const;
  return [1, 2].flatMap((round) =>
    pointsOf(["batch", "rows"]).flatMap((point) =>
      peers.map(([peer, variant, perFlop, threads]): RoundLine => {
        const { name } = point, wait = threads === 0 ? 0.5 : 0;
        const factor = name === slow && variant === "wasm" ? 3 : 1;
        const ms = round * (perFlop * factsOf(point).flops + wait) * factor;
        const times = { msPerStep: ms, minMs: ms, maxMs: ms, steps: 1, repeats: 3 };
        return { round, peer, variant, workload: name, threads, rssBytes: 2 ** 27, ...times };
      })
    )
  );
}

Deno.test("scalingRows() takes the best round, the ratio within rounds and the memory, and the table leaves out what was not measured", () => {
  const rows = scalingRows(madeUp(), ["batch", "rows"]);
  assertEquals(rows.map(({ sweep, size }) => `${sweep} ${size}`).slice(6, 10), [
    "batch 1024",
    "batch 4096",
    "rows 1024",
    "rows 4096",
  ]);
  const last = rows[7]!;
  assertEquals(Object.keys(last.ms), ["wasm", "torch", "webgpu"]);
  assertAlmostEquals(last.ms.wasm!, 1e-8 * last.flops, 1e-9);
  assertEquals(last.rssBytes, { wasm: 2 ** 27, torch: 2 ** 27 });
  assertEquals([last.ratio!.ratio, last.ratio!.rounds], [0.5, 2]);
  const table = scalingTable(rows),
    labels = table.columns.map((one) => typeof one === "string" ? one : one.label);
  assertEquals(labels.slice(4), [
    "Descent, ms",
    "Descent, WebGPU, ms",
    "PyTorch, ms",
    "GFLOP/s",
    "Descent / PyTorch",
    "plan, MiB",
    "Descent, RSS MiB",
    "PyTorch, RSS MiB",
  ]);
  assertEquals(table.rows[7]!.slice(0, 3), ["batch", "4,096", "269,322"]);
  assertEquals(table.rows[7]!.slice(8, 9), ["0.500 (0.500 to 0.500)"]);
  const alone = scalingTable(scalingRows(madeUp().filter(({ variant }) => variant === "wasm"), ["batch"]));
  assertEquals(alone.columns.length, 8);
});

Deno.test("jumpsOf() names where the time per operation rises, and crossoversOf() where WebGPU becomes the faster", () => {
  const rows = scalingRows(madeUp(), ["batch", "rows"]);
  const [jump, ...others] = jumpsOf(rows);
  assert(jump!.startsWith("From batch 128 to 256 the time per operation rises to 3."), jump);
  assertEquals(others, []);
  assertEquals(crossoversOf(rows), [
    "batch: WebGPU is faster from 64 on",
    "rows: WebGPU is faster from 1,024 on",
  ]);
  assertEquals(crossoversOf(rows.slice(0, 2)), ["batch: WASM is faster at the largest size"]);
  assertEquals(jumpsOf(scalingRows(madeUp(""), ["batch", "rows"])), []);
});

Deno.test("the figures have a panel for each sweep on one axis, with the sizes and times in their CSV, and become PNG", async () => {
  const rows = scalingRows(madeUp(), ["batch", "rows"]), figures = [timeFigure(rows), memoryFigure(rows)];
  for (const { svg } of figures) {
    assertEquals([...svg.matchAll(/<svg /g)].length, 3);
    assert(svg.includes(">Rows of a step<") && svg.includes(">Rows<"));
    assertEquals(
      new Set([...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)).size,
      [...svg.matchAll(/ id="/g)].length,
    );
  }
  const [time, memory] = figures;
  assert(time!.csv.includes(`\r\nPyTorch,4096,${rows[7]!.ms.torch}\r\n`), time!.csv);
  assert(memory!.csv.includes("\r\nPyTorch process,4096,128\r\n"), memory!.csv);
  assert(!time!.svg.includes("CUDA"));
  const png = await toPng(time!, { scale: 0.1 });
  assertEquals([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
});

Deno.test("--quick and --python without --scaling are refused, as --off and workloads are with it", async () => {
  const refusals = [
    [["--quick"], "descent: --quick is for --scaling"],
    [["W2", "--python", "python3"], "descent: --python is for --scaling"],
    [["--cpu-time"], "descent: --cpu-time is for --scaling"],
    [
      ["--scaling", "--cpu-time", "--threads", "2"],
      "descent: --cpu-time is of one thread on WASM: leave --threads and --backend out",
    ],
    [["--scaling", "--off", "hoist"], "descent: --off is not for --scaling"],
    [["--scaling", "W2"], 'descent: Unknown sweep "W2": choose from batch, width, depth, rows'],
  ] as const;
  for (const [args, sentence] of refusals) {
    const noted: string[] = [];
    const code = await bench(args, { print: () => {}, note: (line) => noted.push(line) });
    assertEquals([code, noted], [2, [sentence]]);
  }
});
