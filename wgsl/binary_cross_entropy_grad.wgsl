// binary_cross_entropy_grad: dZ[i,j] = (σ(z[i,j]) - x[i,j])·dRow[i].
// Shapes: logits z [M,N], targets x [M,N], dRows [M] → dLogits dZ [M,N].   M rows (batch), N values a row.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹.

override VECTORS: u32; // of the whole matrix
override N: u32;
override ROW_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
@group(0) @binding(2) var<storage, read> dRows: array<f32>;
@group(0) @binding(3) var<storage, read_write> dLogits: array<vec4f>;

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

fn sigmoid(x: vec4f) -> vec4f {
  let small = exponential(-abs(x));
  return select(vec4f(1), small, x < vec4f()) / (1 + small);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let isPad = vec4u(i % ROW_VECTORS * 4u) + vec4u(0, 1, 2, 3) >= vec4u(N);
    let dZ = (sigmoid(logits[i]) - targets[i]) * dRows[i / ROW_VECTORS];
    dLogits[i] = select(dZ, vec4f(), isPad);
  }
}
