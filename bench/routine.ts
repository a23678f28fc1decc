/** A single op as a program: the products of W7, and the cases of the op benchmarks. */
import { buildCase } from "../src/exec/case.ts";
import type { Executor } from "../src/exec/executor.ts";
import type { Op, OpCase } from "../src/ir/op.ts";
import { compile } from "../src/ir/plan.ts";
import { callBytes, callFlops } from "../src/ir/print.ts";
import { matmulOp } from "../src/ops/matmul.ts";
import { LEAST_GPU_MS } from "./measure.ts";
import type { LoadedSubject } from "./training.ts";

export interface LoadedCase extends LoadedSubject {
  /** Bytes of the operands: what the call must at least read and write. */
  readonly bytes: number;
}

/** Loads an op's case; a step is one call of it, always with the case's own step row. */
export async function loadCase(op: Op, opCase: OpCase, executor: Executor): Promise<LoadedCase> {
  const { inputs, values, output, step } = buildCase(op, opCase);
  const plan = compile({ call: [output] }, { hoist: false }), call = plan.routines.call![0]!;
  const program = await executor.load(plan);
  inputs.forEach((input, i) => program.write(input, values[i]!));
  const written = call.operands[call.writes[0]!]!;
  // Reading one row waits for all.
  const corner = { ...written, type: { ...written.type, shape: written.type.shape.slice(-1) } };
  return {
    flops: callFlops(call),
    bytes: callBytes(call),
    leastMs: executor.name === "webgpu" ? LEAST_GPU_MS : 0,
    prepare(count) {
      const steps = new Array(count).fill(step);
      return async () => {
        await program.run("call", steps);
        await program.readPadded(corner);
      };
    },
    close: () => program.close(),
  };
}

/** Loads C = A·B for n × n matrices of random numbers. */
export function loadProduct(n: number, executor: Executor): Promise<LoadedCase> {
  const input = { shape: [n, n], fill: "normal" } as const;
  const attrs = { transposeA: false, transposeB: false };
  return loadCase(matmulOp as Op, { label: `${n}`, inputs: [input, input], attrs }, executor);
}
