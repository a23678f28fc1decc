/**
 * The ONNX project's tests of operators as outside proof of ours: each node as a graph of our public ops and layers, on every
 * executor. vectors/make_onnx.py says where the cases come from.
 */
import { assertEquals } from "@std/assert";
import type { Step } from "../../src/core/step.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { compile } from "../../src/ir/plan.ts";
import { longOr } from "../fixtures.ts";
import { everyExecutor } from "./forward.ts";
import { type OnnxCase, type OnnxGraph, type OnnxNode, valuesOf } from "./onnx_case.ts";
import { NOT_EXPRESSED, ONNX_NODES } from "./onnx_nodes.ts";

const CASES: readonly OnnxCase[] = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/onnx.json", import.meta.url)),
);
const IN_SCOPE = CASES.filter(({ outOfScope }) => outOfScope === undefined);
const EXPRESSED = IN_SCOPE.filter(({ name }) => !Object.hasOwn(NOT_EXPRESSED, name));
const OPERATORS = Object.assign({}, ...Object.values(ONNX_NODES)) as typeof ONNX_NODES[string];

/** Graphs of one plan. */
const CHUNK = 60;

/** What may differ: as ONNX's own runner has it, 1e-3 and 1e-7, but a hundredth of the first; expected numbers are rounded. */
const RELATIVE = 1e-5, ABSOLUTE = 1e-6;

interface BuiltCase {
  readonly one: OnnxNode;
  readonly graph: OnnxGraph;
}

function build(one: OnnxCase): BuiltCase {
  const node: OnnxNode = { ...one, written: new Map() }, built = OPERATORS[one.operator]!(node);
  return { one: node, graph: "outputs" in built ? built : { outputs: [built] } };
}

const withoutOnes = (shape: readonly number[]) => shape.filter((size) => size !== 1).join();

/** What is wrong with what the case gave; nothing where it passes. */
async function run(
  program: Awaited<ReturnType<Executor["load"]>>,
  { one, graph }: BuiltCase,
): Promise<readonly string[]> {
  one.written.forEach((values, leaf) => program.write(leaf, values));
  const step: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 1, scalars: graph.scalars ?? [] };
  await program.run(one.name, [step]);
  if (graph.outputs.length !== one.outputs.length) return [`${one.name}: ${graph.outputs.length} outputs`];
  const wrong: string[] = [];
  for (const [k, output] of graph.outputs.entries()) {
    const wanted = one.outputs[k]!, right = valuesOf(wanted), { shape } = output.type;
    const dense = Float64Array.from(await program.read(output)), found = graph.read?.(dense, k) ?? dense;
    // Positions come without the axis that they are of.
    const fits = withoutOnes(shape) === withoutOnes(wanted.shape) && found.length === right.length;
    const at = found.findIndex((value, i) => !isClose(value, right[i]!));
    if (!fits) wrong.push(`${one.name}: output ${k} is [${shape}], wanted [${wanted.shape}]`);
    else if (at >= 0) wrong.push(`${one.name}: output ${k} at ${at} is ${found[at]}, wanted ${right[at]}`);
  }
  return wrong;
}

function isClose(value: number, right: number): boolean {
  if (Number.isNaN(right) || !Number.isFinite(right)) return Object.is(value, right);
  return Math.abs(value - right) <= ABSOLUTE + RELATIVE * Math.abs(right);
}

for (const executor of await everyExecutor()) {
  // Each setting takes a software adapter some ten milliseconds to compile.
  const stride = executor.name === "webgpu" ? longOr(4, 1) : 1;
  const cases = EXPRESSED.filter((_one, i) => i % stride === 0);

  Deno.test(`the ONNX project's tests of operators pass on ${executor.name}`, async () => {
    const wrong: string[] = [];
    for (let from = 0; from < cases.length; from += CHUNK) {
      const built = cases.slice(from, from + CHUNK).map(build);
      const routines = Object.fromEntries(
        built.map(({ one, graph }) => [one.name, graph.run ?? graph.outputs]),
      );
      const program = await executor.load(compile(routines));
      for (const one of built) wrong.push(...await run(program, one));
      program.close();
    }
    assertEquals(wrong, []);
    const part = cases.length < EXPRESSED.length ? ` (every ${stride}th here, all of them in test:long)` : "";
    console.log(
      `${cases.length} ONNX cases pass on ${executor.name}${part}; expressed are ${EXPRESSED.length} of ` +
        `${IN_SCOPE.length} in scope, of ${CASES.length}`,
    );
  });
}

Deno.test("every ONNX case is expressed, or out of scope or not expressed for a reason that is written down", () => {
  const known = new Set(Object.keys(OPERATORS));
  assertEquals(EXPRESSED.filter(({ operator }) => !known.has(operator)).map(({ name }) => name), []);
  const names = new Set(IN_SCOPE.map(({ name }) => name));
  assertEquals(Object.keys(NOT_EXPRESSED).filter((name) => !names.has(name)), []);
  for (const [group, nodes] of Object.entries(ONNX_NODES)) {
    const of = (cases: readonly OnnxCase[]) =>
      cases.filter(({ operator }) => Object.hasOwn(nodes, operator)).length;
    console.log(`${group}: ${of(EXPRESSED)} of ${of(IN_SCOPE)} in scope, of ${of(CASES)}`);
  }
  const others = CASES.filter(({ operator }) => !known.has(operator)).map(({ name }) => name);
  console.log(`of operators that have no case in scope: ${others.length}: ${others.join(", ")}`);
  // Every operator of the tables has a case.
  const operators = new Set(EXPRESSED.map(({ operator }) => operator));
  assertEquals([...known].filter((operator) => !operators.has(operator)), []);
});

Deno.test("what of the ONNX cases is out of scope computes with other types than float32, or has five axes or none", () => {
  const reasons = new Map<string, number>();
  for (const { outOfScope } of CASES) {
    if (outOfScope !== undefined) reasons.set(outOfScope, (reasons.get(outOfScope) ?? 0) + 1);
  }
  const kind =
    /^(it computes with (float16|float64|u?int\d+)|a tensor has [567] axes|a tensor is empty|its value is .* no tensor)$/;
  assertEquals([...reasons.keys()].filter((reason) => !kind.test(reason)), []);
  assertEquals([EXPRESSED.length, IN_SCOPE.length, CASES.length], [459, 466, 550]);
});
