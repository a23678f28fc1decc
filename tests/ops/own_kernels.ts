/** Which kernels ops have: of their name, of others for some settings, or none in files because they bring theirs along. */
import type { CallTypes, Op, OpCase } from "../../src/ir/op.ts";

/** The types around a call of a case. */
export function typesOf(op: Op, { inputs: given, attrs }: OpCase): CallTypes {
  const inputs = given.map(({ shape, dtype = "f32" }) => ({ shape, dtype }));
  return { inputs, output: op.infer(inputs, attrs), attrs };
}

/** Whether the kernels follow from a call's settings: a shader's text and a module's bytes. */
export function bringsKernels(op: Op): boolean {
  const types = typesOf(op, op.cases[0]!);
  return op.wgsl(types).text !== undefined && op.wasm(types).code !== undefined;
}

/** By the names of the kernels that an op's cases take, the first case of each. Both executors take those of one name. */
export function kernelsOf(op: Op): ReadonlyMap<string, OpCase> {
  const found = new Map<string, OpCase>();
  for (const one of op.cases) {
    const types = typesOf(op, one), { kernel: shader = op.name } = op.wgsl(types);
    const { kernel = op.name } = op.wasm(types);
    if (shader !== kernel) throw new Error(`${op.name} ${one.label} takes ${shader} and ${kernel}`);
    if (!found.has(kernel)) found.set(kernel, one);
  }
  return found;
}
