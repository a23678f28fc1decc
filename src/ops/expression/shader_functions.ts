/** The WGSL functions that generated shaders take from here. Those that files of wgsl/ have too are the same text. */
import type { Expr, ExprKind } from "./expression.ts";

/** A function's text and the functions that it calls. */
interface ShaderFunction {
  readonly calls: readonly string[];
  readonly text: string;
}

const FUNCTIONS: Readonly<Record<string, ShaderFunction>> = {
  is_below: {
    calls: [],
    text: `\
// Whether x is below a negative number, or below -0, that is given by its bits; NaN is not. Of a comparison, compilers may
// make one that NaN passes, or a maximum, which drops it.
fn is_below(x: vec4f, limit: u32) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  return (bits > vec4u(limit)) & (bits <= vec4u(0xff800000));
}`,
  },
  expm1_of_rest: {
    calls: [],
    text: `\
// exp(r) - 1 where x = n·ln 2 + r with |r| ≤ ln 2 / 2, to its last digits also where it is small. ln 2 has two parts,
// of which the first times n is exact. Of n as it is, compilers make one product of the two.
fn expm1_of_rest(x: vec4f, n: vec4f) -> vec4f {
  let r = fma(vec4f(vec4i(n) << vec4u(10)), vec4f(2.12194440e-4 / 1024), fma(n, vec4f(-0.693359375), x));
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = (p * r + 8.3334519073e-3) * r + 4.1665795894e-2;
  p = (p * r + 1.6666665459e-1) * r + 5.0000001201e-1;
  return fma(p, r * r, r);
}`,
  },
  power_of_2: {
    calls: [],
    text: `\
fn power_of_2(n: vec4f) -> vec4f {
  return bitcast<vec4f>((vec4i(n) + 127) << vec4u(23));
}`,
  },
  exponential: {
    calls: ["is_below", "expm1_of_rest", "power_of_2"],
    text: `\
// exp(x) for x ≤ 0; what would be less than the least normal number is 0. The language's own may be off by 3 + 2·|x| units.
fn exponential(x: vec4f) -> vec4f {
  let isTooSmall = is_below(x, 0xc2aeac4fu);
  let bounded = select(x, vec4f(-87.3365402), isTooSmall);
  let n = round(bounded * 1.44269504);
  return select((1 + expm1_of_rest(bounded, n)) * power_of_2(n), vec4f(), isTooSmall);
}`,
  },
  sigmoid: {
    calls: ["exponential"],
    text: `\
fn sigmoid(x: vec4f) -> vec4f {
  let small = exponential(-abs(x));
  return select(vec4f(1), small, x < vec4f()) / (1 + small);
}`,
  },
  hyperbolic_tangent: {
    calls: ["is_below", "expm1_of_rest", "power_of_2"],
    text: `\
// With t = exp(-2·|x|) - 1, which loses nothing where x is small, its size is -t/(2 + t). From 16 on it is 1.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let twice = -2 * abs(x);
  let bounded = select(twice, vec4f(-32), is_below(twice, 0xc2000000u));
  let n = round(bounded * 1.44269504);
  let power = power_of_2(n);
  let t = fma(expm1_of_rest(bounded, n), power, power - 1);
  let size = bitcast<vec4u>(t / (2 + t)) & vec4u(0x7fffffff);
  return bitcast<vec4f>(size | (bitcast<vec4u>(x) & vec4u(0x80000000)));
}`,
  },
  exponential_of_any: {
    calls: ["is_below", "is_nan", "expm1_of_rest", "power_of_2"],
    text: `\
// exp(x): 0 below the least normal number, infinite above the largest. 2^128 is no number: its two factors are.
fn exponential_of_any(x: vec4f) -> vec4f {
  let isTooSmall = is_below(x, 0xc2aeac4fu);
  let bounded = select(select(x, vec4f(-87.3365402), isTooSmall), vec4f(89), (x > vec4f(89)) & !is_nan(x));
  let n = round(bounded * 1.44269504);
  let over = max(n - 127, vec4f());
  let y = (1 + expm1_of_rest(bounded, n)) * power_of_2(n - over) * power_of_2(over);
  return select(y, vec4f(), isTooSmall);
}`,
  },
  twice_atanh: {
    calls: [],
    text: `\
// 2·atanh(s) for |s| ≤ 1/3, as in kernels/lib/logarithm.ts.
fn twice_atanh(s: vec4f) -> vec4f {
  let w = s * s;
  let p = ((0.268514980 * w + 0.282366198) * w + 0.400075606) * w + 0.666666403;
  return s * w * p + 2 * s;
}`,
  },
  logarithm: {
    calls: ["twice_atanh"],
    text: `\
// ln x, where x = m·2^n with m from √½ to √2: -∞ at 0 and, as it may be taken for 0, below the least normal number; NaN
// below 0.
fn logarithm(x: vec4f) -> vec4f {
  let exponent = (bitcast<vec4i>(x) - 0x3f3504f3) >> vec4u(23);
  let m = bitcast<vec4f>(bitcast<vec4i>(x) - (exponent << vec4u(23)));
  let n = vec4f(exponent);
  let y = n * 0.693359375 + (n * -2.12194440e-4 + twice_atanh((m - 1) / (m + 1)));
  // By its bits, as compilers may take NaN for within any limits.
  let bits = bitcast<vec4u>(x);
  let isNumber = (bits >= vec4u(0x00800000)) & (bits <= vec4u(0x7f7fffff));
  let isTiny = (bits & vec4u(0x7f800000)) == vec4u(0);
  let limit = select(bits | vec4u(0x7fc00000), vec4u(0x7f800000), bits == vec4u(0x7f800000));
  return select(bitcast<vec4f>(select(limit, vec4u(0xff800000), isTiny)), y, isNumber);
}`,
  },
  log1p_of_any: {
    calls: ["twice_atanh", "logarithm"],
    text: `\
// ln(1 + x) = 2·atanh(x / (x + 2)) where x is small: ln of 1 + x would lose it.
fn log1p_of_any(x: vec4f) -> vec4f {
  let isSmall = x > vec4f(-0.29) & x < vec4f(0.41);
  let small = select(vec4f(), x, isSmall);
  return select(logarithm(1 + x), twice_atanh(small / (small + 2)), isSmall);
}`,
  },
  error_function: {
    calls: ["exponential", "is_nan"],
    text: `\
// erf(x): a polynomial where |x| is small, else 1 - exp of one. Coefficients: N. Juffa.
fn error_function(x: vec4f) -> vec4f {
  let t = min(abs(x), vec4f(4));
  let s = t * t;
  var far = fma(fma(vec4f(-1.72853470e-5), t, vec4f(3.83197126e-4)), s, fma(vec4f(-3.88396438e-3), t, vec4f(2.42546219e-2)));
  far = fma(fma(far, t, vec4f(-1.06777877e-1)), t, vec4f(-6.34846687e-1));
  far = 1 - exponential(fma(fma(far, t, vec4f(-1.28717512e-1)), t, -t));
  var near = fma(vec4f(-5.96761703e-4), s, vec4f(4.99119423e-3));
  near = fma(fma(near, s, vec4f(-2.67681349e-2)), s, vec4f(1.12819925e-1));
  near = fma(fma(near, s, vec4f(-3.76125336e-1)), s, vec4f(1.28379166e-1));
  let y = select(fma(near, t, t), far, t > vec4f(0.927734375));
  return select(select(y, -y, x < vec4f()), x, is_nan(x));
}`,
  },
  sine_of: {
    calls: [],
    text: `\
// sin(x + quarters·π/2) where |x| is at most 65536, else NaN. π/2 has four parts, of which n times each of the first three is
// exact. Of n as it is, compilers make one product of all.
fn sine_of(x: vec4f, quarters: i32) -> vec4f {
  let isKnown = abs(x) <= vec4f(65536);
  let bounded = select(vec4f(), x, isKnown);
  let n = round(bounded * 0.63661977);
  let whole = vec4i(n);
  var r = fma(n, vec4f(-1.5703125), bounded);
  r = fma(vec4f(whole << vec4u(2)), vec4f(-0.0004825592041015625 / 4), r);
  r = fma(vec4f(whole << vec4u(4)), vec4f(-1.2665987014770508e-06 / 16), r);
  r = fma(vec4f(whole << vec4u(6)), vec4f(-9.92093629470503e-10 / 64), r);
  let z = r * r;
  let odd = fma(r * z, (-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1, r);
  let even = fma(z * z, (2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2, fma(z, vec4f(-0.5), vec4f(1)));
  let q = whole + quarters;
  let size = select(even, odd, (q & vec4i(1)) == vec4i(0));
  let y = select(size, -size, (q & vec4i(2)) != vec4i(0));
  return select(bitcast<vec4f>(bitcast<vec4u>(x) | vec4u(0x7fc00000)), y, isKnown);
}`,
  },
  sine: {
    calls: ["sine_of"],
    text: `\
fn sine(x: vec4f) -> vec4f {
  return sine_of(x, 0);
}`,
  },
  cosine: {
    calls: ["sine_of"],
    text: `\
fn cosine(x: vec4f) -> vec4f {
  return sine_of(x, 1);
}`,
  },
  arctangent: {
    calls: [],
    text: `\
// The angle whose tangent is x: above tan(3π/8) it is π/2 - atan(1/x), above tan(π/8) π/4 + atan((x - 1)/(x + 1)).
fn arctangent(x: vec4f) -> vec4f {
  let size = abs(x);
  let isLarge = size > vec4f(2.414213562);
  let isMiddle = size > vec4f(0.414213562);
  let base = select(select(vec4f(), vec4f(0.785398163), isMiddle), vec4f(1.570796327), isLarge);
  let t = select(select(size, (size - 1) / (size + 1), isMiddle), -1 / size, isLarge);
  let z = t * t;
  let p = ((8.05374449538e-2 * z - 1.38776856032e-1) * z + 1.99777106478e-1) * z - 3.33329491539e-1;
  let angle = base + fma(p * z, t, t);
  return select(angle, -angle, x < vec4f());
}`,
  },
  power: {
    calls: ["exponential_of_any", "logarithm"],
    text: `\
fn power(base: vec4f, exponent: vec4f) -> vec4f {
  return select(exponential_of_any(exponent * logarithm(base)), vec4f(1), (bitcast<vec4u>(exponent) << vec4u(1)) == vec4u());
}`,
  },
  is_nan: {
    calls: [],
    text: `\
fn is_nan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}`,
  },
  maximum: {
    calls: ["is_nan"],
    text: `\
// The language's own may drop a NaN, and of a comparison compilers may make it.
fn maximum(a: vec4f, b: vec4f) -> vec4f {
  return select(select(select(b, a, a > b), b, is_nan(b)), a, is_nan(a));
}`,
  },
  minimum: {
    calls: ["is_nan"],
    text: `\
fn minimum(a: vec4f, b: vec4f) -> vec4f {
  return select(select(select(b, a, a < b), b, is_nan(b)), a, is_nan(a));
}`,
  },
  sign_of: {
    calls: ["is_nan"],
    text: `\
fn sign_of(x: vec4f) -> vec4f {
  return select(select(select(x, vec4f(-1), x < vec4f()), vec4f(1), x > vec4f()), x, is_nan(x));
}`,
  },
};

