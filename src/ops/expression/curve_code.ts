/**
 * Code of the curves, for four lanes. It stands in a kernel's loop, where an engine can join it with that of the next
 * vector: a call for each would cost more than it does. The same operations as in kernels/lib/math.ts and logarithm.ts,
 * so the same bits; each is good to a few units in the last place.
 */
import { type Code, op, V128, type ValueType } from "./assembler.ts";
import { type Curve, MOST_ANGLE } from "./meaning.ts";

/** What code needs of the kernel that it stands in. */
export interface CodeContext {
  /** A new local of a type. */
  local(type: ValueType): number;
  /** Code that leaves a vector of four equal numbers. */
  number(value: number): Code;
}

const { localGet: get, localSet: set, lanes } = op;
const fma = (a: Code, b: Code, c: Code): Code => [a, b, c, op.madd];

/** A polynomial in the local `x`, from the coefficient of its highest power on. */
function polynomial({ number }: CodeContext, x: number, [highest, ...others]: readonly number[]): Code {
  return others.reduce((sum, coefficient) => fma(sum, get(x), number(coefficient)), number(highest!));
}

/** x = n·ln 2 + r, from the local `x`: sets `n`, and leaves exp(r) - 1. */
function expm1OfRest(context: CodeContext, x: number, n: number): Code {
  const { local, number } = context, r = local(V128);
  const coefficients = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1];
  return [
    [get(x), number(1.44269504088896341), op.mul, op.nearest, set(n)],
    [fma(get(n), number(-0.693359375), get(x)), set(r)],
    [fma(get(n), number(2.12194440e-4), get(r)), set(r)],
    fma(
      polynomial(context, r, [...coefficients, 5.0000001201e-1]),
      [get(r), get(r), op.mul],
      get(r),
    ),
  ];
}

/** 2ⁿ by its bits, of code that leaves n. */
const powerOf2 = (n: Code): Code => [
  [n, op.toWhole, lanes(127), op.addI32, op.i32Const(23), op.shiftLeft],
];

const LEAST_EXPONENT = -87.3365402;

/** exp of the value on the stack: 0 below the least normal number. `any`: the value may be above 0. */
function expCode(context: CodeContext, any: boolean): Code {
  const { local, number } = context, value = local(V128), x = local(V128), n = local(V128), y = local(V128);
  const most = any ? [number(89), op.pmin] : [], factor = any ? [number(127), op.pmin] : [];
  return [
    [set(value), get(value), number(LEAST_EXPONENT), op.pmax, most, set(x)],
    [expm1OfRest(context, x, n), number(1), op.add],
    [powerOf2([get(n), factor]), op.mul, set(y), get(y)],
    // 2^128, which is no number, is twice 2^127.
    any ? [get(y), get(n), number(127), op.greater, op.and, op.add] : [],
    [get(value), number(LEAST_EXPONENT), op.less, op.andNot],
  ];
}

/** 1/(1 + exp(-x)) of the value on the stack, in the form whose exponential is at most 1. */
function sigmoidCode(context: CodeContext): Code {
  const { local, number } = context, x = local(V128), small = local(V128);
  return [
    [set(x), get(x), op.abs, op.neg, expCode(context, false), set(small)],
    [get(small), number(1), get(x), number(0), op.less, op.bitselect],
    [number(1), get(small), op.add, op.div],
  ];
}

/** tanh of the value on the stack: with t = exp(-2|x|) - 1 its size is -t/(2 + t); from 16 on it is 1. */
function tanhCode(context: CodeContext): Code {
  const { local, number } = context, x = local(V128), twice = local(V128), n = local(V128);
  const power = local(V128), t = local(V128), rest = local(V128);
  return [
    [set(x), get(x), op.abs, number(-2), op.mul, number(-32), op.pmax, set(twice)],
    [expm1OfRest(context, twice, n), set(rest), powerOf2(get(n)), set(power)],
    [fma(get(rest), get(power), [get(power), number(1), op.sub]), set(t)],
    [get(x), get(t), get(t), number(2), op.add, op.div, lanes(SIGN), op.bitselect],
  ];
}

/** The bit of a float32's sign. */
const SIGN = 0x80000000;

/** 2·atanh(s) of the value on the stack, for |s| ≤ 1/3. */
function twiceAtanh(context: CodeContext): Code {
  const { local } = context, s = local(V128), w = local(V128);
  const coefficients = [0.268514980, 0.282366198, 0.400075606, 0.666666403];
  return [
    [set(s), get(s), get(s), op.mul, set(w)],
    [
      get(s),
      get(w),
      op.mul,
      polynomial(context, w, coefficients),
      get(s),
      get(s),
      op.add,
    ],
    op.madd,
  ];
}

/** ln of the value on the stack: -∞ at 0 and below the least normal number, NaN below 0. x = m·2^n, m from √½ to √2. */
function logCode(context: CodeContext): Code {
  const { local, number } = context,
    x = local(V128),
    exponent = local(V128),
    m = local(V128),
    n = local(V128);
  const small = local(V128), shift = op.i32Const(23);
  return [
    [
      set(x),
      get(x),
      lanes(0x3f3504f3),
      op.subI32,
      shift,
      op.shiftRight,
      set(exponent),
    ],
    [get(x), get(exponent), shift, op.shiftLeft, op.subI32, set(m)],
    [get(exponent), op.toFloat, set(n)],
    [
      get(m),
      number(1),
      op.sub,
      get(m),
      number(1),
      op.add,
      op.div,
      twiceAtanh(context),
    ],
    set(small),
    // Where it is tiny, above every number, or a number.
    number(-Infinity),
    get(x),
    fma(get(n), number(0.693359375), fma(get(n), number(-2.12194440e-4), get(small))),
    [number(NaN), get(x), number(0), op.greater, op.bitselect],
    [get(x), number(3.4028234663852886e38), op.greater, op.bitselect],
    [get(x), lanes(0x7f800000), op.and, lanes(0), op.equalI32, op.bitselect],
  ];
}

