/** A plan as JSON, for files and pages: what `print.ts` is for people at a terminal. */
import { formatType } from "../core/tensor.ts";
import type { Attrs } from "./op.ts";
import type { Plan, PlanBuffer, PlanCall } from "./plan.ts";
import { callBytes, callFlops, callTypes } from "./print.ts";

/** One call of a routine. */
export type CallJson = {
  readonly op: string;
  readonly label: string;
  /** What it makes: `f32[32,30]`. */
  readonly type: string;
  /** Settings that are not off. */
  readonly settings: Attrs;
  /** Positions in the plan's buffers, each once. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly flops: number;
  readonly bytes: number;
  /** How long it took, where that was measured. */
  readonly ms?: number;
};

export type PlanJson = {
  /** In order; `setup` first, where it has calls. */
  readonly routines: readonly { readonly name: string; readonly calls: readonly CallJson[] }[];
  readonly buffers: readonly Readonly<Pick<PlanBuffer, "name" | "role" | "dtype" | "elements" | "bytes">>[];
};

/**
 * A plan as JSON. `timesMs` are times of the calls of routines by name, as `timeCalls` measures them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { add } from "../ops/add.ts";
 * import { leaf } from "./leaf.ts";
 * import { compile } from "./plan.ts";
 * import { planJson } from "./plan_json.ts";
 * const { routines } = planJson(compile({ run: [add(leaf("input", "a", [2]), leaf("input", "b", [2]))] }));
 * assert(routines[0]!.calls[0]!.op === "add" && routines[0]!.calls[0]!.writes[0] === 2);
 * ```
 */
export function planJson(
  plan: Plan,
  timesMs: Readonly<Record<string, readonly number[]>> = {},
): PlanJson {
  const all = [["setup", plan.setup] as const, ...Object.entries(plan.routines)];
  return {
    routines: all.filter(([_, calls]) => calls.length > 0).map(([name, calls]) => ({
      name,
      calls: calls.map((call, i) => callJson(call, timesMs[name]?.[i])),
    })),
    buffers: plan.buffers.map(({ name, role, dtype, elements, bytes }) => ({
      name,
      role,
      dtype,
      elements,
      bytes,
    })),
  };
}

function callJson(call: PlanCall, ms?: number): CallJson {
  const { op, attrs, operands, writes, label } = call;
  const buffersOf = (chosen: readonly number[]) => [...new Set(chosen.map((i) => operands[i]!.buffer))];
  // What is updated is read first.
  const reads = operands.map((_, i) => i).filter((i) => op.updates !== undefined || !writes.includes(i));
  return {
    op: op.name,
    label,
    type: formatType(callTypes(call).output),
    settings: Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== false)),
    reads: buffersOf(reads),
    writes: buffersOf(writes),
    flops: callFlops(call),
    bytes: Math.round(callBytes(call)),
    ...(ms !== undefined && { ms }),
  };
}