/** The function of `FUNCTIONS` that computes a part. */
const FUNCTION_OF: Readonly<Partial<Record<ExprKind, string>>> = {
  exp: "exponential_of_any",
  log: "logarithm",
  log1p: "log1p_of_any",
  tanh: "hyperbolic_tangent",
  sigmoid: "sigmoid",
  erf: "error_function",
  sin: "sine",
  cos: "cosine",
  atan: "arctangent",
  pow: "power",
  max: "maximum",
  min: "minimum",
  sign: "sign_of",
};

/** Name of the WGSL function of a part, if it is a function of ours. Compilers take x == x for true, NaN or not. */
export function shaderFunction({ kind, args }: Expr): string | undefined {
  return (kind === "equal" || kind === "notEqual") && args[0] === args[1] ? "is_nan" : FUNCTION_OF[kind];
}

/** The texts of these functions and of those that they call, each after what it calls. */
export function shaderFunctions(names: readonly string[]): readonly string[] {
  const needed = new Set<string>();
  const need = (name: string) => {
    FUNCTIONS[name]!.calls.forEach(need);
    needed.add(name);
  };
  names.forEach(need);
  return [...needed].map((name) => FUNCTIONS[name]!.text);
}

/** The texts of all functions. */
export const SHADER_FUNCTIONS: readonly string[] = Object.values(FUNCTIONS).map(({ text }) => text);
