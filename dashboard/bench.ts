/**
 * Benchmarks over time: `bench/<yyyymmdd-hhmmss>.jsonl` in the runs folder, each what `deno task bench --json` printed.
 * Where a name holds no time, the file's own counts.
 */
import type { BenchData, Benchmarked } from "../components/inside/inside_types.ts";
import { type JsonObject, parseObject } from "../src/runs/json.ts";
import { causeOf } from "../src/core/errors.ts";
import { numberOf, wordOf } from "../src/runs/facts.ts";
import { findFile, findFolder, isPlainName, listNames, readText } from "./folder.ts";

const FOLDER = "bench", MAX_FILES = 200, MAX_BYTES = 2 ** 20, MAX_LINES = 2000, MAX_ROWS = 400;

interface Bench {
  readonly time: string;
  readonly lines: readonly JsonObject[];
}

export function benchData(root: string): BenchData {
  const problems: string[] = [], benches: Bench[] = [];
  for (const name of namesOf(root)) {
    try {
      const text = readText(root, [FOLDER, name], MAX_BYTES) ?? "";
      const lines = text.split("\n").slice(0, MAX_LINES).map(parseObject).filter((line) =>
        line !== undefined
      );
      if (lines.length > 0) benches.push({ time: timeOf(root, name), lines });
    } catch (error) {
      problems.push(`${FOLDER}/${name} cannot be read: ${causeOf(error)}`);
    }
  }
  benches.sort((a, b) => a.time < b.time ? -1 : 1);
  const newest = benches.at(-1)?.lines ?? [], isPeak = (line: JsonObject) => line.peak === true;
  return {
    times: benches.map(({ time }) => time),
    devices: [...new Set(newest.flatMap((line) => wordOf(line.device) ?? []))],
    peaks: newest.filter(isPeak).map((line) => ({
      backend: backendOf(line),
      gflops: numberOf(line.gflops) ?? 0,
      gbPerSecond: numberOf(line.memoryGbPerSecond),
    })),
    steps: rowsOf(benches, ({ workload }) => wordOf(workload)),
    kernels: rowsOf(
      benches,
      (line) => typeof line.op === "string" ? `${wordOf(line.op)} ${wordOf(line.case) ?? ""}` : null,
    ),
    problems,
  };
}

function namesOf(root: string): readonly string[] {
  const folder = findFolder(root, [FOLDER]);
  if (folder === undefined) return [];
  return listNames(folder, 10 * MAX_FILES).filter((name) => isPlainName(name) && name.endsWith(".jsonl"))
    .sort().slice(-MAX_FILES);
}

/** `20261121-214000.jsonl` → its time; of another name, when the file was changed. */
function timeOf(root: string, name: string): string {
  const parts = /(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)?/.exec(name)?.slice(1).map((part) => part ?? "00");
  const time = parts && new Date(`${parts.slice(0, 3).join("-")}T${parts.slice(3).join(":")}Z`);
  const own = time && !Number.isNaN(time.getTime())
    ? time
    : new Date(findFile(root, [FOLDER, name])?.mtimeMs ?? 0);
  return own.toISOString();
}

function backendOf({ backend, threads }: JsonObject): string {
  const count = numberOf(threads);
  return `${wordOf(backend) ?? ""}${count === null ? "" : `, ${count} thread${count === 1 ? "" : "s"}`}`;
}

/** One row per name and backend; the newest benchmark that has it gives its numbers. */
function rowsOf(
  benches: readonly Bench[],
  nameOf: (line: JsonObject) => string | null,
): readonly Benchmarked[] {
  const rows = new Map<
    string,
    { name: string; backend: string; speeds: (number | null)[]; newest: JsonObject }
  >();
  for (const [i, { lines }] of benches.entries()) {
    for (const line of lines) {
      const name = nameOf(line), gflops = numberOf(line.gflops);
      if (name === null || gflops === null) continue;
      const backend = backendOf(line), key = `${name} ${backend}`;
      if (!rows.has(key) && rows.size >= MAX_ROWS) continue;
      const row = rows.get(key) ?? { name, backend, speeds: benches.map(() => null), newest: line };
      row.speeds[i] = gflops;
      row.newest = line;
      rows.set(key, row);
    }
  }
  return [...rows.values()].map(({ newest, ...row }) => ({
    ...row,
    ms: numberOf(newest.ms) ?? numberOf(newest.msPerStep) ?? 0,
    gflops: numberOf(newest.gflops) ?? 0,
    share: numberOf(newest.shareOfPeak) ?? 0,
    bound: wordOf(newest.bound),
  }));
}
