/** Running a graph once on each executor, for tests of what ops mean. */
import type { Step } from "../../src/core/step.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import type { Node } from "../../src/ir/node.ts";
import { compile } from "../../src/ir/plan.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";

/** The reference, WASM and, where there is an adapter, WebGPU. */
export async function everyExecutor(): Promise<readonly Executor[]> {
  const webgpu = await webgpuOrSkip();
  return [referenceExecutor(), await wasmExecutor({ threads: 1 }), ...(webgpu ? [webgpu] : [])];
}

/** Dense values of `roots` after one step in which the leaves hold `values`. */
export async function forward(
  executor: Executor,
  roots: readonly Node[],
  values: readonly (readonly [leaf: Node, dense: ArrayLike<number>])[],
  step: Partial<Step> = {},
): Promise<readonly Float64Array[]> {
  const program = await executor.load(compile({ forward: roots }));
  try {
    for (const [leaf, dense] of values) program.write(leaf, dense);
    await program.run("forward", [{ start: 0, count: 1, slot: 0, step: 0, seed: 1, scalars: [], ...step }]);
    return await Promise.all(roots.map(async (root) => Float64Array.from(await program.read(root))));
  } finally {
    program.close();
  }
}
