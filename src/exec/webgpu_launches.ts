/** The launches that calls of a plan come to on a GPU, before any device is asked. */
import { bytesOf, bytesPerElement } from "../core/tensor.ts";
import type { WgslDispatch } from "../ir/op.ts";
import type { PlanCall } from "../ir/plan.ts";
import { callFlops, callTypes } from "../ir/print.ts";
import { parseWgsl, type WgslModule } from "./wgsl_module.ts";

/** One launch of one kernel. */
export interface Launch {
  readonly call: PlanCall;
  /** Of the library's files, or for labels alone where there is a text. */
  readonly kernel: string;
  readonly text?: string;
  readonly overrides: WgslDispatch["overrides"];
  readonly workgroups: WgslDispatch["workgroups"];
  /** Its text taken apart; `undefined` for a text that has to run by itself. */
  readonly module: WgslModule | undefined;
  /** In the order of the kernel's bindings. */
  readonly operands: readonly LaunchOperand[];
  /** The row of the step is bound after the operands. */
  readonly readsStep: boolean;
  /** Floating-point operations. */
  readonly flops: number;
}

/** A stretch of a buffer, in bytes. */
export interface LaunchOperand {
  readonly buffer: number;
  readonly offset: number;
  readonly size: number;
  readonly writes: boolean;
}

/** The WGSL text of a kernel, which most ops have one of, under their name. */
export type LoadShader = (kernel: string) => Promise<string>;

/** Gives the position of a new buffer of so many bytes, between the two launches of a call. */
export type NewScratch = (call: PlanCall, bytes: number) => number;

/** Makes the launches of calls; each text is taken apart once. */
export function launchMaker(
  loadShader: LoadShader,
): (call: PlanCall, scratch: NewScratch) => Promise<readonly Launch[]> {
  const modules = new Map<string, Promise<WgslModule | undefined>>();
  // A text that cannot be had is complained of where it is compiled.
  const moduleOf = (kernel: string, text: string | undefined) => {
    const found = modules.get(text ?? kernel) ??
      Promise.resolve(text ?? loadShader(kernel)).then(parseWgsl, () => undefined);
    modules.set(text ?? kernel, found);
    return found;
  };
  return async (call, scratch) => {
    const { kernel = call.op.name, text, overrides, workgroups, then } = call.op.wgsl(callTypes(call));
    const operands = call.operands.map(({ buffer, offset, type }, i): LaunchOperand => ({
      buffer,
      offset: offset * bytesPerElement(type.dtype),
      size: bytesOf(type),
      writes: call.writes.includes(i),
    }));
    const first = {
      call,
      kernel,
      overrides,
      workgroups,
      readsStep: call.op.step === true,
      flops: callFlops(call),
    };
    const module = await moduleOf(kernel, text);
    if (then === undefined) return [{ ...first, ...(text && { text }), module, operands }];
    const size = 4 * then.scratchElements, output = call.writes[0]!;
    const parts = { buffer: scratch(call, size), offset: 0, size, writes: true };
    return [
      { ...first, ...(text && { text }), module, operands: operands.with(output, parts) },
      {
        call,
        kernel: then.kernel,
        overrides: then.overrides,
        workgroups: then.workgroups,
        module: await moduleOf(then.kernel, undefined),
        operands: [{ ...parts, writes: false }, operands[output]!],
        readsStep: false,
        flops: then.scratchElements,
      },
    ];
  };
}
