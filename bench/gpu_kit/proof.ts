/** What a proof on a GPU consists of, and what it came to. */
import { textTable } from "../../src/core/text_table.ts";
import { threeDigits } from "../report.ts";
import type { ProofStep, StepEnd } from "./steps.ts";

/** Where and how it is made. */
export interface ProofPlace {
  readonly deno: string;
  /** The Python that has PyTorch with CUDA; without one, Descent is timed alone. */
  readonly python: string | undefined;
  /** Folder of the runs. */
  readonly runs: string;
  /** What WebGPU is found under. */
  readonly env: Readonly<Record<string, string>>;
  /** Flags of the engine that this machine knows. */
  readonly engineFlags: string;
  /** All in its shortest form. */
  readonly quick: boolean;
  /** The adapter computes on the processor: it is tried, and compared with nothing. */
  readonly software: boolean;
}

/** Names of its parts, in order. */
export const PARTS = ["device", "parity", "bench", "runs", "calls", "rounds"] as const;
export type Part = typeof PARTS[number];

const RUN = ["run", "--quiet", "--cached-only", "--no-check", "-A"];
const TEST = ["test", "--quiet", "--cached-only", "--no-check", "-A"], OF_WEBGPU = ["--filter", "WebGPU"];
const TRAININGS = ["W1", "W2", "W3", "W4", "W5", "W6", "W8", "W9", "W10"];
const BACKENDS = ["webgpu", "wasm", "auto"];

/** The steps of the parts that are asked for. */
export function proofSteps(parts: readonly Part[], place: ProofPlace): readonly ProofStep[] {
  const { deno, python, env, quick, software } = place;
  const step = (name: string, shows: string, limit: number, args: readonly string[], more: object = {}) => ({
    ...{ name, shows, limit, command: deno, args, env },
    ...more,
  });
  const parity = (name: string, limit: number, words: readonly string[]) =>
    step(`parity ${name}`, "against float64 and WASM", limit, [...TEST, ...words], {
      env: { ...env, DESCENT_REQUIRE_WEBGPU: "1" },
      shown: 1,
    });
  const bench = (name: string, rounds: number, seconds: number, limit: number): ProofStep => {
    const timing = ["--rounds", `${rounds}`, "--seconds", `${seconds}`];
    const words = software ? ["W1", "W2"] : quick ? ["W2", "W4", "W7"] : [];
    const shows = software
      ? "times of a software adapter say nothing of a GPU"
      : "alone: no PyTorch with CUDA here";
    return software || python === undefined
      ? step(name, shows, limit, [
        ...RUN,
        "bench/main.ts",
        ...words,
        "--backend",
        "webgpu",
        ...timing,
        "--json",
      ])
      : step(name, "beside PyTorch on the same GPU", limit, [
        ...[...RUN, "bench/gpu.ts", ...words, ...timing],
        ...["--python", python, "--json"],
      ]);
  };
  const run = (experiment: string, epochs: number, backend: string) =>
    step(`run ${experiment} ${backend}`, "a whole training", software ? 120 : 45, [
      ...[...RUN, "experiments/main.ts", experiment, "--epochs", `${epochs}`, "--backend", backend],
      ...["--out", place.runs, "--json"],
    ], { env: { ...env, DENO_V8_FLAGS: place.engineFlags } });
  const steps: Readonly<Record<Part, readonly ProofStep[]>> = {
    device: [
      step("device", "known answers, and what a call and a wait cost", 60, [
        ...[...RUN, "bench/gpu_kit/dispatches.ts", ...(software ? ["--calls", "4000"] : [])],
      ], { env: env }),
    ],
    parity: [
      parity("ops", software ? 300 : 100, [...OF_WEBGPU, "tests/ops/ops_test.ts"]),
      parity("merge", software ? 120 : 60, ["tests/exec/webgpu_merge_test.ts"]),
      ...(quick ? [] : [
        parity("executor", 60, ["tests/exec/webgpu_test.ts", "tests/exec/webgpu_failures_test.ts"]),
        parity("training", 100, [
          ...OF_WEBGPU,
          "tests/train",
          "tests/nn",
          "tests/ops/curves_test.ts",
          "tests/ops/map_test.ts",
        ]),
      ]),
    ],
    bench: [
      bench("bench", 1, quick ? 0.3 : 0.6, quick ? 100 : 240),
      ...(quick ? [] : [
        step("peak", "what the GPU can do at most", 40, [
          ...[
            ...RUN,
            "bench/main.ts",
            "W7",
            "--backend",
            "webgpu",
            "--rounds",
            "1",
            "--seconds",
            "0.5",
            "--json",
          ],
        ]),
      ]),
    ],
    runs: [
      ...BACKENDS.map((backend) => run("q1-adam", quick ? 2 : 20, backend)),
      ...(software && quick ? [] : BACKENDS.map((backend) => run("cnn-sgd", quick ? 1 : 10, backend))),
    ],
    calls: (quick ? ["W2"] : TRAININGS).map((workload) =>
      step(`calls ${workload}`, "each call of a step by itself", 40, [
        ...[...RUN, "bench/gpu_kit/call_times.ts", workload, "--milliseconds", quick ? "1000" : "5000"],
      ])
    ),
    rounds: quick || software ? [] : [{ ...bench("rounds", 3, 1, 600), fillsTime: true }],
  };
  return parts.flatMap((part) => steps[part]);
}

