/** Expressions: their text, what is simplified and what is not, derivatives, and each function at every magnitude. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { atan, cos, sin } from "../../src/ops/expression/angles.ts";
import { derivative } from "../../src/ops/expression/derivative.ts";
import { evaluatorOf, keepsZero } from "../../src/ops/expression/evaluate.ts";
import {
  abs,
  ceil,
  constant,
  erf,
  exp,
  type Expr,
  floor,
  inputExpr,
  log,
  log1p,
  makeExpr,
  maximum,
  minimum,
  pow,
  round,
  sigmoid,
  sqrt,
  tanh,
  unary,
  where,
} from "../../src/ops/expression/expression.ts";
import { formatExpression, parseExpression, partsOf } from "../../src/ops/expression/format.ts";
import { UNARY, type UnaryKind } from "../../src/ops/expression/meaning.ts";
import { map } from "../../src/ops/map.ts";
import { everyExecutor, forward } from "./forward.ts";

const a = inputExpr(0), b = inputExpr(1);
const text = formatExpression;
const valueAt = (x: Expr, ...inputs: readonly number[]) => evaluatorOf(x).value(inputs);

Deno.test("an expression is printed with as few brackets as say what it is", () => {
  assertEquals(text(a.sub(b).mul(2).exp()), "exp(2 * (a - b))");
  assertEquals(text(a.sub(b.sub(1)).sub(a.div(b.mul(a)))), "a - (b - 1) - a / (b * a)");
  assertEquals(text(a.neg().mul(a.mul(b).neg()).add(-3)), "-a * -(a * b) + -3");
  assertEquals(
    text(where(a.less(b), maximum(a, 1e-7), b.greaterEqual(0))),
    "where(b > a, max(a, 1e-7), b >= 0)",
  );
});

Deno.test("parts that are alike are one part, and have a name where they are used again", () => {
  const twice = a.sub(b).exp().add(a.sub(b).exp().mul(a.sub(b).exp()));
  assertEquals(text(twice), "t1 = exp(a - b); t1 + t1 * t1");
  assertEquals(partsOf(parseExpression(text(twice))).length, 6);
  // As a tree it would have 2^60 parts.
  let deep: Expr = a;
  for (let i = 0; i < 60; i++) deep = deep.square();
  assertEquals(partsOf(parseExpression(text(deep))).length, 61);
});

Deno.test("the text of an expression gives the same expression again", () => {
  const shapes = [
    a.sub(b.sub(a)).div(b.div(a)),
    a.neg().neg().mul(-2.5e-30).sub(1e21),
    where(a.equal(b), a.notEqual(1).mul(b), abs(a).greater(b.lessEqual(2))),
    pow(a, b).add(pow(a, 0.3)).add(sqrt(a)).add(log1p(erf(tanh(sigmoid(log(minimum(a, b))))))),
    a.greater(b).greater(a.greater(0)).sub(a.greater(b)),
    sin(a).mul(cos(a.add(b))).add(atan(a)).add(floor(a)).add(ceil(b)).add(round(a)),
    constant(-0.1),
    makeExpr("neg", [makeExpr("neg", [a])]),
  ];
  for (const one of shapes) {
    assertEquals(text(parseExpression(text(one))), text(one));
    for (const at of [[0.3, 0.7], [2, -1], [0, 0]]) {
      assertEquals(valueAt(parseExpression(text(one)), ...at), valueAt(one, ...at), text(one));
    }
  }
});

Deno.test("numbers are folded and what costs nothing is left out, but 0·x stays: it is NaN where x is infinite", () => {
  const same = [
    a.mul(1),
    a.div(1),
    a.add(0),
    a.sub(0),
    a.neg().neg(),
    pow(a, 1),
    where(1, a, b),
    where(b, a, a),
  ];
  assertEquals(same.map(text), same.map(() => "a"));
  assertEquals(text(constant(2).mul(3).add(a)), "6 + a");
  assertEquals(text(exp(0).add(a)), "1 + a");
  assertEquals(text(a.mul(-1).add(b)), "b - a");
  assertEquals(text(pow(a, 0)), "1");
  assertEquals(text(pow(a, 5)), "t1 = a * a; t1 * t1 * a");
  assertEquals(text(pow(a, -0.5)), "1 / sqrt(a)");
  assertEquals(text(a.mul(0)), "0 * a");
  assertEquals(text(a.sub(a)), "a - a");
  // Folded it would be no float32.
  assertEquals(text(exp(100)), "exp(100)");
});

Deno.test("an expression refuses what is no value and no finite float32, and says what it got", () => {
  for (
    const [wrong, shown] of [[NaN, "NaN"], [Infinity, "Infinity"], [1e39, "1e+39"], ["2", '"2"'], [
      undefined,
      "undefined",
    ]]
  ) {
    const sentence = `An expression is made of values and finite float32 numbers, got ${shown}`;
    assertThrows(() => a.add(wrong as number), DescentError, sentence);
    assertThrows(() => where(a, wrong as number, 0), DescentError, sentence);
  }
});

Deno.test("derivatives are short, and there is none where nothing changes", () => {
  const by = (x: Expr, position = 0) => {
    const found = derivative(x, position);
    return found === undefined ? undefined : text(found);
  };
  assertEquals(by(a.add(b)), "1");
  assertEquals(by(a.mul(b)), "b");
  assertEquals(by(a.square()), "2 * a");
  assertEquals(by(tanh(a)), "t1 = tanh(a); 1 - t1 * t1");
  assertEquals(by(a.div(b), 1), "-(a / b) / b");
  assertEquals([by(sin(a)), by(cos(a)), by(atan(a))], ["cos(a)", "-sin(a)", "1 / (a * a + 1)"]);
  assertEquals(
    [b.exp(), a.greater(b), unary("sign", a), floor(a), ceil(a), round(a), constant(2)].map((one) => by(one)),
    new Array(7).fill(undefined),
  );
});

Deno.test("round() goes to the even one of two whole numbers that are as near", () => {
  const at = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, -0.51, 1e30, 0.49999999999999994];
  assertEquals(at.map((x) => valueAt(round(a), x) + 0), [-2, -2, 0, 0, 2, 2, 2, -1, 1e30, 0]);
});

Deno.test("the error of a sine is at most that of its angle, and 2 where nothing is known of it", () => {
  const bound = (x: Expr, at: number) => evaluatorOf(x).error([at]);
  assert(bound(sin(a), 1) < 1e-6 && bound(sin(a), 1) > 1e-8);
  assert(bound(sin(a.mul(0.3)), 3e4) > 1e-4 && bound(cos(a.exp()), 10) < 0.2);
});

Deno.test("at kinks the slope of |x| is 0, the first of equals has that of a maximum, and ReLU is flat", () => {
  const slope = (x: Expr, position: number, ...at: readonly number[]) =>
    valueAt(derivative(x, position)!, ...at);
  assertEquals(slope(abs(a), 0, 0), 0);
  for (const best of [maximum, minimum]) {
    assertEquals([slope(best(a, b), 0, 2, 2), slope(best(a, b), 1, 2, 2)], [1, 0]);
  }
  assertEquals([slope(maximum(0, a), 0, 0), slope(maximum(0, a), 0, 1e-30), slope(maximum(0, a), 0, -1)], [
    0,
    1,
    0,
  ]);
});

Deno.test("what where() did not choose does no harm to its derivative", () => {
  const safe = where(a.greater(0), log(a), a.mul(3)), slope = derivative(safe, 0)!;
  assertEquals([valueAt(slope, 0), valueAt(slope, 4)], [3, 0.25]);
  const root = where(a.greater(0), sqrt(a), 0);
  assertEquals(valueAt(derivative(root, 0)!, 0), 0);
});

Deno.test("keepsZero() says so only where pads stay zero whatever else is there", () => {
  const zeros = [true, false];
  const kept = [
    a,
    a.mul(3),
    tanh(a),
    a.mul(a.exp()),
    a.div(a.add(2)),
    erf(a).sub(a),
    where(b, a, a.neg()),
    log1p(a),
    floor(a).add(ceil(a)).sub(round(a)),
    sin(a).add(atan(a)),
  ];
  assertEquals(kept.map((one) => keepsZero(one, zeros)), kept.map(() => true));
  // 0·b is NaN where b is infinite.
  const lost = [
    b,
    a.add(1),
    exp(a),
    sigmoid(a),
    cos(a),
    a.mul(b),
    a.div(b),
    a.div(a),
    a.mul(log(a)),
    a.add(b),
    where(a, a, b),
    pow(a, b),
  ];
  assertEquals(lost.map((one) => keepsZero(one, zeros)), lost.map(() => false));
});

Deno.test("bounds on errors grow with what cancels, with steepness and where a comparison may turn out otherwise", () => {
  const bound = (x: Expr, ...at: readonly number[]) => evaluatorOf(x).error(at);
  assertEquals(bound(a, 5), 0);
  assertEquals(bound(a.greater(b), 1, 1), 0);
  assert(bound(a.exp(), 1) < 2e-6 && bound(a.exp(), 1) > 1e-7);
  assert(bound(a.exp().sub(Math.E), 1) > 1e-7);
  assert(bound(a.mul(10).exp(), 5) > 10 * bound(a.exp(), 50));
  assertEquals(bound(a.mul(0.1).greater(b.mul(0.1)), 3, 3), 1);
  assertEquals(bound(constant(1).div(a.mul(0.1).sub(b.mul(0.1))), 1, 1), Infinity);
});

/** Magnitudes from 1e-38 to 1e2, 64 to a decade and closer where curves saturate, and what overflows. */
const SIZES = [
  ...Array.from({ length: 40 * 64 + 1 }, (_, i) => 10 ** (i / 64 - 38)),
  ...Array.from({ length: 4001 }, (_, i) => i * 0.025),
  ...[2 ** -126, 87.33654, 88.5, 88.722, 88.73, 104, 1e3, 1e30, 3.4e38],
];
const NUMBERS = Float32Array.from(SIZES.flatMap((size) => [size, -size]));
const NORMAL = 2 ** -126;

