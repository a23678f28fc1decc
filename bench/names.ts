/** Which benchmarks the words of a command line choose. */
import { UsageError } from "../src/core/errors.ts";
import type { Op } from "../src/ir/op.ts";
import { OPS } from "../src/ops/mod.ts";
import { OPTIMIZER_OPS } from "../src/optim/mod.ts";
import { didYouMean } from "../src/cli/flags.ts";
import { WORKLOAD_NAMES } from "./workloads.ts";

const ALL_OPS: readonly Op[] = [...OPS, ...OPTIMIZER_OPS];

/** What to measure, and sentences about what cannot be. */
export interface Selection {
  readonly workloads: readonly string[];
  readonly ops: readonly Op[];
  readonly notes: readonly string[];
}

/** Cases of an op that are worth timing. */
export function benchCases(op: Op): Op["cases"] {
  return op.cases.filter(({ bench }) => bench === true);
}

/**
 * Workloads and ops by name; `ops` stands for all that have a case to time, no word for all workloads. Throws a
 * `UsageError` on a name that is neither.
 */
export function select(words: readonly string[]): Selection {
  if (words.length === 0) return { workloads: WORKLOAD_NAMES, ops: [], notes: [] };
  const workloads = new Set<string>(), ops = new Set<Op>(), notes: string[] = [];
  for (const word of words) {
    const op = ALL_OPS.find(({ name }) => name === word);
    if (WORKLOAD_NAMES.includes(word)) workloads.add(word);
    else if (word === "ops") {
      ALL_OPS.filter((one) => benchCases(one).length > 0).forEach((one) => ops.add(one));
    } else if (op === undefined) {
      throw new UsageError(unknownName(word, ["ops", ...ALL_OPS.map(({ name }) => name)]));
    } else if (benchCases(op).length > 0) ops.add(op);
    else {notes.push(
        `The op ${op.name} has no case to time: mark one with bench in src/${roomOf(op)}/${op.name}.ts`,
      );}
  }
  const ordered = WORKLOAD_NAMES.filter((name) => workloads.has(name));
  return { workloads: ordered, ops: [...ops], notes };
}

/** Workloads alone, as the comparisons take them. */
export function selectWorkloads(words: readonly string[]): readonly string[] {
  for (const word of words) {
    if (!WORKLOAD_NAMES.includes(word)) throw new UsageError(unknownName(word, []));
  }
  return select(words).workloads;
}

function unknownName(word: string, others: readonly string[]): string {
  const also = others.length === 0 ? "" : ", ops for all ops, or the name of an op";
  return `Unknown workload "${word}"${
    didYouMean(word, [...WORKLOAD_NAMES, ...others], {
      dashes: "",
      otherwise: `: choose from ${WORKLOAD_NAMES.join(", ")}${also}`,
    })
  }`;
}

function roomOf(op: Op): string {
  return OPTIMIZER_OPS.includes(op) ? "optim" : "ops";
}
