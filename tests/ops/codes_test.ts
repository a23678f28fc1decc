/** The codes of activations and noises: each op is tested with all of them, and no kernel lets an unknown one pass. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { sizeOf } from "../../src/core/tensor.ts";
import { buildSuite, runSuite } from "../../src/exec/case.ts";
import { readShader } from "../../src/exec/read_shader.ts";
import type { Op, OpCase } from "../../src/ir/op.ts";
import { type Activation, ACTIVATION_CODE, ACTIVATIONS } from "../../src/ops/_activation.ts";
import { CORRUPTIONS, corruptOp } from "../../src/ops/corrupt.ts";
import { SHADER_FUNCTIONS } from "../../src/ops/expression/shader_functions.ts";
import { OPS } from "../../src/ops/mod.ts";
import { ROOT } from "../house/sources.ts";
import { everyExecutor } from "./forward.ts";
import { bringsKernels, shadersOf } from "./own_kernels.ts";

const WITH_ACTIVATION = OPS.filter(({ cases }) => cases.some(({ attrs }) => "activation" in attrs));
const CODES = Object.values(ACTIVATION_CODE);
/** A code that the table does not have, as a new entry would get. */
const UNKNOWN = Math.max(...CODES) + 1;

const EXECUTORS = await everyExecutor();

Deno.test("the ops that take an activation are the six whose kernels are told one", async () => {
  const told: string[] = [];
  for (const op of OPS.filter((one) => !bringsKernels(one))) {
    const shaders = await Promise.all([...shadersOf(op).keys()].map(readShader));
    const isTold = shaders.map((shader) => shader.includes("override ACTIVATION"));
    assertEquals(new Set(isTold).size, 1, op.name);
    if (isTold[0]) told.push(op.name);
  }
  assertEquals(WITH_ACTIVATION.map(({ name }) => name), told);
  assertEquals(told.length, 6);
});

for (const op of WITH_ACTIVATION) {
  Deno.test(`the cases of ${op.name} have every activation of the table`, () => {
    const found = new Set(op.cases.map(({ attrs }) => attrs.activation as Activation));
    assertEquals(ACTIVATIONS.filter((activation) => !found.has(activation)), []);
  });

  Deno.test(`the shader of ${op.name} has a branch for each activation, and what it does not know is no number`, async () => {
    for (const shader of await Promise.all([...shadersOf(op).keys()].map(readShader))) {
      const branches = [...shader.matchAll(/case (\d+)u:/g)].map(([, code]) => Number(code));
      assertEquals(branches, CODES);
      assertEquals(
        [...shader.matchAll(/default: \{ return bitcast<vec4f>\(.* \| vec4u\(0x7fc00000\)\); \}/g)].length,
        1,
      );
    }
  });
}

Deno.test("the cases of corrupt have every kind of noise", () => {
  const found = new Set(corruptOp.cases.map(({ attrs }) => attrs.kind));
  assertEquals(CORRUPTIONS.filter((kind) => !found.has(kind)), []);
});

Deno.test("the WASM kernels know the activations by the codes of the table", async () => {
  const math = await Deno.readTextFile(join(ROOT, "kernels/lib/math.ts"));
  const codes = [...math.matchAll(/^export const ([A-Z]+): i32 = (\d+);/gm)].map(([, name, code]) => [
    name!.toLowerCase(),
    Number(code),
  ]);
  assertEquals(Object.fromEntries(codes), ACTIVATION_CODE);
});

interface Coded {
  /** The setting that kernels are told by a code. */
  readonly attr: string;
  readonly override: string;
  /** Two of its values. */
  readonly values: readonly [string, string];
}

const ACTIVATION: Coded = { attr: "activation", override: "ACTIVATION", values: ["relu", "tanh"] };
const KIND: Coded = { attr: "kind", override: "KIND", values: ["masking", "gaussian"] };

/** The op with kernels that are told a code which is not in the table. */
function withUnknown(op: Op, { attr, override, values }: Coded): Op {
  return {
    ...op,
    wgsl(types) {
      const { overrides, ...rest } = op.wgsl(types);
      assert(override in overrides);
      return { ...rest, overrides: { ...overrides, [override]: UNKNOWN } };
    },
    wasm(types) {
      const [one, other] = values.map((value) =>
        op.wasm({ ...types, attrs: { ...types.attrs, [attr]: value } }).args
      );
      assertEquals(one!.filter((arg, i) => arg !== other![i]).length, 1);
      return { ...op.wasm(types), args: one!.map((arg, i) => arg === other![i] ? arg : UNKNOWN) };
    },
  };
}

function isSmall({ inputs, attrs }: OpCase): boolean {
  return inputs.every(({ shape }) => sizeOf(shape) < 10_000) && attrs.rate !== 0;
}

for (
  const [op, coded] of [
    ...WITH_ACTIVATION.map((op) => [op, ACTIVATION] as const),
    [corruptOp as Op, KIND] as const,
  ]
) {
  for (const executor of EXECUTORS.filter(({ name }) => name !== "reference")) {
    const seen = executor.name === "wasm" ? "traps at" : "gives NaN for";
    Deno.test(`${op.name} on ${executor.name} ${seen} a code of its ${coded.attr} that it does not know, at every small size`, async () => {
      const cases = op.cases.filter(isSmall);
      assert(cases.length >= 4);
      for (const one of cases) {
        const suite = buildSuite(withUnknown(op, coded), [one]);
        if (executor.name === "wasm") {
          await assertRejects(() => runSuite(executor, suite), WebAssembly.RuntimeError, "unreachable");
        } else {
          const [found] = await runSuite(executor, suite);
          assert(found!.at(-1)!.some(Number.isNaN), one.label);
        }
      }
    });
  }
}

/** Functions that shaders have a copy of: WGSL has no imports. */
const SHARED = [
  "multiply_high",
  "philox4x32",
  "cos_turns",
  "is_below",
  "is_nan",
  "expm1_of_rest",
  "power_of_2",
  "exponential",
  "sigmoid",
  "hyperbolic_tangent",
  "activate",
  "slope",
];

Deno.test("the curves and the random words are the same text in every shader, and in those that map makes", async () => {
  const texts = new Map<string, Set<string>>(), sources = [...SHADER_FUNCTIONS];
  for await (const { name: shader } of Deno.readDir(join(ROOT, "wgsl"))) {
    sources.push(await Deno.readTextFile(join(ROOT, "wgsl", shader)));
  }
  for (const source of sources) {
    for (const [text, name] of source.matchAll(/^fn (\w+)\([^]*?^\}$/gm)) {
      texts.set(name!, (texts.get(name!) ?? new Set()).add(text));
    }
  }
  assertEquals(SHARED.map((name) => [name, texts.get(name)?.size]), SHARED.map((name) => [name, 1]));
});
