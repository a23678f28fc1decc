/** `deno task bench --scaling`: times and memory of steps against batch, width, depth and rows, beside PyTorch's. */
import { join } from "node:path";
import { causeOf, DescentError, UsageError } from "../src/core/errors.ts";
import { markdownTable, textTable, toCsv } from "../src/core/text_table.ts";
import { findAdapter } from "../src/exec/webgpu.ts";
import { initializeWeights } from "../src/nn/model.ts";
import { toPng } from "../src/plot/mod.ts";
import type { Output } from "../src/cli/command.ts";
import type { Values } from "../src/cli/flags.ts";
import { defaultThreads, processor } from "./devices.ts";
import { type BENCH_FLAGS, trainingImages } from "./options.ts";
import { writeSideImages, writeSideWeights } from "./peers/side.ts";
import { doubtsOf, OURS } from "./ratios.ts";
import { measureSides } from "./rounds.ts";
import { crossoversOf, jumpsOf, scalingRows, scalingTable } from "./scaling.ts";
import { memoryFigure, timeFigure } from "./scaling_figure.ts";
import { denoSide, type Side } from "./sides.ts";
import { networkNameOf, networkOf, type Point, pointsOf, selectSweeps, unitsOf } from "./sweeps.ts";
import { findTorch, TORCH_MISSING, torchCudaSide, torchSide } from "./torch.ts";

export type ScalingValues = Omit<Values<typeof BENCH_FLAGS>, "scaling">;

const SEED = 1;

/** Measures the sweeps that are named, all without a word, and prints the table; writes it and the figures where asked. */
export async function benchScaling(
  words: readonly string[],
  values: ScalingValues,
  output: Output,
): Promise<void> {
  const { rounds = 2, seconds = 0.6, quick = false, json = false, data, out } = values,
    { print, note } = output;
  const cpuTime = values["cpu-time"] === true;
  if (values.off !== undefined) throw new UsageError("--off is not for --scaling");
  if (cpuTime && (values.threads ?? values.backend) !== undefined) {
    throw new UsageError("--cpu-time is of one thread on WASM: leave --threads and --backend out");
  }
  const sweeps = selectSweeps(words), points = pointsOf(sweeps, quick);
  note(`${processor()}; Deno ${Deno.version.deno}`);
  const sides = await scalingSides(values, note),
    folder = await Deno.makeTempDir({ prefix: "descent-bench-" });
  try {
    await writeSideImages(folder, "digits", await trainingImages(data));
    await writePoints(folder, points);
    const names = points.map(({ name }) => name);
    const timing = { rounds, seconds: seconds / rounds, folder, json };
    const lines = await measureSides(sides, names, timing, output);
    doubtsOf(lines).forEach(note);
    const rows = scalingRows(lines, sweeps, quick), table = scalingTable(rows);
    if (!json) print(`\n${textTable(table)}`);
    [...jumpsOf(rows), ...crossoversOf(rows)].forEach(note);
    if (out === undefined) return;
    const figures = [
      timeFigure(rows, cpuTime ? "ms of the processor per step" : "ms per step"),
      memoryFigure(rows),
    ];
    const labels = table.columns.map((column) => typeof column === "string" ? column : column.label);
    await writeFiles(out, {
      "scaling.csv": toCsv([labels, ...table.rows.map((row) => row.map(withoutCommas))]),
      "scaling.md": `${markdownTable(table)}\n`,
      ...Object.fromEntries(figures.map(({ name, svg }) => [`${name}.svg`, svg])),
      ...Object.fromEntries(
        await Promise.all(figures.map(async (one) => [`${one.name}.png`, await toPng(one)])),
      ),
    });
    note(`Wrote scaling.csv, scaling.md and ${figures.map(({ name }) => name).join(", ")} to ${out}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const withoutCommas = (cell: unknown) => String(cell).replaceAll(/,(?=\d{3})/g, "");

/** Descent on WASM and on a real GPU, and PyTorch on the same. */
async function scalingSides(
  { "cpu-time": cpuTime = false, backend, threads = defaultThreads(), python }: ScalingValues,
  note: Output["note"],
): Promise<readonly Side[]> {
  const sides: Side[] = [], torch = await findTorch(python);
  if (torch === undefined) note(TORCH_MISSING);
  if (cpuTime) {
    const more = ["--cpu-time"];
    return [
      denoSide(OURS, "descent.ts", 1, more),
      ...(torch ? [await torchSide(torch, 1, { cpuTime })] : []),
    ];
  }
  if (backend !== "webgpu") {
    for (const count of threads) sides.push(denoSide(OURS, "descent.ts", count));
    if (torch) { for (const count of threads) sides.push(await torchSide(torch, count)); }
  }
  if (backend === "wasm") return sides;
  const { kind, why } = await findAdapter();
  if (backend !== "webgpu" && kind !== "gpu") note(`WebGPU is left out: ${why}`);
  else sides.push(denoSide(OURS, "descent.ts", 0, ["--backend", "webgpu"]));
  if (torch?.cuda) sides.push(torchCudaSide(torch));
  return sides;
}

/** What PyTorch's side must know of the points, and the weights that all sides start from. */
async function writePoints(folder: string, points: readonly Point[]): Promise<void> {
  const told = points.map((point) => {
    const { name, batch, rows } = point;
    return { name, batch, rows, network: networkNameOf(point), units: unitsOf(point) };
  });
  await Deno.writeTextFile(join(folder, "sweeps.json"), JSON.stringify(told));
  for (const point of points) {
    const name = networkNameOf(point);
    if (name === point.name) await writeSideWeights(folder, name, initializeWeights(networkOf(point), SEED));
  }
}

async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
    }
  } catch (error) {
    throw new DescentError(`Cannot write to ${folder}: ${causeOf(error)}`);
  }
}
