/** Plans as text: for people who want to see what a step does. */
import { formatType, type TensorType } from "../core/tensor.ts";
import type { CallTypes } from "./op.ts";
import type { Plan, PlanCall, PlanOperand } from "./plan.ts";

/** Types around a call, as its op's dispatch needs them. */
export function callTypes({ op, attrs, operands, writes }: PlanCall): CallTypes {
  const types = operands.map(({ type }) => type);
  return { inputs: op.updates === undefined ? types.slice(0, -1) : types, output: types[writes[0]!]!, attrs };
}

/** Floating-point operations of a call, counted dense. */
export function callFlops(call: PlanCall): number {
  return call.op.flops(callTypes(call));
}

/** Bytes that a call must at least read and write: each operand once, what it updates twice. */
export function callBytes({ op, attrs, operands, writes }: PlanCall): number {
  const isUpdated = (i: number) => op.updates !== undefined && writes.includes(i);
  // Of a table of bytes and of an order, a batch reads as many rows as it has.
  const share = ({ type: { dtype, shape } }: PlanOperand) =>
    typeof attrs.rows === "number" && dtype !== "f32" ? Math.min(1, attrs.rows / shape[0]!) : 1;
  const bytesOf = (operand: PlanOperand, i: number) =>
    denseBytes(operand.type) * share(operand) * (isUpdated(i) ? 2 : 1);
  return operands.reduce((sum, operand, i) => sum + bytesOf(operand, i), 0);
}

function denseBytes({ dtype, shape }: TensorType): number {
  return shape.reduce((product, size) => product * size, dtype === "u8" ? 1 : 4);
}

/** `36.0 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = bytes, unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** One call as cells: position, op, what it makes, settings, operands, FLOP. */
export function describeCall(call: PlanCall, index: number): readonly string[] {
  // What is off is not shown: many ops have switches that few calls use.
  const shown = Object.entries(call.attrs).filter(([_, value]) => value !== false);
  const attrs = shown.map(([name, value]) => `${name}=${shortValue(value)}`).join(" ");
  const places = call.operands.map((operand, i) =>
    `${call.writes.includes(i) ? "→" : ""}${placeName(operand)}`
  );
  return [
    String(index),
    call.op.name,
    call.label,
    formatType(callTypes(call).output),
    attrs,
    places.join(" "),
    callFlops(call).toLocaleString("en"),
  ];
}

export const CALL_COLUMNS = ["#", "op", "value", "type", "settings", "buffers (→ written)", "FLOP"] as const;

function shortValue(value: string | number | boolean): string {
  return typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(4)))
    : String(value);
}

/** `b3` or `b3+1024`, an offset in elements. */
function placeName({ buffer, offset }: PlanOperand): string {
  return offset === 0 ? `b${buffer}` : `b${buffer}+${offset}`;
}

export const BUFFER_COLUMNS = ["buffer", "role", "name", "element", "elements", "bytes"] as const;

/** The buffers of a plan, as rows of cells. */
export function describeBuffers({ buffers }: Plan): readonly (readonly string[])[] {
  return buffers.map(({ name, role, dtype, elements, bytes }, i) => [
    `b${i}`,
    role,
    name,
    dtype,
    elements.toLocaleString("en"),
    formatBytes(bytes),
  ]);
}
