// binary_cross_entropy: rows[i] = Σ_j |z|·(1-x where z > 0, else x) + log(1 + exp(-|z|)): no exponent is above 0.
// Shapes: logits z [M,N], targets x [M,N] → rows [M].   M rows (batch), N values a row.
// Work: one workgroup a row; thread t sums vectors t, t+256, … and the 256 sums meet in a tree, always in the same
// order; a workgroup strides on where the grid is clamped, and the last ones write the pads.
// Limits: M·N below 2³⁴.

override M: u32;
override N: u32;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row
override STORED: u32 = (M + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;

var<workgroup> sums: array<f32, 256>;

// Whether x is below a negative number, or below -0, that is given by its bits; NaN is not. Of a comparison, compilers may
// make one that NaN passes, or a maximum, which drops it.
fn is_below(x: vec4f, limit: u32) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  return (bits > vec4u(limit)) & (bits <= vec4u(0xff800000));
}

// exp(r) - 1 where x = n·ln 2 + r with |r| ≤ ln 2 / 2, to its last digits also where it is small. ln 2 has two parts,
// of which the first times n is exact. Of n as it is, compilers make one product of the two.
fn expm1_of_rest(x: vec4f, n: vec4f) -> vec4f {
  let r = fma(vec4f(vec4i(n) << vec4u(10)), vec4f(2.12194440e-4 / 1024), fma(n, vec4f(-0.693359375), x));
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = (p * r + 8.3334519073e-3) * r + 4.1665795894e-2;
  p = (p * r + 1.6666665459e-1) * r + 5.0000001201e-1;
  return fma(p, r * r, r);
}

fn power_of_2(n: vec4f) -> vec4f {
  return bitcast<vec4f>((vec4i(n) + 127) << vec4u(23));
}

// exp(x) for x ≤ 0; what would be less than the least normal number is 0. The language's own may be off by 3 + 2·|x| units.
fn exponential(x: vec4f) -> vec4f {
  let isTooSmall = is_below(x, 0xc2aeac4fu);
  let bounded = select(x, vec4f(-87.3365402), isTooSmall);
  let n = round(bounded * 1.44269504);
  return select((1 + expm1_of_rest(bounded, n)) * power_of_2(n), vec4f(), isTooSmall);
}

// ln(1 + t) = 2·atanh(t / (t + 2)) for t from 0 to 1, without loss for small t: log(1 + t) would give 0 there. Of the
// quotient twice is taken from the start, since a GPU may make 0 of half of the least normal number.
fn log1p(t: vec4f) -> vec4f {
  let s = t / (0.5 * t + 1);
  let w = 0.25 * s * s;
  let p = ((0.134257490 * w + 0.141183099) * w + 0.2000378015) * w + 0.3333332015;
  return s * w * p + s;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  for (var i = group.x; i < M; i += groups.x) {
    var sum = vec4f();
    for (var v = t; v < VECTORS; v += 256u) {
      let z = logits[i * VECTORS + v];
      let x = targets[i * VECTORS + v];
      let term = abs(z) * select(x, 1 - x, z > vec4f()) + log1p(exponential(-abs(z)));
      let isPad = vec4u(4u * v) + vec4u(0, 1, 2, 3) >= vec4u(N);
      sum += select(term, vec4f(), isPad);
    }
    sums[t] = (sum.x + sum.y) + (sum.z + sum.w);
    for (var half = 128u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (t < half) {
        sums[t] += sums[t + half];
      }
    }
    if (t == 0u) {
      rows[i] = sums[0];
    }
    workgroupBarrier();
  }
  if (group.x == 0u && M + t < STORED) {
    rows[M + t] = 0;
  }
}
