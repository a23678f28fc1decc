/** `plan.json` of a run: the calls and buffers that its training was made of. */
import type { PlanBufferData, PlanCall, PlanData } from "../components/inside/inside_types.ts";
import { isJsonObject, type Json, type JsonObject } from "../src/runs/json.ts";
import { PLAN_FILE } from "../src/runs/layout.ts";
import { numberOf, objectOf, shorten, textOf, wordOf } from "../src/runs/facts.ts";
import { readText } from "./folder.ts";

const MAX_BYTES = 8 * 2 ** 20, MAX_PLANS = 16, MAX_CALLS = 1000, MAX_BUFFERS = 1000, MAX_ROUTINES = 12;

/**
 * The plans of a run, one per stage; none where there is no file.
 *
 * @throws when the file is damaged or too large
 */
export function readPlans(root: string, id: string): readonly PlanData[] {
  const text = readText(root, [id, PLAN_FILE], MAX_BYTES);
  if (text === undefined) return [];
  const value: Json = JSON.parse(text);
  return (Array.isArray(value) ? value : [value]).slice(0, MAX_PLANS).filter(isJsonObject).map(planOf);
}

function planOf({ stage, backend, batch, routines, buffers }: JsonObject): PlanData {
  const list = objectsIn(buffers).slice(0, MAX_BUFFERS).map(bufferOf);
  return {
    stage: wordOf(stage),
    backend: wordOf(backend) ?? "",
    batch: numberOf(batch),
    routines: objectsIn(routines).slice(0, MAX_ROUTINES).map(({ name, calls }) => ({
      name: wordOf(name) ?? "",
      calls: objectsIn(calls).slice(0, MAX_CALLS).map((call) => callOf(call, list.length)),
    })),
    buffers: list,
  };
}

function bufferOf({ name, role, dtype, bytes }: JsonObject): PlanBufferData {
  return {
    name: wordOf(name) ?? "",
    role: wordOf(role) ?? "",
    dtype: wordOf(dtype) ?? "",
    bytes: sizeOf(bytes),
  };
}

function callOf(
  { op, label, type, settings, reads, writes, flops, bytes, ms }: JsonObject,
  buffers: number,
): PlanCall {
  const positions = (value: Json | undefined) =>
    (Array.isArray(value) ? value : []).filter((at): at is number =>
      Number.isInteger(at) && Number(at) >= 0 && Number(at) < buffers
    );
  const words = Object.entries(objectOf(settings)).map(([name, value]) =>
    `${name} ${shortValue(value ?? null)}`
  );
  return {
    op: wordOf(op) ?? "",
    label: wordOf(label) ?? "",
    type: wordOf(type) ?? "",
    settings: shorten(words.join(", ")),
    reads: positions(reads),
    writes: positions(writes),
    flops: sizeOf(flops),
    bytes: sizeOf(bytes),
    ms: typeof ms === "number" && ms >= 0 ? ms : null,
  };
}

function shortValue(value: Json): string {
  return typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(4)))
    : textOf(value);
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function sizeOf(value: Json | undefined): number {
  return Math.max(0, numberOf(value) ?? 0);
}
