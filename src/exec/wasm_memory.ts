/** Where a plan lies in the one memory that all threads share: step rows, scratch memory, buffers, guards. */
import { require } from "../core/errors.ts";
import { STEP_BYTES } from "../core/step.ts";
import { bytesPerElement, roundUp, storageOf, type TypedArray } from "../core/tensor.ts";
import type { PlanBuffer, PlanOperand } from "../ir/plan.ts";
import { STEP_ROWS, STEPS_AT } from "./wasm_runner.ts";

const PAGE = 65536;
const MAX_PAGES = 65536;
const ALIGN = 256;
/** A kernel that took a label of 65,535 for a position in a row of numbers would end up in the guard. */
const GUARD_BYTES = 65536 * 4;
const GUARD = 0xa5a5a5a5;

/** A memory with the plan's buffers in it. */
export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly buffers: readonly PlanBuffer[];
  /** Where each buffer begins. */
  readonly pointers: readonly number[];
  /** Where each thread's scratch memory begins. */
  readonly scratch: readonly number[];
  readonly guards: boolean;
}

/** What lies in a memory beside the buffers. */
export interface MemoryOptions {
  readonly threads: number;
  /** Of each thread. */
  readonly scratchBytes: number;
  readonly guards: boolean;
}

/** Allocates everything, zeroed. Throws a sentence when WebAssembly cannot address as much. */
export function allocateMemory(
  buffers: readonly PlanBuffer[],
  { threads, scratchBytes, guards }: MemoryOptions,
): WasmMemory {
  const share = roundUp(scratchBytes, ALIGN), scratchAt = STEPS_AT + STEP_ROWS * STEP_BYTES;
  const { pointers, end } = layOut(buffers, scratchAt + threads * share, guards ? GUARD_BYTES : 0);
  const pages = Math.ceil(end / PAGE);
  require(
    pages <= MAX_PAGES,
    () =>
      `The plan takes ${(end / 2 ** 30).toFixed(1)} GiB, WebAssembly has 4: use a smaller batch or data set`,
  );
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const scratch = Array.from({ length: threads }, (_, thread) => scratchAt + thread * share);
  const made: WasmMemory = { memory, buffers, pointers, scratch, guards };
  if (guards) buffers.forEach((_buffer, i) => guardOf(made, i).fill(GUARD));
  return made;
}

/** Where each buffer lies, and how many bytes all take. */
function layOut(
  buffers: readonly PlanBuffer[],
  from: number,
  guardBytes: number,
): { readonly pointers: readonly number[]; readonly end: number } {
  const pointers: number[] = [];
  let end = roundUp(from, ALIGN);
  for (const { bytes } of buffers) {
    pointers.push(end);
    end = roundUp(end + bytes + guardBytes, ALIGN);
  }
  return { pointers, end };
}

/** Where an operand begins. */
export function pointerTo({ pointers }: WasmMemory, { buffer, offset, type }: PlanOperand): number {
  return pointers[buffer]! + offset * bytesPerElement(type.dtype);
}

/** An operand's values as they lie, pads included. */
export function viewOf(memory: WasmMemory, place: PlanOperand): TypedArray {
  const { dtype, shape } = place.type, { buffer } = memory.memory;
  const at = pointerTo(memory, place), size = storageOf(shape);
  if (dtype === "u8") return new Uint8Array(buffer, at, size);
  return dtype === "u32" ? new Uint32Array(buffer, at, size) : new Float32Array(buffer, at, size);
}

/** Names of buffers past whose end something was written; empty without guards. */
export function overrunBuffers(memory: WasmMemory): readonly string[] {
  if (!memory.guards) return [];
  return memory.buffers.filter((_buffer, i) => isHurt(guardOf(memory, i))).map(({ name }) => name);
}

/** A loop and not `some`: a suite of an op looks at some hundred guards after each of its cases. */
function isHurt(guard: Uint32Array): boolean {
  for (let i = 0; i < guard.length; i++) if (guard[i] !== GUARD) return true;
  return false;
}

function guardOf({ memory, buffers, pointers }: WasmMemory, index: number): Uint32Array {
  return new Uint32Array(memory.buffer, pointers[index]! + buffers[index]!.bytes, GUARD_BYTES / 4);
}