/** ln(1 + x) of the value on the stack: where x is small, 2·atanh(x / (x + 2)), since ln of 1 + x would lose it. */
function log1pCode(context: CodeContext): Code {
  const { local, number } = context, x = local(V128);
  return [
    [set(x), get(x), get(x), number(2), op.add, op.div, twiceAtanh(context)],
    [get(x), number(1), op.add, logCode(context)],
    [get(x), number(-0.29), op.greater, get(x), number(0.41), op.less, op.and],
    op.bitselect,
  ];
}

/** erf of the value on the stack: a polynomial where |x| is small, else 1 - exp of one. Coefficients: N. Juffa. */
function erfCode(context: CodeContext): Code {
  const { local, number } = context, x = local(V128), t = local(V128), s = local(V128), far = local(V128);
  const nearOf = [
    -5.96761703e-4,
    4.99119423e-3,
    -2.67681349e-2,
    1.12819925e-1,
    -3.76125336e-1,
    1.28379166e-1,
  ];
  const first = fma(
    fma(number(-1.72853470e-5), get(t), number(3.83197126e-4)),
    get(s),
    fma(number(-3.88396438e-3), get(t), number(2.42546219e-2)),
  );
  const others = [-1.06777877e-1, -6.34846687e-1, -1.28717512e-1].reduce(
    (sum, coefficient) => fma(sum, get(t), number(coefficient)),
    first,
  );
  return [
    // From 4 on it is 1. NaN stays NaN.
    [set(x), get(x), op.abs, number(4), op.pmin, set(t)],
    [get(t), get(t), op.mul, set(s)],
    [fma(others, get(t), [get(t), op.neg]), expCode(context, false), set(far)],
    get(x),
    [number(1), get(far), op.sub],
    fma(polynomial(context, s, nearOf), get(t), get(t)),
    [get(t), number(0.927734375), op.greater, op.bitselect],
    [lanes(SIGN), op.bitselect],
  ];
}

/** π/2 in four parts, of which n of up to 16 bits times each of the first three is exact. */
const QUARTER_TURN = [1.5703125, 0.0004825592041015625, 1.2665987014770508e-06, 9.92093629470503e-10];

/** The sine of the value on the stack and `quarters` of a turn more; NaN where its size is above what is known. */
function sineCode(context: CodeContext, quarters: number): Code {
  const { local, number } = context, x = local(V128), n = local(V128), r = local(V128), z = local(V128);
  const q = local(V128);
  const odd = polynomial(context, z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  const even = polynomial(context, z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  return [
    [set(x), get(x), number(2 / Math.PI), op.mul, op.nearest, set(n), get(x), set(r)],
    QUARTER_TURN.map((part) => [fma(get(n), number(-part), get(r)), set(r)]),
    [get(r), get(r), op.mul, set(z), get(n), op.toWhole, lanes(quarters), op.addI32, set(q)],
    fma([get(r), get(z), op.mul], odd, get(r)),
    fma([get(z), get(z), op.mul], even, fma(get(z), number(-0.5), number(1))),
    [get(q), lanes(1), op.and, lanes(0), op.equalI32, op.bitselect],
    // In the third and fourth quarter it is below 0.
    [get(q), lanes(2), op.and, op.i32Const(30), op.shiftLeft, op.xor, set(r)],
    [number(NaN), get(r), get(x), op.abs, number(MOST_ANGLE), op.greater, op.bitselect],
  ];
}

/** The angle whose tangent is on the stack: above tan(3π/8) it is π/2 - atan(1/x), above tan(π/8) π/4 + atan((x-1)/(x+1)). */
function atanCode(context: CodeContext): Code {
  const { local, number } = context, x = local(V128), t = local(V128), z = local(V128), angle = local(V128);
  const isLarge = [get(t), number(2.414213562373095), op.greater];
  const isMiddle = [get(t), number(0.4142135623730950), op.greater];
  const base = local(V128);
  return [
    [set(x), get(x), op.abs, set(t)],
    [
      number(Math.PI / 2),
      number(Math.PI / 4),
      number(0),
      isMiddle,
      op.bitselect,
      isLarge,
      op.bitselect,
      set(base),
    ],
    [number(-1), get(t), op.div],
    [get(t), number(1), op.sub, get(t), number(1), op.add, op.div, get(t), isMiddle, op.bitselect],
    [isLarge, op.bitselect, set(t), get(t), get(t), op.mul, set(z)],
    polynomial(context, z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]),
    [get(z), op.mul, set(angle), fma(get(angle), get(t), get(t)), get(base), op.add, set(angle)],
    [get(x), get(angle), lanes(SIGN), op.bitselect],
  ];
}

/** The power of the two values on the stack: NaN for a negative base, 1 where the exponent is 0. */
function powCode(context: CodeContext): Code {
  const { local, number } = context, exponent = local(V128);
  return [
    [set(exponent), logCode(context), get(exponent), op.mul, expCode(context, true)],
    [number(1), get(exponent), number(0), op.notEqual, op.bitselect],
  ];
}

/** Code that puts a curve's value in place of its arguments on the stack. */
export const CURVE_CODE: Readonly<Record<Curve, (context: CodeContext) => Code>> = {
  exp: (context) => expCode(context, true),
  log: logCode,
  log1p: log1pCode,
  tanh: tanhCode,
  sigmoid: sigmoidCode,
  erf: erfCode,
  sin: (context) => sineCode(context, 0),
  cos: (context) => sineCode(context, 1),
  atan: atanCode,
  pow: powCode,
};
