/** What the sweeps found: per point the best times of each side, the memory, and what of it is out of line. */
import type { TableOptions } from "../src/core/text_table.ts";
import { OURS, type Ratio, ratiosOf, type RoundLine } from "./ratios.ts";
import { threeDigits } from "./report.ts";
import { factsOf, pointAt, type PointFacts, sizesOf, type SweepName } from "./sweeps.ts";

/** What is timed, and what the figures and tables call it. */
export const SIDES = {
  wasm: "Descent",
  webgpu: "Descent, WebGPU",
  torch: "PyTorch",
  cuda: "PyTorch, CUDA",
} as const;
export type SideName = keyof typeof SIDES;

/** One size of a sweep. What was not measured is not there. */
export interface ScalingRow extends PointFacts {
  readonly sweep: SweepName;
  readonly size: number;
  /** Per step: the least of the rounds' medians, at the best number of threads. */
  readonly ms: Partial<Record<SideName, number>>;
  /** Of the side's process while it trains, where it has no GPU. */
  readonly rssBytes: Partial<Record<SideName, number>>;
  /** Of Descent on the processor to PyTorch there, within rounds. */
  readonly ratio?: Ratio;
}

/** Time per operation may rise so much from one size to the next before it is called a jump. */
const JUMP = 1.25;

function sideNameOf({ peer, variant, threads }: RoundLine): SideName | undefined {
  if (peer === OURS) return variant === "webgpu" ? "webgpu" : "wasm";
  if (variant !== "eager") return undefined;
  return threads === 0 ? "cuda" : "torch";
}

/** A row for each size of each sweep, from the lines of all rounds. */
export function scalingRows(
  lines: readonly RoundLine[],
  sweeps: readonly SweepName[],
  quick = false,
): readonly ScalingRow[] {
  return sweeps.flatMap((sweep) =>
    sizesOf(sweep, quick).map((size): ScalingRow => {
      const point = pointAt(sweep, size), own = lines.filter(({ workload }) => workload === point.name);
      const ms: Partial<Record<SideName, number>> = {}, rssBytes: Partial<Record<SideName, number>> = {};
      for (const line of own) {
        const side = sideNameOf(line);
        if (side === undefined) continue;
        ms[side] = Math.min(line.msPerStep, ms[side] ?? Infinity);
        if (line.threads > 0 && line.rssBytes !== undefined) {
          rssBytes[side] = Math.max(line.rssBytes, rssBytes[side] ?? 0);
        }
      }
      const [ratio] = ratiosOf(
        own.filter(({ threads, variant, peer }) => threads > 0 && (peer === OURS || variant === "eager")),
      );
      return { sweep, size, ...factsOf(point), ms, rssBytes, ...(ratio && { ratio }) };
    })
  );
}

export const MEBIBYTE = 2 ** 20;

/** The rows of a sweep as cells: sizes, times and memory; columns of sides that are not there are left out. */
export function scalingTable(rows: readonly ScalingRow[]): TableOptions {
  const sides = (Object.keys(SIDES) as SideName[]).filter((side) =>
    rows.some(({ ms }) => ms[side] !== undefined)
  );
  const processes = sides.filter((side) => rows.some(({ rssBytes }) => rssBytes[side] !== undefined));
  const hasRatio = rows.some(({ ratio }) => ratio !== undefined);
  const cell = (value: number | undefined) => value === undefined ? "" : threeDigits(value);
  const mebibytes = (bytes: number | undefined) => cell(bytes === undefined ? undefined : bytes / MEBIBYTE);
  return {
    columns: [
      "sweep",
      ...[
        "size",
        "parameters",
        "MFLOP",
        ...sides.map((side) => `${SIDES[side]}, ms`),
        "GFLOP/s",
        ...(hasRatio ? [`${SIDES.wasm} / ${SIDES.torch}`] : []),
        "plan, MiB",
        ...processes.map((side) => `${SIDES[side]}, RSS MiB`),
      ].map((label) => ({ label, align: "right" } as const)),
    ],
    rows: rows.map(({ sweep, size, parameters, flops, planBytes, ms, rssBytes, ratio }) => [
      sweep,
      size.toLocaleString("en"),
      parameters.toLocaleString("en"),
      cell(flops / 1e6),
      ...sides.map((side) => cell(ms[side])),
      cell(ms.wasm && flops / ms.wasm / 1e6),
      ...(hasRatio ? [ratioText(ratio)] : []),
      mebibytes(planBytes),
      ...processes.map((side) => mebibytes(rssBytes[side])),
    ]),
  };
}

function ratioText(ratio: Ratio | undefined): string {
  if (ratio === undefined) return "";
  const { ratio: middle, minRatio, maxRatio, rounds } = ratio;
  const range = rounds > 1 ? ` (${threeDigits(minRatio)} to ${threeDigits(maxRatio)})` : "";
  return `${threeDigits(middle)}${range}`;
}

/** Sentences on sizes at which a step on the processor takes more time per operation than at the size before. */
export function jumpsOf(rows: readonly ScalingRow[]): readonly string[] {
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    if (before?.sweep !== row.sweep || before.ms.wasm === undefined || row.ms.wasm === undefined) return [];
    const rise = (row.ms.wasm / row.flops) / (before.ms.wasm / before.flops);
    if (rise <= JUMP) return [];
    const sizes = `${row.sweep} ${before.size.toLocaleString("en")} to ${row.size.toLocaleString("en")}`;
    return [`From ${sizes} the time per operation rises to ${threeDigits(rise)} times of what it was`];
  });
}

/** Per sweep, from which size on WebGPU is the faster of the two; nothing where it was not measured. */
export function crossoversOf(rows: readonly ScalingRow[]): readonly string[] {
  return [...new Set(rows.map(({ sweep }) => sweep))].flatMap((sweep) => {
    const own = rows.filter(({ ms, ...row }) =>
      row.sweep === sweep && ms.webgpu !== undefined && ms.wasm !== undefined
    );
    if (own.length === 0) return [];
    const last = own.findLastIndex(({ ms }) => ms.webgpu! >= ms.wasm!), from = own[last + 1];
    return [
      from === undefined
        ? `${sweep}: WASM is faster at the largest size`
        : `${sweep}: WebGPU is faster from ${from.size.toLocaleString("en")} on`,
    ];
  });
}