/** Distance of a float32 from what is right, in units of the last place of the latter. */
function ulps(found: number, right: number): number {
  if (found === right || Math.fround(right) === found || (Number.isNaN(found) && Number.isNaN(right))) {
    return 0;
  }
  return Math.abs(found - right) / 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(right)))) - 23);
}

const CURVES: readonly UnaryKind[] = [
  "exp",
  "log",
  "log1p",
  "tanh",
  "sigmoid",
  "erf",
  "sqrt",
  "sign",
  "abs",
  "neg",
  "floor",
  "ceil",
  "round",
  "atan",
];

for (const executor of (await everyExecutor()).filter(({ name }) => name !== "reference")) {
  Deno.test(`functions of expressions on ${executor.name} are within 4 units in the last place, at every magnitude`, async () => {
    const x = leaf("input", "x", [NUMBERS.length]);
    const found = await forward(executor, CURVES.map((kind) => map([x], (value) => unary(kind, value))), [[
      x,
      NUMBERS,
    ]]);
    CURVES.forEach((kind, i) => {
      const wrong = [...NUMBERS].filter((number, at) => {
        const right = UNARY[kind](number), value = found[i]![at]!;
        const mayFlush = value === 0 && (Math.abs(right) < NORMAL || Math.abs(number) < 2 * NORMAL);
        const isTakenForZero = kind === "log" && Math.abs(number) < NORMAL && value === -Infinity;
        return !mayFlush && !isTakenForZero && !(ulps(value, right) <= 4);
      });
      assertEquals(wrong, [], kind);
    });
  });

  Deno.test(`sines and cosines on ${executor.name} are within 4 units in the last place or 2⁻³⁴ up to 65,536, and NaN beyond`, async () => {
    const x = leaf("input", "x", [NUMBERS.length]), quarters = leaf("input", "quarters", [2001]);
    // Next to whole quarters of a turn one of both is nearly nothing.
    const near = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) * 41 * Math.PI / 2);
    for (const [angles, values] of [[x, NUMBERS], [quarters, near]] as const) {
      const found = await forward(executor, [map([angles], sin), map([angles], cos)], [[angles, values]]);
      (["sin", "cos"] as const).forEach((kind, i) => {
        const wrong = [...values].filter((number, at) => {
          const right = UNARY[kind](number), value = found[i]![at]!;
          const isNearly = Math.abs(value - right) <= 2 ** -34;
          return !isNearly && !(ulps(value, right) <= 4);
        });
        assertEquals(wrong, [], kind);
      });
    }
  });

  Deno.test(`powers on ${executor.name} are right to as many units as their exponents make of the logarithm's`, async () => {
    const x = leaf("input", "x", [8]), y = leaf("input", "y", [8]);
    const [found] = await forward(executor, [map([x, y], (base, exponent) => pow(base, exponent))], [
      [x, [0, 0, 2, 2, 9, 0.25, -2, 10]],
      [y, [0, 1.5, 10, -1, 0.5, -1.5, 2, 38]],
    ]);
    const right = [1, 0, 1024, 0.5, 3, 8, NaN, 1e38];
    assertEquals(right.filter((value, i) => !(ulps(found![i]!, value) <= 200)), []);
  });

  Deno.test(`NaN and infinities on ${executor.name} go through, but for comparisons and what where() does not choose`, async () => {
    const x = leaf("input", "x", [3]), y = leaf("input", "y", [3]);
    const values = [[x, [NaN, Infinity, -Infinity]], [y, [1, NaN, -Infinity]]] as const;
    const cases: readonly (readonly [build: (x: Expr, y: Expr) => Expr, wanted: readonly number[]])[] = [
      [(x, y) => x.add(y), [NaN, NaN, -Infinity]],
      // Compilers of shaders may take 0·x for 0.
      ...(executor.name === "wasm" ? [[(x: Expr) => x.mul(0), [NaN, NaN, NaN]] as const] : []),
      [(x, y) => maximum(x, y), [NaN, NaN, -Infinity]],
      [(x, y) => maximum(y, x), [NaN, NaN, -Infinity]],
      [(x, y) => minimum(x, y), [NaN, NaN, -Infinity]],
      [(x, y) => minimum(y, x), [NaN, NaN, -Infinity]],
      [(x, y) => x.greater(y), [0, 0, 0]],
      [(x, y) => x.lessEqual(y), [0, 0, 1]],
      [(x) => x.equal(x), [0, 1, 1]],
      [(x) => x.notEqual(x), [1, 0, 0]],
      [(x) => where(x, 1, 2), [1, 1, 1]],
      [(x) => sin(x), [NaN, NaN, NaN]],
      [(x) => cos(x), [NaN, NaN, NaN]],
      [(x) => atan(x), [NaN, Math.fround(Math.PI / 2), -Math.fround(Math.PI / 2)]],
      ...[floor, ceil, round].map((f) => [(x: Expr) => f(x), [NaN, Infinity, -Infinity]] as const),
      [(x) => where(x.notEqual(x), 0, x), [0, Infinity, -Infinity]],
    ];
    const found = await forward(executor, cases.map(([build]) => map([x, y], build)), values);
    cases.forEach(([, wanted], i) =>
      assertEquals([...found[i]!].map((value) => value + 0), wanted, `case ${i}`)
    );
  });
}
