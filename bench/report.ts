/** What a benchmark says: one line for people or one JSON object for machines per measurement. */
import type { CallTimes } from "./calls.ts";
import type { Device } from "./devices.ts";
import type { Timing } from "./measure.ts";
import type { Peak } from "./peak.ts";

/** On what something was measured. */
export interface Place {
  readonly backend: "wasm" | "webgpu";
  /** Of the WASM backend. */
  readonly threads?: number;
  readonly device: string;
  /** Only where it is so: an adapter that computes on the processor. */
  readonly software?: true;
}

/** The machine's peak, as measured in this run. */
export interface PeakLine extends Place, Peak {
  readonly peak: true;
}

/** Times of a step or a call, and what they amount to. Operations and bytes are counted dense. */
interface Speed {
  readonly minMs: number;
  readonly maxMs: number;
  readonly gflops: number;
  /** Of the peak of arithmetic, or of `bound`. Above 1 where zeros are skipped. */
  readonly shareOfPeak: number;
  /** Steps of a repeat, and repeats. */
  readonly steps: number;
  readonly repeats: number;
}

/** With the times of single calls where steps are calls. */
export interface WorkloadLine extends Place, Speed, Partial<CallTimes> {
  /** `W2`; `W7-512` for the product of that size. */
  readonly workload: string;
  readonly msPerStep: number;
  readonly samplesPerSecond?: number;
  /** Mean loss on fixed rows before, and after the last repeat: each starts from the first weights. */
  readonly lossBefore?: number;
  readonly lossAfter?: number;
}

export interface OpLine extends Place, Speed {
  readonly op: string;
  readonly case: string;
  readonly ms: number;
  readonly gbPerSecond: number;
  /** What `shareOfPeak` is a share of. */
  readonly bound: "compute" | "memory";
}

export type Line = PeakLine | WorkloadLine | OpLine;

export function placeOfDevice(
  { executor, description, threads, software }: Omit<Device, "peak" | "bandwidth">,
): Place {
  return {
    backend: executor.name === "webgpu" ? "webgpu" : "wasm",
    ...(threads !== undefined && { threads }),
    device: description,
    ...(software && { software }),
  };
}

export function speedOf({ minMs, maxMs, steps, repeats, ms }: Timing, flops: number, peak: Peak): Speed {
  const gflops = flops / ms / 1e6;
  return { minMs, maxMs, gflops, shareOfPeak: gflops / peak.gflops, steps, repeats };
}

/** The peak that a call comes nearest to: of arithmetic, or of reading as many bytes as its operands have. */
export function nearestBound(
  { gflops, gbPerSecond }: Pick<OpLine, "gflops" | "gbPerSecond">,
  peak: Pick<OpLine, "gflops" | "gbPerSecond">,
): Pick<OpLine, "bound" | "shareOfPeak"> {
  const compute = gflops / peak.gflops, memory = gbPerSecond / peak.gbPerSecond;
  return compute >= memory
    ? { bound: "compute", shareOfPeak: compute }
    : { bound: "memory", shareOfPeak: memory };
}

/** For `JSON.stringify`: five significant digits, since more is noise. */
export function jsonNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(5)) : value;
}

export function jsonOf(line: Line): string {
  return JSON.stringify(line, jsonNumbers);
}

/** `0.00612`, `5.43`, `1024`: three significant digits. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toLocaleString("en", {
    maximumSignificantDigits: 3,
    minimumSignificantDigits: 3,
  });
}

/** `half of the calls below 0.00412 ms, 99% below 0.0121 ms`, where single calls were timed. */
export function callTimesText({ p50Ms, p99Ms }: Partial<CallTimes>): readonly string[] {
  if (p50Ms === undefined || p99Ms === undefined) return [];
  return [`half of the calls below ${threeDigits(p50Ms)} ms, 99% below ${threeDigits(p99Ms)} ms`];
}

/** The line for people; `title` says what the workload is. */
export function textOf(line: Line, title = ""): string {
  const on = line.backend === "webgpu"
    ? `webgpu${line.software ? " (software)" : ""}`
    : `wasm, ${line.threads} thread${line.threads === 1 ? "" : "s"}`;
  if ("peak" in line) {
    const cache = line.cacheGbPerSecond === undefined
      ? ""
      : `, ${threeDigits(line.cacheGbPerSecond)} GB/s cache`;
    const memory = `${threeDigits(line.memoryGbPerSecond)} GB/s memory${cache}`;
    return `peak of ${on} (${line.device}): ${threeDigits(line.gflops)} GFLOP/s, ${memory}`;
  }
  const ms = "op" in line ? line.ms : line.msPerStep;
  const parts = [
    `${threeDigits(ms)} ms (${threeDigits(line.minMs)} to ${threeDigits(line.maxMs)})`,
    ...("workload" in line ? callTimesText(line) : []),
    ...("workload" in line && line.samplesPerSecond !== undefined
      ? [`${Math.round(line.samplesPerSecond).toLocaleString("en")} images/s`]
      : []),
    `${threeDigits(line.gflops)} GFLOP/s`,
    ...("op" in line ? [`${threeDigits(line.gbPerSecond)} GB/s`] : []),
    `${Math.round(100 * line.shareOfPeak)}% of peak${"op" in line ? ` (${line.bound})` : ""}`,
    ...("workload" in line && line.lossBefore !== undefined
      ? [`loss ${line.lossBefore.toFixed(4)} → ${line.lossAfter!.toFixed(4)}`]
      : []),
  ];
  const what = "op" in line
    ? `${line.op} ${line.case}`
    : `${line.workload}${title === "" ? "" : ` ${title}`}`;
  return `${what} | ${on} | ${parts.join(" · ")}`;
}
