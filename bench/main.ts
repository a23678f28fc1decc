/** `deno task bench`: how long steps and ops take here, beside the peak of the machine. */
import { join } from "node:path";
import { DescentError, UsageError } from "../src/core/errors.ts";
import type { Op } from "../src/ir/op.ts";
import { CONSOLE, guarded, type Output, usageOf } from "../src/cli/command.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import type { RewriteName } from "../src/train/rewrites.ts";
import { defaultThreads, type Device, openDevices } from "./devices.ts";
import { measure, type MeasureOptions } from "./measure.ts";
import { benchCases, select } from "./names.ts";
import { BENCH_FLAGS, trainingImages } from "./options.ts";
import { jsonOf, type Line, nearestBound, placeOfDevice, speedOf, textOf } from "./report.ts";
import { loadPredicting, trainPredictor } from "./predicting.ts";
import { loadCase, loadProduct } from "./routine.ts";
import { benchScaling } from "./scaling_command.ts";
import { shapeImages } from "./shapes.ts";
import { type LoadedSubject, loadTraining } from "./training.ts";
import { CALL_ROWS, PRODUCT_SIZES, TRAININGS } from "./workloads.ts";

const ABOUT = "Time training steps, calls of a trained network and ops on this machine, beside its peak";

/** A device on which something has been loaded. */
interface Loaded<S> {
  readonly device: Device;
  readonly subject: S;
}

/** Runs the command; resolves to the exit code. */
export async function main(args: readonly string[], output: Output = CONSOLE): Promise<number> {
  return await guarded(() => bench(args, output), output);
}

async function bench(args: readonly string[], { print, note }: Output): Promise<number> {
  const { words, values } = parseFlags(BENCH_FLAGS, args, { words: true });
  if (values.help) {
    print(usageOf({ about: ABOUT, task: "bench [W1 … W11] [ops] [OP …]", flags: BENCH_FLAGS }));
    return 0;
  }
  const { backend = "all", threads = defaultThreads(), seconds = 3, rounds = 3, off = [] } = values;
  if (values.threads !== undefined && backend === "webgpu") {
    throw new UsageError("--threads is for the WASM backend, not for --backend webgpu");
  }
  if (values.scaling) {
    await benchScaling(words, values, { print, note });
    return 0;
  }
  const scalingOnly = (["quick", "cpu-time", "python"] as const).find((name) => values[name] !== undefined);
  if (scalingOnly !== undefined) throw new UsageError(`--${scalingOnly} is for --scaling`);
  const { workloads, ops, notes } = select(words);
  notes.forEach(note);
  if (workloads.length + ops.length === 0) return 1;
  const lines: string[] = [];
  const say = (line: Line, title?: string) => {
    lines.push(jsonOf(line));
    print(values.json ? jsonOf(line) : textOf(line, title));
  };
  const peakSeconds = Math.min(1, seconds / 2);
  const devices = await openDevices({ backend, threads, peakSeconds, note });
  try {
    for (const device of devices) say({ peak: true, ...placeOfDevice(device), ...device.peak });
    const timing = { seconds, rounds };
    await benchTrainings(workloads, devices, { ...timing, off, data: values.data }, say);
    if (workloads.includes("W7")) {
      for (const n of PRODUCT_SIZES) await benchProduct(n, devices, timing, say);
    }
    if (workloads.includes("W11")) await benchCalls(devices, { ...timing, data: values.data }, say);
    for (const op of ops) await benchOp(op, devices, { seconds: seconds / 5, rounds }, say);
  } finally {
    devices.forEach(({ executor }) => executor.close());
  }
  if (values.out !== undefined) note(`Wrote ${await writeLines(values.out, lines)}`);
  return 0;
}

/** Writes lines as a file of `folder` that is named by the time, in UTC; resolves to its path. */
async function writeLines(folder: string, lines: readonly string[]): Promise<string> {
  const name = new Date().toISOString().replaceAll(/[-:]|\..*$/g, "").replace("T", "-");
  const path = join(folder, `${name}.jsonl`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(path, `${lines.join("\n")}\n`);
  } catch (error) {
    throw new DescentError(`Cannot write ${path}: ${error instanceof Error ? error.message : error}`);
  }
  return path;
}

type Say = (line: Line, title?: string) => void;

