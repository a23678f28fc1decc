/** The activations that are expressions: their values, slopes at 0, and both on every executor. */
import { assert, assertEquals } from "@std/assert";
import { gradcheckCase } from "../../src/exec/case.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { activate, ACTIVATIONS, activationSlope } from "../../src/ops/_activation.ts";
import { add } from "../../src/ops/add.ts";
import { ACTIVATION_EXPRESSIONS, type ActivationExpression } from "../../src/ops/expression/activations.ts";
import { derivative } from "../../src/ops/expression/derivative.ts";
import { evaluatorOf } from "../../src/ops/expression/evaluate.ts";
import { inputExpr } from "../../src/ops/expression/expression.ts";
import { map, mapOp } from "../../src/ops/map.ts";
import { everyExecutor, forward } from "./forward.ts";

const NAMES = Object.keys(ACTIVATION_EXPRESSIONS) as readonly ActivationExpression[];

/** Written out once more, at -2, -0.5, 0.5 and 2, with ten digits. */
const VALUES: Readonly<Partial<Record<ActivationExpression, readonly number[]>>> = {
  leakyRelu: [-0.02, -0.005, 0.5, 2],
  elu: [-0.8646647168, -0.3934693403, 0.5, 2],
  selu: [-1.5201664686, -0.6917581878, 0.5253504937, 2.1014019747],
  gelu: [-0.0455002639, -0.1542687694, 0.3457312306, 1.9544997361],
  silu: [-0.2384058440, -0.1887703344, 0.3112296656, 1.7615941560],
  softplus: [0.1269280110, 0.4740769842, 0.9740769842, 2.1269280110],
};

/** Slopes at 0. */
const SLOPES = {
  identity: 1,
  relu: 0,
  sigmoid: 0.25,
  tanh: 1,
  leakyRelu: 0.01,
  elu: 1,
  selu: 1.0507009873554805 * 1.6732632423543772,
  gelu: 0.5,
  silu: 0.5,
  softplus: 0.5,
} satisfies Record<ActivationExpression, number>;

function close(found: number, right: number, relative: number): boolean {
  return Math.abs(found - right) <= relative * Math.max(Math.abs(right), 1e-3);
}

for (const name of NAMES) {
  const build = ACTIVATION_EXPRESSIONS[name];

  Deno.test(`${name} as an expression has the values that are written down, and its slope at 0`, () => {
    const { value } = evaluatorOf(build(inputExpr(0)));
    VALUES[name]?.forEach((right, i) => assert(close(value([[-2, -0.5, 0.5, 2][i]!]), right, 1e-9), `${i}`));
    const slope = derivative(build(inputExpr(0)), 0)!;
    assert(close(evaluatorOf(slope).value([0]), SLOPES[name], 1e-15));
  });

  Deno.test(`the gradient of ${name} agrees with central differences`, async () => {
    const { attrs } = map([leaf("input", "x", [5, 7])], build);
    const worst = await gradcheckCase(mapOp, {
      label: name,
      inputs: [{ shape: [5, 7], fill: "normal" }],
      attrs: attrs as never,
    });
    assert(worst! < 1e-7, `off by ${worst}`);
  });
}

Deno.test("the expressions of today's activations are what the fused kernels compute, slopes included", () => {
  for (const name of ACTIVATIONS) {
    const build = ACTIVATION_EXPRESSIONS[name], { value } = evaluatorOf(build(inputExpr(0)));
    const slope = evaluatorOf(derivative(build(inputExpr(0)), 0)!);
    for (const x of [-3, -0.1, 0, 0.1, 3]) {
      assert(close(value([x]), activate(name, x), 1e-15), name);
      assert(close(slope.value([x]), activationSlope(name, activate(name, x)), 1e-14), name);
    }
  }
});

const SIZES = [0, 1e-30, 1e-6, 1e-3, 0.3, 1, 4, 19.9, 20.1, 80, 90, 1e4, 1e30];
const NUMBERS = Float32Array.from(SIZES.flatMap((size) => [size, -size]));

for (const executor of (await everyExecutor()).filter(({ name }) => name !== "reference")) {
  Deno.test(`activations on ${executor.name} and their gradients are right from 1e-30 to 1e30, without NaN`, async () => {
    const x = leaf("input", "x", [NUMBERS.length]), seed = leaf("input", "seed", [NUMBERS.length]);
    const values = NAMES.map((name) => map([x], ACTIVATION_EXPRESSIONS[name]));
    const slopes = values.map((value) => gradients([{ value, seed }], [x], add)[0]!);
    const found = await forward(executor, [...values, ...slopes], [[x, NUMBERS], [
      seed,
      NUMBERS.map(() => 1),
    ]]);
    const wrong = NAMES.flatMap((name, i) => {
      const root = ACTIVATION_EXPRESSIONS[name](inputExpr(0));
      return [root, derivative(root, 0)!].flatMap((expression, isSlope) => {
        const { value, error } = evaluatorOf(expression);
        return [...NUMBERS].flatMap((x, at) => {
          const is = found[i + isSlope * NAMES.length]![at]!,
            isRight = Math.abs(is - value([x])) <= 4 * error([x]);
          return isRight || is === value([x])
            ? []
            : [`${name}${isSlope ? "′" : ""}(${x}) = ${is}, not ${value([x])}`];
        });
      });
    });
    assertEquals(wrong, []);
  });
}