/** How far two backends may be apart: seeds alone make as much. */
const SAME_ACCURACY = 0.02, SAME_FIRST_LOSS = 0.02;

type Line = Readonly<Record<string, unknown>>;

/** What it came to: tables for people, and sentences about what does not agree. */
export function conclusion(
  ends: readonly StepEnd[],
): { readonly text: string; readonly wrong: readonly string[] } {
  const tables = [timesOf(ends), runsOf(ends)].filter((table) => table !== "");
  return { text: tables.join("\n\n"), wrong: apart(ends) };
}

/** Best times by workload and side. */
function timesOf(ends: readonly StepEnd[]): string {
  const best = new Map<string, Map<string, number>>(), sides = new Set<string>();
  for (const { peer, variant, backend, workload, msPerStep } of ends.flatMap(({ lines }) => lines)) {
    if (typeof workload !== "string" || typeof msPerStep !== "number") continue;
    const side = peer === undefined ? `${backend}` : `${peer} ${variant}`;
    const own = best.get(workload) ?? new Map<string, number>();
    own.set(side, Math.min(msPerStep, own.get(side) ?? Infinity));
    best.set(workload, own);
    sides.add(side);
  }
  if (best.size === 0) return "";
  const columns = ["ms per step", ...[...sides].map((label) => ({ label, align: "right" as const }))];
  const rows = Array.from(best, ([workload, own]) => [
    workload,
    ...Array.from(sides, (side) => own.has(side) ? threeDigits(own.get(side)!) : ""),
  ]);
  return textTable({ columns, rows });
}

/** One line of `--json` of a run: which, and on what. */
function runsIn(ends: readonly StepEnd[]): readonly (Line & { readonly asked: string })[] {
  return ends.filter(({ name }) => name.startsWith("run ")).flatMap(({ name, lines }) =>
    lines.map((line) => ({ ...line, asked: name.split(" ").at(-1)! }))
  );
}

function runsOf(ends: readonly StepEnd[]): string {
  const rows = runsIn(ends).map(({ experiment, asked, backend, epochs, seconds, test, curves }) => [
    `${experiment}`,
    asked === "auto" ? `auto, so ${backend}` : asked,
    `${epochs}`,
    threeDigits(Number(seconds)),
    numberAt(test, "accuracy").toFixed(4),
    firstLoss(curves).toPrecision(5),
  ]);
  const right = ["epochs", "seconds", "test accuracy", "first loss"].map((label) => (
    { label, align: "right" as const }
  ));
  return rows.length === 0 ? "" : textTable({ columns: ["run", "backend", ...right], rows });
}

/** Runs on the GPU beside those on WASM: weights may drift apart, losses of the first epoch and accuracies may not. */
function apart(ends: readonly StepEnd[]): readonly string[] {
  const runs = runsIn(ends);
  return runs.filter(({ asked }) => asked === "webgpu").flatMap((gpu) => {
    const wasm = runs.find(({ experiment, asked }) => asked === "wasm" && experiment === gpu.experiment);
    if (wasm === undefined) return [];
    const [a, b] = [gpu, wasm].map(({ test }) => numberAt(test, "accuracy"));
    const [c, d] = [gpu, wasm].map(({ curves }) => firstLoss(curves));
    return [
      ...(Math.abs(a! - b!) <= SAME_ACCURACY
        ? []
        : [`${gpu.experiment}: accuracy ${a} on the GPU, ${b} on WASM`]),
      ...(Math.abs(c! / d! - 1) <= SAME_FIRST_LOSS
        ? []
        : [`${gpu.experiment}: loss of the first epoch ${c} on the GPU, ${d} on WASM`]),
    ];
  });
}

function firstLoss(curves: unknown): number {
  return numberAt((curves as Line | undefined)?.loss, "first");
}

function numberAt(value: unknown, name: string): number {
  return Number((value as Line | undefined)?.[name] ?? NaN);
}
