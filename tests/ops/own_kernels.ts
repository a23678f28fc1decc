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

/** By the names of the WASM kernels that an op's cases take, the first case of each. */
export function kernelsOf(op: Op): ReadonlyMap<string, OpCase> {
  return firstOfEach(op, (types) => op.wasm(types).kernel);
}

/** By the names of the shaders that an op's cases take at their first launch, the first case of each. */
export function shadersOf(op: Op): ReadonlyMap<string, OpCase> {
  return firstOfEach(op, (types) => op.wgsl(types).kernel);
}

/** Shaders of second launches, which belong to no op alone: by name, the overrides that they are given. */
export function secondShaders(ops: readonly Op[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    ops.flatMap((op) => op.cases.flatMap((one) => op.wgsl(typesOf(op, one)).then ?? []))
      .map(({ kernel, overrides }) => [kernel, Object.keys(overrides)]),
  );
}

function firstOfEach(op: Op, nameOf: (types: CallTypes) => string | undefined): ReadonlyMap<string, OpCase> {
  const found = new Map<string, OpCase>();
  for (const one of op.cases) {
    const name = nameOf(typesOf(op, one)) ?? op.name;
    if (!found.has(name)) found.set(name, one);
  }
  return found;
}