async function benchTrainings(
  names: readonly string[],
  devices: readonly Device[],
  { off, data, ...timing }: MeasureOptions & {
    readonly off: readonly RewriteName[];
    readonly data: string | undefined;
  },
  say: Say,
): Promise<void> {
  const chosen = TRAININGS.filter(({ name }) => names.includes(name));
  if (chosen.length === 0) return;
  const digits = await trainingImages(data);
  for (const workload of chosen) {
    const images = workload.images === "shapes" ? shapeImages() : digits;
    await withSubjects(
      devices,
      (device) => loadTraining(workload, images, device.executor, { off }),
      async (loaded) => {
        const before: number[] = [];
        for (const { subject } of loaded) before.push(await subject.loss!());
        const timings = await measure(loaded.map(({ subject }) => subject), timing);
        for (const [i, { device, subject: { flops, samples, loss } }] of loaded.entries()) {
          const found = timings[i]!;
          say({
            workload: workload.name,
            ...placeOfDevice(device),
            msPerStep: found.ms,
            ...(samples !== undefined && { samplesPerSecond: 1000 * samples / found.ms }),
            ...speedOf(found, flops, device.peak),
            lossBefore: before[i]!,
            lossAfter: await loss!(),
          }, workload.title);
        }
      },
    );
  }
}

async function benchProduct(
  n: number,
  devices: readonly Device[],
  timing: MeasureOptions,
  say: Say,
): Promise<void> {
  await withSubjects(devices, (device) => loadProduct(n, device.executor), async (loaded) => {
    const timings = await measure(loaded.map(({ subject }) => subject), timing);
    loaded.forEach(({ device, subject: { flops } }, i) => {
      const found = timings[i]!, speed = speedOf(found, flops, device.peak);
      say(
        { workload: `W7-${n}`, ...placeOfDevice(device), msPerStep: found.ms, ...speed },
        "matrix product",
      );
    });
  });
}

async function benchCalls(
  devices: readonly Device[],
  { data, ...timing }: MeasureOptions & { readonly data: string | undefined },
  say: Say,
): Promise<void> {
  const images = await trainingImages(data), trained = await trainPredictor(images);
  for (const rows of CALL_ROWS) {
    const load = ({ executor }: Device) => loadPredicting(trained, { images, rows, executor });
    await withSubjects(devices, load, async (loaded) => {
      const timings = await measure(loaded.map(({ subject }) => subject), timing);
      for (const [i, { device, subject: { flops, callTimes } }] of loaded.entries()) {
        const found = timings[i]!;
        say({
          workload: `W11-${rows}`,
          ...placeOfDevice(device),
          msPerStep: found.ms,
          ...await callTimes(timing.seconds / timing.rounds),
          samplesPerSecond: 1000 * rows / found.ms,
          ...speedOf(found, flops, device.peak),
        }, "calls of 784-128-64-10");
      }
    });
  }
}

async function benchOp(
  op: Op,
  devices: readonly Device[],
  timing: MeasureOptions,
  say: Say,
): Promise<void> {
  for (const opCase of benchCases(op)) {
    await withSubjects(devices, (device) => loadCase(op, opCase, device.executor), async (loaded) => {
      const timings = await measure(loaded.map(({ subject }) => subject), timing);
      for (const [i, { device, subject: { flops, bytes } }] of loaded.entries()) {
        const found = timings[i]!, speed = speedOf(found, flops, device.peak);
        const { gflops } = speed, gbPerSecond = bytes / found.ms / 1e6;
        const peak = { gflops: device.peak.gflops, gbPerSecond: await device.bandwidth(bytes) };
        say({
          op: op.name,
          case: opCase.label,
          ...placeOfDevice(device),
          ms: found.ms,
          gbPerSecond,
          ...speed,
          ...nearestBound({ gflops, gbPerSecond }, peak),
        });
      }
    });
  }
}

/** Loads one subject per device, and closes them all afterwards. */
async function withSubjects<S extends LoadedSubject>(
  devices: readonly Device[],
  load: (device: Device) => Promise<S>,
  use: (loaded: readonly Loaded<S>[]) => Promise<void>,
): Promise<void> {
  const loaded: Loaded<S>[] = [];
  try {
    for (const device of devices) loaded.push({ device, subject: await load(device) });
    await use(loaded);
  } finally {
    loaded.forEach(({ subject }) => subject.close());
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
